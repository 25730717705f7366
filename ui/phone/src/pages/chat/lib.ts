// What the chat screens show, from what the core says. Pure.
import { lastWords, linesOf as sharedLines, stampMs, t, tMaybe } from '@ekitei/shared';
import type { LastLine, Line as SharedLine, MessageView, Query, RoomRow } from '@ekitei/shared';
import { hrefOf } from '../../lib/router';

export { EVERYBODY, faceOf, markWord as wordOf, namedIn, pieces, REACTIONS, roomIcon, STAMPS } from '@ekitei/shared';

export const roomName = (room: Pick<RoomRow, 'type' | 'name'>): string => (room.type === 'self' ? t('chat.self') : room.name);

export function roomKind(room: RoomRow): string {
  if (room.type === 'group') return t('chat.type.group', { n: room.members });
  return tMaybe(`chat.type.${room.type}`) ?? '';
}

export const roomHref = (room: string, query?: Query): string => hrefOf('room', room, query);

/** What was said last, on one line. */
export function lastLine(last: LastLine | null): string {
  if (!last) return '';
  const text = lastWords(last);
  return last.own ? t('chat.last.own', { text }) : text;
}

export type Line = SharedLine<MessageView>;

export const linesOf = (messages: readonly MessageView[], unreadFrom?: string): Line[] =>
  sharedLines(messages, (one) => ({ id: one.id, by: one.by, atMs: stampMs(one.at) }), unreadFrom);
