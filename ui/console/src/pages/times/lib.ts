// Working hours and duty as a screen edits them. Pure.
import { stampMs, stampNow } from '@ekitei/shared';
import type { Days, DutyRow } from '../../api/chat-types';

export const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof WEEK)[number];

/** "HH:MM"; one that ends before it begins goes on into the next day. */
export interface Span {
  from: string;
  to: string;
}

/** No span: off. */
export interface DayLine {
  day: Day;
  spans: Span[];
}

export const USUAL: Readonly<Span> = { from: '08:45', to: '17:30' };
export const MOST_SPANS = 4;
const DAY_MIN = 24 * 60;

/** As the screen shows it; nothing kept: the usual hours of the prefecture. */
export function linesOf(days: Days | null | undefined): DayLine[] {
  return WEEK.map((day, at) => {
    const spans = days ? (days[day] ?? []).map(([from, to]) => ({ from, to })) : at < 5 ? [{ ...USUAL }] : [];
    return { day, spans };
  });
}

export const daysOf = (lines: readonly DayLine[]): Days =>
  Object.fromEntries(lines.map((one) => [one.day, inOrder(one.spans).map((span): [string, string] => [span.from, span.to])]));

/** What follows the last span of a day at first: an hour later, an hour long. */
export function spanAfter(spans: readonly Span[]): Span {
  const last = spans[spans.length - 1];
  if (!last) return { ...USUAL };
  const from = Math.min(minutes(last.to) + 60, DAY_MIN - 60);
  return { from: clock(from), to: clock(Math.min(from + 60, DAY_MIN - 1)) };
}

const minutes = (at: string): number => Number(at.slice(0, 2)) * 60 + Number(at.slice(3, 5));
const clock = (min: number): string => `${String(Math.floor(min / 60)).padStart(2, '0')}:${String(min % 60).padStart(2, '0')}`;
const inOrder = (spans: readonly Span[]): Span[] => [...spans].sort((one, other) => one.from.localeCompare(other.from));

const dayIsGood = (spans: readonly Span[]): boolean =>
  spans.every((one) => one.from !== '' && one.to !== '' && one.from !== one.to) &&
  inOrder(spans).every((one, at, all) => {
    const next = all[at + 1];
    return !next || (one.from < one.to && one.to <= next.from);
  });

/** Both ends, not the same, and no two at once. */
export const linesAreGood = (lines: readonly DayLine[]): boolean => lines.every((one) => dayIsGood(one.spans));

/** Days that follow one another with the same hours; never without a span. */
export interface Stretch {
  from: Day;
  to: Day;
  spans: Span[];
}

export function stretchesOf(lines: readonly DayLine[]): Stretch[] {
  const all: Stretch[] = [];
  let before: string | undefined;
  for (const { day, spans } of lines) {
    const said = spanWords(spans);
    const last = all[all.length - 1];
    if (last && said !== '' && said === before) last.to = day;
    else if (said !== '') all.push({ from: day, to: day, spans });
    before = said;
  }
  return all;
}

export const spanWords = (spans: readonly Span[]): string => inOrder(spans).map((span) => `${span.from}–${span.to}`).join('・');

/** A shift as `datetime-local` fields have it, in the time of the place. */
export interface Shift {
  from: string;
  to: string;
}

export type Shifts = [string, string][];

const KEPT_MS = 35 * 86_400_000;

/** Those that are to come; the last weeks stay kept, older ones only fill the list. */
export function shiftsOf(kept: Shifts | null | undefined, nowMs: number): { coming: Shift[]; past: Shifts } {
  const all = [...(kept ?? [])].sort((one, other) => stampMs(one[0]) - stampMs(other[0]));
  return {
    coming: all.filter(([, to]) => stampMs(to) > nowMs).map(([from, to]) => ({ from: fieldOf(stampMs(from)), to: fieldOf(stampMs(to)) })),
    past: all.filter(([, to]) => stampMs(to) <= nowMs && stampMs(to) > nowMs - KEPT_MS),
  };
}

export function shiftsFrom(coming: readonly Shift[], past: Shifts): Shifts {
  const next = [...coming].sort((one, other) => one.from.localeCompare(other.from));
  return [...past, ...next.map((one): [string, string] => [stampNow(Date.parse(one.from)), stampNow(Date.parse(one.to))])];
}

export const shiftsAreGood = (coming: readonly Shift[]): boolean =>
  coming.length > 0 &&
  coming.every((one) => one.from !== '' && one.to !== '' && one.from < one.to) &&
  [...coming].sort((one, other) => one.from.localeCompare(other.from)).every((one, at, all) => {
    const next = all[at + 1];
    return !next || one.to <= next.from;
  });

/** The same hours a day later; at first nothing is known. */
export function shiftAfter(coming: readonly Shift[]): Shift {
  const last = coming[coming.length - 1];
  const later = (at: string): string => (at === '' ? '' : fieldOf(Date.parse(at) + 86_400_000));
  return last ? { from: later(last.from), to: later(last.to) } : { from: '', to: '' };
}

function fieldOf(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Those that are over only fill the list. */
export const comingDuty = (rows: readonly DutyRow[], nowMs: number): DutyRow[] => rows.filter((one) => Date.parse(one.to) > nowMs);
