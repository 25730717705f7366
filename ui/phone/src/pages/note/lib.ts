import { readStrokes, t, tMaybe, type NoteView, type Stroke } from '@ekitei/shared';

export const TEMPLATES = ['home_visit', 'inspection_memo', 'phone_call'] as const;
export type Template = (typeof TEMPLATES)[number];

export interface NoteContent {
  title: string;
  text: string;
  strokes: Stroke[];
  template: string | null;
}

export const EMPTY: NoteContent = { title: '', text: '', strokes: [], template: null };

/** JSON length at which the paper is full: one operation must stay below 480 KiB, with room for the rest of the note. */
export const STROKES_FULL_BYTES = 380_000;

export function contentOf(note: Pick<NoteView, 'title' | 'text' | 'strokes' | 'template'>): NoteContent {
  return { title: note.title, text: note.text, strokes: readStrokes(note.strokes), template: note.template };
}

/** A draft is what this screen wrote itself, perhaps in an older version: each part is taken only if it is sound. */
export function readDraft(value: unknown): Partial<NoteContent> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { title, text, strokes, template } = value as Record<string, unknown>;
  const read: Partial<NoteContent> = {};
  if (typeof title === 'string') read.title = title;
  if (typeof text === 'string') read.text = text;
  if (Array.isArray(strokes)) read.strokes = readStrokes(strokes);
  if (typeof template === 'string') read.template = template;
  return Object.keys(read).length > 0 ? read : undefined;
}

/** Only what changed is sent: a pen stroke must not contend with somebody's typing. */
export function changes(from: NoteContent, to: NoteContent): Partial<NoteContent> {
  const changed: Partial<NoteContent> = {};
  if (from.title !== to.title) changed.title = to.title;
  if (from.text !== to.text) changed.text = to.text;
  if (from.template !== to.template) changed.template = to.template;
  if (JSON.stringify(from.strokes) !== JSON.stringify(to.strokes)) changed.strokes = to.strokes;
  return changed;
}

export const isEmpty = (content: NoteContent): boolean =>
  content.title.trim() === '' && content.text.trim() === '' && content.strokes.length === 0;

/** What a list shows for a note: its title, else its first written line, else its kind. */
export function noteTitle(note: Pick<NoteView, 'title' | 'text' | 'strokes' | 'template'>): string {
  if (note.title.trim() !== '') return note.title.trim();
  const line = note.text.split('\n').find((one) => one.trim() !== '');
  if (line) return line.trim();
  if (readStrokes(note.strokes).length > 0) return t('note.pen-title');
  return (note.template && tMaybe(`template.${note.template}`)) || t('note.untitled');
}

/** Headings of a template below what is already written: nothing typed is ever replaced. */
export function withTemplate(content: NoteContent, template: Template, title: string, headings: string): NoteContent {
  const text = content.text.trim() === '' ? headings : `${content.text.replace(/\n+$/, '')}\n\n${headings}`;
  return { ...content, text, template, title: content.title.trim() === '' ? title : content.title };
}

/** Where writing goes on after a template: behind the first heading. */
export function firstGap(text: string): number {
  const found = /^.*:\n/m.exec(text) ?? /^【.*】\n/m.exec(text);
  return found ? found.index + found[0].length : text.length;
}
