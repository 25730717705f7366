import type { VisitView } from '@ekitei/shared';
import { describe, expect, it } from 'vitest';
import { inOrder, nextVisit, whenOf } from './lib';

const now = Date.parse('2026-11-21T10:00:00+09:00');
const visit = (id: string, time: string | null, state = 'planned'): VisitView => ({
  id, case: 'c', case_number: '', case_name: '', place: '', title: '', people: [], progress: 'arrived', state,
  planned_at: time && `2026-11-21T${time}:00.000+09:00`,
});

describe('nextVisit', () => {
  it('takes the next planned one', () =>
    expect(nextVisit([visit('late', '14:00'), visit('next', '10:30'), visit('past', '08:00')], now)?.id).toBe('next'));
  it('prefers the one under way', () =>
    expect(nextVisit([visit('a', '10:30'), visit('b', '09:00', 'on_site')], now)?.id).toBe('b'));
  it('keeps one that is a little late', () => expect(nextVisit([visit('a', '09:45'), visit('b', '11:00')], now)?.id).toBe('a'));
  it('offers a missed one rather than none', () => expect(nextVisit([visit('a', '07:00')], now)?.id).toBe('a'));
  it('is over when all is done', () => expect(nextVisit([visit('a', '10:30', 'finished')], now)).toBeUndefined());
});

it('puts visits without a time last', () =>
  expect(inOrder([visit('c', null), visit('b', '14:00'), visit('a', '09:00')]).map((one) => one.id)).toEqual(['a', 'b', 'c']));

it('says when an appointment is', () => {
  const when = (starts: string, ends: string, all_day = false): string =>
    whenOf({ day: '2026-11-21', starts_at: starts, ends_at: ends, all_day }, (stamp) => stamp.slice(11, 16), { allDay: '終日', span: (from, to) => `${from}〜${to}` });
  expect(when('2026-11-21T10:00:00.000+09:00', '2026-11-21T11:30:00.000+09:00')).toBe('10:00〜11:30');
  expect(when('2026-11-21T10:00:00.000+09:00', '2026-11-21T10:00:00.000+09:00')).toBe('10:00');
  expect(when('2026-11-21T22:00:00.000+09:00', '2026-11-22T02:00:00.000+09:00')).toBe('22:00');
  expect(when('2026-11-20T22:00:00.000+09:00', '2026-11-21T02:00:00.000+09:00')).toBe('終日');
  expect(when('2026-11-21T00:00:00.000+09:00', '2026-11-22T00:00:00.000+09:00', true)).toBe('終日');
});
