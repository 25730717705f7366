// Pictures travel as addresses: the browser reads bytes itself, never through JavaScript text.
import type { Variant } from '../gen/bridge';
import { insideTauri } from './transport';

/** Android and Windows web views cannot use a scheme of their own and get a host name instead. */
function root(): string {
  if (!insideTauri()) return '';
  return /Android|Windows/.test(navigator.userAgent) ? 'http://ekitei.localhost' : 'ekitei://localhost';
}

export function mediaUrl(record: string, variant: Variant): string {
  return `${root()}/media/${encodeURIComponent(record)}/${variant}`;
}

/** Where a picture's bytes are put before `photo_add` takes them. */
export function inboxUrl(name: string): string {
  return `${root()}/inbox/${encodeURIComponent(name)}`;
}

export type PaperName = 'report' | 'ledger';

/** A paper of an inspection, made as it is asked for. */
export function paperUrl(inspection: string, paper: PaperName): string {
  return `${root()}/papers/${encodeURIComponent(inspection)}/${paper}.pdf`;
}
