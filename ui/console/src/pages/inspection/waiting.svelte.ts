// How many inspections wait for the signed-in head.
import { inspections } from '../../api/inspections';

const current = $state({ count: 0 });

export const acceptanceCount = (): number => current.count;
export const setAcceptanceCount = (count: number): void => {
  current.count = count;
};

/** Read in the background; a failure leaves the number as it was. */
export async function readAcceptance(): Promise<void> {
  const found = await inspections.list({ state: 'waiting' }).catch(() => undefined);
  if (found) current.count = found.length;
}
