import { describe, expect, it } from 'vitest';
import { cornerAt, CORNERS, cropPixels, inboxName, isWhole, moveCorner, WHOLE } from './lib';

describe('crop', () => {
  it('follows the corner', () => {
    const crop = moveCorner(WHOLE, 'top-left', 0.1, 0.2);
    expect(crop).toEqual({ top: 0.2, right: 0, bottom: 0, left: 0.1 });
    expect(cornerAt(crop, 'top-left')).toEqual({ x: 0.1, y: 0.2 });
    expect(cornerAt(crop, 'bottom-right')).toEqual({ x: 1, y: 1 });
  });

  it('never turns inside out and never leaves the picture', () => {
    let crop = WHOLE;
    // A walk over many places, outside ones too.
    for (let step = 0; step < 2000; step += 1) {
      const corner = CORNERS[step % 4] ?? 'top-left';
      crop = moveCorner(crop, corner, ((step * 37) % 300) / 100 - 1, ((step * 53) % 300) / 100 - 1);
      expect(crop.left + crop.right).toBeLessThanOrEqual(0.9 + 1e-9);
      expect(crop.top + crop.bottom).toBeLessThanOrEqual(0.9 + 1e-9);
      expect(Math.min(crop.top, crop.right, crop.bottom, crop.left)).toBeGreaterThanOrEqual(0);
      const part = cropPixels(crop, 4000, 3000);
      expect(part.x + part.width).toBeLessThanOrEqual(4000);
      expect(part.y + part.height).toBeLessThanOrEqual(3000);
    }
  });

  it('knows an untouched picture, whose bytes must stay as they are', () => {
    expect(isWhole(WHOLE)).toBe(true);
    expect(isWhole(moveCorner(WHOLE, 'top-left', 0.01, 0))).toBe(false);
    expect(cropPixels(WHOLE, 4000, 3000)).toEqual({ x: 0, y: 0, width: 4000, height: 3000 });
  });
});

it('gives files a safe name of its own', () => {
  expect(inboxName('../../写真 1.PNG', 'u')).toBe('u.png');
  expect(inboxName('IMG_1.HEIC', 'u')).toBe('u.heic');
  expect(inboxName('', 'u')).toBe('u.jpg');
});
