// Which arrivals a person has seen: everything up to a line, and single cases opened since.
import type { FeedItem } from '../../api/gen';

export interface Seen {
  /** Server time of the newest arrival that was seen, ms. */
  line_ms: number;
  /** Items after the line that were seen one by one. */
  ids: ReadonlySet<string>;
}

export function isFresh(item: FeedItem, seen: Seen, me: string): boolean {
  return item.received_ms > seen.line_ms && !seen.ids.has(item.id) && item.author.id !== me;
}

/** Everything that is listed has been seen. */
export function seenAll(items: readonly FeedItem[], seen: Seen): Seen {
  return { line_ms: Math.max(seen.line_ms, ...items.map((one) => one.received_ms)), ids: new Set() };
}

/** The person opened this case. */
export function seenCase(items: readonly FeedItem[], seen: Seen, caseId: string): Seen {
  const ids = new Set(seen.ids);
  for (const one of items) if (one.case === caseId && one.received_ms > seen.line_ms) ids.add(one.id);
  return { line_ms: seen.line_ms, ids };
}

/** What storage holds; anything else: not known yet. */
export function readLine(stored: string | null): number | undefined {
  const value = Number(stored ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** "(3) 届いたもの - 駅逓": the tab counts what is new. */
export function tabTitle(parts: readonly string[], fresh: number): string {
  const title = parts.filter((one) => one !== '').join(' - ');
  return fresh > 0 ? `(${fresh > 99 ? '99+' : fresh}) ${title}` : title;
}
