// Conditions as staff pick them (question, operator, value) and the expressions that they stand for. What was written by
// hand in another way is no picked condition: it stays an expression.
import { flat, wordsOf, type Definition, type Piece } from './lib';

/** How the answer of a subject compares. */
export type SubjectKind = 'choice' | 'many' | 'number' | 'date' | 'text' | 'given';

/** What a condition speaks of: a question, the answer itself, or a column of a list. */
export interface Subject {
  key: string;
  /** As it stands in an expression. */
  text: string;
  label: string;
  kind: SubjectKind;
  choices?: readonly { value: string; label: string }[];
}

export type Operator = 'is' | 'is_not' | 'has' | 'has_not' | 'more' | 'more_same' | 'less' | 'less_same' | 'contains' | 'answered' | 'unanswered';

export interface Condition {
  subject: string;
  operator: Operator;
  /** What it is compared with: a value, or the key of another subject; `today` of days. */
  with: 'value' | 'today' | `of:${string}`;
  value: string;
}
export interface Conditions {
  join: 'and' | 'or';
  all: Condition[];
}

/** The rulings' values; their words depend on the scale. */
export const RULING_VALUES = ['ok', 'fail', 'na'] as const;

const KINDS: Record<string, SubjectKind> = {
  ruling: 'choice',
  select_one: 'choice',
  select_many: 'many',
  rank: 'many',
  integer: 'number',
  decimal: 'number',
  calculate: 'number',
  date: 'date',
  text: 'text',
  qr: 'text',
  hidden: 'text',
  meta: 'text',
};
const OPERATORS: Record<SubjectKind, readonly Operator[]> = {
  choice: ['is', 'is_not', 'answered', 'unanswered'],
  many: ['has', 'has_not', 'answered', 'unanswered'],
  number: ['is', 'is_not', 'more', 'more_same', 'less', 'less_same', 'answered', 'unanswered'],
  date: ['is', 'more', 'more_same', 'less', 'less_same', 'answered', 'unanswered'],
  text: ['is', 'is_not', 'contains', 'answered', 'unanswered'],
  given: ['answered', 'unanswered'],
};
const SIGNS: Partial<Record<Operator, string>> = { is: '=', is_not: '!=', more: '>', more_same: '>=', less: '<', less_same: '<=' };

export const kindOf = (type: string): SubjectKind => KINDS[type] ?? 'given';
export const operatorsOf = (kind: SubjectKind): readonly Operator[] => OPERATORS[kind];
export const isAlone = (operator: Operator): boolean => operator === 'answered' || operator === 'unanswered';

/** Words of a ruling's values by its scale. */
export type RulingWord = (scale: string, value: string) => string;

function subjectOf(piece: Piece, scale: string, word: RulingWord): Subject {
  const one: Subject = { key: piece.id, text: `\${${piece.id}}`, label: wordsOf(piece.label) || piece.id, kind: kindOf(piece.type) };
  if (piece.type === 'ruling') return { ...one, choices: RULING_VALUES.map((value) => ({ value, label: word(scale, value) })) };
  const choices = (piece.choices ?? []).map(({ value, label }) => ({ value, label: wordsOf(label) }));
  return choices.length > 0 ? { ...one, choices } : one;
}

/** The nearest repeat around a place; empty: none. */
const repeatOf = (of: Definition, path: readonly number[]): string => {
  let items: readonly Piece[] = of.items;
  let found = '';
  for (const at of path.slice(0, -1)) {
    const piece = items[at];
    if (piece?.type === 'repeat') found = piece.id;
    items = piece?.items ?? [];
  }
  return found;
};

const CANNOT = ['group', 'matrix', 'repeat', 'note'];

/** The questions that a condition at `path` may speak of: not itself, nothing inside of it, no row of another table. */
export function subjectsFor(of: Definition, path: readonly number[], word: RulingWord): Subject[] {
  const here = repeatOf(of, path);
  const own = (other: readonly number[]): boolean => path.every((at, depth) => other[depth] === at);
  const scaleOf = (other: readonly number[], piece: Piece): string => {
    let items: readonly Piece[] = of.items;
    let scale = 'conform';
    for (const at of other.slice(0, -1)) {
      scale = (items[at]?.scale as string | undefined) ?? scale;
      items = items[at]?.items ?? [];
    }
    return (piece.scale as string | undefined) ?? scale;
  };
  return flat(of.items)
    .filter(({ piece, path: other }) => !CANNOT.includes(piece.type) && !own(other) && ['', here].includes(repeatOf(of, other)))
    .map(({ piece, path: other }) => subjectOf(piece, scaleOf(other, piece), word));
}

