import { describe, expect, it } from 'vitest';
import type { DutyRow } from '../../api/chat-types';
import { comingDuty, daysOf, isPlain, linesAreGood, linesOf } from './lib';

describe('working hours', () => {
  it('are the usual ones where nothing was kept', () => {
    const lines = linesOf(undefined);
    expect(lines.filter((one) => one.works).map((one) => one.day)).toEqual(['mon', 'tue', 'wed', 'thu', 'fri']);
    expect(lines[0]).toMatchObject({ from: '08:45', to: '17:30' });
  });

  it('come back as they were written', () => {
    const lines = linesOf(undefined).map((one) => (one.day === 'sat' ? { ...one, works: true, from: '22:00', to: '06:00' } : one));
    expect(linesOf(daysOf(lines))).toEqual(lines);
    expect(daysOf(lines)['sun']).toEqual([]);
  });

  it('need both ends, and not the same', () => {
    const [mon] = linesOf(undefined);
    expect(linesAreGood([{ ...mon!, to: '' }])).toBe(false);
    expect(linesAreGood([{ ...mon!, to: '08:45' }])).toBe(false);
    expect(linesAreGood([{ ...mon!, works: false, to: '' }])).toBe(true);
  });

  it('of two spans a day are not edited here', () => {
    expect(isPlain({ mon: [['08:45', '12:00'], ['13:00', '17:30']] })).toBe(false);
    expect(isPlain(undefined)).toBe(true);
  });
});

it('duty that is over is not listed', () => {
  const row = (to: string): DutyRow => ({ id: to, staff: { id: 's', name: 'n' }, from: '', to, what: '', revs: {} });
  expect(comingDuty([row('2026-01-01T00:00:00+09:00'), row('2026-01-02T00:00:00+09:00')], Date.parse('2026-01-01T00:00:00+09:00')).map((one) => one.id)).toEqual(['2026-01-02T00:00:00+09:00']);
});
