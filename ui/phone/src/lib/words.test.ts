import type { CaseRow, VisitView } from '@ekitei/shared';
import { describe, expect, it } from 'vitest';
import { caseSubtitle, caseTitle, visitWhere } from './words';

const row = (change: Partial<CaseRow>): CaseRow => ({
  id: 'c', number: '福-1', name: '甲野 花子', place: '若葉市', section: '', state: 'open', restricted: false, followed: true,
  assigned: true, lat: null, lon: null, ...change,
});
const visit = { case: 'c', case_number: '福-1', case_name: '甲野 花子' } as VisitView;

describe('restricted cases', () => {
  it('are named by number in every list', () => {
    expect(caseTitle(row({ restricted: true }))).not.toContain('甲野');
    expect(caseTitle(row({ restricted: true }))).toContain('福-1');
    expect(caseSubtitle(row({ restricted: true }))).toBe('');
    expect(visitWhere(visit, [row({ restricted: true })])).not.toContain('甲野');
    expect(visitWhere({ ...visit, case_name: '' }, [])).toContain('福-1');
  });
  it('others show name and place', () => {
    expect(caseTitle(row({}))).toBe('甲野 花子');
    expect(caseSubtitle(row({}))).toBe('福-1 ・ 若葉市');
    expect(visitWhere(visit, [])).toBe('甲野 花子');
  });
});
