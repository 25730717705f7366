// What the chat screens show, from what the core says. Pure.
import { linesOf as sharedLines, markWord as wordOf, stampMs, t, tMaybe } from '@ekitei/shared';
import type { IconName, LastLine, Line as SharedLine, MessageView, Query, RoomRow } from '@ekitei/shared';
import { hrefOf } from '../../lib/router';

export { EVERYBODY, faceOf, markWord as wordOf, namedIn, pieces, REACTIONS, STAMPS } from '@ekitei/shared';

export const roomName = (room: Pick<RoomRow, 'type' | 'name'>): string => (room.type === 'self' ? t('chat.self') : room.name);

export function roomKind(room: RoomRow): string {
  if (room.type === 'group') return t('chat.type.group', { n: room.members });
  return tMaybe(`chat.type.${room.type}`) ?? '';
}

export function roomIcon(room: Pick<RoomRow, 'type'>): IconName {
  if (room.type === 'self') return 'memo';
  if (room.type === 'direct') return 'person';
  if (room.type === 'disaster') return 'urgent';
  return room.type === 'group' ? 'people' : 'office';
}

export const roomHref = (room: string, query?: Query): string => hrefOf('room', room, query);

/** What was said last, on one line. */
export function lastLine(last: LastLine | null): string {
  if (!last) return '';
  const text = lastWords(last);
  return last.own ? t('chat.last.own', { text }) : text;
}

function lastWords(last: LastLine): string {
  if (last.unsent) return t('chat.unsent');
  if (last.stamp) return wordOf(last.stamp);
  if (last.text) return last.text.replaceAll('\n', ' ');
  if (last.photos > 0) return t('chat.last.photos', { n: last.photos });
  return last.files > 0 ? t('chat.last.files', { n: last.files }) : '';
}

export type Line = SharedLine<MessageView>;

export const linesOf = (messages: readonly MessageView[], unreadFrom?: string): Line[] =>
  sharedLines(messages, (one) => ({ id: one.id, by: one.by, atMs: stampMs(one.at) }), unreadFrom);
