import type { CaseRow, PlainKey } from '@ekitei/shared';

export interface CaseGroup {
  key: string;
  title: PlainKey;
  rows: CaseRow[];
}

/** One's own first, then what is on this phone, then the rest; closed cases last. Numbers in natural order. */
export function inGroups(rows: readonly CaseRow[]): CaseGroup[] {
  const groups: CaseGroup[] = [
    { key: 'assigned', title: 'cases.group-assigned', rows: [] },
    { key: 'followed', title: 'cases.group-followed', rows: [] },
    { key: 'other', title: 'cases.group-other', rows: [] },
    { key: 'closed', title: 'cases.group-closed', rows: [] },
  ];
  for (const row of rows) {
    const key = row.state === 'closed' ? 'closed' : row.assigned ? 'assigned' : row.followed ? 'followed' : 'other';
    groups.find((group) => group.key === key)?.rows.push(row);
  }
  for (const group of groups) {
    group.rows.sort((one, other) => one.number.localeCompare(other.number, 'ja', { numeric: true }));
  }
  return groups.filter((group) => group.rows.length > 0);
}
