// What to do when something happened: which card, what a contact's hours are called, what dials.
import { t, tMaybe, type Contact, type HelpCardView } from '@ekitei/shared';

export const PURPOSES = ['lost', 'stolen', 'damaged', 'outage'] as const;
export type Purpose = (typeof PURPOSES)[number];

export const purposeOf = (text: string | undefined): Purpose => PURPOSES.find((one) => one === text) ?? 'lost';

export const cardsOf = (cards: readonly HelpCardView[], purpose: Purpose): HelpCardView[] => cards.filter((one) => one.purpose === purpose);

/** What a telephone dials: digits, `+`, `#`, `*`; `#` must be written as %23 in an address. */
export function telHref(number: string): string {
  return `tel:${number.replace(/[^0-9+*#]/g, '').replaceAll('#', '%23')}`;
}

/** 平日 08:45〜17:30 */
export function hoursOf(contact: Contact): string {
  const days = tMaybe(`help.days.${contact.days}`) ?? contact.days;
  if (contact.days === 'closed' || (!contact.from && !contact.to)) return days;
  return t('help.hours', { days, from: contact.from ?? '0:00', to: contact.to ?? '24:00' });
}
