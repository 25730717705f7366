// Filters of the results in the address, and what is counted of them.
import type { InspectionRow } from '../../api/gen';
import { titleOf } from '../inspection/lib';

export const STATES = ['draft', 'finished', 'circulated', 'accepted', 'returned'] as const;

export interface Filter {
  q: string;
  form: string;
  state: string;
  section: string;
  from: string;
  to: string;
}

const NAMES = ['q', 'form', 'state', 'section', 'from', 'to'] as const;

export const filterOf = (query: Readonly<Record<string, string>>): Filter =>
  Object.fromEntries(NAMES.map((name) => [name, query[name] ?? ''])) as unknown as Filter;

export const queryOf = (filter: Filter): Record<string, string> =>
  Object.fromEntries(NAMES.filter((name) => filter[name].trim() !== '').map((name) => [name, filter[name].trim()]));

export const isPlain = (filter: Filter): boolean => NAMES.every((name) => filter[name].trim() === '');

/** Forms that were used, by their newest title. */
export function formsOf(rows: readonly InspectionRow[]): { value: string; label: string }[] {
  const titles = new Map<string, string>();
  for (const row of rows) if (row.form && !titles.get(row.form)) titles.set(row.form, row.title);
  return [...titles].map(([value, title]) => ({ value, label: title || titleOf({ title: '', restricted: true }) })).sort((a, b) => a.label.localeCompare(b.label, 'ja'));
}

/** Inspections of each form in each month, newest month last. */
export function countsOf(rows: readonly InspectionRow[]): { months: string[]; rows: { title: string; counts: number[] }[] } {
  const names = new Map(formsOf(rows).map((form) => [form.value, form.label]));
  const months = [...new Set(rows.map((row) => row.day.slice(0, 7)))].filter((month) => month !== '').sort().slice(-12);
  const counted = [...names].map(([form, title]) => ({
    title,
    counts: months.map((month) => rows.filter((row) => row.form === form && row.day.startsWith(month)).length),
  }));
  return { months, rows: counted };
}

/** Hours with one digit. */
export const hours = (minutes: number): string => (Math.round(minutes / 6) / 10).toFixed(1);
