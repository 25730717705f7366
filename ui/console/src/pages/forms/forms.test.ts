import { expect, test } from 'vitest';
import { added, blank, flat, freshId, matrix, moved, removed, replaced, withChoices, wordsOf, type Piece } from './lib';

const text = (id: string): Piece => ({ id, type: 'text', label: { ja: id } });
const ids = (of: ReturnType<typeof blank>): string[] => flat(of.items).map(({ piece }) => piece.id);

test('pieces are added, moved, changed and taken away, also inside of a group', () => {
  let of = added(added(blank('f', '点検'), text('a')), { id: 'g', type: 'group', items: [text('b'), text('c')] });
  expect(ids(of)).toEqual(['a', 'g', 'b', 'c']);
  of = moved(of, [1, 0], 1);
  expect(ids(of)).toEqual(['a', 'g', 'c', 'b']);
  of = moved(of, [0], -1);
  expect(ids(of)).toEqual(['a', 'g', 'c', 'b']);
  of = moved(of, [0], 1);
  expect(ids(of)).toEqual(['g', 'c', 'b', 'a']);
  of = replaced(of, [0, 1], { ...text('b'), required: true });
  expect(flat(of.items)[2]?.piece.required).toBe(true);
  expect(ids(removed(of, [0]))).toEqual(['a']);
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
