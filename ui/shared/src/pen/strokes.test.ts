import { describe, expect, it } from 'vitest';
import { boundsOf, eraseAt, pathOf, readStrokes, thinned, type Point, type Stroke } from './strokes';

const line: Stroke = { points: [[0, 10, 0.5, 0], [50, 10, 0.5, 100], [100, 10, 0.5, 200]], color: '#1a1a1a', size: 4 };

describe('readStrokes', () => {
  it('reads what was stored', () => expect(readStrokes(JSON.parse(JSON.stringify([line])))).toEqual([line]));
  it('drops what cannot be drawn', () => {
    expect(readStrokes('x')).toEqual([]);
    expect(readStrokes([null, {}, { points: 'a' }, { points: [] }, { points: [[1, 2]] }])).toEqual([]);
    expect(readStrokes([{ points: [[1, 2, 0.5, 0], [NaN, 1, 1, 1]], color: 'url(javascript:x)', size: -1 }])).toEqual([
      { points: [[1, 2, 0.5, 0]], color: '#1a1a1a', size: 4 },
    ]);
  });
});

describe('thinned', () => {
  it('keeps first and last and drops the crowd between', () => {
    const crowd = Array.from({ length: 101 }, (_, at): Point => [at / 100, 0, 0.5, 1000 + at]);
    const kept = thinned(crowd);
    expect(kept[0]).toEqual([0, 0, 0.5, 0]);
    expect(kept[kept.length - 1]).toEqual([1, 0, 0.5, 100]);
    expect(kept.length).toBeLessThan(4);
  });
  it('keeps a dot', () => expect(thinned([[3.3, 4.4, 0, 77]])).toEqual([[3.5, 4.5, 0, 0]]));
});

describe('eraseAt', () => {
  it('takes a stroke that is touched between its points', () => expect(eraseAt([line], 25, 15, 6)).toEqual([]));
  it('leaves one that is not', () => expect(eraseAt([line], 25, 40, 6)).toEqual([line]));
});

it('draws a closed outline', () => expect(pathOf(line)).toMatch(/^M[\d. -]+Q[\d. -]+Z$/));
it('knows where the writing ends', () => {
  expect(boundsOf([line])).toEqual({ top: 6, bottom: 14 });
  expect(boundsOf([])).toEqual({ top: 0, bottom: 0 });
});