/** The answer of the question itself, for what it accepts. */
export const itself = (piece: Piece, label: string, word: RulingWord): Subject => ({ ...subjectOf(piece, piece.scale ?? 'conform', word), key: '.', text: '.', label });

const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

/** Columns by which a list can be narrowed: not the answer, not its words. */
export function columnsOf(of: Definition, piece: Piece): Subject[] {
  const lists = of.lists as Record<string, { columns?: string[] }> | undefined;
  const names = piece.list ? (lists?.[piece.list as string]?.columns ?? []) : [...new Set((piece.choices ?? []).flatMap((choice) => Object.keys(choice)))];
  return names
    .filter((name) => name !== 'value' && name !== 'name' && name !== 'label' && !name.startsWith('label.') && PLAIN_NAME.test(name))
    .map((name) => ({ key: name, text: name, label: name, kind: 'text' }));
}

/** A text as an expression writes it; one with both quotation marks is put together. */
export function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  return `concat(${text.split("'").map((part) => `'${part}'`).join(`, "'", `)})`;
}

/** Full-width digits are what a Japanese keyboard gives. */
export const plainNumber = (text: string): string => text.normalize('NFKC').trim();
const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

function literal(kind: SubjectKind, value: string): string | undefined {
  if (value === '') return undefined;
  if (kind === 'number') return isNumber(plainNumber(value)) ? plainNumber(value) : undefined;
  if (kind === 'date') return isDay(value) ? `date('${value}')` : undefined;
  return quoted(value);
}

/** Nothing: something is still missing. */
function written(one: Condition, subjects: readonly Subject[]): string | undefined {
  const subject = subjects.find(({ key }) => key === one.subject);
  if (!subject || !operatorsOf(subject.kind).includes(one.operator)) return undefined;
  if (one.operator === 'answered') return `${subject.text} != ''`;
  if (one.operator === 'unanswered') return `${subject.text} = ''`;
  const other = one.with.startsWith('of:') ? subjects.find(({ key }) => `of:${key}` === one.with)?.text : one.with === 'today' ? 'today()' : literal(subject.kind, one.value);
  if (other === undefined) return undefined;
  if (one.operator === 'has') return `selected(${subject.text}, ${other})`;
  if (one.operator === 'has_not') return `not(selected(${subject.text}, ${other}))`;
  if (one.operator === 'contains') return `contains(${subject.text}, ${other})`;
  return `${subject.text} ${SIGNS[one.operator] ?? '='} ${other}`;
}

export const isWhole = (one: Condition, subjects: readonly Subject[]): boolean => written(one, subjects) !== undefined;

/** The expression of those conditions that are whole; nothing: there is none. */
export function write(conditions: Conditions, subjects: readonly Subject[]): string | undefined {
  const parts = conditions.all.map((one) => written(one, subjects)).filter((text) => text !== undefined);
  return parts.length === 0 ? undefined : parts.join(` ${conditions.join} `);
}

/** The parts between `and` or `or` outside of brackets and quotation marks; nothing: both are used. */
function split(text: string): { join: Conditions['join']; parts: string[] } | undefined {
  const cuts: { at: number; word: string }[] = [];
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quote) quote = sign === quote ? '' : quote;
    else if (sign === "'" || sign === '"') quote = sign;
    else if (sign === '(' || sign === '{') depth += 1;
    else if (sign === ')' || sign === '}') depth -= 1;
    else if (depth === 0) {
      const found = /^\s(and|or)\s/.exec(text.slice(at, at + 5));
      if (found?.[1]) cuts.push({ at, word: found[1] });
    }
  }
  const words = new Set(cuts.map(({ word }) => word));
  if (words.size > 1) return undefined;
  const parts: string[] = [];
  let from = 0;
  for (const { at, word } of cuts) {
    parts.push(text.slice(from, at));
    from = at + word.length + 2;
  }
  parts.push(text.slice(from));
  return { join: words.has('or') ? 'or' : 'and', parts: parts.map((part) => part.trim()) };
}

function unquoted(text: string): string | undefined {
  const found = /^'([^']*)'$|^"([^"]*)"$/.exec(text);
  return found ? (found[1] ?? found[2] ?? '') : undefined;
}

