import { describe, expect, it } from 'vitest';
import { excerptBeside, hitHref, marked, queryOf } from './lib';

describe('queryOf', () => {
  it('leaves out letters that are not kana yet', () => {
    expect(queryOf('さt', true)).toBe('さ');
    expect(queryOf('湧水ｋ', true)).toBe('湧水');
    expect(queryOf('PC', false)).toBe('PC');
    expect(queryOf(' 髙橋 ', false)).toBe('髙橋');
  });
});

describe('marked', () => {
  const show = (text: string, query: string): string => marked(text, query).map((piece) => (piece.hit ? `[${piece.text}]` : piece.text)).join('');
  it.each([
    ['北側法面の湧水', '湧水', '北側法面の[湧水]'],
    ['カメラとかめら', 'かめら', '[カメラ]と[かめら]'],
    ['ＡＢＣ abc', 'Abc', '[ＡＢＣ] [abc]'],
    ['髙橋さん', '髙', '[髙]橋さん'],
    ['100㌔です', 'きろ', '100[㌔]です'],
    ['なし', 'x', 'なし'],
    ['なし', '', 'なし'],
  ])('%s ← %s', (text, query, shown) => expect(show(text, query)).toBe(shown));
  it('loses no letter', () => {
    for (const query of ['あ', '㌔', 'が', 'ｱ']) {
      expect(marked('がカ゛㌔𠮷あｱア', query).map((piece) => piece.text).join('')).toBe('がカ゛㌔𠮷あｱア');
    }
  });
});

it('leads to the right screen', () => {
  const hit = { id: 'i', kind: 'photo', case: 'c', room: null, case_number: '', title: '', excerpt: '', at: '' };
  expect(hitHref(hit)).toBe('#/photo/i?case=c');
  expect(hitHref({ ...hit, kind: 'case' })).toBe('#/case/c');
  expect(hitHref({ ...hit, kind: 'message', case: null, room: 'r' })).toBe('#/room/r?at=i');
  expect(hitHref({ ...hit, kind: 'note' })).toBe('#/note/i');
});

it('says a thing once: an excerpt that repeats the title is left out', () => {
  expect(excerptBeside('のり面 全景', 'のり面 全景')).toBe('');
  expect(excerptBeside('のり面 全景', '…のり面 全景')).toBe('');
  expect(excerptBeside('のり面の亀裂。', 'のり面の亀裂。前回と同じ位置。')).toBe('前回と同じ位置。');
  expect(excerptBeside('立入検査', '採取終了区域ののり面')).toBe('採取終了区域ののり面');
  expect(excerptBeside('立入検査', '')).toBe('');
});
