import { describe, expect, it } from 'vitest';
import { PAGE, pagesOf, sectionOf, viewOf } from './lib';

describe('viewOf', () => {
  it('holds what is seen and a little around it', () => {
    expect(viewOf(0, 600, 72, 20_000)).toEqual({ first: 0, last: 13 });
    expect(viewOf(72 * 1000, 600, 72, 20_000)).toEqual({ first: 996, last: 1013 });
    expect(viewOf(72 * 19_999, 600, 72, 20_000)).toEqual({ first: 19_995, last: 20_000 });
  });
  it('is empty without rows, and never outside them', () => {
    expect(viewOf(0, 600, 72, 0)).toEqual({ first: 0, last: 0 });
    expect(viewOf(0, 600, 0, 5)).toEqual({ first: 0, last: 0 });
    expect(viewOf(-300, 600, 72, 3)).toEqual({ first: 0, last: 3 });
    expect(viewOf(99_999, 600, 72, 3)).toEqual({ first: 0, last: 3 });
  });
});

it('asks for whole pages', () => {
  expect(pagesOf({ first: 0, last: 10 })).toEqual([0]);
  expect(pagesOf({ first: PAGE - 1, last: PAGE + 1 })).toEqual([0, PAGE]);
  expect(pagesOf({ first: 5, last: 5 })).toEqual([]);
});

it('shows the unit first', () => {
  expect(sectionOf('空知野振興局/商工労働観光課/指導保安係')).toEqual({ name: '指導保安係', over: '空知野振興局 商工労働観光課' });
  expect(sectionOf('')).toEqual({ name: '', over: '' });
});
