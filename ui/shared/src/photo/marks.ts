// Marks and the small blackboard as shapes: the same places and sizes as the office burns into its papers. Pure. Units:
// thousandths of the picture's long side, so that nothing depends on how many pixels a copy has.
import type { Board, Colour, Mark, Spot, Thickness } from '../gen/bridge';

export interface Frame {
  width: number;
  height: number;
}

/** The picture in units; its long side is 1000. */
export function frameOf(widthPx: number, heightPx: number): Frame {
  const unit = 1000 / Math.max(1, widthPx, heightPx);
  return { width: Math.max(1, widthPx * unit), height: Math.max(1, heightPx * unit) };
}

export const COLOURS: readonly Colour[] = ['red', 'yellow', 'blue', 'white', 'black'];
export const THICKNESSES: readonly Thickness[] = ['thin', 'medium', 'thick'];
const INK: Record<Colour, string> = { red: '#d61420', yellow: '#ffd600', blue: '#0052cc', white: '#ffffff', black: '#000000' };
const LINE: Record<Thickness, number> = { thin: 2.6, medium: 4.6, thick: 8 };
const LETTER: Record<Thickness, number> = { thin: 20, medium: 30, thick: 46 };
/** How far below the upper edge of a line its letters stand. */
const ASCENT = 0.88;

export const inkOf = (colour: Colour): string => INK[colour];
/** The ground on which a colour can be read. */
export const haloOf = (colour: Colour): string => (colour === 'yellow' || colour === 'white' ? '#141414' : '#ffffff');
export const lineOf = (thickness: Thickness): number => LINE[thickness];

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function rectOf(from: Spot, to: Spot, frame: Frame): Rect {
  return {
    x: Math.min(from.x, to.x) * frame.width,
    y: Math.min(from.y, to.y) * frame.height,
    width: Math.abs(to.x - from.x) * frame.width,
    height: Math.abs(to.y - from.y) * frame.height,
  };
}

/** Shaft and head of an arrow; undefined where it has no length. */
export function arrowOf(from: Spot, to: Spot, thickness: Thickness, frame: Frame): { shaft: string; tip: string } | undefined {
  const [x0, y0, x1, y1] = [from.x * frame.width, from.y * frame.height, to.x * frame.width, to.y * frame.height];
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 1) return undefined;
  const head = Math.min(LINE[thickness] * 4.2, length);
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [bx, by] = [x1 - ux * head, y1 - uy * head];
  const half = head * 0.52;
  return {
    shaft: `M${x0} ${y0}L${bx + ux * head * 0.1} ${by + uy * head * 0.1}`,
    tip: `M${x1} ${y1}L${bx - uy * half} ${by + ux * half}L${bx + uy * half} ${by - ux * half}Z`,
  };
}

/** In letters' widths: what is written in a full square counts one. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += /[ -~\u00a0-\u00ff\uff61-\uff9f]/.test(letter) ? 0.56 : 1;
  return width;
}

/** Breaks where the room ends. */
export function linesOf(text: string, room: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const letter of paragraph) {
      if (line !== '' && widthOf(line + letter) > room) {
        lines.push(line);
        line = '';
      }
      line += letter;
    }
    return [...lines, line];
  });
}

export interface Written {
  x: number;
  size: number;
  /** Each with the line it stands on. */
  lines: { text: string; y: number }[];
}

export function writtenOf(mark: Extract<Mark, { kind: 'text' }>, frame: Frame): Written {
  const size = LETTER[mark.thickness];
  const edge = size * 0.2;
  const longest = Math.max(0, ...mark.text.split('\n').map(widthOf)) * size;
  const wanted = mark.at.x * frame.width;
  // A text too near the right edge moves left before its lines break.
  const x = Math.max(Math.min(wanted, frame.width - edge - longest), Math.min(edge, wanted));
  const room = Math.max(frame.width - x - edge, size * 1.05) / size;
  const top = mark.at.y * frame.height;
  return { x, size, lines: linesOf(mark.text, room).map((text, at) => ({ text, y: top + size * (ASCENT + 1.25 * at) })) };
}

export const BOARD_FIELDS = ['case', 'place', 'item', 'date', 'note'] as const;
export type BoardField = (typeof BOARD_FIELDS)[number];

export interface Plate extends Rect {
  size: number;
  /** Width of the captions. */
  captions: number;
  rows: { caption: string; captionY: number; lines: { text: string; y: number }[]; top: number }[];
}

/** The blackboard as large as its words need; undefined when nothing is written on it. */
export function plateOf(board: Board, captions: Record<BoardField, string>, date: string, frame: Frame): Plate | undefined {
  const said = { ...board, date };
  const fields = BOARD_FIELDS.map((field) => [captions[field], said[field].trim()] as const).filter(([, text]) => text !== '');
  if (fields.length === 0) return undefined;
  const width = frame.width * (frame.width < frame.height ? 0.56 : 0.38);
  const widest = Math.max(...fields.map(([caption]) => widthOf(caption)));
  const left = (size: number): number => widest * size * 0.78 + size * 0.9;
  const set = (size: number): string[][] => fields.map(([, text]) => linesOf(text, Math.max(width - left(size) - size, size * 2) / size));
  const tall = (lines: string[][], size: number): number => lines.reduce((sum, one) => sum + size * (0.55 + 1.3 * one.length), 0);
  let size = 1000 / 64;
  let lines = set(size);
  while (tall(lines, size) > frame.height * 0.45 && size > 7) {
    size *= 0.92;
    lines = set(size);
  }
  const height = Math.min(tall(lines, size), frame.height);
  const margin = size * 0.6;
  const x = board.corner.endsWith('left') ? margin : frame.width - width - margin;
  const y = board.corner.startsWith('top') ? margin : Math.max(0, frame.height - height - margin);
  let top = y;
  const rows = fields.map(([caption], at) => {
    const own = lines[at] ?? [];
    const row = {
      caption,
      top,
      captionY: top + size * (0.42 + 0.78 * ASCENT),
      lines: own.map((text, line) => ({ text, y: top + size * (0.3 + 1.3 * line + ASCENT) })),
    };
    top += size * (0.55 + 1.3 * own.length);
    return row;
  });
  return { x, y, width, height, size, captions: left(size), rows };
}
