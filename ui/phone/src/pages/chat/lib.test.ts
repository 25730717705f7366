import type { CallView, MessageView } from '@ekitei/shared';
import { describe, expect, it } from 'vitest';
import { asksMe, lastLine, linesOf, namedIn, nextUnread, pieces, unreadBelow } from './lib';

const message = (id: string, by: string, at: string, change: Partial<MessageView> = {}): MessageView =>
  ({ id, by, at, written_at: at, born: 1, ...change }) as MessageView;

describe('linesOf', () => {
  const lines = linesOf(
    [
      message('1', 'a', '2026-11-20T23:58:00.000+09:00'),
      message('2', 'a', '2026-11-20T23:59:00.000+09:00'),
      message('3', 'a', '2026-11-21T00:01:00.000+09:00'),
      message('4', 'b', '2026-11-21T00:02:00.000+09:00'),
      message('5', 'b', '2026-11-21T00:20:00.000+09:00'),
      message('6', 'b', '2026-11-21T00:21:00.000+09:00'),
    ],
    '6',
  );
  it('begins each day once', () => expect(lines.map((one) => one.day !== undefined)).toEqual([true, false, true, false, false, false]));
  it('joins what one person wrote soon after, not over a day or 「ここから未読」', () =>
    expect(lines.map((one) => one.joined)).toEqual([false, true, false, false, false, false]));
});

it('calls only those whose name still stands in the text', () => {
  const chosen = new Map([['s1', '見本 花子'], ['all', '全員']]);
  expect(namedIn('@全員 集合', chosen)).toEqual(['all']);
  expect(namedIn('@見本 花子 さん、@全員', chosen)).toEqual(['s1', 'all']);
});

it('finds addresses in a text and leaves the rest as it is', () => {
  expect(pieces('見て https://example.test/a?b=1。次')).toEqual([
    { text: '見て ' },
    { text: 'https://example.test/a?b=1', href: 'https://example.test/a?b=1' },
    { text: '。次' },
  ]);
  expect(pieces('<b>x</b>')).toEqual([{ text: '<b>x</b>' }]);
});

it('tells pictures, stamps and what was taken back in words', () => {
  const last = { text: '', by: 'a', by_name: '', own: false, at: '2026-11-21T10:00:00.000+09:00', photos: 2, files: 0, stamp: null, unsent: false };
  expect(lastLine(last)).toContain('2');
  expect(lastLine({ ...last, stamp: 'ryokai' })).not.toBe('');
  expect(lastLine({ ...last, unsent: true })).not.toContain('2');
  expect(lastLine({ ...last, text: '一\n二' })).toBe('一 二');
  expect(lastLine(null)).toBe('');
});

describe('a part of a room with unread messages', () => {
  const at = '2026-11-21T10:00:00.000+09:00';
  const all = [5, 6, 7, 8].map((born) => message(String(born), 'a', at, { born, own: born === 7, unsent: false }));
  const part = { messages: all, read: 5, unread_from: 6, room: { unread: 12 } };
  it('counts what is below, shown or not, without what oneself wrote', () => {
    expect(unreadBelow(part, 5)).toBe(12);
    expect(unreadBelow(part, 7)).toBe(11);
    expect(unreadBelow(part, 8)).toBe(10);
  });
  it('knows the next unread one, also where it stands before what is shown', () => {
    expect(nextUnread(part, 5)).toBe(6);
    expect(nextUnread(part, 6)).toBe(8);
    expect(nextUnread(part, 8)).toBeUndefined();
    expect(nextUnread({ ...part, messages: all.slice(2) }, 5)).toBe(6);
    expect(nextUnread({ ...part, read: 8, unread_from: null, room: { unread: 0 } }, 8)).toBeUndefined();
  });
});

it('a call asks until everything is answered, the answer was taken, and it is open', () => {
  const call = (change: Partial<CallView>): CallView =>
    ({ asked: true, closed: false, state: 'sent', progress: 'done', asks: ['safety', 'coming'], safety: null, coming: null, ...change }) as CallView;
  expect([call({}), call({ safety: 'safe' }), call({ safety: 'safe', coming: 'can_go', progress: 'parked' })].map(asksMe)).toEqual([true, true, true]);
  const quiet = [call({ safety: 'safe', coming: 'can_go' }), call({ asks: ['safety'], safety: 'hurt' }), call({ closed: true }), call({ asked: false }), call({ state: 'failed' })];
  expect(quiet.map(asksMe)).toEqual(quiet.map(() => false));
});
