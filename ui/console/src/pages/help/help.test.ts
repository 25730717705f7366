import { expect, it } from 'vitest';
import { blank, editedOf, hoursOf, inputOf, nextHoliday } from './lib';

it('writes a card as it was edited', () => {
  const contact = { ...blank(0), label: ' 窓口 ', number: '００００－００', from: '8:45', to: '17:30' };
  const night = { ...blank(1), label: '夜間', extension: '9000', days: 'closed' };
  expect(inputOf('', '電話する\n\n 探す ', [contact, night], { steps: 'r' })).toEqual({
    section: '',
    steps: ['電話する', '探す'],
    contacts: [
      { label: '窓口', number: '0000-00', extension: '', days: 'weekdays', from: '8:45', to: '17:30' },
      { label: '夜間', number: '', extension: '9000', days: 'closed', from: null, to: null },
    ],
    base: { steps: 'r' },
  });
  expect(editedOf(undefined)).toEqual({ steps: '', contacts: [] });
});

it('names hours, and the next holiday', () => {
  expect(hoursOf({ days: 'weekdays', from: '08:45', to: '17:30' })).toBe('平日 08:45〜17:30');
  expect(hoursOf({ days: 'closed', from: '08:45', to: null })).toBe('夜間・休日');
  expect(nextHoliday(['2027-01-01', '2026-11-23'], '2026-11-21')).toBe('2026-11-23');
  expect(nextHoliday(['2026-11-03'], '2026-11-21')).toBeUndefined();
});
