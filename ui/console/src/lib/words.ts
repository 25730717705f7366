// Data as people say it.
import { t, tMaybe, type Standing } from '@ekitei/shared';
import type { Progress } from '../api/gen';

/** How far something has come: a mark and a word. */
export const PROGRESS: Record<Progress, Standing> = {
  expected: { tone: 'plain', icon: 'waiting', label: 'console.progress.expected' },
  arrived: { tone: 'going', icon: 'check', label: 'console.progress.arrived' },
  filed: { tone: 'ok', icon: 'check-double', label: 'console.progress.filed' },
  kept: { tone: 'ok', icon: 'check-double', label: 'console.progress.kept' },
};

export const kindWord = (kind: string): string => tMaybe(`kind.${kind}`) ?? kind;
export const visitWord = (state: string): string => tMaybe(`visit.state.${state}`) ?? state;
export const roleWord = (role: string): string => tMaybe(`console.role.${role}`) ?? role;
export const filingWord = (filing: string): string => tMaybe(`console.filing.${filing}`) ?? filing;

/** A full path as its own name and what stands above it: 指導保安係, 東雲振興局 商工労働観光課. */
export function sectionParts(path: string): { name: string; above: string } {
  const parts = path.split('/').filter((one) => one !== '');
  return { name: parts[parts.length - 1] ?? path, above: parts.slice(0, -1).join(' ') };
}

/** What a list calls a case: a restricted one by its number alone. */
export function caseName(of: { name: string; restricted?: boolean }): string {
  if (of.name) return of.name;
  return of.restricted ? t('console.case.restricted') : t('console.case.unnamed');
}
