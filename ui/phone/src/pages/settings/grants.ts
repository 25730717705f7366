// What a phone must allow, in words, with what is missing first.
import { tMaybe, type native } from '@ekitei/shared';

/** A newer native half may name more than the catalogue knows. */
export const grantWord = (what: string): string => tMaybe(`grant.${what}`) ?? what;

export function missingFirst(grants: readonly native.Grant[]): native.Grant[] {
  const rank = (grant: native.Grant): number => (grant.granted === false ? 0 : grant.granted === null ? 1 : 2);
  return [...grants].sort((one, other) => rank(one) - rank(other));
}
