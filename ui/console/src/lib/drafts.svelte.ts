// What was typed and is not saved yet: kept while this tab lives, whatever screen is open. Only in memory: on a
// shared PC nothing of a case may stay behind.

export interface Draft {
  /** The note's id; a new note has one from the beginning. */
  note: string;
  caseId: string;
  caseNumber: string;
  title: string;
  text: string;
  /** What the person saw when they began, and its revisions. */
  seen: { title: string; text: string; revs: Record<string, string> };
  /** Not on the server yet. */
  fresh: boolean;
  /** Saving makes (or keeps) it a finished note, which is filed. */
  finish: boolean;
}

const kept = $state<Record<string, Draft>>({});

export const draftOf = (note: string): Draft | undefined => kept[note];
export const isDirty = (draft: Draft): boolean => draft.title !== draft.seen.title || draft.text !== draft.seen.text;
export const drafts = (): Draft[] => Object.values(kept);
export const dirtyDrafts = (): Draft[] => drafts().filter(isDirty);

export function keepDraft(draft: Draft): void {
  if (kept[draft.note] !== draft) kept[draft.note] = draft;
}

export function writeDraft(note: string, change: Partial<Pick<Draft, 'title' | 'text' | 'finish'>>): void {
  const draft = kept[note];
  if (draft) Object.assign(draft, change);
}

export function dropDraft(note: string): void {
  delete kept[note];
}

window.addEventListener('beforeunload', (event) => {
  if (dirtyDrafts().length > 0) event.preventDefault();
});
