// What arrived, as rows: neighbouring photos of one person in one case are one row.
import type { FeedItem } from '../../api/gen';

export type Kind = 'all' | 'photo' | 'note' | 'visit';

export interface Arrival {
  /** Of the newest item. */
  key: string;
  kind: string;
  items: FeedItem[];
  newest: FeedItem;
  /** How many of them the person has not seen. */
  fresh: number;
}

/** Photos further apart than this are two visits. */
const TOGETHER_MS = 10 * 60_000;

export function newestFirst(items: readonly FeedItem[]): FeedItem[] {
  return [...items].sort((one, other) => other.received_ms - one.received_ms || (one.id < other.id ? 1 : -1));
}

const together = (last: FeedItem, next: FeedItem): boolean =>
  last.kind === 'photo' && next.kind === 'photo' && last.case === next.case && last.author.id === next.author.id &&
  Math.abs(last.received_ms - next.received_ms) <= TOGETHER_MS;

/** `isFresh` says which items the person has not seen. */
export function arrivals(items: readonly FeedItem[], kind: Kind, isFresh: (item: FeedItem) => boolean): Arrival[] {
  const rows: Arrival[] = [];
  for (const item of newestFirst(items)) {
    if (kind !== 'all' && item.kind !== kind) continue;
    const fresh = isFresh(item) ? 1 : 0;
    const row = rows[rows.length - 1];
    const last = row?.items[row.items.length - 1];
    if (row && last && together(last, item)) {
      row.items.push(item);
      row.fresh += fresh;
    } else {
      rows.push({ key: item.id, kind: item.kind, items: [item], newest: item, fresh });
    }
  }
  return rows;
}

/** Originals that are at the office. */
export const arrivedOf = (row: Pick<Arrival, 'items'>): number => row.items.filter((one) => one.progress !== 'expected').length;

/** The slowest of a row: what the row as a whole can promise. */
export function rowProgress(row: Pick<Arrival, 'items'>): FeedItem['progress'] {
  const order: FeedItem['progress'][] = ['expected', 'arrived', 'filed', 'kept'];
  return order.find((one) => row.items.some((item) => item.progress === one)) ?? 'arrived';
}
