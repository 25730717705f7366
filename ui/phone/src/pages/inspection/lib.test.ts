import type { ItemView, PageView } from '@ekitei/shared';
import { describe, expect, it, vi } from 'vitest';
import { anchorOf, asTable, cardsOf, cellsOf, countRulings, instanceOf, itemsOfPage, keepSame, keyed, leaves, pageAt, questionOf, readRefused, replaceItems, stepAt, stepsOf, withPhrase } from './lib';
import { keypad } from './keypad.svelte';
import { splitPage } from './show';
import { SEND_AFTER_MS, Typing } from './typing.svelte';

const item = (key: string, change: Partial<ItemView> = {}): ItemView => ({
  key, type: 'text', label: key, relevant: true, required: false, read_only: false, computed: false, answer: null, shown: '', ...change,
});
const ruling = (key: string, answer: unknown = null): ItemView => item(key, { type: 'ruling', answer });
const parts = (key: string): ItemView[] => [item(`${key}_finding`, { part_of: key }), item(`${key}_photos`, { type: 'photo', part_of: key })];
const matrix = item('m', { type: 'matrix', items: [ruling('a', 'fail'), ...parts('a'), ruling('b', 'ok')] });
const repeat = item('r', {
  type: 'repeat', appearance: 'table',
  instances: [1, 2].map((n) => ({ key: `r@${n}`, label: `${n}`, items: [item(`w@${n}`, { type: 'decimal' }), item(`c@${n}`, { type: 'decimal', computed: true }), item(`t@${n}`)] })),
});
const pages: PageView[] = [
  { page: 0, label: 'M', items: [matrix] },
  { page: 1, label: '', items: [item('x'), item('y')] },
  { page: 2, label: 'R', items: [repeat] },
];

describe('replaceItems', () => {
  it('changes one question and keeps the objects of all others', () => {
    const next = replaceItems(pages, [ruling('b', 'na')]);
    expect(leaves(next).find((one) => one.key === 'b')?.answer).toBe('na');
    expect(next[1]).toBe(pages[1]);
    expect(next[0]?.items[0]?.items?.[0]).toBe(matrix.items?.[0]);
  });
  it('reaches into the rows of a repeat', () => {
    const next = replaceItems(pages, [item('w@2', { type: 'decimal', answer: 7 })]);
    expect(leaves(next).find((one) => one.key === 'w@2')?.answer).toBe(7);
    expect(next[2]?.items[0]?.instances?.[0]).toBe(repeat.instances?.[0]);
  });
  it('keeps what is within a container that comes without it', () => {
    expect(replaceItems(pages, [{ ...matrix, items: undefined }])[0]?.items[0]?.items).toHaveLength(4);
  });
});

it('a page read again keeps its objects where nothing changed', () => {
  const copy = JSON.parse(JSON.stringify(pages[1])) as PageView;
  expect(keepSame(pages[1], copy)).toBe(pages[1]);
  copy.items[0]!.answer = 'new';
  const next = keepSame(pages[1], copy);
  expect(next.items[1]).toBe(pages[1]?.items[1]);
  expect(next.items[0]?.answer).toBe('new');
});

it('a ruling, its finding and its photos are one card', () => {
  const cards = cardsOf(matrix.items ?? []);
  expect(cards.map((one) => one.key)).toEqual(['a', 'b']);
  expect(cards[0]?.finding?.key).toBe('a_finding');
  expect(cards[0]?.photos?.key).toBe('a_photos');
});

it('one question after the other: groups taken apart, repeats whole', () => {
  const steps = stepsOf(pages);
  expect(steps.map((one) => one.card.key)).toEqual(['a', 'b', 'x', 'y', 'r']);
  expect(stepAt(steps, 'a_photos')).toBe(0);
  expect(stepAt(steps, 'w@2')).toBe(4);
  expect(stepAt(steps, 'gone')).toBe(-1);
  expect(pageAt(pages, 'w@1')).toBe(2);
  expect(itemsOfPage(pages[0]!)).toBe(matrix.items);
  expect(itemsOfPage(pages[1]!)).toHaveLength(2);
});

it('counts rulings', () => expect(countRulings(leaves(pages))).toEqual({ ok: 1, fail: 1, na: 0, open: 0 }));

it('walks the table by its number cells, without computed ones', () => {
  expect(asTable(repeat)).toBe(true);
  expect(asTable({ ...repeat, appearance: '' })).toBe(false);
  expect(cellsOf(repeat).map((one) => one.item.key)).toEqual(['w@1', 'w@2']);
  expect([instanceOf('w@1.2'), questionOf('w@1.2'), instanceOf('w')]).toEqual(['1.2', 'w', '']);
});

