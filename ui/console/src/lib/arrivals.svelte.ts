// The feed lives as long as somebody is signed in, whatever screen is open: the tab's title counts from it.
import type { Fault } from '@ekitei/shared';
import type { CountsView, FeedItem } from '../api/gen';
import { faultOf } from '../api/fault';
import { office } from '../api/office';
import { isFresh, readLine, seenAll, seenCase, type Seen } from '../pages/feed/seen';
import { session } from './session.svelte';

const LIMIT = 100;

interface Known {
  items: FeedItem[] | undefined;
  counts: CountsView | undefined;
  fault: Fault | undefined;
  seen: Seen;
}

const current = $state<Known>({
  items: undefined,
  counts: undefined,
  fault: undefined,
  seen: { line_ms: Number.MAX_SAFE_INTEGER, ids: new Set() },
});

const me = (): string => session()?.person.id ?? '';
// Only a time is kept on the PC, nothing of what arrived.
const storageKey = (): string => `ekitei.seen.${me()}`;

export const feed = (): readonly FeedItem[] | undefined => current.items;
export const counts = (): CountsView | undefined => current.counts;
/** The office counts what this person's own lists hold. */
export const conflictCount = (): number => current.counts?.conflicts_open ?? 0;
export const heldCount = (): number => current.counts?.quarantine_open ?? 0;
export const feedFault = (): Fault | undefined => current.fault;
export const fresh = (item: FeedItem): boolean => isFresh(item, current.seen, me());
export const freshCount = (): number => (current.items ?? []).filter(fresh).length;

/** Reads what arrived; the first time on a PC, everything that is there already counts as seen. */
export async function readArrivals(): Promise<void> {
  try {
    const [items, waiting] = await Promise.all([office.feed(LIMIT), office.counts()]);
    if (current.items === undefined) {
      const line = readLine(localStorage.getItem(storageKey()));
      if (line === undefined) keep(seenAll(items, { line_ms: 1, ids: new Set() }));
      else current.seen = { line_ms: line, ids: new Set() };
    }
    Object.assign(current, { items, counts: waiting, fault: undefined });
  } catch (thrown) {
    current.fault = faultOf(thrown);
  }
}

function keep(seen: Seen): void {
  current.seen = seen;
  localStorage.setItem(storageKey(), String(seen.line_ms));
}

export function sawAll(): void {
  if (current.items) keep(seenAll(current.items, current.seen));
}

export function sawCase(caseId: string): void {
  if (current.items) current.seen = seenCase(current.items, current.seen, caseId);
}
