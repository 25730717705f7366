// What the screens of an inspection work out by themselves: pure, without the core.
import { parseDate, tMaybe, t, type AnswerFault, type Fault, type ItemView, type PageView, type RecordId } from '@ekitei/shared';

export const RULINGS = ['ok', 'fail', 'na'] as const;
export type RulingWord = (typeof RULINGS)[number];

const CONTAINERS: readonly string[] = ['group', 'matrix', 'repeat'];
export const isContainer = (item: ItemView): boolean => CONTAINERS.includes(item.type);

/** Replaces items by their key; what is within a container stays, unless the new one brings its own. */
export function replaceItems(pages: readonly PageView[], changed: readonly ItemView[]): PageView[] {
  const news = new Map(changed.map((item) => [item.key, item]));
  const walk = (items: readonly ItemView[]): ItemView[] => {
    let same = true;
    const next = items.map((item) => {
      const inner = item.items ? walk(item.items) : item.items;
      const instances = item.instances?.map((one) => {
        const within = walk(one.items);
        return within === one.items ? one : { ...one, items: within };
      });
      const moved = inner !== item.items || instances?.some((one, at) => one !== item.instances?.[at]);
      const found = news.get(item.key);
      if (!found && !moved) return item;
      same = false;
      const content = {
        ...(inner ? { items: inner } : {}),
        ...(instances ? { instances } : {}),
      };
      return { ...(found ?? item), ...content };
    });
    return same ? (items as ItemView[]) : next;
  };
  return pages.map((page) => {
    const items = walk(page.items);
    return items === page.items ? page : { ...page, items };
  });
}

/** A fresh page keeps the objects of the old one where nothing changed, so that only what changed is drawn. */
export function keepSame(before: PageView | undefined, now: PageView): PageView {
  if (!before) return now;
  const kept = sameItems(before.items, now.items);
  return kept === before.items && before.label === now.label ? before : { ...now, items: kept };
}

function sameItems(before: readonly ItemView[], now: readonly ItemView[]): ItemView[] {
  const old = new Map(before.map((item) => [item.key, item]));
  const next = now.map((item) => {
    const was = old.get(item.key);
    return was && JSON.stringify(was) === JSON.stringify(item) ? was : item;
  });
  const same = next.length === before.length && next.every((item, at) => item === before[at]);
  return same ? (before as ItemView[]) : next;
}

/** A ruling with its finding and photos: they are one card. */
export interface Card {
  key: string;
  item: ItemView;
  finding?: ItemView;
  photos?: ItemView;
}

export function cardsOf(items: readonly ItemView[]): Card[] {
  const parts = new Map<string, ItemView[]>();
  for (const item of items) if (item.part_of) parts.set(item.part_of, [...(parts.get(item.part_of) ?? []), item]);
  return items
    .filter((item) => !item.part_of)
    .map((item) => {
      const own = parts.get(item.key) ?? [];
      return { key: item.key, item, finding: own.find((one) => one.type === 'text'), photos: own.find((one) => one.type === 'photo') };
    });
}

/** What a page asks: the questions of its outermost group stand directly under its heading. */
export function itemsOfPage(page: PageView): ItemView[] {
  const [only, second] = page.items;
  if (only && !second && (only.type === 'group' || only.type === 'matrix')) return only.items ?? [];
  return page.items;
}

export interface Step {
  /** The heading of the section it belongs to. */
  section: string;
  card: Card;
}

/** One question after the other; groups are taken apart, repeats stay whole. */
export function stepsOf(pages: readonly PageView[]): Step[] {
  const out: Step[] = [];
  const walk = (section: string, items: readonly ItemView[]): void => {
    for (const card of cardsOf(items)) {
      const { item } = card;
      if (item.type === 'group' || item.type === 'matrix') walk([section, item.label].filter(Boolean).join(' › '), item.items ?? []);
      else out.push({ section, card });
    }
  };
  for (const page of pages) walk(page.label, itemsOfPage(page));
  return out;
}

/** The step that shows the question `key`; -1 when none does. */
export function stepAt(steps: readonly Step[], key: string): number {
  const holds = (item: ItemView): boolean =>
    item.key === key || (item.items ?? []).some(holds) || (item.instances ?? []).some((one) => one.key === key || one.items.some(holds));
  return steps.findIndex(({ card }) => holds(card.item) || card.finding?.key === key || card.photos?.key === key);
}

/** Where the page of a question begins to be drawn. */
export function pageAt(pages: readonly PageView[], key: string): number {
  const holds = (item: ItemView): boolean =>
    item.key === key || (item.items ?? []).some(holds) || (item.instances ?? []).some((one) => one.key === key || one.items.some(holds));
  return pages.findIndex((page) => page.items.some(holds));
}

