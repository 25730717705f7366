// Forms: drafts, versions, and what a case is offered.
import { request, sendFile } from './client';
import type { CaseFormView, FormDraftView, FormRowView, FromSheetView, ListRowsView, VersionsView } from './gen';

const part = encodeURIComponent;

export const forms = {
  list: () => request<FormRowView[]>('GET', '/forms'),
  one: (id: string) => request<FormDraftView>('GET', `/forms/${part(id)}`),
  create: (section: string, definition: object) => request<FormDraftView>('POST', '/forms', { body: { section, definition } }),
  save: (id: string, op_id: string, rev: string | undefined, definition: object) =>
    request<FormDraftView>('PUT', `/forms/${part(id)}`, { body: { op_id, rev: rev ?? null, definition } }),
  versions: (id: string) => request<VersionsView>('GET', `/forms/${part(id)}/versions`),
  ofCase: (caseId: string) => request<CaseFormView[]>('GET', `/cases/${part(caseId)}/forms`),
  publish: (id: string, targets: readonly string[]) => request<FormDraftView>('POST', `/forms/${part(id)}/publish`, { body: { targets } }),
  withdraw: (id: string) => request<FormDraftView>('POST', `/forms/${part(id)}/withdraw`, { body: {} }),
  copy: (id: string, section: string) => request<FormDraftView>('POST', `/forms/${part(id)}/copy`, { body: { section } }),
  /** The first rows of a list, however long it is. */
  listRows: (id: string, name: string) => request<ListRowsView>('GET', `/forms/${part(id)}/lists/${part(name)}`),
  loadList: (id: string, name: string, file: File) => sendFile<FormDraftView>(`/forms/${part(id)}/lists/${part(name)}`, file, 'PUT'),
  fromSheet: (section: string, file: File) =>
    sendFile<FromSheetView>(`/forms/sheet?section=${part(section)}&name=${part(file.name)}`, file),
};
