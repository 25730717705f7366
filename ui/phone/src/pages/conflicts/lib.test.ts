import { expect, it } from 'vitest';
import { choices, shown } from './lib';

it('offers both only where both can stand', () => {
  expect(choices({ mine: 'a', theirs: 'b' })).toEqual(['mine', 'theirs', 'both']);
  expect(choices({ mine: [1], theirs: [] })).toContain('both');
  expect(choices({ mine: true, theirs: false })).toEqual(['mine', 'theirs']);
  expect(choices({ mine: 'a', theirs: null })).toEqual(['mine', 'theirs']);
});

it('puts every value into words', () => {
  expect(shown('髙橋')).toBe('髙橋');
  expect(shown(null)).toBe('（何も書かれていません）');
  expect(shown([1, 2])).toBe('手書き（線2本）');
  expect(shown(3)).toBe('3');
});
