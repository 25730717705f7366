// A case's records as the timeline shows them: days, within a day visits with what hangs on them.
import { localDay, stampMs } from '@ekitei/shared';
import type { NoteView, PhotoView, TimelineView, VisitView } from '../../api/gen';

export interface NoteEntry {
  kind: 'note';
  key: string;
  atMs: number;
  note: NoteView;
  /** Photos that belong to the note. */
  photos: PhotoView[];
}
export interface PhotosEntry {
  kind: 'photos';
  key: string;
  atMs: number;
  photos: PhotoView[];
}
export interface VisitEntry {
  kind: 'visit';
  key: string;
  atMs: number;
  visit: VisitView;
  entries: (NoteEntry | PhotosEntry)[];
}
export type Entry = NoteEntry | PhotosEntry | VisitEntry;

export interface Day {
  /** Local day, ISO. */
  day: string;
  entries: Entry[];
}

export interface Timeline {
  /** Visits that are still to come, soonest first. */
  ahead: VisitEntry[];
  days: Day[];
}

const noteMs = (note: NoteView): number => known(stampMs(note.written_at), note.received_ms);
export const photoMs = (photo: PhotoView): number => known(stampMs(photo.taken_at), photo.received_ms);
const known = (ms: number, otherwise: number): number => (Number.isNaN(ms) ? otherwise : ms);

/** In the order they were taken: what the viewer leafs through. */
export function inOrder(photos: readonly PhotoView[]): PhotoView[] {
  return [...photos].sort((one, other) => photoMs(one) - photoMs(other) || (one.id < other.id ? -1 : 1));
}

export function timeline(view: Pick<TimelineView, 'visits' | 'notes' | 'photos'>, nowMs: number): Timeline {
  const notes = new Map(view.notes.map((note): [string, NoteEntry] => [note.id, { kind: 'note', key: note.id, atMs: noteMs(note), note, photos: [] }]));
  const visits = new Map(view.visits.map((visit): [string, VisitEntry] => [visit.id, { kind: 'visit', key: visit.id, atMs: Number.NaN, visit, entries: [] }]));
  const loose = new Map<string, PhotoView[]>();
  for (const photo of inOrder(view.photos)) {
    const note = photo.note ? notes.get(photo.note) : undefined;
    if (note) note.photos.push(photo);
    else {
      // One grid a visit; without a visit, one a day.
      const place = photo.visit && visits.has(photo.visit) ? photo.visit : localDay(photoMs(photo));
      loose.set(place, [...(loose.get(place) ?? []), photo]);
    }
  }
  const alone: Entry[] = [];
  const put = (entry: NoteEntry | PhotosEntry, visit: string | null | undefined): void => {
    const block = visit ? visits.get(visit) : undefined;
    if (block) block.entries.push(entry);
    else alone.push(entry);
  };
  for (const note of notes.values()) put(note, note.note.visit);
  for (const [place, photos] of loose) {
    const first = photos[0];
    if (first) put({ kind: 'photos', key: `photos-${first.id}`, atMs: photoMs(photos[photos.length - 1] ?? first), photos }, place);
  }
  for (const block of visits.values()) {
    block.entries.sort((one, other) => one.atMs - other.atMs);
    const planned = block.visit.planned_at ? stampMs(block.visit.planned_at) : Number.NaN;
    block.atMs = known(known(planned, block.entries[0]?.atMs ?? Number.NaN), block.visit.received_ms);
  }
  const blocks = [...visits.values()];
  const isAhead = (one: VisitEntry): boolean => one.atMs > nowMs && one.entries.length === 0;
  return {
    ahead: blocks.filter(isAhead).sort((one, other) => one.atMs - other.atMs),
    days: byDay([...alone, ...blocks.filter((one) => !isAhead(one))]),
  };
}

function byDay(entries: Entry[]): Day[] {
  const days: Day[] = [];
  for (const entry of [...entries].sort((one, other) => other.atMs - one.atMs)) {
    const day = localDay(entry.atMs);
    const last = days[days.length - 1];
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
}

/** The neighbours of a picture in its row; undefined at the ends. */
export function neighbours(row: readonly PhotoView[], id: string): { before?: PhotoView; after?: PhotoView; at: number } {
  const at = row.findIndex((one) => one.id === id);
  return { at, before: at > 0 ? row[at - 1] : undefined, after: at >= 0 ? row[at + 1] : undefined };
}

export const hasVariant = (photo: Pick<PhotoView, 'variants'>, variant: string): boolean =>
  photo.variants.some((one) => one.variant === variant && one.arrived_at != null);

/** Which originals of a selection can be packed now, and how many bytes that is. */
export function packable(photos: readonly PhotoView[], chosen: ReadonlySet<string>): { ids: string[]; missing: number; bytes: number } {
  const picked = photos.filter((one) => chosen.has(one.id));
  const there = picked.filter((one) => hasVariant(one, 'original'));
  const bytes = there.reduce((sum, one) => sum + (one.variants.find((of) => of.variant === 'original')?.bytes ?? 0), 0);
  return { ids: there.map((one) => one.id), missing: picked.length - there.length, bytes };
}

/** A range of a list, for Shift and click. */
export function range(row: readonly PhotoView[], from: string, to: string): string[] {
  const [a, b] = [row.findIndex((one) => one.id === from), row.findIndex((one) => one.id === to)];
  return a < 0 || b < 0 ? [to] : row.slice(Math.min(a, b), Math.max(a, b) + 1).map((one) => one.id);
}
