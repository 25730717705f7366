import { describe, expect, it } from 'vitest';
import { bounded, FIT, fitted, MOST, neighbours, zoomedAt } from './lib';

const box = { width: 360, height: 600 };
const picture = { width: 360, height: 270 };

describe('zoom', () => {
  it('keeps the point under the fingers', () => {
    const view = zoomedAt(FIT, 2, 100, -50);
    // The picture point that was at (100, -50): 100 = x + 100·scale.
    expect(view.x + 100 * view.scale).toBeCloseTo(100);
    expect(view.y + -50 * view.scale).toBeCloseTo(-50);
  });
  it('stays between whole and six times', () => {
    expect(zoomedAt(FIT, 0.1, 0, 0).scale).toBe(1);
    expect(zoomedAt(FIT, 100, 0, 0).scale).toBe(MOST);
  });
  it('never shows emptiness that could be picture', () => {
    expect(bounded({ scale: 1, x: 80, y: 80 }, picture, box)).toEqual(FIT);
    expect(bounded({ scale: 2, x: 999, y: 999 }, picture, box)).toEqual({ scale: 2, x: 180, y: 0 });
  });
});

it('fits without cutting', () => {
  expect(fitted({ width: 4000, height: 3000 }, box)).toEqual({ width: 360, height: 270 });
  expect(fitted({ width: 0, height: 0 }, box)).toEqual({ width: 0, height: 0 });
});

it('knows the neighbours', () => {
  const row = [{ id: 'a' }, { id: 'b' }];
  expect(neighbours(row, 'a')).toEqual({ before: undefined, after: { id: 'b' }, at: 0 });
  expect(neighbours(row, 'x')).toEqual({ before: undefined, after: undefined, at: -1 });
});
