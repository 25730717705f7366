// Marks being made and moved: pure, in shares of the upright picture.
import { rectOf, writtenOf, type Board, type Colour, type Frame, type Mark, type Marks, type Spot, type Thickness } from '@ekitei/shared';

export const TOOLS = ['arrow', 'box', 'text', 'black_out'] as const;
export type Tool = (typeof TOOLS)[number];
/** What of a mark is moved: all of it, or one of its ends. */
export type Part = 'whole' | 'from' | 'to';

export interface Pen {
  colour: Colour;
  thickness: Thickness;
}

export interface Layer {
  marks: Marks;
  board: Board | null;
}

export const within = (value: number): number => Math.min(1, Math.max(0, value));
const inside = ({ x, y }: Spot): Spot => ({ x: within(x), y: within(y) });

/** Between two places; a text stands at the first. */
export function drawn(tool: Tool, from: Spot, to: Spot, pen: Pen, text = ''): Mark {
  const [a, b] = [inside(from), inside(to)];
  if (tool === 'arrow') return { kind: 'arrow', from: a, to: b, ...pen };
  if (tool === 'text') return { kind: 'text', at: a, text, ...pen };
  if (tool === 'box') return { kind: 'box', area: { from: a, to: b }, ...pen };
  return { kind: 'black_out', area: { from: a, to: b } };
}

/** Of a usual size around a place: for a tap, and for who draws no lines. An arrow points there. */
export function placed(tool: Tool, at: Spot, pen: Pen, text = ''): Mark {
  if (tool === 'text') return drawn(tool, at, at, pen, text);
  if (tool === 'arrow') return drawn(tool, { x: at.x > 0.25 ? at.x - 0.2 : at.x + 0.2, y: at.y > 0.25 ? at.y - 0.15 : at.y + 0.15 }, at, pen);
  const [wide, high] = tool === 'box' ? [0.15, 0.1] : [0.15, 0.04];
  return drawn(tool, { x: at.x - wide, y: at.y - high }, { x: at.x + wide, y: at.y + high }, pen);
}

/** Long enough to be meant as a stroke. */
export const isStroke = (from: Spot, to: Spot): boolean => Math.hypot(to.x - from.x, to.y - from.y) > 0.025;

export function endsOf(mark: Mark): { from: Spot; to: Spot } {
  if (mark.kind === 'arrow') return { from: mark.from, to: mark.to };
  if (mark.kind === 'text') return { from: mark.at, to: mark.at };
  return mark.area;
}

function withEnds(mark: Mark, from: Spot, to: Spot): Mark {
  if (mark.kind === 'arrow') return { ...mark, from, to };
  if (mark.kind === 'text') return { ...mark, at: from };
  return { ...mark, area: { from, to } };
}

/** Never out of the picture; a whole mark keeps its size. */
export function moved(mark: Mark, part: Part, dx: number, dy: number): Mark {
  const { from, to } = endsOf(mark);
  if (part === 'from') return withEnds(mark, inside({ x: from.x + dx, y: from.y + dy }), to);
  if (part === 'to') return withEnds(mark, from, inside({ x: to.x + dx, y: to.y + dy }));
  const bound = (a: number, b: number, by: number): number => Math.min(1 - Math.max(a, b), Math.max(-Math.min(a, b), by));
  const [x, y] = [bound(from.x, to.x, dx), bound(from.y, to.y, dy)];
  return withEnds(mark, { x: from.x + x, y: from.y + y }, { x: to.x + x, y: to.y + y });
}

export function recoloured(mark: Mark, pen: Partial<Pen>): Mark {
  return mark.kind === 'black_out' ? mark : { ...mark, ...pen };
}

/** What a mark covers, in units of the frame. */
export function extentOf(mark: Mark, frame: Frame): { x: number; y: number; width: number; height: number } {
  if (mark.kind !== 'text') {
    const { from, to } = endsOf(mark);
    return rectOf(from, to, frame);
  }
  const written = writtenOf(mark, frame);
  const letters = Math.max(1, ...written.lines.map((line) => [...line.text].length));
  return { x: written.x, y: mark.at.y * frame.height, width: letters * written.size, height: written.lines.length * written.size * 1.25 };
}

/** The uppermost mark under a finger; an arrow counts where its line is. */
export function hit(marks: readonly Mark[], at: Spot, frame: Frame, reach: number): number | undefined {
  const [x, y] = [at.x * frame.width, at.y * frame.height];
  // Black-outs lie below everything else.
  const order = [...marks.keys()].sort((a, b) => Number(marks[a]?.kind !== 'black_out') - Number(marks[b]?.kind !== 'black_out') || a - b);
  return order.reverse().find((index) => {
    const mark = marks[index];
    if (!mark) return false;
    if (mark.kind === 'arrow') {
      const [x0, y0] = [mark.from.x * frame.width, mark.from.y * frame.height];
      const [dx, dy] = [mark.to.x * frame.width - x0, mark.to.y * frame.height - y0];
      const along = within(((x - x0) * dx + (y - y0) * dy) / Math.max(1e-9, dx * dx + dy * dy));
      return Math.hypot(x - x0 - along * dx, y - y0 - along * dy) <= reach;
    }
    const box = extentOf(mark, frame);
    return x >= box.x - reach && x <= box.x + box.width + reach && y >= box.y - reach && y <= box.y + box.height + reach;
  });
}

/** The end of a chosen mark under a finger. */
export function partAt(mark: Mark, at: Spot, frame: Frame, reach: number): Part {
  if (mark.kind === 'text') return 'whole';
  const { from, to } = endsOf(mark);
  const away = (end: Spot): number => Math.hypot((end.x - at.x) * frame.width, (end.y - at.y) * frame.height);
  if (away(to) <= reach && away(to) <= away(from)) return 'to';
  return away(from) <= reach ? 'from' : 'whole';
}