function readOne(text: string, subjects: readonly Subject[]): Condition | undefined {
  const named = (part: string): Subject | undefined => subjects.find((subject) => subject.text === part.trim());
  const call = /^(not\(selected|selected|contains)\((.+?), *(.+?)\)\)?$/.exec(text);
  const sign = /^(.+?) *(!=|>=|<=|=|>|<) *(.+)$/.exec(text);
  const subject = named(call?.[2] ?? sign?.[1] ?? '');
  const right = (call?.[3] ?? sign?.[3] ?? '').trim();
  if (!subject) return undefined;
  let operator: Operator = 'contains';
  if (call) operator = call[1] === 'selected' ? 'has' : call[1] === 'contains' ? 'contains' : 'has_not';
  else operator = (Object.keys(SIGNS) as Operator[]).find((name) => SIGNS[name] === sign?.[2]) ?? 'is';
  if (right === "''" && !call) return { subject: subject.key, operator: operator === 'is' ? 'unanswered' : 'answered', with: 'value', value: '' };
  const other = named(right);
  if (other) return { subject: subject.key, operator, with: `of:${other.key}`, value: '' };
  if (right === 'today()') return { subject: subject.key, operator, with: 'today', value: '' };
  const day = /^date\('(.+)'\)$/.exec(right)?.[1];
  return { subject: subject.key, operator, with: 'value', value: day ?? unquoted(right) ?? right };
}

const tight = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** The conditions that an expression stands for; nothing: it says more than can be picked. */
export function read(expression: string | undefined, subjects: readonly Subject[]): Conditions | undefined {
  const text = tight(expression ?? '');
  if (text === '') return { join: 'and', all: [] };
  const cut = split(text);
  const all = cut?.parts.map((part) => readOne(part, subjects)) ?? [];
  if (!cut || !all.every((one) => one !== undefined)) return undefined;
  const conditions: Conditions = { join: cut.join, all };
  // Only what would be written in the same way: nothing is lost by picking.
  return tight(write(conditions, subjects) ?? '').replaceAll('"', "'") === text.replaceAll('"', "'") ? conditions : undefined;
}

/** A first condition about this subject. */
export function fresh(subject: Subject, others: readonly Subject[] = []): Condition {
  const partner = others.find(({ kind }) => kind !== 'given');
  return { subject: subject.key, operator: operatorsOf(subject.kind)[0] ?? 'answered', with: partner ? `of:${partner.key}` : 'value', value: subject.choices?.[0]?.value ?? '' };
}

// Calculations: two operands and a sign, or a figure over the rows of a table.

export type Figure = 'sum' | 'max' | 'min' | 'count';
export type Sign = '+' | '-' | '*' | 'div';
export interface Arithmetic {
  how: Sign;
  left: Operand;
  right: Operand;
}
export type Calculation = { how: Figure; of: string } | Arithmetic;
/** A question's key, or a number. */
export type Operand = { of: string } | { number: string };
export const FIGURES: readonly Figure[] = ['sum', 'max', 'min', 'count'];
export const ARITHMETIC: readonly Sign[] = ['+', '-', '*', 'div'];

/** Numbers inside of tables that do not stand around `path`: figures are made of their rows. */
export function tabledFor(of: Definition, path: readonly number[]): Subject[] {
  const here = repeatOf(of, path);
  return flat(of.items)
    .filter(({ piece, path: other }) => kindOf(piece.type) === 'number' && repeatOf(of, other) !== '' && repeatOf(of, other) !== here)
    .map(({ piece }) => subjectOf(piece, 'conform', () => ''));
}

const operandText = (one: Operand): string | undefined => ('of' in one ? (one.of ? `\${${one.of}}` : undefined) : isNumber(plainNumber(one.number)) ? plainNumber(one.number) : undefined);

export function writeCalculation(one: Calculation): string | undefined {
  if ('of' in one) return one.of ? `${one.how}(\${${one.of}})` : undefined;
  const [left, right] = [operandText(one.left), operandText(one.right)];
  return left === undefined || right === undefined ? undefined : `${left} ${one.how} ${right}`;
}

export function readCalculation(expression: string | undefined): Calculation | undefined {
  const text = tight(expression ?? '');
  const figure = /^(sum|max|min|count)\(\$\{([^}]+)\}\)$/.exec(text);
  if (figure?.[2]) return { how: figure[1] as Figure, of: figure[2] };
  const found = /^(\$\{[^}]+\}|-?\d+(?:\.\d+)?) (\+|-|\*|div) (\$\{[^}]+\}|-?\d+(?:\.\d+)?)$/.exec(text);
  if (!found) return undefined;
  const operand = (part: string): Operand => (part.startsWith('${') ? { of: part.slice(2, -1) } : { number: part });
  return { how: found[2] as Sign, left: operand(found[1] ?? ''), right: operand(found[3] ?? '') };
}
