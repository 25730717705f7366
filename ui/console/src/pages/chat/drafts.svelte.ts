// What is being written in each room. The words outlive a reload and the session's end; files can only be held in memory,
// so leaving the page asks first.
import type { Link, MessageView } from '../../api/chat-types';
import { keep, recall } from '../../lib/kept';
import { session } from '../../lib/session.svelte';
import type { Attachment } from './outbox.svelte';

export interface Draft {
  text: string;
  reply: MessageView | undefined;
  urgent: string | undefined;
  link: Link | undefined;
  attachments: Attachment[];
  /** Chosen for mentions: staff id to the word in the text. */
  named: Map<string, string>;
}

const KEPT = 'chat-drafts';
type Words = Omit<Draft, 'attachments' | 'named'> & { named: [string, string][] };

const kept = $state<Record<string, Draft>>({});
const EMPTY: Readonly<Draft> = { text: '', reply: undefined, urgent: undefined, link: undefined, attachments: [], named: new Map() };

export const draftOf = (room: string): Readonly<Draft> => kept[room] ?? EMPTY;
export const hasDraft = (room: string): boolean => draftOf(room).text.trim() !== '' || draftOf(room).attachments.length > 0 || draftOf(room).link !== undefined;

/** Rooms in which something is being written. */
export const draftedRooms = (): string[] => Object.keys(kept).filter(hasDraft);

export function writeDraft(room: string, change: Partial<Draft>): void {
  kept[room] = { ...draftOf(room), named: new Map(draftOf(room).named), ...change };
  write();
}

export function dropDraft(room: string): void {
  delete kept[room];
  write();
}

/** What this tab knew before it was loaded again. */
export function recallDrafts(): void {
  const all = recall(session()?.person.id, KEPT);
  if (typeof all !== 'object' || all === null) return;
  for (const [room, words] of Object.entries(all as Record<string, Words>)) {
    if (!kept[room]) kept[room] = { ...EMPTY, ...words, attachments: [], named: new Map(words.named) };
  }
}

function write(): void {
  const words = Object.entries(kept).map(([room, { attachments: _, named, ...rest }]): [string, Words] => [room, { ...rest, named: [...named] }]);
  keep(session()?.person.id, KEPT, Object.fromEntries(words));
}

window.addEventListener('beforeunload', (event) => {
  if (Object.values(kept).some((one) => one.attachments.length > 0)) event.preventDefault();
});
