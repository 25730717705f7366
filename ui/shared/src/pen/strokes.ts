// Pen strokes as they are stored with a note: `[{"points":[[x,y,pressure,ms]…],"color":…,"size":…}]`.
// Coordinates are paper units (the paper is 360 wide and grows downward), ms counts from the stroke's first point.
import { getStroke } from 'perfect-freehand';

export type Point = [x: number, y: number, pressure: number, ms: number];

export interface Stroke {
  points: Point[];
  color: string;
  size: number;
}

export const PAPER_WIDTH = 360;

const HEX = /^#[0-9a-f]{6}$/i;

/** Takes what can be drawn and drops the rest: a note from a newer version must not break an older screen. */
export function readStrokes(value: unknown): Stroke[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown): Stroke[] => {
    if (typeof one !== 'object' || one === null) return [];
    const { points, color, size } = one as { points?: unknown; color?: unknown; size?: unknown };
    if (!Array.isArray(points)) return [];
    const kept = points.filter(isPoint);
    if (kept.length === 0) return [];
    return [
      {
        points: kept,
        color: typeof color === 'string' && HEX.test(color) ? color : '#1a1a1a',
        size: typeof size === 'number' && size > 0 && size < 100 ? size : 4,
      },
    ];
  });
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 4 && value.every((part) => typeof part === 'number' && Number.isFinite(part));
}

/**
 * Leaves out points that lie closer than `gap` units to the one before and rounds the rest: half a unit is finer
 * than a pen's tip, and a page of writing must stay below the size of one operation.
 */
export function thinned(points: readonly Point[], gap = 1): Point[] {
  const kept: Point[] = [];
  const started = points[0]?.[3] ?? 0;
  points.forEach(([x, y, pressure, ms], index) => {
    const before = kept[kept.length - 1];
    const last = index === points.length - 1;
    if (before && !last && Math.hypot(x - before[0], y - before[1]) < gap) return;
    kept.push([Math.round(x * 2) / 2, Math.round(y * 2) / 2, Math.round(pressure * 20) / 20, Math.round(ms - started)]);
  });
  return kept;
}

/** SVG path of one stroke. */
export function pathOf(stroke: Stroke, finished = true): string {
  // Fingers report no pressure (0 or a constant 0.5): then speed makes the line live.
  const first = stroke.points[0]?.[2] ?? 0;
  const simulated = stroke.points.every((point) => point[2] === first);
  const outline = getStroke(
    stroke.points.map(([x, y, pressure]) => [x, y, pressure]),
    { size: stroke.size, thinning: 0.4, smoothing: 0.5, streamline: 0.4, simulatePressure: simulated, last: finished },
  );
  const [start] = outline;
  if (!start) return '';
  const number = (value: number): string => value.toFixed(1);
  const parts = [`M${number(start[0] ?? 0)} ${number(start[1] ?? 0)}Q`];
  outline.forEach(([x0 = 0, y0 = 0], index) => {
    const [x1 = 0, y1 = 0] = outline[(index + 1) % outline.length] ?? [];
    parts.push(`${number(x0)} ${number(y0)} ${number((x0 + x1) / 2)} ${number((y0 + y1) / 2)} `);
  });
  return `${parts.join('').trim()}Z`;
}

/** Lowest written unit; 0 for an empty page. */
export function boundsOf(strokes: readonly Stroke[]): { top: number; bottom: number } {
  let top = Infinity;
  let bottom = 0;
  for (const stroke of strokes) {
    for (const [, y] of stroke.points) {
      top = Math.min(top, y - stroke.size);
      bottom = Math.max(bottom, y + stroke.size);
    }
  }
  return { top: top === Infinity ? 0 : Math.max(0, top), bottom };
}

/** Takes away every stroke that passes within `reach` units of the spot. */
export function eraseAt(strokes: readonly Stroke[], x: number, y: number, reach = 10): Stroke[] {
  return strokes.filter((stroke) => !stroke.points.some((point, index) => near(point, stroke.points[index + 1], x, y, reach)));
}

function near([ax, ay]: Point, next: Point | undefined, x: number, y: number, reach: number): boolean {
  const [bx, by] = next ?? [ax, ay];
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)) <= reach;
}
