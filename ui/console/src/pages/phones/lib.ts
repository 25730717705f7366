// The board of phones: who needs a look first.
import type { PhoneView } from '../../api/gen';

export type Order = 'oldest' | 'seen' | 'name';

const DAY_MS = 86_400_000;

export type Note = 'quiet' | 'stuck';

/** What deserves a look: unsent work older than a day, or no word for a week. */
export function notes(phone: PhoneView, nowMs: number): Note[] {
  if (phone.state === 'wiped') return [];
  const found: Note[] = [];
  if (phone.waiting_items > 0 && phone.oldest_ms > 0 && nowMs - phone.oldest_ms > DAY_MS) found.push('stuck');
  if (phone.state === 'active' && nowMs - lastWordMs(phone) > 7 * DAY_MS) found.push('quiet');
  return found;
}

const lastWordMs = (phone: PhoneView): number => (phone.last_seen_ms > 0 ? phone.last_seen_ms : phone.enrolled_ms);

/** Wiped phones always come last. */
export function sorted(phones: readonly PhoneView[], order: Order): PhoneView[] {
  const waits = (one: PhoneView): number => (one.waiting_items > 0 && one.oldest_ms > 0 ? one.oldest_ms : Number.MAX_SAFE_INTEGER);
  const by: Record<Order, (one: PhoneView, other: PhoneView) => number> = {
    oldest: (one, other) => waits(one) - waits(other) || other.last_seen_ms - one.last_seen_ms,
    seen: (one, other) => other.last_seen_ms - one.last_seen_ms,
    name: (one, other) => one.person.name.localeCompare(other.person.name, 'ja'),
  };
  const gone = (one: PhoneView): number => (one.state === 'wiped' ? 1 : 0);
  return [...phones].sort((one, other) => gone(one) - gone(other) || by[order](one, other));
}

export function matching(phones: readonly PhoneView[], wanted: string): PhoneView[] {
  const text = wanted.normalize('NFKC').trim().toLowerCase();
  return phones.filter((one) => text === '' || `${one.person.name} ${one.person.id} ${one.model}`.normalize('NFKC').toLowerCase().includes(text));
}

export interface Sum {
  phones: number;
  items: number;
  bytes: number;
  /** 0: nothing waits. */
  oldest_ms: number;
}

/** Over the phones that still count. */
export function sumOf(phones: readonly PhoneView[]): Sum {
  const live = phones.filter((one) => one.state !== 'wiped');
  const waiting = live.filter((one) => one.waiting_items > 0);
  const oldest = Math.min(...waiting.filter((one) => one.oldest_ms > 0).map((one) => one.oldest_ms));
  return {
    phones: live.length,
    items: waiting.reduce((sum, one) => sum + one.waiting_items, 0),
    bytes: waiting.reduce((sum, one) => sum + one.waiting_bytes, 0),
    oldest_ms: Number.isFinite(oldest) ? oldest : 0,
  };
}

/** Minutes and seconds that a code still works. */
export function left(expiresMs: number, nowMs: number): { minutes: number; seconds: number; over: boolean } {
  const s = Math.max(0, Math.ceil((expiresMs - nowMs) / 1000));
  return { minutes: Math.floor(s / 60), seconds: s % 60, over: s === 0 };
}

/** In groups of four, as it is read aloud; what has its own hyphens stays. */
export const readable = (code: string): string => (/[-\s]/.test(code) ? code : (code.match(/.{1,4}/g) ?? [code]).join('-'));

/** The phone that came in with the code: this person's, enrolled since it was made. */
export function arrivedWith(phones: readonly PhoneView[], staff: string, before: ReadonlySet<string>): PhoneView | undefined {
  return phones.find((one) => one.person.id === staff && !before.has(one.id));
}
