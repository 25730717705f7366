import { frameOf, type Mark } from '@ekitei/shared';
import { describe, expect, test } from 'vitest';
import { drawn, hit, moved, partAt, placed, recoloured } from './lib';

const PEN = { colour: 'red', thickness: 'medium' } as const;
const FRAME = frameOf(1200, 1600);

describe('marks', () => {
  test('a stroke over the edge ends at the edge', () => {
    expect(drawn('box', { x: -0.2, y: 0.5 }, { x: 0.4, y: 1.7 }, PEN)).toEqual({ kind: 'box', area: { from: { x: 0, y: 0.5 }, to: { x: 0.4, y: 1 } }, ...PEN });
  });

  test('a black-out has neither colour nor thickness', () => {
    const mark = placed('black_out', { x: 0.5, y: 0.5 }, PEN);
    expect(mark).toEqual({ kind: 'black_out', area: { from: { x: 0.35, y: 0.46 }, to: { x: 0.65, y: 0.54 } } });
    expect(recoloured(mark, { colour: 'blue' })).toBe(mark);
  });

  test('a whole mark keeps its size at the edge; an end moves alone', () => {
    const arrow = drawn('arrow', { x: 0.25, y: 0.25 }, { x: 0.5, y: 0.75 }, PEN);
    expect(moved(arrow, 'whole', -1, 0.5)).toMatchObject({ from: { x: 0, y: 0.5 }, to: { x: 0.25, y: 1 } });
    expect(moved(arrow, 'to', 0.25, 0)).toMatchObject({ from: { x: 0.25, y: 0.25 }, to: { x: 0.75, y: 0.75 } });
  });

  test('a finger finds the mark that lies uppermost', () => {
    const marks: Mark[] = [
      placed('box', { x: 0.5, y: 0.5 }, PEN),
      placed('black_out', { x: 0.5, y: 0.5 }, PEN),
      drawn('arrow', { x: 0, y: 0 }, { x: 1, y: 0 }, PEN),
    ];
    expect(hit(marks, { x: 0.5, y: 0.5 }, FRAME, 20)).toBe(0);
    expect(hit(marks, { x: 0.7, y: 0.01 }, FRAME, 20)).toBe(2);
    expect(hit(marks, { x: 0.1, y: 0.9 }, FRAME, 20)).toBeUndefined();
    const arrow = marks[2] as Mark;
    expect([partAt(arrow, { x: 0.99, y: 0 }, FRAME, 30), partAt(arrow, { x: 0.01, y: 0 }, FRAME, 30), partAt(arrow, { x: 0.5, y: 0 }, FRAME, 30)]).toEqual(['to', 'from', 'whole']);
  });
});
