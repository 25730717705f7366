import { localDay, stampMs, type CaseCard, type InspectionRow, type NoteView, type PhotoCount, type PhotoView, type TimelineEntry, type VisitView } from '@ekitei/shared';

export type TimelineItem =
  | { kind: 'visit'; key: string; atMs: number; visit: VisitView }
  | { kind: 'note'; key: string; atMs: number; note: NoteView }
  | { kind: 'inspection'; key: string; atMs: number; inspection: InspectionRow }
  /** Photos that follow each other, shown as one grid. */
  | { kind: 'photos'; key: string; atMs: number; photos: PhotoView[] };

export interface TimelineDay {
  /** Local day, ISO. */
  day: string;
  items: TimelineItem[];
}

/** Newest day first, within a day newest first; neighbouring photos become one grid in the order they were taken. */
export function timeline(entries: readonly TimelineEntry[]): TimelineDay[] {
  const sorted = [...entries].sort((one, other) => stampMs(other.at) - stampMs(one.at));
  const days: TimelineDay[] = [];
  for (const entry of sorted) {
    const atMs = stampMs(entry.at);
    const day = Number.isNaN(atMs) ? '' : localDay(atMs);
    let current = days[days.length - 1];
    if (!current || current.day !== day) {
      current = { day, items: [] };
      days.push(current);
    }
    add(current.items, entry, atMs);
  }
  return days;
}

function add(items: TimelineItem[], entry: TimelineEntry, atMs: number): void {
  if (entry.visit_view) {
    items.push({ kind: 'visit', key: entry.visit_view.id, atMs, visit: entry.visit_view });
  } else if (entry.note) {
    items.push({ kind: 'note', key: entry.note.id, atMs, note: entry.note });
  } else if (entry.inspection) {
    items.push({ kind: 'inspection', key: entry.inspection.id, atMs, inspection: entry.inspection });
  } else if (entry.photo && !isWritten(entry.photo)) {
    const last = items[items.length - 1];
    if (last?.kind === 'photos') last.photos.unshift(entry.photo);
    else items.push({ kind: 'photos', key: entry.photo.id, atMs, photos: [entry.photo] });
  }
}

/** Signatures and drawings stand in their inspection, not among the photos. */
const isWritten = (photo: PhotoView): boolean => photo.role === 'signature' || photo.role === 'drawing';

/** All photos of a case in the order they were taken: what the viewer leafs through. */
export function photosOf(card: Pick<CaseCard, 'entries'>): PhotoView[] {
  return card.entries
    .flatMap((entry) => (entry.photo && !isWritten(entry.photo) ? [entry.photo] : []))
    .sort((one, other) => stampMs(one.taken_at) - stampMs(other.taken_at) || (one.id < other.id ? -1 : 1));
}

export const allThere = (count: PhotoCount): boolean => count.total > 0 && count.at_office === count.total;
