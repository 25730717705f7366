import { expect, test } from 'vitest';
import { added, blank, carried, flat, freshId, matrix, moved, removed, replaced, scaleOf, withChoices, withScale, withType, wordsOf, type Piece } from './lib';

const text = (id: string): Piece => ({ id, type: 'text', label: { ja: id } });
const ids = (of: ReturnType<typeof blank>): string[] => flat(of.items).map(({ piece }) => piece.id);

test('pieces are added, moved, changed and taken away, also inside of a group', () => {
  let of = added(added(blank('f', '点検'), text('a')), { id: 'g', type: 'group', items: [text('b'), text('c')] });
  expect(ids(of)).toEqual(['a', 'g', 'b', 'c']);
  of = moved(of, [1, 0], 1);
  expect(ids(of)).toEqual(['a', 'g', 'c', 'b']);
  of = moved(of, [0], -1);
  expect(ids(of)).toEqual(['a', 'g', 'c', 'b']);
  of = replaced(of, [1, 1], { ...text('b'), required: true });
  expect(flat(of.items)[3]?.piece.required).toBe(true);
  expect(ids(removed(of, [1]))).toEqual(['a']);
});

test('a matrix asks for photo and finding, and names stay single', () => {
  const of = matrix(matrix(blank('f', '点検'), '安全', ['柵', '標識']), '水', ['沈砂池']);
  expect(new Set(ids(of)).size).toBe(5);
  expect(of.items[0]?.fail_needs_photo).toBe(true);
  expect(freshId(of, 'matrix')).toBe('matrix3');
});

test('a choice that stays keeps its value', () => {
  const first = withChoices({ id: 'q', type: 'select_one' }, '晴\n曇\n晴');
  const then = withChoices(first, '雨\n曇');
  expect(then.choices?.map((choice) => [choice.value, wordsOf(choice.label)])).toEqual([['c3', '雨'], ['c2', '曇']]);
});

test('by keyboard a question goes down through the whole form and up again, a heading steps over its neighbours', () => {
  const of = added(added(added(blank('f', '点検'), text('a')), { id: 'g', type: 'group', items: [text('b')] }), text('c'));
  const pathOf = (now: typeof of, id: string): number[] => flat(now.items).find(({ piece }) => piece.id === id)?.path ?? [];
  let now = of;
  const seen = ['0'];
  for (let n = 0; n < 5; n += 1) {
    now = moved(now, pathOf(now, 'a'), 1);
    seen.push(pathOf(now, 'a').join('.'));
  }
  expect(seen).toEqual(['0', '0.0', '0.1', '1', '2', '2']);
  for (let n = 0; n < 5; n += 1) now = moved(now, pathOf(now, 'a'), -1);
  expect(now).toEqual(of);
  expect(ids(moved(of, [1], -1))).toEqual(['g', 'b', 'a', 'c']);
});

test('a piece is carried to any place where it may stand', () => {
  const of = added(matrix(added(added(blank('f', '点検'), text('a')), { id: 'g', type: 'group', items: [text('b'), text('c')] }), '安全', ['柵']), text('d'));
  expect(ids(carried(of, [0], [4]))).toEqual(['g', 'b', 'c', 'matrix1', 'matrix1_1', 'd', 'a']);
  expect(ids(carried(of, [3], [1, 1]))).toEqual(['a', 'g', 'b', 'd', 'c', 'matrix1', 'matrix1_1']);
  expect(ids(carried(of, [1, 0], [0]))).toEqual(['b', 'a', 'g', 'c', 'matrix1', 'matrix1_1', 'd']);
  expect(ids(carried(of, [0], [1, 2]))).toEqual(['g', 'b', 'c', 'a', 'matrix1', 'matrix1_1', 'd']);
  expect(carried(of, [1], [1, 1])).toBe(of);
  expect(carried(of, [0], [2, 0])).toBe(of);
});

test('another kind takes only what fits it', () => {
  const ruling: Piece = { id: 'q', type: 'ruling', required: true, scale: 'good', fail_needs_photo: true, phrases: ['x'] };
  expect(withType(ruling, 'text')).toEqual({ id: 'q', type: 'text', required: true, phrases: ['x'] });
  expect(withType({ id: 'q', type: 'integer', min: 1, default: 3 }, 'decimal')).toEqual({ id: 'q', type: 'decimal', min: 1 });
  expect(withType(text('q'), 'select_one').choices).toEqual([]);
});

test('a table of 良・不良 reads so, whichever way it is written', () => {
  const rulings = [{ id: 'a', type: 'ruling', scale: 'good' as const }, { id: 'b', type: 'ruling', scale: 'good' as const }];
  const table: Piece = { id: 'm', type: 'matrix', items: rulings };
  expect(scaleOf(table)).toBe('good');
  const plain = withScale(table, 'conform');
  expect([scaleOf(plain), plain.items?.[0]?.scale]).toEqual(['conform', undefined]);
  expect(scaleOf({ id: 'r', type: 'ruling' })).toBe('conform');
});
