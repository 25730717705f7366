import type { NoteView, PhotoView, TimelineEntry, VisitView } from '@ekitei/shared';
import { expect, it } from 'vitest';
import { allThere, photosOf, timeline } from './lib';

const at = (text: string): string => `2026-11-${text}:00.000+09:00`;
const entry = (change: Partial<TimelineEntry> & { at: string }): TimelineEntry => ({
  kind: 'note', visit: null, note: null, photo: null, visit_view: null, inspection: null, ...change,
});
const photo = (id: string, when: string): TimelineEntry =>
  entry({ kind: 'photo', at: at(when), photo: { id, taken_at: at(when) } as PhotoView });
const note = (id: string, when: string): TimelineEntry => entry({ at: at(when), note: { id } as NoteView });

it('groups by local day, newest first, neighbouring photos together in the order taken', () => {
  const days = timeline([
    photo('p1', '21T10:00'), photo('p2', '21T10:01'), note('n1', '21T10:30'), photo('p3', '21T11:00'),
    entry({ kind: 'visit', at: at('20T09:00'), visit_view: { id: 'v1' } as VisitView }),
    // 23:30 UTC is the next morning in Japan.
    entry({ at: '2026-11-20T23:30:00Z', note: { id: 'n2' } as NoteView }),
  ]);
  expect(days.map((day) => day.day)).toEqual(['2026-11-21', '2026-11-20']);
  expect(days[0]?.items.map((item) => (item.kind === 'photos' ? item.photos.map((one) => one.id) : item.key))).toEqual([
    ['p3'], 'n1', ['p1', 'p2'], 'n2',
  ]);
});

it('leafs through photos in the order taken', () =>
  expect(photosOf({ entries: [photo('b', '21T10:01'), note('n', '21T10:00'), photo('a', '21T10:00')] }).map((one) => one.id)).toEqual(['a', 'b']));

it('is complete only when there is something', () => {
  expect(allThere({ total: 0, arrived: 0, at_office: 0 })).toBe(false);
  expect(allThere({ total: 20, arrived: 20, at_office: 19 })).toBe(false);
  expect(allThere({ total: 20, arrived: 20, at_office: 20 })).toBe(true);
});
