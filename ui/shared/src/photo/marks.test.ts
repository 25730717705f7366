import { describe, expect, test } from 'vitest';
import { arrowOf, frameOf, linesOf, plateOf, rectOf, writtenOf } from './marks';

const CAPTIONS = { case: '件名', place: '場所', item: '項目', date: '撮影日', note: '備考' };
const BOARD = { case: '砂-0412 北柏沢第二砂利採取場', place: '北柏沢町字上幌別123番地', item: '立入防止柵', date: '2026-11-21', note: '', corner: 'bottom_left' } as const;

describe('shapes over a photo', () => {
  test('units do not depend on how many pixels a copy has', () => {
    expect(frameOf(4000, 3000)).toEqual(frameOf(320, 240));
    expect(frameOf(1200, 1600)).toEqual({ width: 750, height: 1000 });
  });

  test('corners come in any order', () => {
    const frame = frameOf(1000, 500);
    expect(rectOf({ x: 0.75, y: 0.5 }, { x: 0.25, y: 0 }, frame)).toEqual({ x: 250, y: 0, width: 500, height: 250 });
  });

  test('an arrow without length is none', () => {
    expect(arrowOf({ x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 }, 'thin', frameOf(4, 3))).toBeUndefined();
  });

  test('lines break where the room ends', () => {
    expect(linesOf('立入防止柵\nabc', 3)).toEqual(['立入防', '止柵', 'abc']);
    const frame = frameOf(1000, 1000);
    const text = { kind: 'text', at: { x: 0.95, y: 0.1 }, text: '柵の破損', colour: 'red', thickness: 'medium' } as const;
    const written = writtenOf(text, frame);
    expect(written.x + 4 * written.size).toBeLessThanOrEqual(1000);
    expect(written.lines).toHaveLength(1);
  });

  test('the blackboard stays in its corner and below half of the height, however much is written', () => {
    const frame = frameOf(1600, 1200);
    for (const corner of ['top_left', 'top_right', 'bottom_left', 'bottom_right'] as const) {
      for (const note of ['', '長い備考'.repeat(60)]) {
        const plate = plateOf({ ...BOARD, corner, note }, CAPTIONS, '令和8年11月21日', frame);
        if (!plate) throw new Error('no plate');
        expect(plate.x).toBeGreaterThanOrEqual(0);
        expect(plate.x + plate.width).toBeLessThanOrEqual(frame.width);
        expect(plate.y + plate.height).toBeLessThanOrEqual(frame.height);
        expect(plate.x < frame.width / 2).toBe(corner.endsWith('left'));
        expect(plate.rows).toHaveLength(note ? 5 : 4);
      }
    }
    expect(plateOf({ ...BOARD, case: '', place: '', item: '' }, CAPTIONS, ' ', frame)).toBeUndefined();
  });
});
