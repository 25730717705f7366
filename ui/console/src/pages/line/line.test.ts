import { expect, it } from 'vitest';
import { lossOf, rateOf } from './measure';

it('tells lost packets from stalled questions as the office does', () => {
  expect(lossOf(51, 100)).toBeCloseTo(0.3, 2);
  expect([lossOf(0, 10), lossOf(0, 0), lossOf(10, 10)]).toEqual([0, 0, 1]);
});

it('takes the rate from what came after the first piece', () => {
  expect(rateOf(32_000, 30_000, 1_000, 2_000, 400)).toBe(240_000);
  expect(rateOf(16_000, 0, 0, 410, 400)).toBe(12_800_000);
});
