import { describe, expect, it } from 'vitest';
import type { FeedItem } from '../../api/gen';
import { arrivals, arrivedOf, rowProgress } from './lib';
import { isFresh, readLine, seenAll, seenCase, tabTitle, type Seen } from './seen';

const item = (id: string, change: Partial<FeedItem> = {}): FeedItem => ({
  id, kind: 'photo', case: 'c1', case_number: 'R8-1', restricted: false, case_name: '採取場', title: '', author: { id: 's001', name: '青葉' },
  received_ms: 1_000_000, progress: 'filed', thumb: true, ...change,
});
const none = (): boolean => false;

describe('rows of the feed', () => {
  it('put photos of one person in one case together, newest first', () => {
    const rows = arrivals([item('a', { received_ms: 1 }), item('b', { received_ms: 3 }), item('c', { received_ms: 2 })], 'all', none);
    expect(rows.map((row) => row.items.map((one) => one.id))).toEqual([['b', 'c', 'a']]);
    expect(rows[0]?.key).toBe('b');
  });

  it('never join other people, other cases, notes, or another visit hours later', () => {
    const rows = arrivals(
      [
        item('a', { received_ms: 50 }),
        item('b', { received_ms: 40, author: { id: 's002', name: '岩瀬' } }),
        item('c', { received_ms: 30, case: 'c2' }),
        item('d', { received_ms: 20, case: 'c2', kind: 'note' }),
        item('e', { received_ms: 10, case: 'c2', kind: 'note' }),
        item('f', { received_ms: 10 - 11 * 60_000, case: 'c2' }),
        item('g', { received_ms: 10 - 22 * 60_000, case: 'c2' }),
      ],
      'all',
      none,
    );
    expect(rows).toHaveLength(7);
  });

  it('filter by kind and count what is new', () => {
    const rows = arrivals([item('a', { received_ms: 3 }), item('n', { kind: 'note', received_ms: 2 }), item('b', { received_ms: 1 })], 'photo', (one) => one.id === 'a');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ fresh: 1 });
  });

  it('promise only what the slowest item has reached', () => {
    const row = { items: [item('a'), item('b', { progress: 'expected' }), item('c', { progress: 'arrived' })] };
    expect(rowProgress(row)).toBe('expected');
    expect(arrivedOf(row)).toBe(2);
    expect(rowProgress({ items: [item('a', { progress: 'kept' })] })).toBe('kept');
  });
});

describe('what is new', () => {
  const seen: Seen = { line_ms: 100, ids: new Set(['x']) };

  it('is what came after the line, from somebody else, and was not opened', () => {
    expect(isFresh(item('a', { received_ms: 101 }), seen, 's009')).toBe(true);
    expect(isFresh(item('a', { received_ms: 100 }), seen, 's009')).toBe(false);
    expect(isFresh(item('a', { received_ms: 101 }), seen, 's001')).toBe(false);
    expect(isFresh(item('x', { received_ms: 101 }), seen, 's009')).toBe(false);
  });

  it('ends when all was seen, or when its case was opened', () => {
    const items = [item('a', { received_ms: 300 }), item('b', { received_ms: 200, case: 'c2' })];
    expect(seenAll(items, seen)).toEqual({ line_ms: 300, ids: new Set() });
    expect(seenAll([], seen).line_ms).toBe(100);
    const opened = seenCase(items, seen, 'c2');
    expect(items.filter((one) => isFresh(one, opened, 's009')).map((one) => one.id)).toEqual(['a']);
  });

  it('stands in the tab', () => {
    expect(tabTitle(['届いたもの', '駅逓'], 0)).toBe('届いたもの - 駅逓');
    expect(tabTitle(['', '駅逓'], 3)).toBe('(3) 駅逓');
    expect(tabTitle(['駅逓'], 120)).toBe('(99+) 駅逓');
  });

  it('starts anew when storage holds nothing useful', () => {
    expect(readLine(null)).toBeUndefined();
    expect(readLine('x')).toBeUndefined();
    expect(readLine('-5')).toBeUndefined();
    expect(readLine('123')).toBe(123);
  });
});
