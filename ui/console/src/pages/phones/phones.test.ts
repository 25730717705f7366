import { describe, expect, it } from 'vitest';
import type { PhoneView } from '../../api/gen';
import { arrivedWith, left, matching, notes, readable, sorted, sumOf } from './lib';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const phone = (id: string, change: Partial<PhoneView> = {}): PhoneView => ({
  id, person: { id: `s-${id}`, name: id }, state: 'active', model: 'A54', app: '0.1.0', enrolled_ms: NOW - DAY, last_seen_ms: NOW - 1_000,
  waiting_items: 0, waiting_bytes: 0, oldest_ms: 0, ...change,
});

describe('board of phones', () => {
  it('puts the longest waiting first and erased ones last', () => {
    const all = [phone('a'), phone('b', { waiting_items: 1, oldest_ms: 50 }), phone('c', { waiting_items: 2, oldest_ms: 40 }), phone('d', { state: 'wiped', waiting_items: 9, oldest_ms: 1 })];
    expect(sorted(all, 'oldest').map((one) => one.id)).toEqual(['c', 'b', 'a', 'd']);
    expect(sorted(all, 'name').map((one) => one.id)).toEqual(['a', 'b', 'c', 'd']);
    expect(sorted([phone('x', { last_seen_ms: 1 }), phone('y', { last_seen_ms: 2 })], 'seen').map((one) => one.id)).toEqual(['y', 'x']);
  });

  it('notes what is stuck or silent', () => {
    expect(notes(phone('a'), NOW)).toEqual([]);
    expect(notes(phone('a', { waiting_items: 1, oldest_ms: NOW - 2 * DAY }), NOW)).toEqual(['stuck']);
    expect(notes(phone('a', { last_seen_ms: NOW - 8 * DAY }), NOW)).toEqual(['quiet']);
    expect(notes(phone('a', { last_seen_ms: 0, enrolled_ms: NOW - DAY }), NOW)).toEqual([]);
    expect(notes(phone('a', { state: 'wiped', last_seen_ms: 1 }), NOW)).toEqual([]);
  });

  it('finds by name, number and model in any width', () => {
    const all = [phone('青葉', { person: { id: 's001', name: '青葉 みどり' } }), phone('b', { model: 'XPERIA' })];
    expect(matching(all, 'ｓ００１')).toHaveLength(1);
    expect(matching(all, 'xperia')).toHaveLength(1);
    expect(matching(all, ' ')).toHaveLength(2);
    expect(matching(all, '岩瀬')).toHaveLength(0);
  });

  it('adds up only phones that still count', () => {
    const sum = sumOf([phone('a', { waiting_items: 2, waiting_bytes: 10, oldest_ms: 70 }), phone('b', { waiting_items: 1, waiting_bytes: 5, oldest_ms: 60 }), phone('c', { state: 'wiped', waiting_items: 9, oldest_ms: 1 })]);
    expect(sum).toEqual({ phones: 2, items: 3, bytes: 15, oldest_ms: 60 });
    expect(sumOf([]).oldest_ms).toBe(0);
  });
});

describe('a one-time code', () => {
  it('counts down and ends', () => {
    expect(left(600_000, 0)).toEqual({ minutes: 10, seconds: 0, over: false });
    expect(left(1_500, 0)).toEqual({ minutes: 0, seconds: 2, over: false });
    expect(left(1_000, 2_000)).toEqual({ minutes: 0, seconds: 0, over: true });
  });

  it('is shown so that it can be read aloud', () => {
    expect(readable('ABCD2345')).toBe('ABCD-2345');
    expect(readable('G32EH-X4NXW')).toBe('G32EH-X4NXW');
  });

  it('knows the phone that came in with it', () => {
    const before = new Set(['old']);
    const mine = { id: 's001', name: '青葉' };
    expect(arrivedWith([phone('old', { person: mine }), phone('other')], 's001', before)).toBeUndefined();
    expect(arrivedWith([phone('old', { person: mine }), phone('new', { person: mine })], 's001', before)?.id).toBe('new');
  });
});
