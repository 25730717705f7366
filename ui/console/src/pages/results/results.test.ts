import { expect, test } from 'vitest';
import type { InspectionRow } from '../../api/gen';
import { countsOf, filterOf, formsOf, hours, isPlain, queryOf } from './lib';

const row = (form: string, title: string, day: string): InspectionRow =>
  ({ id: `${form}${day}`, form, title, day, restricted: title === '', section: 'x', state: 'draft' }) as InspectionRow;

test('a filter survives its address, and an empty one leaves nothing there', () => {
  const filter = { ...filterOf({}), q: '砂', from: '2026-11-01' };
  expect(filterOf(queryOf(filter))).toEqual(filter);
  expect(queryOf(filterOf({}))).toEqual({});
  expect(isPlain(filterOf({ other: 'x' }))).toBe(true);
});

test('inspections are counted by form and month', () => {
  const rows = [row('b', '公宅', '2026-11-02'), row('a', '砂利', '2026-10-30'), row('a', '砂利', '2026-11-02'), row('a', '', '2026-11-03')];
  expect(formsOf(rows).map((form) => form.label)).toEqual(['公宅', '砂利']);
  const counted = countsOf(rows);
  expect(counted.months).toEqual(['2026-10', '2026-11']);
  expect(Object.fromEntries(counted.rows.map((one) => [one.title, one.counts]))).toEqual({ 公宅: [0, 1], 砂利: [1, 2] });
});

test('minutes become hours', () => {
  expect([0, 17, 4524].map(hours)).toEqual(['0.0', '0.3', '75.4']);
});
