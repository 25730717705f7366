import { describe, expect, it } from 'vitest';
import type { DutyRow } from '../../api/chat-types';
import { comingDuty, daysOf, linesAreGood, linesOf, shiftAfter, shiftsAreGood, shiftsFrom, shiftsOf, spanAfter, spanWords, stretchesOf, type Shifts } from './lib';

describe('working hours', () => {
  it('are the usual ones where nothing was kept', () => {
    const lines = linesOf(undefined);
    expect(lines.filter((one) => one.spans.length > 0).map((one) => one.day)).toEqual(['mon', 'tue', 'wed', 'thu', 'fri']);
    expect(lines[0]?.spans).toEqual([{ from: '08:45', to: '17:30' }]);
  });

  it('come back as they were written, two spans a day and nights, too', () => {
    const days = { mon: [['08:30', '12:00'], ['13:00', '17:15']], sat: [['22:00', '06:00']] } as Record<string, [string, string][]>;
    const lines = linesOf(days);
    expect(linesAreGood(lines)).toBe(true);
    expect(daysOf(lines)).toMatchObject({ ...days, sun: [] });
    expect(stretchesOf(lines).map((one) => [one.from, one.to, spanWords(one.spans)])).toEqual([
      ['mon', 'mon', '08:30–12:00・13:00–17:15'],
      ['sat', 'sat', '22:00–06:00'],
    ]);
  });

  it('are said once for days that follow one another', () => {
    const said = (days: Record<string, [string, string][]> | null): string[] => stretchesOf(linesOf(days)).map((one) => `${one.from}-${one.to} ${spanWords(one.spans)}`);
    const day: [string, string][] = [['08:45', '17:30']];
    expect(said(null)).toEqual(['mon-fri 08:45–17:30']);
    // A day off ends a stretch, and so does a day with other hours.
    expect(said({ mon: day, tue: day, thu: day, fri: [['09:00', '17:30']], sat: day, sun: day })).toEqual(['mon-tue 08:45–17:30', 'thu-thu 08:45–17:30', 'fri-fri 09:00–17:30', 'sat-sun 08:45–17:30']);
    expect(said({})).toEqual([]);
  });

  it('need both ends, not the same, and no two at once', () => {
    const good = (...spans: [string, string][]): boolean => linesAreGood([{ day: 'mon', spans: spans.map(([from, to]) => ({ from, to })) }]);
    expect(good(['08:45', ''])).toBe(false);
    expect(good(['08:45', '08:45'])).toBe(false);
    expect(good()).toBe(true);
    expect(good(['13:00', '17:00'], ['09:00', '13:00'])).toBe(true);
    expect(good(['09:00', '13:30'], ['13:00', '17:00'])).toBe(false);
    expect(good(['22:00', '06:00'], ['23:00', '23:30'])).toBe(false);
    expect(good(['09:00', '12:00'], ['22:00', '06:00'])).toBe(true);
  });

  it('a further span begins after the last one, within the day', () => {
    expect(spanAfter([{ from: '08:30', to: '12:00' }])).toEqual({ from: '13:00', to: '14:00' });
    expect(spanAfter([{ from: '20:00', to: '23:50' }])).toEqual({ from: '23:00', to: '23:59' });
    expect(spanAfter([])).toEqual({ from: '08:45', to: '17:30' });
  });
});

describe('shifts', () => {
  const hour = 3_600_000;
  const now = Date.parse('2026-11-24T12:00:00.000+09:00');
  const stamp = (ms: number): string => new Date(ms + 9 * hour).toISOString().replace('Z', '+09:00');
  const shift = (from: number, hours: number): [string, string] => [stamp(now + from * hour), stamp(now + (from + hours) * hour)];

  it('come back as they were written; what is long over is forgotten', () => {
    const kept: Shifts = [shift(40, 24), shift(-24, 8), shift(-24 * 60, 8), shift(-2, 8)];
    const { coming, past } = shiftsOf(kept, now);
    expect(coming).toHaveLength(2);
    expect(past).toEqual([kept[1]]);
    expect(shiftsFrom(coming, past).map((one) => one.map((at) => Date.parse(at)))).toEqual([kept[1], kept[3], kept[0]].map((one) => one?.map((at) => Date.parse(at))));
  });

  it('need both ends in their order, at least one, and no two at once', () => {
    const good = (...all: [string, string][]): boolean => shiftsAreGood(all.map(([from, to]) => ({ from, to })));
    expect(good()).toBe(false);
    expect(good(['2026-11-24T08:30', '2026-11-25T08:30'])).toBe(true);
    expect(good(['2026-11-25T08:30', '2026-11-24T08:30'])).toBe(false);
    expect(good(['2026-11-24T08:30', ''])).toBe(false);
    expect(good(['2026-11-26T08:30', '2026-11-27T08:30'], ['2026-11-24T08:30', '2026-11-25T08:30'])).toBe(true);
    expect(good(['2026-11-25T08:00', '2026-11-26T08:00'], ['2026-11-24T08:30', '2026-11-25T08:30'])).toBe(false);
  });

  it('the next one is the same a day later', () => {
    expect(shiftAfter([{ from: '2026-11-30T08:30', to: '2026-12-01T08:30' }])).toEqual({ from: '2026-12-01T08:30', to: '2026-12-02T08:30' });
    expect(shiftAfter([])).toEqual({ from: '', to: '' });
  });
});

describe('duty', () => {
  it('shows what is not over yet', () => {
    const row = (id: string, to: string): DutyRow => ({ id, staff: { id: 's', name: 'n' }, from: to, to, what: '', revs: {} });
    const rows = [row('a', '2026-11-20T08:45:00.000+09:00'), row('b', '2026-11-22T08:45:00.000+09:00')];
    expect(comingDuty(rows, Date.parse('2026-11-21T00:00:00+09:00')).map((one) => one.id)).toEqual(['b']);
  });
});
