// Reactions and work stamps, and what both chats do with a text. Pure.
import { everyText, tMaybe } from '../i18n/i18n.svelte';
import { localDay } from '../time/clock';
import type { IconName } from '../widgets/icons';

export const REACTIONS = ['thumbs_up', 'heart', 'smile', 'surprise', 'bow', 'clap'] as const;
export const STAMPS = ['ryokai', 'confirmed', 'arrived', 'working', 'can_go', 'in_30', 'cannot'] as const;
/** A mention of all. */
export const EVERYBODY = 'all';

const FACES: Record<string, IconName> = { thumbs_up: 'thumbs-up', heart: 'heart', smile: 'smile', surprise: 'surprise', bow: 'bow', clap: 'clap' };

/** A reaction's picture, the same on every machine; a work stamp has none, it is its word. */
export const faceOf = (mark: string): IconName | undefined => FACES[mark];
export const markWord = (mark: string): string => tMaybe(`chat.mark.${mark}`) ?? mark;

/** Whom a text names, of those who were chosen for it: who was rubbed out again is not called. */
export function namedIn(text: string, chosen: ReadonlyMap<string, string>): string[] {
  return [...chosen].filter(([, word]) => text.includes(`@${word}`)).map(([staff]) => staff);
}

interface Called {
  id: string;
  name: string;
}

/** Whom a text calls after it was changed: everybody but those whom its writer rubbed out. */
export function stillNamed(before: string, after: string, people: readonly Called[], all: boolean): string[] {
  const stays = (words: readonly string[]): boolean => words.some((word) => after.includes(`@${word}`)) || !words.some((word) => before.includes(`@${word}`));
  const named = people.filter((one) => stays([one.name])).map((one) => one.id);
  return all && stays(everyText('chat.mention-all')) ? [EVERYBODY, ...named] : named;
}

/** The word behind an @ that ends where the caret stands, if a person is writing one. */
export function mentionAt(text: string, caret: number): { from: number; word: string } | undefined {
  const found = /[@＠]([^\s@＠、。]{0,20})$/.exec(text.slice(0, caret));
  return found ? { from: found.index, word: found[1] ?? '' } : undefined;
}

export interface Linked {
  kind: string;
  label: string;
}

/** A message that only points somewhere says where: lists, notices and the search know nothing but words. */
export const wordsWith = (text: string, link: Linked | undefined): string => (text.trim() === '' && link ? link.label : text);

/** What is shown beside the card of a link: not the same words twice. */
export const besideLink = (text: string, link: Linked | null | undefined): string => (link && text === link.label ? '' : text);

const LINKS: Record<string, IconName> = { case: 'case', note: 'note', inspection: 'inspection', photo: 'photo' };
export const linkIcon = (kind: string): IconName => LINKS[kind] ?? 'link';
export const linkWord = (kind: string): string => tMaybe(`chat.link.${kind}`) ?? kind;

export interface Piece {
  text: string;
  href?: string;
}

/** Addresses become links; nothing else of a text is more than text. */
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

export interface Line<T> {
  message: T;
  /** A new day begins with it, ISO. */
  day: string | undefined;
  /** The same person as the line before, soon after: the name is not said again. */
  joined: boolean;
}

const JOINED_MS = 5 * 60_000;

export function linesOf<T>(messages: readonly T[], of: (message: T) => { id: string; by: string; atMs: number }, unreadFrom?: string): Line<T>[] {
  let before: { by: string; atMs: number } | undefined;
  return messages.map((message) => {
    const now = of(message);
    const day = localDay(now.atMs);
    const newDay = before === undefined || localDay(before.atMs) !== day;
    const soon = before !== undefined && before.by === now.by && now.atMs - before.atMs < JOINED_MS;
    before = now;
    return { message, day: newDay ? day : undefined, joined: soon && !newDay && now.id !== unreadFrom };
  });
}

/** Written so much earlier than it arrived that both times are said. */
const LATE_MS = 10 * 60_000;

export const isLate = (writtenMs: number, atMs: number): boolean => atMs - writtenMs >= LATE_MS;
