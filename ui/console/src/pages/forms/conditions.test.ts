import { expect, test } from 'vitest';
import { columnsOf, fresh, isWhole, itself, quoted, read, readCalculation, subjectsFor, tabledFor, write, writeCalculation, type Conditions } from './conditions';
import { blank, withField, withList, withOptionalWords, tidied, type Definition, type Piece } from './lib';

const word = (scale: string, value: string): string => `${scale}.${value}`;
const form: Definition = {
  ...blank('f', '点検'),
  items: [
    { id: 'fence', type: 'ruling', label: { ja: '柵' } },
    { id: 'kind', type: 'select_one', label: { ja: '種別' }, choices: [{ value: 'c1', label: { ja: '定期' } }, { value: 'c2', label: { ja: '随時' } }] },
    { id: 'tools', type: 'select_many', label: { ja: '道具' }, choices: [{ value: 't1', label: { ja: '鍬' } }] },
    { id: 'depth', type: 'decimal', label: { ja: '深さ' } },
    { id: 'allowed', type: 'decimal', label: { ja: '認可の深さ' } },
    { id: 'day', type: 'date', label: { ja: '日' } },
    { id: 'name', type: 'text', label: { ja: '名' } },
    { id: 'face', type: 'photo', label: { ja: '全景' } },
    { id: 'rows', type: 'repeat', label: { ja: '株' }, items: [{ id: 'height', type: 'decimal', label: { ja: '草丈' } }, { id: 'tall', type: 'text', label: { ja: '高い' } }] },
    { id: 'm', type: 'matrix', scale: 'good', items: [{ id: 'roof', type: 'ruling', label: { ja: '屋根' } }] },
  ],
};
const subjects = subjectsFor(form, [6], word);
const again = (text: string): string | undefined => {
  const found = read(text, subjects);
  return found && write(found, subjects);
};

test('what is picked reads back as it was picked', () => {
  for (const text of [
    "${fence} = 'fail'",
    "${kind} != 'c2'",
    "selected(${tools}, 't1')",
    "not(selected(${tools}, 't1'))",
    '${depth} > ${allowed}',
    '${depth} >= 1.5',
    "${day} < date('2026-11-21')",
    '${day} <= today()',
    "${face} != ''",
    "${fence} = ''",
    "${fence} = 'fail' and ${depth} > 3 and ${kind} = 'c1'",
    "${fence} = 'fail' or ${kind} = 'c1 and c2'",
  ]) {
    expect(again(text), text).toBe(text);
  }
  expect(read('  ', subjects)).toEqual({ join: 'and', all: [] });
});

test('what says more than can be picked stays by hand', () => {
  for (const text of ["${fence} = 'fail' and (${depth} > 3 or ${kind} = 'c1')", 'count(${rows}) > 2', "${gone} = 'x'", "${depth} = 'x'", "${a} = 1 and ${b} = 2 or ${c} = 3", '${depth} > 3 and', "if(${depth} > 3, 1, 0) = 1", "${name} = 3"]) {
    expect(read(text, subjects), text).toBeUndefined();
  }
});

test('a condition that misses its value is kept, but not written', () => {
  const depth = subjects.find(({ key }) => key === 'depth');
  expect(depth).toBeDefined();
  const one = { ...fresh(depth!), operator: 'more' as const };
  const two: Conditions = { join: 'and', all: [one, { subject: 'fence', operator: 'is', with: 'value', value: 'ok' }] };
  expect(isWhole(one, subjects)).toBe(false);
  expect(write(two, subjects)).toBe("${fence} = 'ok'");
  expect(write({ ...two, all: [{ ...one, value: '３.５' }] }, subjects)).toBe('${depth} > 3.5');
  expect(write({ ...two, all: [{ ...one, value: '三' }] }, subjects)).toBeUndefined();
});

test('questions of a table are offered only within it, a question never about itself', () => {
  expect(subjects.map(({ key }) => key)).toEqual(['fence', 'kind', 'tools', 'depth', 'allowed', 'day', 'face', 'roof']);
  expect(subjectsFor(form, [8, 0], word).map(({ key }) => key)).toContain('tall');
  expect(subjectsFor(form, [9], word).map(({ key }) => key)).not.toContain('roof');
  expect(subjects.find(({ key }) => key === 'roof')?.choices?.[1]?.label).toBe('good.fail');
});

test('what an answer must be speaks of the answer itself and of others', () => {
  const depth = form.items[3]!;
  const own = [itself(depth, 'この質問の回答', word), ...subjectsFor(form, [3], word)];
  for (const text of ['. <= ${allowed}', '. > 0 and . < 100', ". <= 5 or ${fence} = 'na'"]) expect(write(read(text, own)!, own)).toBe(text);
});

test('a choice list is narrowed by one of its columns', () => {
  const piece: Piece = { id: 'town', type: 'select_one', list: 'towns' };
  const of: Definition = { ...form, items: [...form.items, piece], lists: { towns: { columns: ['value', 'label', 'label.en', '市町村', '字 名'] } } };
  const columns = columnsOf(of, piece);
  expect(columns.map(({ key }) => key)).toEqual(['市町村']);
  const partners = subjects.filter(({ kind }) => kind !== 'given');
  const one = { ...fresh(columns[0]!, partners), with: 'of:kind' as const };
  expect(write({ join: 'and', all: [one] }, [...columns, ...partners])).toBe('市町村 = ${kind}');
  expect(read('市町村 = ${kind}', [...columns, ...partners])?.all).toEqual([{ ...one, value: '' }]);
});

test('texts with quotation marks stay texts', () => {
  expect(quoted('甲')).toBe("'甲'");
  expect(quoted("O'Hara")).toBe('"O\'Hara"');
  expect(quoted(`a'b"c`)).toBe(`concat('a', "'", 'b"c')`);
});

test('calculations by two sides and over tables', () => {
  for (const text of ['${depth} * ${allowed}', '${depth} - 3', '${depth} div 2.5', 'sum(${height})', 'max(${height})']) {
    const made = readCalculation(text);
    expect(made && writeCalculation(made), text).toBe(text);
  }
  expect(readCalculation('round(${depth} * 2, 1)')).toBeUndefined();
  expect(writeCalculation({ how: '+', left: { of: 'depth' }, right: { number: '' } })).toBeUndefined();
  expect(tabledFor(form, [3]).map(({ key }) => key)).toEqual(['height']);
  expect(tabledFor(form, [8, 1])).toEqual([]);
});

test('fields are taken away rather than left empty, and a list that nobody uses goes', () => {
  const piece: Piece = { id: 'q', type: 'select_one', choices: [{ value: 'c1', label: { ja: '甲' } }] };
  expect(withField(withField(piece, 'relevant', "${a} = 'b'"), 'relevant', undefined)).toEqual(piece);
  expect(withOptionalWords({ ...piece, hint: { ja: 'x', en: 'y' } }, 'hint', '')).toEqual(piece);
  const listed = withList(piece, 'towns');
  expect([listed.choices, listed.list]).toEqual([undefined, 'towns']);
  const of: Definition = { ...form, items: [listed], lists: { towns: { columns: ['value'], pieces: { digest: 'd', rows: 9, pieces: 1 } }, own: { columns: ['value'], rows: [] } } };
  expect(tidied(of)).toBe(of);
  expect(Object.keys(tidied({ ...of, items: [withList(listed, '')] }).lists ?? {})).toEqual(['own']);
});
