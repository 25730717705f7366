import type { CaseRow } from '@ekitei/shared';
import { expect, it } from 'vitest';
import { inGroups } from './lib';

const row = (number: string, change: Partial<CaseRow> = {}): CaseRow => ({
  id: number, number, name: number, place: '', section: '', state: 'open', restricted: false, followed: false, assigned: false,
  lat: null, lon: null, ...change,
});

it('puts one’s own cases first and closed ones last', () => {
  const groups = inGroups([row('砂-10'), row('砂-9'), row('宅-1', { state: 'closed', assigned: true }), row('火-2', { assigned: true, followed: true }), row('福-3', { followed: true })]);
  expect(groups.map((group) => [group.key, group.rows.map((one) => one.number)])).toEqual([
    ['assigned', ['火-2']],
    ['followed', ['福-3']],
    ['other', ['砂-9', '砂-10']],
    ['closed', ['宅-1']],
  ]);
  expect(inGroups([])).toEqual([]);
});
