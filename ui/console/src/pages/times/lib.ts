// Working hours and duty as a screen edits them. Pure.
import type { Days, DutyRow } from '../../api/chat-types';

export const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof WEEK)[number];

export interface DayLine {
  day: Day;
  works: boolean;
  from: string;
  to: string;
}

const FROM = '08:45';
const TO = '17:30';

/** As the screen shows it; nothing kept: the usual hours of the prefecture. */
export function linesOf(days: Days | null | undefined): DayLine[] {
  return WEEK.map((day, at) => {
    const span = days ? days[day]?.[0] : at < 5 ? ([FROM, TO] as const) : undefined;
    return { day, works: span !== undefined, from: span?.[0] ?? FROM, to: span?.[1] ?? TO };
  });
}

export const daysOf = (lines: readonly DayLine[]): Days =>
  Object.fromEntries(lines.map((one) => [one.day, one.works ? [[one.from, one.to] as [string, string]] : []]));

/** Two spans of one day are not edited here; they must not be lost by pressing save. */
export const isPlain = (days: Days | null | undefined): boolean => Object.values(days ?? {}).every((spans) => spans.length <= 1);

export const linesAreGood = (lines: readonly DayLine[]): boolean => lines.every((one) => !one.works || (one.from !== '' && one.to !== '' && one.from !== one.to));

/** Those that are over only fill the list. */
export const comingDuty = (rows: readonly DutyRow[], nowMs: number): DutyRow[] => rows.filter((one) => Date.parse(one.to) > nowMs);
