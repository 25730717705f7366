// Checklists, their runs and the line check, as the office server has them.
import type { ChecklistRowView, ChecklistView, LineCheckView, RunsView } from './gen';
import { request } from './client';
import type { Definition } from '../pages/checklists/lib';

const part = encodeURIComponent;

export const checklists = {
  list: () => request<ChecklistRowView[]>('GET', '/checklists'),
  one: (id: string) => request<ChecklistView>('GET', `/checklists/${part(id)}`),
  create: (section: string, title: string, purpose: string, definition?: Definition) =>
    request<ChecklistView>('POST', '/checklists', { body: { section, title, purpose, ...(definition ? { definition } : {}) } }),
  save: (id: string, op_id: string, rev: string | null | undefined, head: { title: string; variant: string; purpose: string }, definition: Definition) =>
    request<ChecklistView>('PUT', `/checklists/${part(id)}`, { body: { op_id, rev: rev ?? null, ...head, definition } }),
  publish: (id: string) => request<ChecklistView>('POST', `/checklists/${part(id)}/publish`, { body: {} }),
  withdraw: (id: string) => request<ChecklistView>('POST', `/checklists/${part(id)}/withdraw`, { body: {} }),
  runs: (id: string) => request<RunsView>('GET', `/checklists/${part(id)}/runs`),
};

export const line = {
  join: (code: string) => request<LineCheckView>('POST', '/line/join', { body: { code } }),
  checks: () => request<LineCheckView[]>('GET', '/line/checks'),
  pc: (id: string, measured: unknown) => request<LineCheckView>('POST', `/line/checks/${part(id)}/pc`, { body: { measured } }),
};
