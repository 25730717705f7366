import { describe, expect, it } from 'vitest';
import type { MessageView, RoomRow } from '../../api/chat-types';
import { mentionAt } from '@ekitei/shared';
import { choosesSections, firstUnread, fitting, inOrder, isPicture, joined, joinsMark, lineOf, missing, tooLarge, unreadBelow } from './lib';

const room = (id: string, name: string): RoomRow => ({ id, type: 'group', name, colour: '', sections: [], members: 2, unread: 0, mentioned: false, held: 0, may_manage: false, read_to: 0, head: 0 });
const message = (id: string, born_seq: number, more: Partial<MessageView> = {}): MessageView => ({
  id, born_seq, room: 'r', author: { id: 's-1', name: '増毛 かおる' }, mine: false, written_at: '', received_ms: 0, text: id, mentions: [], mentions_all: false, mentions_me: false,
  photos_expected: 0, files_expected: 0, photos: [], files: [], edited: false, unsent: false, reactions: [], pinned: false, readers: 0, read_of: 0, revs: {}, ...more,
});

describe('rooms', () => {
  it('are found by width, kana and case', () => {
    const all = [room('1', 'ダム当番 A'), room('2', '道路')];
    expect(fitting(all, 'だむ').map((one) => one.id)).toEqual(['1']);
    expect(fitting(all, 'ａ').map((one) => one.id)).toEqual(['1']);
    expect(fitting(all, ' ')).toHaveLength(2);
    expect(fitting(all, '橋')).toEqual([]);
  });
});

describe('sections of a room', () => {
  const who = (role: string, admin = false) =>
    ({ person: { posts: [{ section: '甲/係', role }] }, may: { admin } }) as unknown as NonNullable<Parameters<typeof choosesSections>[1]>;

  it('are offered to those from whom the office takes them', () => {
    const offered = (role: string, admin = false) => ['group', 'offices', 'disaster', 'section'].map((type) => choosesSections(type, who(role, admin)));
    expect(offered('staff')).toEqual([false, false, false, false]);
    expect(offered('head')).toEqual([false, true, true, false]);
    expect(offered('steward')).toEqual([false, true, true, false]);
    expect(offered('admin', true)).toEqual([false, false, true, false]);
    expect(choosesSections('offices', undefined)).toBe(false);
  });
});

describe('the list', () => {
  it('begins with the own room and what the person put on top, the rest as the office orders it', () => {
    const all = [{ ...room('own', ''), type: 'self' }, room('a', '新'), room('b', '中'), room('c', '古')];
    expect(inOrder(all, ['c']).map((one) => one.id)).toEqual(['own', 'c', 'a', 'b']);
    expect(inOrder(all, ['b', 'a', 'own', 'gone']).map((one) => one.id)).toEqual(['own', 'a', 'b', 'c']);
  });
});

describe('reading', () => {
  const all = [message('c', 13), message('d', 14, { mine: true }), message('e', 15)];

  it('joins the mark when nothing lies between', () => {
    expect(joinsMark(all, 13, 12)).toBe(false);
    expect(joinsMark(all, 13, 13)).toBe(true);
    expect(joinsMark(all, undefined, 0)).toBe(true);
    expect(joinsMark([], undefined, 0)).toBe(true);
  });

  it('counts what was not seen, also what was not fetched', () => {
    const of = { unread: 40, read_to: 12 };
    expect(unreadBelow(of, all, 0)).toBe(40);
    expect(unreadBelow(of, all, 15)).toBe(38);
    expect(unreadBelow({ unread: 0, read_to: 15 }, all, 15)).toBe(0);
  });
});

describe('a message on one line', () => {
  const file = { id: 'f', name: '図面.pdf', bytes: 1, type: '', here: true };

  it('says what it is, also without words', () => {
    expect(lineOf(message('x', 1))).toBe('x');
    expect(lineOf(message('x', 1, { text: '', stamp: 'arrived' }))).toBe('到着');
    expect(lineOf(message('x', 1, { text: '', photos_expected: 2 }))).toBe('写真2枚');
    expect(lineOf(message('x', 1, { text: '', files_expected: 1, files: [file] }))).toBe('図面.pdf');
    expect(lineOf(message('x', 1, { unsent: true }))).toBe('送信を取り消しました');
  });
});

describe('pages', () => {
  it('are joined in the order of the room, each message once, the later reading wins', () => {
    const known = [message('b', 2), message('d', 4)];
    const fresh = [message('a', 1), message('b', 2, { text: '直した' }), message('c', 3)];
    expect(joined(known, fresh).map((one) => one.text)).toEqual(['a', '直した', 'c', 'd']);
  });

  it('what is unread begins with somebody else after the mark', () => {
    const all = [message('a', 1), message('b', 2, { mine: true }), message('c', 3)];
    expect(firstUnread(all, 1)).toBe('c');
    expect(firstUnread(all, 3)).toBeUndefined();
  });

  it('counts what is still on its way', () => {
    expect(missing(message('a', 1, { photos_expected: 2, files_expected: 1 }))).toBe(3);
    expect(missing(message('a', 1))).toBe(0);
  });
});

describe('attachments', () => {
  const file = (type: string, size: number): { type: string; size: number } => ({ type, size });

  it('have limits, for one file and for all, as the office says', () => {
    const mb = 1024 * 1024;
    const limits = { photo_bytes: 30 * mb, file_bytes: 10 * mb, files_bytes: 20 * mb };
    expect(tooLarge([file('text/plain', 10 * mb), file('text/plain', 10 * mb)], limits)).toBeUndefined();
    expect(tooLarge([file('text/plain', 10 * mb + 1)], limits)).toBe('ファイルは1つ10MBまでです。');
    expect(tooLarge([1, 2, 3].map(() => file('text/plain', 9 * mb)), limits)).toBe('ファイルは合わせて20MBまでです。');
    expect(tooLarge([file('image/jpeg', 30 * mb)], limits)).toBeUndefined();
    expect(tooLarge([file('image/jpeg', 30 * mb + 1)], limits)).toBe('写真は1枚30MBまでです。');
  });

  it('are pictures by their type alone', () => {
    expect(isPicture(file('image/png', 1))).toBe(true);
    expect(isPicture(file('image/svg+xml', 1))).toBe(false);
  });
});

describe('mentions', () => {
  it('begin with an @ of either width, right before the caret', () => {
    expect(mentionAt('見て @増', 5)).toEqual({ from: 3, word: '増' });
    expect(mentionAt('＠', 1)).toEqual({ from: 0, word: '' });
    expect(mentionAt('a@b.example です', 14)).toBeUndefined();
    expect(mentionAt('@増毛 さん', 6)).toBeUndefined();
  });
});
