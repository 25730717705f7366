// What the chat's screens show, from what the office says. Pure.
import { lastWords, t, tMaybe } from '@ekitei/shared';
import type { MessageView, RoomRow } from '../../api/chat-types';
import type { LimitsView, SessionView } from '../../api/gen';

type Named = Pick<RoomRow, 'type' | 'name' | 'with'>;

export function nameOf(room: Named): string {
  if (room.type === 'self') return t('chat.self');
  return room.type === 'direct' ? (room.with?.name ?? '') : room.name;
}

export function kindOf(room: RoomRow): string {
  if (room.type === 'group') return t('chat.type.group', { n: room.members });
  const word = tMaybe(`chat.type.${room.type}`) ?? '';
  return room.type === 'self' || room.type === 'direct' ? word : `${word} ・ ${t('chat.members', { n: room.members })}`;
}

/** Whether the person says which sections are in rooms of a type: as the office judges it. */
export function choosesSections(type: string, who: Pick<SessionView, 'may' | 'person'> | undefined): boolean {
  const leads = who?.person.posts.some((one) => one.role === 'head' || one.role === 'steward') === true;
  return type === 'offices' ? leads : type === 'disaster' && (leads || who?.may.admin === true);
}

/** What was said last, on one line, and who said it. */
export function lastLine(room: RoomRow, me: string): string {
  const last = room.last;
  if (!last) return '';
  if (last.author.id === me) return room.type === 'self' ? lastWords(last) : t('chat.last.own', { text: lastWords(last) });
  return room.type === 'direct' ? lastWords(last) : `${last.author.name}: ${lastWords(last)}`;
}

/** Folded as a person would look for it: width, case, kana. */
const fold = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/[ァ-ヶ]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0x60));

export const fitting = (rooms: readonly RoomRow[], wanted: string): RoomRow[] => {
  const word = fold(wanted.trim());
  return rooms.filter((one) => word === '' || fold(`${nameOf(one)} ${one.sections.join(' ')} ${one.last ? lastWords(one.last) : ''}`).includes(word));
};

/** 自分宛, then what the person put on top, then as the office orders them. */
export function inOrder(rooms: readonly RoomRow[], pinned: readonly string[]): RoomRow[] {
  const place = (one: RoomRow): number => (one.type === 'self' ? 0 : pinned.includes(one.id) ? 1 : 2);
  return [...rooms].sort((one, other) => place(one) - place(other));
}

/** Pages joined: what came later wins, in the order of the room. */
export function joined(known: readonly MessageView[], fresh: readonly MessageView[]): MessageView[] {
  const all = new Map(known.map((one) => [one.id, one]));
  for (const one of fresh) all.set(one.id, one);
  return [...all.values()].sort((one, other) => one.born_seq - other.born_seq);
}

/** The first that somebody else wrote after the mark. */
export const firstUnread = (messages: readonly MessageView[], readTo: number): string | undefined =>
  messages.find((one) => one.born_seq > readTo && !one.mine)?.id;

/** Whether nothing lies between the read mark and the first of these. */
export const joinsMark = (messages: readonly MessageView[], older: number | undefined, readTo: number): boolean =>
  older === undefined || (messages[0]?.born_seq ?? 0) <= readTo;

/** How many of the room's unread are not among those that were seen. */
export const unreadBelow = (room: Pick<RoomRow, 'unread' | 'read_to'>, messages: readonly MessageView[], seenTo: number): number =>
  Math.max(0, room.unread - messages.filter((one) => !one.mine && !one.unsent && one.born_seq > room.read_to && one.born_seq <= seenTo).length);

/** A message where there is one line for it: a quote, a pin. */
export const lineOf = (one: MessageView): string => lastWords({ ...one, photos: one.photos_expected, files: one.files_expected, file_name: one.files[0]?.name });

/** Still on their way. */
export const missing = (one: Pick<MessageView, 'photos_expected' | 'files_expected' | 'photos' | 'files'>): number =>
  Math.max(0, one.photos_expected + one.files_expected - one.photos.length - one.files.length);

export const isPicture = (file: Pick<File, 'type'>): boolean => ['image/jpeg', 'image/png', 'image/webp'].includes(file.type);

export type Limits = Pick<LimitsView, 'photo_bytes' | 'file_bytes' | 'files_bytes'>;
const MB = 1024 * 1024;

/** Why the office would not take these, in words; or nothing. */
export function tooLarge(files: readonly Pick<File, 'type' | 'size'>[], { photo_bytes, file_bytes, files_bytes }: Limits): string | undefined {
  const papers = files.filter((one) => !isPicture(one));
  if (files.some((one) => isPicture(one) && one.size > photo_bytes)) return t('console.chat.photo-large', { limit_mb: photo_bytes / MB });
  if (papers.some((one) => one.size > file_bytes)) return t('console.chat.file-large', { limit_mb: file_bytes / MB });
  const together = papers.reduce((sum, one) => sum + one.size, 0);
  return together > files_bytes ? t('console.chat.files-large', { limit_mb: files_bytes / MB }) : undefined;
}
