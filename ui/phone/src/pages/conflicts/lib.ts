import { t, type ConflictView } from '@ekitei/shared';

export type Choice = 'mine' | 'theirs' | 'both';

/** A value as a person reads it; pen strokes and lists are described, not printed. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return t('conflicts.nothing');
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return t('conflicts.strokes', { n: value.length });
  return JSON.stringify(value);
}

/** Both values can stand together only where text can follow text, or stroke stroke. */
export function choices(conflict: Pick<ConflictView, 'mine' | 'theirs'>): Choice[] {
  const texts = typeof conflict.mine === 'string' && typeof conflict.theirs === 'string';
  const lists = Array.isArray(conflict.mine) && Array.isArray(conflict.theirs);
  return texts || lists ? ['mine', 'theirs', 'both'] : ['mine', 'theirs'];
}
