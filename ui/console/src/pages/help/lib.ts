// Help cards as they are edited, and what a contact's hours are called.
import { t, tMaybe } from '@ekitei/shared';
import type { ContactDays, ContactView, HelpCardInput, HelpCardView } from '../../api/gen';

export const PURPOSES = ['lost', 'stolen', 'damaged', 'outage'] as const;
export type Purpose = (typeof PURPOSES)[number];
export const DAYS: readonly ContactDays[] = ['weekdays', 'closed', 'holidays', 'all'];

export interface EditedContact {
  key: number;
  label: string;
  number: string;
  extension: string;
  /** One of DAYS. */
  days: string;
  from: string;
  to: string;
}

export const blank = (key: number): EditedContact => ({ key, label: '', number: '', extension: '', days: 'weekdays', from: '08:45', to: '17:30' });

export function editedOf(card: HelpCardView | undefined): { steps: string; contacts: EditedContact[] } {
  const contacts = (card?.contacts ?? []).map((one, key) => ({
    key, label: one.label, number: one.number, extension: one.extension, days: one.days, from: one.from ?? '', to: one.to ?? '',
  }));
  return { steps: (card?.steps ?? []).join('\n'), contacts };
}

const narrow = (text: string): string => text.normalize('NFKC').trim();

export function inputOf(section: string, steps: string, contacts: readonly EditedContact[], base: Record<string, string>): HelpCardInput {
  return {
    section,
    steps: steps.split('\n').map((one) => one.trim()).filter(Boolean),
    contacts: contacts.map(({ label, number, extension, days, from, to }) => ({
      label: label.trim(),
      number: narrow(number),
      extension: narrow(extension),
      days: DAYS.find((one) => one === days) ?? 'all',
      // At night and on holidays means whenever the office is closed: hours would only contradict it.
      from: days === 'closed' ? null : narrow(from) || null,
      to: days === 'closed' ? null : narrow(to) || null,
    })),
    base,
  };
}

/** 平日 08:45〜17:30 */
export function hoursOf(contact: Pick<ContactView, 'days' | 'from' | 'to'>): string {
  const days = tMaybe(`help.days.${contact.days}`) ?? contact.days;
  if (contact.days === 'closed' || (!contact.from && !contact.to)) return days;
  return t('help.hours', { days, from: contact.from ?? '0:00', to: contact.to ?? '24:00' });
}

/** The first holiday from today on. */
export const nextHoliday = (days: readonly string[], today: string): string | undefined => [...days].sort().find((day) => day >= today);
