import type { Fault } from '../gen/bridge';
import { t, tMaybe } from '../i18n/i18n.svelte';

/** What a person reads: never a code alone, never a technical message. */
export function errorText(fault: Fault): string {
  return tMaybe(`error.${fault.code}`, fault.params ?? {}) ?? t('error.unknown', { code: fault.code });
}
