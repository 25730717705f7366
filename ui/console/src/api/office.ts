// The office server's API, one function a use. Types come from docs/openapi.json.
import { request, requestFile } from './client';
import type {
  CaseView, Choice, CodeView, ConflictView, CountsView, FeedItem, OutcomeView, PersonView, PhoneState, PhoneView,
  QuarantineView, SessionView, Settlement, TimelineView,
} from './gen';

/** Fields of a record as the server stores them; null removes one. */
export type Fields = Record<string, unknown>;

export interface Change {
  /** Minted by this side, so that a repeated request changes nothing. */
  op_id: string;
  /** The revisions that the person saw, of the fields that change. */
  base: Record<string, string>;
  fields: Fields;
}

export interface Fresh {
  op_id: string;
  /** Minted by this side: the record's own id. */
  id: string;
  fields: Fields;
}

const part = encodeURIComponent;

function query(values: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) search.set(name, value);
  const text = search.toString();
  return text && `?${text}`;
}

export const office = {
  signIn: (staff: string, password: string) =>
    request<SessionView>('POST', '/session', { body: { staff, password }, anonymous: true }),
  whoAmI: () => request<SessionView>('GET', '/session', { anonymous: true }),
  session: () => request<SessionView>('GET', '/session'),
  signOut: () => request<void>('DELETE', '/session', { anonymous: true }),
  feed: (limit: number) => request<FeedItem[]>('GET', `/feed?limit=${limit}`),
  counts: () => request<CountsView>('GET', '/counts'),
  cases: (filter: { q?: string; state?: string; assignee?: string }) => request<CaseView[]>('GET', `/cases${query(filter)}`),
  createCase: (fresh: Fresh) => request<OutcomeView>('POST', '/cases', { body: fresh }),
  timeline: (id: string, limit: number) => request<TimelineView>('GET', `/cases/${part(id)}?limit=${limit}`),
  createVisit: (caseId: string, fresh: Fresh) => request<OutcomeView>('POST', `/cases/${part(caseId)}/visits`, { body: fresh }),
  createNote: (caseId: string, fresh: Fresh) => request<OutcomeView>('POST', `/cases/${part(caseId)}/notes`, { body: fresh }),
  edit: (id: string, change: Change) => request<OutcomeView>('PATCH', `/records/${part(id)}`, { body: change }),
  remove: (id: string) => request<OutcomeView>('DELETE', `/records/${part(id)}`),
  conflicts: () => request<ConflictView[]>('GET', '/conflicts'),
  resolve: (id: string, choice: Choice, op_id: string) =>
    request<OutcomeView>('POST', `/conflicts/${part(id)}`, { body: { choice, op_id } }),
  zip: (photos: readonly string[]) => requestFile('/zip', { photos }),
  phones: () => request<PhoneView[]>('GET', '/phones'),
  createCode: (staff: string) => request<CodeView>('POST', '/phones/codes', { body: { staff } }),
  setPhoneState: (id: string, state: PhoneState) => request<void>('POST', `/phones/${part(id)}/state`, { body: { state } }),
  quarantine: () => request<QuarantineView[]>('GET', '/quarantine'),
  settle: (id: string, action: Settlement) => request<OutcomeView>('POST', `/quarantine/${part(id)}`, { body: { action } }),
  staff: (filter: { q?: string; section?: string; phones?: string }) => request<PersonView[]>('GET', `/staff${query(filter)}`),
  sections: () => request<string[]>('GET', '/sections'),
};

export const photoUrl = (id: string, variant: 'thumb' | 'display' | 'original', download = false): string =>
  `/api/photos/${part(id)}/${variant}${download ? '?download=1' : ''}`;
