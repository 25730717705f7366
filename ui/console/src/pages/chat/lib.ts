// What the chat's screens show, from what the office says. Pure.
import { lastWords, t, tMaybe } from '@ekitei/shared';
import type { MessageView, RoomRow } from '../../api/chat-types';

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

/** Pages joined: what came later wins, in the order of the room. */
export function joined(known: readonly MessageView[], fresh: readonly MessageView[]): MessageView[] {
  const all = new Map(known.map((one) => [one.id, one]));
  for (const one of fresh) all.set(one.id, one);
  return [...all.values()].sort((one, other) => one.born_seq - other.born_seq);
}

/** The first that somebody else wrote after the mark. */
export const firstUnread = (messages: readonly MessageView[], readTo: number): string | undefined =>
  messages.find((one) => one.born_seq > readTo && !one.mine)?.id;

/** Still on their way. */
export const missing = (one: MessageView): number =>
  Math.max(0, one.photos_expected + one.files_expected - one.photos.length - one.files.length);

export const MOST_FILE_BYTES = 10_000_000;
export const MOST_FILES_BYTES = 20_000_000;
export const MOST_PHOTO_BYTES = 50_000_000;

export const isPicture = (file: Pick<File, 'type'>): boolean => ['image/jpeg', 'image/png', 'image/webp'].includes(file.type);

/** Key of the message that says why these cannot go, or nothing. */
export function tooLarge(files: readonly Pick<File, 'type' | 'size'>[]): 'console.chat.photo-large' | 'console.chat.file-large' | 'console.chat.files-large' | undefined {
  const papers = files.filter((one) => !isPicture(one));
  if (files.some((one) => isPicture(one) && one.size > MOST_PHOTO_BYTES)) return 'console.chat.photo-large';
  if (papers.some((one) => one.size > MOST_FILE_BYTES)) return 'console.chat.file-large';
  return papers.reduce((sum, one) => sum + one.size, 0) > MOST_FILES_BYTES ? 'console.chat.files-large' : undefined;
}

/** The word behind an @ that ends where the caret stands, if the person is writing one. */
export function mentionAt(text: string, caret: number): { from: number; word: string } | undefined {
  const found = /[@＠]([^\s@＠、。]{0,20})$/.exec(text.slice(0, caret));
  return found ? { from: found.index, word: found[1] ?? '' } : undefined;
}
