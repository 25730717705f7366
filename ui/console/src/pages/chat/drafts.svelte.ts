// What is being written in each room, while this tab lives. Only in memory: on a shared PC nothing may stay behind.
import type { MessageView } from '../../api/chat-types';
import type { Attachment } from './outbox.svelte';

export interface Draft {
  text: string;
  reply: MessageView | undefined;
  urgent: string | undefined;
  attachments: Attachment[];
  /** Chosen for mentions: staff id to the word in the text. */
  named: Map<string, string>;
}

const kept = $state<Record<string, Draft>>({});
const EMPTY: Readonly<Draft> = { text: '', reply: undefined, urgent: undefined, attachments: [], named: new Map() };

export const draftOf = (room: string): Readonly<Draft> => kept[room] ?? EMPTY;
export const hasDraft = (room: string): boolean => draftOf(room).text.trim() !== '' || draftOf(room).attachments.length > 0;

export function writeDraft(room: string, change: Partial<Draft>): void {
  kept[room] = { ...draftOf(room), named: new Map(draftOf(room).named), ...change };
}

export function dropDraft(room: string): void {
  delete kept[room];
}

window.addEventListener('beforeunload', (event) => {
  if (Object.keys(kept).some(hasDraft)) event.preventDefault();
});
