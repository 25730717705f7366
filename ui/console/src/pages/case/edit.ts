// Editing a note that a phone may change meanwhile: pure rules.
import type { NoteView } from '../../api/gen';
import type { Draft } from '../../lib/drafts.svelte';
import type { Fields } from '../../api/office';

export function draftFrom(note: NoteView, caseId: string, caseNumber: string): Draft {
  return { note: note.id, caseId, caseNumber, title: note.title, text: note.text, seen: seenOf(note), fresh: false, finish: note.finished_at != null };
}

export const seenOf = (note: NoteView): Draft['seen'] => ({ title: note.title, text: note.text, revs: { ...note.revs } });

export interface Change {
  fields: Fields;
  base: Record<string, string>;
}

/**
 * The fields that the person changed, with the revisions they saw. A finished note is finished anew: each new time is
 * a new version for filing. `now`: the note as it stands; its time of finishing is nobody's words, so the last one
 * simply gives way.
 */
export function changeOf(draft: Pick<Draft, 'title' | 'text' | 'seen' | 'finish'>, now: Pick<NoteView, 'finished_at' | 'revs'> | undefined, stamp: string): Change {
  const fields: Record<string, string> = {};
  if (draft.title !== draft.seen.title) fields.title = draft.title;
  if (draft.text !== draft.seen.text) fields.text = draft.text;
  if (draft.finish && (Object.keys(fields).length > 0 || now?.finished_at == null)) fields.finished_at = stamp;
  const base = Object.fromEntries(Object.keys(fields).flatMap((name) => {
    const rev = name === 'finished_at' ? now?.revs[name] : draft.seen.revs[name];
    return rev ? [[name, rev]] : [];
  }));
  return { fields, base };
}

/**
 * What somebody else changed since the person began, in fields that the person changed too: these would become a
 * conflict. Fields that only the other changed are taken over silently.
 */
export function clashes(draft: Pick<Draft, 'title' | 'text' | 'seen'>, now: NoteView): ('title' | 'text')[] {
  return (['title', 'text'] as const).filter(
    (field) => draft[field] !== draft.seen[field] && now.revs[field] !== draft.seen.revs[field] && now[field] !== draft[field] && now[field] !== draft.seen[field],
  );
}

/** Takes over what only the other side changed; what the person typed stays. Nothing to take: the same object. */
export function caughtUp(draft: Draft, now: NoteView): Draft {
  if (draft.fresh || (now.revs.title === draft.seen.revs.title && now.revs.text === draft.seen.revs.text)) return draft;
  if (clashes(draft, now).length === (['title', 'text'] as const).filter((field) => now.revs[field] !== draft.seen.revs[field]).length) return draft;
  const next: Draft = { ...draft, seen: { ...draft.seen, revs: { ...draft.seen.revs } } };
  for (const field of ['title', 'text'] as const) {
    const untouched = draft[field] === draft.seen[field];
    const agrees = now[field] === draft[field] || now[field] === draft.seen[field];
    if (!untouched && !agrees) continue;
    next.seen[field] = now[field];
    if (untouched) next[field] = now[field];
    const rev = now.revs[field];
    if (rev) next.seen.revs[field] = rev;
  }
  return next;
}

/** Between the two texts of "keep both", as the office's own settlement does it. */
const SEAM = '\n――――――――\n';

/** Settles a clash in the editor, before it is saved. */
export function settled(draft: Draft, now: NoteView, fields: readonly ('title' | 'text')[], choice: 'mine' | 'theirs' | 'both'): Draft {
  const next: Draft = { ...draft, seen: { ...draft.seen, revs: { ...draft.seen.revs } } };
  for (const field of fields) {
    const rev = now.revs[field];
    if (rev) next.seen.revs[field] = rev;
    next.seen[field] = now[field];
    if (choice === 'theirs') next[field] = now[field];
    if (choice === 'both') next[field] = field === 'title' ? `${now.title} / ${draft.title}` : `${now.text}${SEAM}${draft.text}`;
  }
  return next;
}
