import { parseDate } from '@ekitei/shared';
import { describe, expect, it } from 'vitest';
import type { NoteView, PhotoView, VisitView } from '../../api/gen';
import type { Draft } from '../../lib/drafts.svelte';
import { caughtUp, changeOf, clashes, draftFrom, settled } from './edit';
import { inOrder, neighbours, packable, range, timeline } from './lib';
import { plannedAt } from './visit';

const author = { id: 's001', name: '青葉' };
const note = (id: string, change: Partial<NoteView> = {}): NoteView => ({
  id, title: '', text: '北側', written_at: '2026-05-10T10:00:00+09:00', author, received_ms: 0, progress: 'filed', filed_versions: 0,
  finished_at: '2026-05-10T10:05:00+09:00', revs: { title: 't1', text: 'x1', finished_at: 'f1' }, ...change,
});
const photo = (id: string, change: Partial<PhotoView> = {}): PhotoView => ({
  id, caption: '', taken_at: '2026-05-10T11:00:00+09:00', width: 4, height: 3, format: 'jpeg', author, received_ms: 0, progress: 'filed', sha256: '', revs: {},
  variants: [{ variant: 'original', bytes: 100, arrived_at: '2026-05-10T12:00:00Z' }], ...change,
});
const visit = (id: string, change: Partial<VisitView> = {}): VisitView => ({
  id, case: 'c', title: '立入検査', people: [], planned_at: '2026-05-10T09:30:00+09:00', state: 'finished', author, received_ms: 0, revs: {}, ...change,
});
const NOW = Date.parse('2026-06-01T00:00:00Z');

describe('timeline', () => {
  it('hangs notes and photos on their visit, photos of a note on the note', () => {
    const line = timeline({ visits: [visit('v')], notes: [note('n', { visit: 'v' })], photos: [photo('p', { visit: 'v' }), photo('q', { visit: 'v', note: 'n' })] }, NOW);
    expect(line.days).toHaveLength(1);
    const block = line.days[0]?.entries[0];
    expect(block).toMatchObject({ kind: 'visit', entries: [{ kind: 'note', photos: [{ id: 'q' }] }, { kind: 'photos', photos: [{ id: 'p' }] }] });
  });

  it('shows everything exactly once, also what hangs on a visit that is not here', () => {
    const line = timeline({ visits: [], notes: [note('n', { visit: 'gone' })], photos: [photo('p', { visit: 'gone' }), photo('q', { note: 'gone' })] }, NOW);
    const entries = line.days.flatMap((day) => day.entries);
    expect(entries.map((one) => (one.kind === 'photos' ? one.photos.map((of) => of.id) : one.key))).toEqual([['p', 'q'], 'n']);
  });

  it('puts newest days first and visits to come before all', () => {
    const line = timeline({ visits: [visit('later', { planned_at: '2026-07-01T09:00:00+09:00', state: 'planned' }), visit('soon', { planned_at: '2026-06-02T09:00:00+09:00', state: 'planned' })], notes: [note('a'), note('b', { written_at: '2026-05-12T10:00:00+09:00' })], photos: [] }, NOW);
    expect(line.ahead.map((one) => one.key)).toEqual(['soon', 'later']);
    expect(line.days.map((day) => day.day)).toEqual(['2026-05-12', '2026-05-10']);
  });

  it('keeps photos in the order they were taken', () => {
    expect(inOrder([photo('b', { taken_at: '2026-05-10T12:00:00+09:00' }), photo('a', { taken_at: '2026-05-10T02:30:00Z' })]).map((one) => one.id)).toEqual(['a', 'b']);
  });
});

describe('choosing photos', () => {
  const row = [photo('a'), photo('b', { variants: [{ variant: 'original', bytes: 5, arrived_at: null }] }), photo('c')];

  it('packs what is here and counts what is not', () => {
    expect(packable(row, new Set(['a', 'b']))).toEqual({ ids: ['a'], missing: 1, bytes: 100 });
    expect(packable(row, new Set())).toEqual({ ids: [], missing: 0, bytes: 0 });
  });

  it('takes a range in both directions', () => {
    expect(range(row, 'c', 'a')).toEqual(['a', 'b', 'c']);
    expect(range(row, 'gone', 'b')).toEqual(['b']);
  });

  it('leafs to the ends and no further', () => {
    expect(neighbours(row, 'a').before).toBeUndefined();
    expect(neighbours(row, 'b')).toMatchObject({ at: 1, before: { id: 'a' }, after: { id: 'c' } });
    expect(neighbours(row, 'gone')).toEqual({ at: -1, before: undefined, after: undefined });
  });
});

