import { describe, expect, it } from 'vitest';
import { changes, EMPTY, firstGap, isEmpty, noteTitle, readDraft, withTemplate } from './lib';

const note = { title: '', text: '', strokes: null, template: null };
const stroke = { points: [[1, 1, 0.5, 0] as [number, number, number, number]], color: '#1a1a1a', size: 4 };

describe('noteTitle', () => {
  it.each([
    [{ ...note, title: ' 現地メモ ' }, '現地メモ'],
    [{ ...note, text: '\n\n 北側法面 \n湧水' }, '北側法面'],
    [{ ...note, strokes: [stroke] }, '手書きメモ'],
    [{ ...note, template: 'phone_call' }, '電話メモ'],
    [note, '無題のメモ'],
  ])('%#', (given, title) => expect(noteTitle(given)).toBe(title));
});

describe('drafts', () => {
  it('are read part by part', () => {
    expect(readDraft({ text: 'a', title: 3, strokes: [stroke, 'x'] })).toEqual({ text: 'a', strokes: [stroke] });
    expect(readDraft(null)).toBeUndefined();
    expect(readDraft({ other: 1 })).toBeUndefined();
  });
});

it('sends only changed fields', () => {
  expect(changes(EMPTY, EMPTY)).toEqual({});
  expect(changes(EMPTY, { ...EMPTY, strokes: [stroke] })).toEqual({ strokes: [stroke] });
  expect(isEmpty({ ...EMPTY, text: ' \n' })).toBe(true);
  expect(isEmpty({ ...EMPTY, strokes: [stroke] })).toBe(false);
});

describe('templates', () => {
  it('never replace what is written', () => {
    const filled = withTemplate({ ...EMPTY, text: '先に書いたこと\n' }, 'home_visit', '訪問メモ', '【様子】\n');
    expect(filled.text).toBe('先に書いたこと\n\n【様子】\n');
    expect(withTemplate({ ...EMPTY, title: '自分の題' }, 'home_visit', '訪問メモ', '').title).toBe('自分の題');
  });
  it('put the cursor behind the first heading', () => {
    expect(firstGap('【様子】\n\n【約束】\n')).toBe('【様子】\n'.length);
    expect(firstGap('なし')).toBe(2);
  });
});
