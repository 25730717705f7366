import { expect, it } from 'vitest';
import type { Contact } from '@ekitei/shared';
import { cardsOf, hoursOf, purposeOf, telHref } from './lib';

it('dials digits only, and what a telephone needs besides', () => {
  expect(telHref('0000-00-0000')).toBe('tel:0000000000');
  expect(telHref('+00 (0) 000#1*2')).toBe('tel:+000000%231*2');
});

it('names the hours of a contact', () => {
  const contact = (given: Partial<Contact>): Contact => ({ label: 'x', number: '1', extension: '', days: 'all', ...given });
  expect(hoursOf(contact({ days: 'weekdays', from: '08:45', to: '17:30' }))).toBe('平日 08:45〜17:30');
  expect(hoursOf(contact({ days: 'closed', from: '08:45' }))).toBe('夜間・休日');
  expect(hoursOf(contact({}))).toBe('毎日');
  expect(hoursOf(contact({ from: '9:00' }))).toBe('毎日 9:00〜24:00');
});

it('knows which card is asked for', () => {
  expect(purposeOf('stolen')).toBe('stolen');
  expect(purposeOf('fire')).toBe('lost');
  const card = (purpose: string, section: string) => ({ purpose, section, steps: [], contacts: [] });
  expect(cardsOf([card('lost', '甲'), card('lost', ''), card('damaged', '')], 'lost').map((one) => one.section)).toEqual(['甲', '']);
});
