import type { QueueRow } from '@ekitei/shared';
import { expect, it } from 'vitest';
import { groups, partly } from './lib';

const row = (lane: number, change: Partial<QueueRow> = {}): QueueRow => ({
  item: String(lane), lane, what: 'note', title: '', case_number: '', since: '', bytes: 100, sent_bytes: 0, frozen: false, parked: null, ...change,
});

it('shows first what needs a person, then what goes first', () => {
  const made = groups([row(4), row(2), row(2, { sent_bytes: 40 }), row(4, { parked: { code: 'photo-heic', cure: 'ask' } }), row(0), row(3)]);
  expect(made.map((group) => [group.key, group.rows.length, group.bytes])).toEqual([
    ['parked', 1, 100], ['urgent', 1, 100], ['records', 2, 160], ['copies', 1, 100], ['originals', 1, 100],
  ]);
  expect(groups([])).toEqual([]);
});

it('knows what resumes', () => {
  expect(partly(row(4, { sent_bytes: 1 }))).toBe(true);
  expect(partly(row(4))).toBe(false);
  expect(partly(row(4, { sent_bytes: 100 }))).toBe(false);
});
