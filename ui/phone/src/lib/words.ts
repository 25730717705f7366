// Names of cases and people as lists may show them.
import { t, type CaseRow, type VisitView } from '@ekitei/shared';

/** A restricted case is shown by its number, not by the person. */
export function caseTitle(row: Pick<CaseRow, 'number' | 'name' | 'restricted'>): string {
  return row.restricted || row.name === '' ? t('case.restricted', { number: row.number }) : row.name;
}

export function caseSubtitle(row: Pick<CaseRow, 'number' | 'place' | 'restricted'>): string {
  return row.restricted ? '' : [row.number, row.place].filter(Boolean).join(' ・ ');
}

/** Where a visit goes. Without its case's row, an empty name says that the case is restricted. */
export function visitWhere(visit: VisitView, cases: readonly CaseRow[]): string {
  const row = cases.find((one) => one.id === visit.case);
  const restricted = row?.restricted ?? visit.case_name === '';
  return caseTitle({ number: visit.case_number, name: visit.case_name, restricted });
}