/** Every question that is not a container, in order. */
export function leaves(pages: readonly PageView[]): ItemView[] {
  const out: ItemView[] = [];
  const walk = (items: readonly ItemView[]): void => {
    for (const item of items) {
      if (isContainer(item)) {
        walk(item.items ?? []);
        for (const one of item.instances ?? []) walk(one.items);
      } else out.push(item);
    }
  };
  pages.forEach((page) => walk(page.items));
  return out;
}

export interface RulingCount {
  ok: number;
  fail: number;
  na: number;
  open: number;
}

export function countRulings(items: readonly ItemView[]): RulingCount {
  const count: RulingCount = { ok: 0, fail: 0, na: 0, open: 0 };
  for (const item of items) {
    if (item.type !== 'ruling') continue;
    const word = RULINGS.find((one) => one === item.answer);
    count[word ?? 'open'] += 1;
  }
  return count;
}

/** Phrases are put in once each; a second tap takes them out again. */
export const hasPhrase = (text: string, phrase: string): boolean => text.includes(phrase);
export function withPhrase(text: string, phrase: string): string {
  if (hasPhrase(text, phrase)) return text.replace(phrase, '').trim();
  const joint = text === '' || /[\s。、.]$/.test(text) ? '' : ' ';
  return `${text}${joint}${phrase}`;
}

/** What a fault says: the form's own words win. */
export function answerFaultText(fault: AnswerFault): string {
  return fault.message || (tMaybe(`error.${fault.code}`, fault.params) ?? t('error.unknown', { code: fault.code }));
}

/** The id of an element that a jump leads to. */
export const anchorOf = (key: string): string => `q-${key.replace(/[^\w-]/g, '-')}`;

export const textOf = (answer: unknown): string =>
  typeof answer === 'string' ? answer : typeof answer === 'number' ? String(answer) : '';
export const listOf = (answer: unknown): string[] => (Array.isArray(answer) ? answer.filter((one): one is string => typeof one === 'string') : []);

/** An ISO day for what was typed; undefined while it is no date yet. */
export const typedDay = (written: string): string | undefined => parseDate(written.trim());

/** Keys of the big keypad on a number being typed. */
export function keyed(text: string, key: string): string {
  if (key === 'back') return text.slice(0, -1);
  if (key === 'sign') return text.startsWith('-') ? text.slice(1) : `-${text}`;
  if (key === '.') return text.includes('.') ? text : text === '' || text === '-' ? `${text}0.` : `${text}.`;
  if (!/^\d$/.test(key)) return text;
  return text === '0' ? key : text === '-0' ? `-${key}` : `${text}${key}`.slice(0, 15);
}

export interface TableCell {
  row: number;
  column: number;
  item: ItemView;
}

/** Cells that the keypad walks through, row by row. */
export function cellsOf(repeat: ItemView): TableCell[] {
  return (repeat.instances ?? []).flatMap((one, row) =>
    one.items.map((item, column) => ({ row, column, item })).filter(({ item }) => !item.computed && !item.read_only && isNumber(item)),
  );
}
export const isNumber = (item: ItemView): boolean => item.type === 'integer' || item.type === 'decimal';

/** A table fits when its rows hold only short answers. */
const TABLE_TYPES: readonly string[] = ['integer', 'decimal', 'text', 'calculate', 'select_one', 'ruling', 'date', 'time'];
export function asTable(repeat: ItemView): boolean {
  if (!repeat.appearance?.split(' ').includes('table')) return false;
  return (repeat.instances ?? []).every((one) => one.items.every((item) => item.part_of || TABLE_TYPES.includes(item.type)));
}

/** A question's key carries the instances around it: `question@outer.inner`. */
export const instanceOf = (key: string): string => (key.includes('@') ? key.slice(key.indexOf('@') + 1) : '');
export const questionOf = (key: string): string => key.split('@')[0] ?? key;

export type Mode = 'list' | 'one';
const MODE_KEY = 'ekitei.form-mode';
export const readMode = (): Mode => (localStorage.getItem(MODE_KEY) === 'one' ? 'one' : 'list');
export const writeMode = (mode: Mode): void => localStorage.setItem(MODE_KEY, mode);

export interface Spot {
  inspection: RecordId;
  caseId: RecordId;
  visit: RecordId | null;
}

/** What was kept of refused answers; anything else that may stand there is left out. */
export function readRefused(value: unknown): { key: string; answer: unknown; fault: Fault }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const { key, answer, fault } = (one ?? {}) as { key?: unknown; answer?: unknown; fault?: Partial<Fault> };
    const told = fault && typeof fault.code === 'string' && typeof fault.cure === 'string';
    return typeof key === 'string' && told ? [{ key, answer, fault: { params: {}, ...fault } as Fault }] : [];
  });
}
