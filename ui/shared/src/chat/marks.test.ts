import { describe, expect, it } from 'vitest';
import { linkToCase, linkToEntry } from './links';
import { besideLink, faceOf, isLate, REACTIONS, STAMPS, stillNamed, wordsWith } from './marks';

describe('links', () => {
  const link = { kind: 'case', label: '砂-0412 北柏沢第二砂利採取場' };

  it('alone say where they point, so that lists and the search know it; the card does not say it twice', () => {
    expect(wordsWith(' \n', link)).toBe(link.label);
    expect(wordsWith('見てください', link)).toBe('見てください');
    expect(wordsWith('', undefined)).toBe('');
    expect(besideLink(link.label, link)).toBe('');
    expect(besideLink('見てください', link)).toBe('見てください');
    expect(besideLink(link.label, null)).toBe(link.label);
  });

  it('name a restricted case, and what is in it, by its number alone', () => {
    const open = { id: 'c-1', number: '砂-0412', name: '北柏沢第二砂利採取場', restricted: false };
    const closed = { id: 'c-2', number: '福-1108', name: '甲野 花子', restricted: true };
    expect(linkToCase(open).label).toBe('砂-0412 北柏沢第二砂利採取場');
    expect(linkToCase(closed).label).toBe('福-1108');
    expect(linkToEntry(open, 'note', 'n-1', '立会いの記録').label).toBe('砂-0412 立会いの記録');
    expect(linkToEntry(closed, 'note', 'n-2', '甲野さんの様子').label).toBe('福-1108');
  });
});

it('who is rubbed out of a changed text is no longer called', () => {
  const people = [{ id: 's-1', name: '増毛 かおる' }, { id: 's-2', name: '幌加内 さち' }];
  const text = '@全員 @増毛 かおる 見てください';
  expect(stillNamed(text, '@全員 @増毛 かおる 見ました', people.slice(0, 1), true)).toEqual(['all', 's-1']);
  expect(stillNamed(text, '@増毛 かおる 見てください', people.slice(0, 1), true)).toEqual(['s-1']);
  expect(stillNamed(text, '見てください', people.slice(0, 1), true)).toEqual([]);
  // Written in the other language; called without a word of it.
  expect(stillNamed('@Everybody look', '@Everybody see', [], true)).toEqual(['all']);
  expect(stillNamed('見て', '見ました', people.slice(1), true)).toEqual(['all', 's-2']);
});

it('a message is late when it arrived much later than it was written', () => {
  expect(isLate(0, 4 * 3_600_000)).toBe(true);
  expect(isLate(0, 2 * 60_000)).toBe(false);
});

it('every reaction has a picture of its own, a work stamp is its word', () => {
  expect(new Set(REACTIONS.map(faceOf)).size).toBe(6);
  expect(STAMPS.map(faceOf).every((one) => one === undefined)).toBe(true);
});
