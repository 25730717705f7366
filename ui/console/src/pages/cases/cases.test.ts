import { describe, expect, it } from 'vitest';
import type { CaseView } from '../../api/gen';
import { byNumber, changes, coordinatePair, degrees, effectiveFiling, emptyForm, faultsOf, fieldsOf, filings, filterOf, formOf, isPlain, newFields, queryOf } from './lib';

const of = (change: Partial<CaseView> = {}): CaseView => ({
  id: 'c1', number: 'R8-砂利-014', name: '丸太沢', place: '見晴町', section: 'A/B', state: 'open', restricted: false, sections: [], members: [],
  assignees: [{ id: 's001', name: '青葉' }], filing: 'section', folder: 'A/B/R8', lat: 43.215, lon: 142.841, notes: 0,
  photos: { total: 0, arrived: 0 }, conflicts: 0, changed_ms: 0, may_manage: true, revs: { name: 'op-name', place: 'op-place', lat: 'op-lat' }, ...change,
});

describe('filter', () => {
  it('lives in the address, the plain one in none', () => {
    expect(queryOf(filterOf({}))).toEqual({ q: undefined, state: undefined, section: undefined, mine: undefined });
    const filter = { q: '砂利', state: 'closed', section: 'A/B', mine: true };
    expect(filterOf(queryOf(filter) as Record<string, string>)).toEqual(filter);
    expect(filterOf({ state: 'broken' }).state).toBe('open');
    expect(isPlain(filterOf({}))).toBe(true);
    expect(isPlain(filter)).toBe(false);
  });

  it('orders by number as people count', () => {
    expect(byNumber([of({ number: 'R8-10' }), of({ number: 'R8-9' }), of({ number: 'R8-2' })]).map((one) => one.number)).toEqual(['R8-2', 'R8-9', 'R8-10']);
  });
});

describe('coordinates', () => {
  it('are read in full width too, and nothing else is', () => {
    expect(degrees('４３．２１５')).toBe(43.215);
    expect(degrees(' -12,5 ')).toBe(-12.5);
    for (const wrong of ['', '43度', '1e5', '4321.5', 'abc']) expect(degrees(wrong)).toBeUndefined();
  });

  it('come as a pair from a map', () => {
    expect(coordinatePair('43.2150, 142.8410')).toEqual({ lat: '43.2150', lon: '142.8410' });
    expect(coordinatePair('43.2150 142.8410')).toEqual({ lat: '43.2150', lon: '142.8410' });
    expect(coordinatePair('43.2150')).toBeUndefined();
    expect(coordinatePair('12, 13')).toBeUndefined();
  });
});

describe('form of a case', () => {
  it('asks for number, section, both coordinates in range', () => {
    expect(faultsOf(emptyForm(''))).toMatchObject({ number: expect.any(String), section: expect.any(String) });
    expect(faultsOf({ ...formOf(of()), lat: '91' })).toHaveProperty('lat');
    expect(faultsOf({ ...formOf(of()), lon: '' })).toHaveProperty('lon');
    expect(faultsOf({ ...formOf(of()), lat: '', lon: '' })).toEqual({});
    expect(faultsOf(formOf(of()))).toEqual({});
  });

  it('never lets a restricted case lose its last person or reach the section folder', () => {
    const form = { ...formOf(of()), restricted: true };
    expect(faultsOf(form)).toEqual({});
    expect(faultsOf({ ...form, assignees: [] })).toHaveProperty('people');
    expect(effectiveFiling(form)).toBe('none');
    expect(filings(true)).not.toContain('section');
    expect(effectiveFiling({ restricted: true, filing: 'number' })).toBe('number');
  });

  it('sends only what changed, with the revisions that were seen', () => {
    expect(changes(formOf(of()), of()).fields).toEqual({});
    const form = { ...formOf(of()), name: ' 丸太沢第二 ', lat: '', lon: '' };
    expect(changes(form, of())).toEqual({ fields: { name: '丸太沢第二', lat: null, lon: null }, base: { name: 'op-name', lat: 'op-lat' } });
  });

  it('does not repeat the owning section among the further ones', () => {
    expect(fieldsOf({ ...formOf(of()), sections: ['A/B', 'C'] }).sections).toEqual(['C']);
  });

  it('makes a new case of what is filled in', () => {
    expect(newFields({ ...emptyForm('A/B'), number: ' R8-1 ' })).toEqual({ number: 'R8-1', section: 'A/B', filing: 'section' });
  });
});
