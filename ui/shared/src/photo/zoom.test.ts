import { describe, expect, it } from 'vitest';
import { bounded, FIT, fitted, MOST, zoomedAt } from './zoom';

describe('zoom', () => {
  const box = { width: 400, height: 300 };

  it('keeps the point under the pointer where it is', () => {
    const view = zoomedAt({ scale: 2, x: 30, y: -10 }, 1.5, 100, 50);
    // The picture's point under (100, 50) before and after.
    expect((100 - 30) / 2).toBeCloseTo((100 - view.x) / view.scale);
    expect((50 + 10) / 2).toBeCloseTo((50 - view.y) / view.scale);
  });

  it('never shows the outside of a picture that is larger than the box', () => {
    expect(bounded({ scale: 2, x: 999, y: -999 }, box, box)).toEqual({ scale: 2, x: 200, y: -150 });
    expect(bounded({ scale: 1, x: 50, y: 50 }, box, box)).toEqual(FIT);
    expect(bounded({ scale: 99, x: 0, y: 0 }, box, box).scale).toBe(MOST);
    expect(bounded({ scale: 12, x: 0, y: 0 }, box, box, 16).scale).toBe(12);
  });

  it('fits whole pictures', () => {
    expect(fitted({ width: 4000, height: 3000 }, { width: 800, height: 800 })).toEqual({ width: 800, height: 600 });
    expect(fitted({ width: 0, height: 0 }, box)).toEqual({ width: 0, height: 0 });
  });
});
