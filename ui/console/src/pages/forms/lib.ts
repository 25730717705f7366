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
  scale?: Scale;
  unit?: Words;
  hint?: Words;
  relevant?: string;
  constraint?: string;
  constraint_message?: Words;
  calculate?: string;
  choice_filter?: string;
  /** The name of a large list of the form. */
  list?: string;
  [more: string]: unknown;
}
/** conform: 適・否・該当なし; good: 良・不良・該当なし. */
export type Scale = 'conform' | 'good';
export type Words = string | Record<string, string>;
export interface Definition {
  id: string;
  version: number;
  title: Words;
  items: Piece[];
  lists?: Record<string, LargeListDef>;
  [more: string]: unknown;
}

/** A list of the definition; `rows` is empty where they lie apart, in pieces. */
export interface LargeListDef {
  columns: string[];
  rows?: string[][];
  pieces?: { digest: string; rows: number; pieces: number };
}

export const wordsOf = (words: Words | undefined): string => (typeof words === 'string' ? words : (words?.ja ?? Object.values(words ?? {})[0] ?? ''));
export const withWords = (old: Words | undefined, ja: string): Words => (old && typeof old === 'object' ? { ...old, ja } : { ja });

/** What staff choose from. */
export const TYPES = ['ruling', 'text', 'decimal', 'integer', 'date', 'time', 'select_one', 'select_many', 'photo', 'signature', 'geopoint', 'acknowledge', 'note', 'calculate'] as const;
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

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((one, at) => one === b[at]);
const listAt = (of: Definition, path: readonly number[]): readonly Piece[] =>
  path.slice(0, -1).reduce<readonly Piece[]>((items, at) => items[at]?.items ?? [], of.items);
const parentOf = (of: Definition, path: readonly number[]): Piece | undefined => (path.length > 1 ? listAt(of, path.slice(0, -1))[path[path.length - 2] ?? 0] : undefined);

/** A table of rulings holds rulings; a heading anything. */
export const mayHold = (container: Piece | undefined, piece: Piece): boolean => container?.type !== 'matrix' || piece.type === 'ruling';

/** The piece at `from` to the place before `to` (a path of the form as it stands). Where it may not stand: unchanged. */
export function carried(of: Definition, from: readonly number[], to: readonly number[]): Definition {
  const piece = listAt(of, from)[from[from.length - 1] ?? -1];
  const inside = from.every((at, depth) => to[depth] === at) && to.length > from.length;
  if (!piece || inside || to.length === 0 || !mayHold(parentOf(of, to), piece)) return of;
  const goal = [...to];
  const depth = from.length - 1;
  // What stood before the goal in the same list moves up by one.
  if (goal.length > depth && same(goal.slice(0, depth), from.slice(0, depth)) && (goal[depth] ?? 0) > (from[depth] ?? 0)) goal[depth] = (goal[depth] ?? 0) - 1;
  const without = removed(of, from);
  return { ...without, items: within(without.items, goal, (list, at) => [...list.slice(0, at), piece, ...list.slice(at)]) };
}

/** One line up or down as the list reads: a question goes into a heading beside it and out again at its edge. */
export function moved(of: Definition, path: readonly number[], by: -1 | 1): Definition {
  const list = listAt(of, path);
  const at = path[path.length - 1] ?? 0;
  const piece = list[at];
  if (!piece) return of;
  const above = path.slice(0, -1);
  const beside = list[at + by];
  if (!beside) {
    // Out of the heading, before or after it.
    if (above.length === 0) return of;
    const place = above[above.length - 1] ?? 0;
    return carried(of, path, [...above.slice(0, -1), by < 0 ? place : place + 1]);
  }
  if (isContainer(beside) && !isContainer(piece) && mayHold(beside, piece)) {
    return carried(of, path, [...above, at + by, by < 0 ? (beside.items?.length ?? 0) : 0]);
  }
  return carried(of, path, [...above, by < 0 ? at - 1 : at + 2]);
}

/** Fields that only some kinds have; another kind would call them a mistake. */
const FITS: Record<string, readonly string[]> = {
  choices: ['select_one', 'select_many', 'rank'],
  list: ['select_one', 'select_many', 'rank'],
  choice_filter: ['select_one', 'select_many', 'rank'],
  scale: ['ruling', 'matrix'],
  fail_needs_photo: ['ruling', 'matrix'],
  fail_needs_finding: ['ruling', 'matrix'],
  rest_conform: ['ruling', 'matrix'],
  phrases: ['ruling', 'text'],
  min: ['integer', 'decimal'],
  max: ['integer', 'decimal'],
  unit: ['integer', 'decimal', 'text'],
  max_length: ['text'],
  appearance: ['text'],
  draft: ['text'],
  max_count: ['photo', 'file'],
  meta: ['meta'],
};
const NEVER_KEPT = ['default', 'default_expression', 'calculate', 'constraint', 'constraint_message'];

