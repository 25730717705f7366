// What is being written in each room. Words and files outlive a reload and the session's end; where a file could not be
// kept, leaving the page asks first.
import type { Link, MessageView } from '../../api/chat-types';
import { keep, recall } from '../../lib/kept';
import { session } from '../../lib/session.svelte';
import { attachmentsAgain, keptOf, type Attachment, type KeptAttachment } from './attachments';

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
type Words = Omit<Draft, 'attachments' | 'named'> & { named: [string, string][]; attachments?: KeptAttachment[] };

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
  const person = session()?.person.id;
  const all = recall(person, KEPT);
  if (typeof all !== 'object' || all === null) return;
  for (const [room, words] of Object.entries(all as Record<string, Words>)) {
    if (kept[room]) continue;
    const { attachments = [], named, ...rest } = words;
    kept[room] = { ...EMPTY, ...rest, attachments: [], named: new Map(named) };
    if (attachments.length === 0) continue;
    void attachmentsAgain(person, attachments).then((found) => {
      const there = kept[room];
      if (there) writeDraft(room, { attachments: [...found, ...there.attachments] });
    });
  }
}

function write(): void {
  const words = Object.entries(kept).map(([room, { attachments, named, ...rest }]): [string, Words] => [room, { ...rest, named: [...named], attachments: attachments.map(keptOf) }]);
  keep(session()?.person.id, KEPT, Object.fromEntries(words));
}

window.addEventListener('beforeunload', (event) => {
  if (Object.values(kept).some((one) => one.attachments.length > 0)) event.preventDefault();
});
