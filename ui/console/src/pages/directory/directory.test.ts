import { expect, it } from 'vitest';
import { doesSomething, sumsOf } from './lib';

const tally = (bureau: string, added: number, changed: number, left: number, unchanged: number) => ({ bureau, added, changed, left, unchanged });
const preview = (...bureaus: ReturnType<typeof tally>[]) => ({ digest: 'd', faults: [], bureaus, added: [], changed: [], left: [], unchanged: 0 });

it('adds the bureaus up', () => {
  expect(sumsOf([tally('甲', 1, 2, 3, 4), tally('乙', 10, 0, 0, 1)])).toEqual({ added: 11, changed: 2, left: 3, unchanged: 5 });
  expect(sumsOf([])).toEqual({ added: 0, changed: 0, left: 0, unchanged: 0 });
});

it('offers to import only what changes something', () => {
  expect(doesSomething(preview(tally('甲', 0, 0, 0, 9)), true)).toBe(false);
  expect(doesSomething(preview(tally('甲', 0, 0, 2, 9)), false)).toBe(false);
  expect(doesSomething(preview(tally('甲', 0, 0, 2, 9)), true)).toBe(true);
  expect(doesSomething(preview(tally('甲', 0, 1, 0, 9)), false)).toBe(true);
  expect(doesSomething({ ...preview(tally('甲', 1, 0, 0, 0)), digest: '' }, false)).toBe(false);
});
