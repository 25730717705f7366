import { formatDay, formatTime, localDay, stampMs, t, tMaybe } from '@ekitei/shared';
import type { QuarantineView } from '../../api/gen';

/** Why it was held, in the words of a board; a reason without words shows its code. */
export function reasonText(reason: string): string {
  return tMaybe(`quarantine.${reason}`) ?? t('console.quarantine.unknown', { reason });
}

/** What releasing would need first, so that pressing it is no guess. */
export function advice(reason: string): string | undefined {
  return tMaybe(`console.quarantine.advice.${reason}`);
}

export interface Shown {
  /** Field name and its value as text. */
  fields: { name: string; value: string }[];
  /** The whole content as it came. */
  raw: string;
}

/** Values as text: what cannot be read as an operation shows its raw content alone. */
export function contentOf(entry: Pick<QuarantineView, 'content'>): Shown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(entry.content);
  } catch {
    return { fields: [], raw: entry.content };
  }
  const fields = typeof parsed === 'object' && parsed !== null ? (parsed as { fields?: unknown }).fields : undefined;
  if (typeof fields !== 'object' || fields === null) return { fields: [], raw: entry.content };
  return {
    fields: Object.entries(fields).map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) })),
    raw: entry.content,
  };
}

/** Instants as people read them; any other text as it is. */
export function readable(value: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value)) return value;
  const ms = stampMs(value);
  return Number.isNaN(ms) ? value : `${formatDay(localDay(ms))} ${formatTime(ms)}`;
}
