// What the chat screens show, from what the core says. Pure.
import { formatTime, localDay, stampMs, t, tMaybe, type IconName, type LastLine, type MessageView, type RoomRow } from '@ekitei/shared';
import type { Query } from '@ekitei/shared';
import { hrefOf } from '../../lib/router';

export const REACTIONS = ['thumbs_up', 'heart', 'smile', 'surprise', 'bow', 'clap'] as const;
export const STAMPS = ['ryokai', 'confirmed', 'arrived', 'working', 'can_go', 'in_30', 'cannot'] as const;
export const EVERYBODY = 'all';

const FACES: Record<string, string> = { thumbs_up: '👍', heart: '❤️', smile: '😊', surprise: '😮', bow: '🙇', clap: '👏' };

/** A reaction's face; a work stamp is its word. */
export const faceOf = (mark: string): string => FACES[mark] ?? wordOf(mark);
export const wordOf = (mark: string): string => tMaybe(`chat.mark.${mark}`) ?? mark;

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

export interface Line {
  message: MessageView;
  /** A new day begins with it. */
  day: string | undefined;
  /** The same person as the line before, soon after: the name is not said again. */
  joined: boolean;
}

const JOINED_MS = 5 * 60_000;

export function linesOf(messages: readonly MessageView[], unreadFrom?: string): Line[] {
  let before: MessageView | undefined;
  return messages.map((message) => {
    const day = localDay(stampMs(message.at));
    const newDay = before === undefined || localDay(stampMs(before.at)) !== day;
    const soon = before !== undefined && before.by === message.by && stampMs(message.at) - stampMs(before.at) < JOINED_MS;
    const joined = soon && !newDay && message.id !== unreadFrom;
    before = message;
    return { message, day: newDay ? day : undefined, joined };
  });
}

/** Written much earlier than it arrived: both times are said. */
const LATE_MS = 10 * 60_000;

export function writtenEarlier(message: MessageView): string | undefined {
  if (message.born === 0 || stampMs(message.at) - stampMs(message.written_at) < LATE_MS) return undefined;
  return formatTime(stampMs(message.written_at));
}

/** Whom a text names, of those who were chosen for it: who was rubbed out again is not called. */
export function namedIn(text: string, chosen: ReadonlyMap<string, string>): string[] {
  return [...chosen].filter(([, word]) => text.includes(`@${word}`)).map(([staff]) => staff);
}

export interface Piece {
  text: string;
  href?: string;
}

/** Addresses of the office's own pages become links; nothing else of a text is more than text. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(/https?:\/\/[^\s<>"「」（）、。]+/g)) {
    if (found.index > at) out.push({ text: text.slice(at, found.index) });
    out.push({ text: found[0], href: found[0] });
    at = found.index + found[0].length;
  }
  if (at < text.length) out.push({ text: text.slice(at) });
  return out;
}
