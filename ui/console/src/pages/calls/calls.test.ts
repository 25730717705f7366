import { expect, it } from 'vitest';
import { tilesOf } from './lib';

it('the board counts who is missing, and only what was asked', () => {
  const tally = { asked: 10, answered: 6, read: 8, safe: 5, hurt: 1, help: 0, can_go: 2, in_30: 3, cannot: 1 };
  const counts = (asks: string[]): [string, number][] => tilesOf({ asks, tally }).map((one) => [one.state, one.count]);
  expect(counts(['safety'])).toEqual([['all', 10], ['unanswered', 4], ['unread', 2], ['help', 0], ['hurt', 1], ['safe', 5]]);
  expect(counts(['coming']).slice(3)).toEqual([['can_go', 2], ['in_30', 3], ['cannot', 1]]);
  // Before the first count.
  expect(tilesOf({ asks: ['safety'], tally: {} }).every((one) => one.count === 0)).toBe(true);
});