describe('editing a note that a phone changes too', () => {
  const start = (): Draft => draftFrom(note('n'), 'c', 'R8-1');
  const STAMP = '2026-06-01T09:00:00.000+09:00';

  it('sends only what was typed, with what was seen, and finishes a finished note anew', () => {
    expect(changeOf(start(), note('n'), STAMP)).toEqual({ fields: {}, base: {} });
    const draft = { ...start(), text: '北側と南側' };
    expect(changeOf(draft, note('n'), STAMP)).toEqual({ fields: { text: '北側と南側', finished_at: STAMP }, base: { text: 'x1', finished_at: 'f1' } });
    expect(changeOf({ ...draft, finish: false }, note('n'), STAMP).fields).toEqual({ text: '北側と南側' });
  });

  it('finishes an unfinished note without a word changed', () => {
    const open = note('n', { finished_at: null, revs: { text: 'x1' } });
    expect(draftFrom(open, 'c', 'R8-1').finish).toBe(false);
    expect(changeOf({ ...start(), finish: true }, open, STAMP)).toEqual({ fields: { finished_at: STAMP }, base: {} });
  });

  it('sees a clash only where both changed, and not when both wrote the same', () => {
    const theirs = note('n', { text: '南側', revs: { title: 't1', text: 'x2' } });
    expect(clashes(start(), theirs)).toEqual([]);
    expect(clashes({ ...start(), text: '西側' }, theirs)).toEqual(['text']);
    expect(clashes({ ...start(), text: '南側' }, theirs)).toEqual([]);
    expect(clashes({ ...start(), title: '題' }, theirs)).toEqual([]);
  });

  it('takes over what only the other changed and leaves what was typed', () => {
    const theirs = note('n', { text: '南側', revs: { title: 't1', text: 'x2' } });
    const next = caughtUp({ ...start(), title: '題' }, theirs);
    expect(next).toMatchObject({ title: '題', text: '南側', seen: { title: '', text: '南側', revs: { text: 'x2', title: 't1' } } });
    expect(changeOf(next, theirs, STAMP).base).toMatchObject({ title: 't1' });
  });

  it('comes to rest: nothing new, or only a clash, gives the same draft back', () => {
    const draft = { ...start(), text: '西側' };
    expect(caughtUp(draft, note('n'))).toBe(draft);
    expect(caughtUp(draft, note('n', { text: '南側', revs: { title: 't1', text: 'x2' } }))).toBe(draft);
    const agreed = caughtUp(draft, note('n', { text: '西側', revs: { title: 't1', text: 'x2' } }));
    expect(agreed.seen.text).toBe('西側');
    expect(caughtUp(agreed, note('n', { text: '西側', revs: { title: 't1', text: 'x2' } }))).toBe(agreed);
  });

  it('settles a clash as the person chose, against what stands now', () => {
    const draft = { ...start(), text: '西側' };
    const theirs = note('n', { text: '南側', revs: { title: 't1', text: 'x2', finished_at: 'f2' } });
    const mine = settled(draft, theirs, ['text'], 'mine');
    expect(changeOf(mine, theirs, STAMP)).toEqual({ fields: { text: '西側', finished_at: STAMP }, base: { text: 'x2', finished_at: 'f2' } });
    expect(changeOf(settled(draft, theirs, ['text'], 'theirs'), theirs, STAMP).fields).toEqual({});
    const both = settled(draft, theirs, ['text'], 'both').text;
    expect(both.startsWith('南側\n')).toBe(true);
    expect(both.endsWith('\n西側')).toBe(true);
    expect(clashes(mine, theirs)).toEqual([]);
  });
});

describe('planning a visit', () => {
  it('reads days and times as people write them', () => {
    const at = Date.parse('2026-03-05T09:30:00+09:00');
    for (const time of ['9:30', '０９：３０', '0930', '9時30分']) expect(plannedAt('R8.3.5', time, parseDate)).toBe(at);
    for (const time of ['', '25:00', '9', '12:60']) expect(plannedAt('R8.3.5', time, parseDate)).toBeUndefined();
    expect(plannedAt('令和8年2月30日', '9:30', parseDate)).toBeUndefined();
  });
});
