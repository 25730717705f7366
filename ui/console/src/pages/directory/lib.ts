// The difference that a list of people would make, as sums.
import type { BureauTally, ImportPreview } from '../../api/gen';

export interface Sums {
  added: number;
  changed: number;
  left: number;
  unchanged: number;
}

export function sumsOf(bureaus: readonly BureauTally[]): Sums {
  const sum = (of: (one: BureauTally) => number): number => bureaus.reduce((all, one) => all + of(one), 0);
  return { added: sum((one) => one.added), changed: sum((one) => one.changed), left: sum((one) => one.left), unchanged: sum((one) => one.unchanged) };
}

/** Whether confirming would do anything. */
export function doesSomething(preview: ImportPreview, endLeft: boolean): boolean {
  const sums = sumsOf(preview.bureaus);
  return preview.digest !== '' && (sums.added > 0 || sums.changed > 0 || (endLeft && sums.left > 0));
}
