import type { PlainKey, QueueRow } from '@ekitei/shared';

export interface QueueGroup {
  key: 'parked' | 'urgent' | 'records' | 'copies' | 'originals';
  title: PlainKey;
  rows: QueueRow[];
  /** Bytes still to send. */
  bytes: number;
}

/** What a person must look at comes first, then what goes first. */
export function groups(rows: readonly QueueRow[]): QueueGroup[] {
  const made: QueueGroup[] = [
    { key: 'parked', title: 'queue.group-parked', rows: [], bytes: 0 },
    { key: 'urgent', title: 'queue.group-urgent', rows: [], bytes: 0 },
    { key: 'records', title: 'queue.group-records', rows: [], bytes: 0 },
    { key: 'copies', title: 'queue.group-copies', rows: [], bytes: 0 },
    { key: 'originals', title: 'queue.group-originals', rows: [], bytes: 0 },
  ];
  for (const row of rows) {
    const group = made.find((one) => one.key === groupOf(row));
    group?.rows.push(row);
    if (group) group.bytes += Math.max(0, row.bytes - row.sent_bytes);
  }
  return made.filter((group) => group.rows.length > 0);
}

function groupOf(row: QueueRow): QueueGroup['key'] {
  if (row.parked) return 'parked';
  if (row.lane <= 1) return 'urgent';
  if (row.lane === 2) return 'records';
  return row.lane === 3 ? 'copies' : 'originals';
}

/** Already partly at the office: the share is shown, because a resumed transfer starts there. */
export const partly = (row: QueueRow): boolean => row.sent_bytes > 0 && row.sent_bytes < row.bytes;