/** The same question asked in another way: what does not fit the new kind goes. */
export function withType(piece: Piece, type: string): Piece {
  const next: Piece = { ...piece, type };
  for (const field of Object.keys(next)) {
    if (FITS[field] && !FITS[field].includes(type)) delete next[field];
    if (NEVER_KEPT.includes(field)) delete next[field];
  }
  if (type === 'note' || type === 'calculate') delete next.required;
  if (type.startsWith('select') && !next.choices && !next.list) next.choices = [];
  return next;
}

/** Of a table: the scale that its rulings are read with; mixed ones count as 適・否. */
export const scaleOf = (piece: Piece): Scale => {
  const inside = piece.items ?? [];
  if (piece.type === 'matrix' && inside.length > 0) return inside.every((one) => (one.scale ?? piece.scale) === 'good') ? 'good' : 'conform';
  return piece.scale ?? 'conform';
};

/** A table's scale counts for all its rulings. */
export function withScale(piece: Piece, scale: Scale): Piece {
  const items = piece.items?.map((one) => {
    const { scale: _, ...rest } = one;
    return rest as Piece;
  });
  return { ...piece, scale, ...(items ? { items } : {}) };
}

/** A name that nothing in the form has. */
export function freshId(of: Definition, stem: string): string {
  const taken = new Set(flat(of.items).map(({ piece }) => piece.id));
  for (let n = 1; ; n += 1) if (!taken.has(`${stem}${n}`)) return `${stem}${n}`;
}

export const added = (of: Definition, piece: Piece): Definition => ({ ...of, items: [...of.items, piece] });

/** Directly after the piece at `path`, under the same heading. */
export const addedAfter = (of: Definition, path: readonly number[], piece: Piece): Definition => ({
  ...of,
  items: within(of.items, path, (list, at) => [...list.slice(0, at + 1), piece, ...list.slice(at + 1)]),
});

/** 判定 matrix: one line of text, one ruling. */
export function matrix(of: Definition, label: string, lines: readonly string[], scale: Scale = 'conform'): Definition {
  const id = freshId(of, 'matrix');
  const items = lines.map((line, at) => ({ id: `${id}_${at + 1}`, type: 'ruling', label: { ja: line } }));
  return added(of, { id, type: 'matrix', label: { ja: label }, scale, fail_needs_photo: true, fail_needs_finding: true, items });
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

/** A field that is taken away rather than left empty. */
export function withField(piece: Piece, field: string, value: unknown): Piece {
  const next: Piece = { ...piece };
  if (value === undefined || value === '') delete next[field];
  else next[field] = value;
  return next;
}

/** Words that may also be none. */
export const withOptionalWords = (piece: Piece, field: 'hint' | 'unit' | 'constraint_message', ja: string): Piece => withField(piece, field, ja === '' ? undefined : withWords(piece[field], ja));

/** Selects from a large list instead of own choices; empty: from own choices again. */
export function withList(piece: Piece, list: string): Piece {
  const { choices, list: _, choice_filter: filter, ...rest } = piece;
  if (list === '') return { ...rest, choices: choices ?? [] } as Piece;
  return { ...rest, list, ...(piece.list === list && filter ? { choice_filter: filter } : {}) } as Piece;
}

export const countOf = (list: LargeListDef | undefined): number => list?.pieces?.rows ?? list?.rows?.length ?? 0;

/** Lists that no question selects from any more leave the definition. */
export function tidied(of: Definition): Definition {
  const used = new Set(flat(of.items).map(({ piece }) => piece.list));
  const kept = Object.entries(of.lists ?? {}).filter(([name, list]) => used.has(name) || !list.pieces);
  if (kept.length === Object.keys(of.lists ?? {}).length) return of;
  const { lists: _, ...rest } = of;
  return (kept.length > 0 ? { ...rest, lists: Object.fromEntries(kept) } : rest) as Definition;
}

/** Why a field of a piece cannot stand; without a field: what has no place of its own. */
export type ProblemOf = (item: string, field?: string) => string;
/** Fields whose problems are shown beside them. */
export const PLACED = ['relevant', 'constraint', 'calculate', 'choice_filter', 'choices', 'list'];
