// Notes whose last words are only in a draft row (the process was killed): put into their records after unlocking.
import { BridgeError, core } from '@ekitei/shared';
import { readDraft, type NoteContent } from './lib';

const OPEN_KEY = 'notes-open';
export const draftKey = (id: string): string => `note:${id}`;

let running: Promise<void> | undefined;

/** Ids whose draft rows may hold more than their records. */
async function openIds(): Promise<string[]> {
  const { value } = await core('draft_load', { key: OPEN_KEY });
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** Must be durable before the first draft row of a note. */
export async function markOpen(id: string): Promise<void> {
  const ids = await openIds();
  if (!ids.includes(id)) await core('draft_save', { key: OPEN_KEY, value: [...ids, id] });
}

export async function markClosed(id: string): Promise<void> {
  await core('draft_drop', { key: draftKey(id) });
  const ids = await openIds();
  if (ids.includes(id)) await core('draft_save', { key: OPEN_KEY, value: ids.filter((one) => one !== id) });
}

/** Shared by all callers: a note's screen waits for it before it reads the record. */
export function recoverNotes(): Promise<void> {
  running ??= recover().finally(() => (running = undefined));
  return running;
}

async function recover(): Promise<void> {
  try {
    for (const id of await openIds()) {
      const { value } = await core('draft_load', { key: draftKey(id) });
      const draft = readDraft(value);
      if (draft) {
        try {
          await saveNote(id, draft);
        } catch (thrown) {
          // A note that is gone keeps nothing alive; anything else is tried at the next unlock.
          if (!(thrown instanceof BridgeError) || thrown.fault.cure !== 'ask') throw thrown;
        }
      }
      await markClosed(id);
    }
  } catch {
    // Locked again, or the host is away: the draft rows stay.
  }
}

/** `null` is not sent: an absent field means "unchanged". */
export function saveNote(id: string | undefined, changed: Partial<NoteContent>, where: { case?: string; visit?: string } = {}) {
  return core('note_save', {
    ...(id === undefined ? where : { id }),
    ...(changed.title === undefined ? {} : { title: changed.title }),
    ...(changed.text === undefined ? {} : { text: changed.text }),
    ...(changed.strokes === undefined || (id === undefined && changed.strokes.length === 0) ? {} : { strokes: changed.strokes }),
    ...(changed.template ? { template: changed.template } : {}),
  });
}
