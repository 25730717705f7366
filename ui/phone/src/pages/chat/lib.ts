// What the chat screens show, from what the core says. Pure.
import { lastWords, linesOf as sharedLines, stampMs, t, tMaybe } from '@ekitei/shared';
import type { CallView, LastLine, Line as SharedLine, MessageView, Query, QuoteView, RoomRow, RoomView } from '@ekitei/shared';
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

/** What is answered, as it is quoted. */
export const quoteOf = (message: MessageView): QuoteView => ({
  id: message.id,
  by_name: message.by_name,
  text: message.text,
  stamp: message.stamp,
  photos: message.photos.length,
  files: message.files.length,
  file_name: message.files[0]?.name ?? null,
  unsent: message.unsent,
  question: message.question !== null,
  own: message.own,
});

type Part = Pick<RoomView, 'messages' | 'read' | 'unread_from'> & { room: Pick<RoomRow, 'unread'> };

const unreadOnes = (part: Part): MessageView[] => part.messages.filter((one) => !one.own && !one.unsent && one.born > part.read);

/** Place of the first unread message behind what was seen, also where it is not among those shown. */
export function nextUnread(part: Part, seen: number): number | undefined {
  const here = unreadOnes(part).find((one) => one.born > seen)?.born;
  const first = part.unread_from;
  return first !== null && first > seen && (here === undefined || first < here) ? first : here;
}

/** How many unread ones stand below what was seen, shown or not. */
export const unreadBelow = (part: Part, seen: number): number => Math.max(0, part.room.unread - unreadOnes(part).filter((one) => one.born <= seen).length);

const said = (call: CallView): boolean => (!call.asks.includes('safety') || call.safety !== null) && (!call.asks.includes('coming') || call.coming !== null);

/** Everything that the call asks is answered, and the answer was not refused. */
export const answered = (call: CallView): boolean => call.progress !== 'parked' && said(call);

/** It still wants an answer from oneself. */
export const asksMe = (call: CallView): boolean => call.asked && !call.closed && call.state !== 'failed' && !answered(call);