it('phrases are put in once and taken out by the second tap', () => {
  expect(withPhrase('', '破損している。')).toBe('破損している。');
  const both = withPhrase('破損している。', '倒れている。');
  expect(both).toBe('破損している。倒れている。');
  expect(withPhrase(both, '破損している。')).toBe('倒れている。');
});

it('the keypad types numbers', () => {
  const type = (...keys: string[]): string => keys.reduce((text, key) => keyed(text, key), '');
  expect(type('1', '2', '.', '5', '.')).toBe('12.5');
  expect(type('.', '5')).toBe('0.5');
  expect(type('0', '7')).toBe('7');
  expect(type('3', 'sign')).toBe('-3');
  expect(type('3', 'sign', 'sign', 'back')).toBe('');
});

it('makes ids that a selector takes', () => expect(anchorOf('質問@a.b')).toMatch(/^q-[\w-]+$/));
it('sets each finding on a line of its own', () => expect(splitPage('次の2件。(1)柵(2)標識')).toEqual(['次の2件。', '(1)柵', '(2)標識']));

describe('Typing', () => {
  const start = (): { typing: Typing; sent: string[] } => {
    vi.useFakeTimers();
    const sent: string[] = [];
    return { typing: new Typing((text) => sent.push(text)), sent };
  };
  it('sends 300 ms after the first letter, also to somebody who never pauses', () => {
    const { typing, sent } = start();
    for (const text of ['a', 'ab', 'abc']) {
      typing.input(text);
      vi.advanceTimersByTime(SEND_AFTER_MS / 3);
    }
    expect(sent).toEqual(['abc']);
  });
  it('neither sends nor rewrites a word that is being composed', () => {
    const { typing, sent } = start();
    typing.focus();
    typing.compositionStart();
    typing.input('にほ');
    vi.advanceTimersByTime(5_000);
    typing.stored('office');
    expect([sent, typing.written]).toEqual([[], 'にほ']);
    typing.compositionEnd();
    vi.advanceTimersByTime(SEND_AFTER_MS);
    expect(sent).toEqual(['にほ']);
  });
  it('keeps the half word when the screen is left', () => {
    const { typing, sent } = start();
    typing.compositionStart();
    typing.input('にほ');
    typing.flush();
    expect(sent).toEqual(['にほ']);
  });
  it('shows what the office wrote when nobody writes', () => {
    const { typing } = start();
    typing.stored('office');
    expect(typing.written).toBe('office');
  });
});

it('keys pressed while a row is being added go into its cell, not the one before', async () => {
  const written: [string, string][] = [];
  let arrive: () => void = () => undefined;
  const cell = (key: string, next: () => Promise<void>) => ({ item: item(key, { type: 'integer' }), label: key, write: (text: string) => void written.push([key, text]), next });
  const last = cell('c', () => Promise.resolve());
  const second = cell('b', () => { keypad.open(last, ''); return Promise.resolve(); });
  const first = cell('a', () => new Promise((resolve) => { arrive = () => { keypad.open(second, ''); resolve(); }; }));
  keypad.open(first, '');
  keypad.press('7');
  const moved = keypad.next();
  keypad.press('9');
  void keypad.next();
  keypad.press('5');
  arrive();
  await moved;
  keypad.close();
  expect(written).toEqual([['a', '7'], ['b', '9'], ['c', '5']]);
});

it('closed while a row is being added: what was typed for its cell is kept, then the keys go', async () => {
  const written: [string, string][] = [];
  let arrive: () => void = () => undefined;
  const cell = (key: string, next: () => Promise<void>) => ({ item: item(key, { type: 'integer' }), label: key, write: (text: string) => void written.push([key, text]), next });
  const second = cell('b', () => Promise.resolve());
  keypad.open(cell('a', () => new Promise((resolve) => { arrive = () => { keypad.open(second, ''); resolve(); }; })), '');
  keypad.press('7');
  const moved = keypad.next();
  keypad.press('9');
  keypad.close();
  arrive();
  await moved;
  expect(written).toEqual([['a', '7'], ['b', '9']]);
  expect(keypad.cell).toBeUndefined();
  // No row came: they go all the same.
  keypad.open(cell('z', () => Promise.resolve()), '');
  const nowhere = keypad.next();
  keypad.close();
  await nowhere;
  expect(keypad.cell).toBeUndefined();
});

describe('what was refused', () => {
  it('comes back as it was kept, and nothing else does', () => {
    const fault = { code: 'answer-not-a-number', params: {}, cure: 'ask' };
    expect(readRefused([{ key: 'depth', answer: '3か4', fault }, { key: 1, fault }, { key: 'x' }, null, 'y'])).toEqual([{ key: 'depth', answer: '3か4', fault }]);
    expect([readRefused(null), readRefused({})]).toEqual([[], []]);
  });
});
