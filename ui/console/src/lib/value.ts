import { t } from '@ekitei/shared';

/** A field's value as a person reads it; pen strokes are described where they are not drawn. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return t('conflicts.nothing');
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? value.join('、') : t('conflicts.strokes', { n: value.length });
  return JSON.stringify(value);
}

/** Both can stand together only where text can follow text, or stroke stroke. */
export function bothPossible(mine: unknown, theirs: unknown): boolean {
  return (typeof mine === 'string' && typeof theirs === 'string') || (Array.isArray(mine) && Array.isArray(theirs));
}
