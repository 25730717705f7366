// A definition as the builder changes it: plain JSON, one function a change, nothing changed in place.

export interface Piece {
  id: string;
  type: string;
  label?: Words;
  items?: Piece[];
  choices?: { value: string; label: Words }[];
  required?: boolean | string;
  fail_needs_photo?: boolean;
  fail_needs_finding?: boolean;
  unit?: Words;
  [more: string]: unknown;
}
export type Words = string | Record<string, string>;
export interface Definition {
  id: string;
  version: number;
  title: Words;
  items: Piece[];
  [more: string]: unknown;
}

export const wordsOf = (words: Words | undefined): string => (typeof words === 'string' ? words : (words?.ja ?? Object.values(words ?? {})[0] ?? ''));
export const withWords = (old: Words | undefined, ja: string): Words => (old && typeof old === 'object' ? { ...old, ja } : { ja });

/** What staff choose from. */
export const TYPES = ['ruling', 'text', 'decimal', 'integer', 'date', 'time', 'select_one', 'select_many', 'photo', 'signature', 'geopoint', 'acknowledge', 'note'] as const;
const CONTAINERS = ['group', 'matrix', 'repeat'];
export const isContainer = (piece: Piece): boolean => CONTAINERS.includes(piece.type);

export interface Place {
  piece: Piece;
  /** Positions from the outermost list inwards. */
  path: number[];
}

/** All pieces in the order of the form. */
export const flat = (items: readonly Piece[], path: number[] = []): Place[] =>
  items.flatMap((piece, at) => [{ piece, path: [...path, at] }, ...flat(piece.items ?? [], [...path, at])]);

function within(items: readonly Piece[], path: readonly number[], change: (list: Piece[], at: number) => Piece[]): Piece[] {
  const [at, ...rest] = path;
  if (at === undefined) return [...items];
  if (rest.length === 0) return change([...items], at);
  return items.map((piece, index) => (index === at ? { ...piece, items: within(piece.items ?? [], rest, change) } : piece));
}

export const replaced = (of: Definition, path: readonly number[], piece: Piece): Definition => ({
  ...of,
  items: within(of.items, path, (list, at) => list.map((one, index) => (index === at ? piece : one))),
});

export const removed = (of: Definition, path: readonly number[]): Definition => ({
  ...of,
  items: within(of.items, path, (list, at) => list.filter((_, index) => index !== at)),
});

/** One place up or down among its neighbours. */
export const moved = (of: Definition, path: readonly number[], by: -1 | 1): Definition => ({
  ...of,
  items: within(of.items, path, (list, at) => {
    const [piece] = list.splice(at, 1);
    if (piece) list.splice(Math.max(0, Math.min(list.length, at + by)), 0, piece);
    return list;
  }),
});

/** A name that nothing in the form has. */
export function freshId(of: Definition, stem: string): string {
  const taken = new Set(flat(of.items).map(({ piece }) => piece.id));
  for (let n = 1; ; n += 1) if (!taken.has(`${stem}${n}`)) return `${stem}${n}`;
}

export const added = (of: Definition, piece: Piece): Definition => ({ ...of, items: [...of.items, piece] });

/** 判定 matrix: one line of text, one ruling. */
export function matrix(of: Definition, label: string, lines: readonly string[]): Definition {
  const id = freshId(of, 'matrix');
  const items = lines.map((line, at) => ({ id: `${id}_${at + 1}`, type: 'ruling', label: { ja: line } }));
  return added(of, { id, type: 'matrix', label: { ja: label }, fail_needs_photo: true, fail_needs_finding: true, items });
}

/** One choice a line; what was chosen before keeps its value. */
export function withChoices(piece: Piece, text: string): Piece {
  const old = new Map((piece.choices ?? []).map((choice) => [wordsOf(choice.label), choice]));
  const taken = new Set((piece.choices ?? []).map((choice) => choice.value));
  let n = 0;
  const fresh = (): string => {
    do n += 1;
    while (taken.has(`c${n}`));
    return `c${n}`;
  };
  const lines = [...new Set(text.split('\n').map((line) => line.trim()).filter((line) => line !== ''))];
  return { ...piece, choices: lines.map((line) => old.get(line) ?? { value: fresh(), label: { ja: line } }) };
}

export const blank = (id: string, title: string): Definition => ({
  id,
  version: 1,
  title: { ja: title },
  items: [],
  report: [{ each: 'findings', text: { ja: '${label}:${finding}' }, none: { ja: '' } }],
});
