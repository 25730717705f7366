// Inspections, their papers and what is counted of them.
import { getFile, request } from './client';
import type { Assumptions, EffectView, InspectionRow, InspectionView, MonthCount, OutcomeView } from './gen';

const part = encodeURIComponent;

export interface InspectionFilter {
  form?: string | undefined;
  state?: string | undefined;
  section?: string | undefined;
  case?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  q?: string | undefined;
}

export type Paper = 'report.pdf' | 'report.xlsx' | 'ledger.pdf' | 'ledger.xlsx';

function query(values: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values) as [string, string | undefined][]) if (value) search.set(name, value);
  const text = search.toString();
  return text && `?${text}`;
}

export const inspections = {
  list: (filter: InspectionFilter) => request<InspectionRow[]>('GET', `/inspections${query(filter)}`),
  one: (id: string) => request<InspectionView>('GET', `/inspections/${part(id)}`),
  accept: (id: string, op_id: string) => request<OutcomeView>('POST', `/inspections/${part(id)}/decision`, { body: { op_id, decision: 'accept' } }),
  giveBack: (id: string, op_id: string, reason: string) =>
    request<OutcomeView>('POST', `/inspections/${part(id)}/decision`, { body: { op_id, decision: 'return', reason } }),
  amend: (id: string, op_id: string, accept: boolean) => request<OutcomeView>('POST', `/amendments/${part(id)}`, { body: { op_id, accept } }),
  handOver: (id: string, op_id: string, staff: string) => request<OutcomeView>('POST', `/inspections/${part(id)}/inspector`, { body: { op_id, staff } }),
  paper: (id: string, paper: Paper) => getFile(`/inspections/${part(id)}/papers/${paper}`),
  table: (filter: InspectionFilter, format: 'csv' | 'xlsx') => getFile(`/results/table${query({ ...filter, format })}`),
  photos: (filter: InspectionFilter, size: 'original' | 'display') => getFile(`/results/photos${query({ ...filter, size })}`),
  counts: () => request<MonthCount[]>('GET', '/results/counts'),
  effect: () => request<EffectView>('GET', '/results/effect'),
  assume: (body: Assumptions) => request<EffectView>('PUT', '/results/effect', { body }),
};
