// The list's filter and the form of a case, as pure rules.
import type { CaseView, NameView } from '../../api/gen';
import type { Fields } from '../../api/office';
import type { PlainKey } from '@ekitei/shared';

export interface Filter {
  q: string;
  /** `open` | `closed` | `all` */
  state: string;
  /** Full path; empty: all. */
  section: string;
  mine: boolean;
}

export function filterOf(query: Readonly<Record<string, string>>): Filter {
  const state = query.state ?? 'open';
  return { q: query.q ?? '', state: ['open', 'closed', 'all'].includes(state) ? state : 'open', section: query.section ?? '', mine: query.mine === '1' };
}

/** What stands in the address; the plain filter needs nothing. */
export function queryOf(filter: Filter): Record<string, string | undefined> {
  return {
    q: filter.q.trim() || undefined,
    state: filter.state === 'open' ? undefined : filter.state,
    section: filter.section || undefined,
    mine: filter.mine ? '1' : undefined,
  };
}

export const isPlain = (filter: Filter): boolean => filter.q.trim() === '' && filter.section === '' && !filter.mine;

/** By number, as people look them up; digits count as numbers. */
export function byNumber(cases: readonly CaseView[]): CaseView[] {
  const order = new Intl.Collator('ja', { numeric: true });
  return [...cases].sort((one, other) => order.compare(one.number, other.number));
}

export type Filing = 'section' | 'number' | 'none';

export interface Form {
  number: string;
  name: string;
  place: string;
  section: string;
  lat: string;
  lon: string;
  restricted: boolean;
  filing: Filing;
  sections: string[];
  members: NameView[];
  assignees: NameView[];
}

export function emptyForm(section: string): Form {
  return { number: '', name: '', place: '', section, lat: '', lon: '', restricted: false, filing: 'section', sections: [], members: [], assignees: [] };
}

export function formOf(of: CaseView): Form {
  return {
    number: of.number, name: of.name, place: of.place, section: of.section,
    lat: of.lat == null ? '' : String(of.lat), lon: of.lon == null ? '' : String(of.lon),
    restricted: of.restricted, filing: filingOf(of.filing),
    sections: [...of.sections], members: [...of.members], assignees: [...of.assignees],
  };
}

const filingOf = (text: string): Filing => (text === 'number' || text === 'none' ? text : 'section');

/** A restricted case never touches the section's folder. */
export const filings = (restricted: boolean): readonly Filing[] => (restricted ? ['number', 'none'] : ['section', 'number', 'none']);

export function effectiveFiling(form: Pick<Form, 'restricted' | 'filing'>): Filing {
  return form.restricted && form.filing === 'section' ? 'none' : form.filing;
}

/** Full or half width, comma or point; undefined: no number. */
export function degrees(written: string): number | undefined {
  const text = written.normalize('NFKC').trim().replace(',', '.');
  return /^[+-]?\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** "43.2150, 142.8410" as maps copy it. */
export function coordinatePair(written: string): { lat: string; lon: string } | undefined {
  const found = /^\s*([+-]?\d{1,3}\.\d+)[\s,、]+([+-]?\d{1,3}\.\d+)\s*$/.exec(written.normalize('NFKC'));
  return found ? { lat: found[1] ?? '', lon: found[2] ?? '' } : undefined;
}

export type FormFaults = Partial<Record<'number' | 'section' | 'lat' | 'lon' | 'people', PlainKey>>;

export function faultsOf(form: Form): FormFaults {
  const faults: FormFaults = {};
  if (form.number.trim() === '') faults.number = 'console.case-form.number-missing';
  if (form.section === '') faults.section = 'console.case-form.section-missing';
  const [lat, lon] = [form.lat.trim(), form.lon.trim()];
  if (lat !== '' && !(Math.abs(degrees(lat) ?? 999) <= 90)) faults.lat = 'console.case-form.lat-wrong';
  if (lon !== '' && !(Math.abs(degrees(lon) ?? 999) <= 180)) faults.lon = 'console.case-form.lon-wrong';
  if ((lat === '') !== (lon === '')) faults[lat === '' ? 'lat' : 'lon'] = 'console.case-form.both-coordinates';
  // Nobody could open it again.
  if (form.restricted && form.members.length + form.assignees.length === 0) faults.people = 'console.case-form.people-missing';
  return faults;
}

const ids = (people: readonly NameView[]): string[] => people.map((one) => one.id);

/** The form as record fields; an empty coordinate removes the field. */
export function fieldsOf(form: Form): Fields {
  return {
    number: form.number.trim(),
    name: form.name.trim(),
    place: form.place.trim(),
    section: form.section,
    lat: degrees(form.lat) ?? null,
    lon: degrees(form.lon) ?? null,
    restricted: form.restricted,
    filing: effectiveFiling(form),
    sections: form.sections.filter((one) => one !== form.section),
    members: ids(form.members),
    assignees: ids(form.assignees),
  };
}

/** For a new case: what is empty need not be said. */
export function newFields(form: Form): Fields {
  const kept = Object.entries(fieldsOf(form)).filter(([, value]) => value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept);
}

/** Only what differs from what the person saw, with its revisions. */
export function changes(form: Form, seen: CaseView): { fields: Fields; base: Record<string, string> } {
  const before = fieldsOf(formOf(seen));
  const after = fieldsOf(form);
  const fields = Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
  return { fields, base: baseOf(seen.revs, Object.keys(fields)) };
}

export function baseOf(revs: Readonly<Record<string, string>>, fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(fields.flatMap((name) => (revs[name] ? [[name, revs[name] as string]] : [])));
}
