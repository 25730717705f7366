import { describe, expect, it } from 'vitest';
import type { MessageView, RoomRow } from '../../api/chat-types';
import { firstUnread, fitting, isPicture, joined, mentionAt, missing, tooLarge } from './lib';

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

  it('have limits, for one file and for all', () => {
    expect(tooLarge([file('text/plain', 10_000_000), file('text/plain', 10_000_000)])).toBeUndefined();
    expect(tooLarge([file('text/plain', 10_000_001)])).toBe('console.chat.file-large');
    expect(tooLarge([1, 2, 3].map(() => file('text/plain', 9_000_000)))).toBe('console.chat.files-large');
    expect(tooLarge([file('image/jpeg', 30_000_000)])).toBeUndefined();
    expect(tooLarge([file('image/jpeg', 50_000_001)])).toBe('console.chat.photo-large');
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
