// Checklists and line checks in words.
import type { Verdict, Words } from '../gen/bridge';
import { language, t, tMaybe } from '../i18n/i18n.svelte';

/** English where there is some and it is asked for. */
export const wordsIn = (words: Words | null | undefined): string => (words ? (language() === 'en' && words.en ? words.en : words.ja) : '');

export const verdictText = (verdict: Pick<Verdict, 'code' | 'params'>): string =>
  tMaybe(`verdict.${verdict.code}`, verdict.params as Record<string, string>) ?? verdict.code;

/** `1分20秒`, `8秒`. */
export function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? t('checks.minutes-seconds', { minutes, seconds: seconds % 60 }) : t('checks.seconds', { seconds });
}

/** `2.0 Mbit/s`, `256 kbit/s`. */
export function formatRate(bitsPerSecond: number | null | undefined): string {
  if (bitsPerSecond === null || bitsPerSecond === undefined) return '—';
  return bitsPerSecond >= 1_000_000 ? `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s` : `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

/** What is worth naming of a measurement, as pairs of label and value. */
export function measuredRows(m: { name_ms?: number | null; tcp_ms?: number | null; tls_ms?: number | null; first_ms?: number | null; up_bps?: number | null; down_bps?: number | null; loss?: number | null }): [string, string][] {
  const ms = (n: number | null | undefined): string => (n === null || n === undefined ? '—' : `${n} ms`);
  return [
    [t('line.up'), formatRate(m.up_bps)],
    [t('line.down'), formatRate(m.down_bps)],
    [t('line.first'), ms(m.first_ms)],
    [t('line.connect'), [m.name_ms, m.tcp_ms, m.tls_ms].some((n) => n !== null && n !== undefined) ? `${ms(m.name_ms)} ・ ${ms(m.tcp_ms)} ・ ${ms(m.tls_ms)}` : '—'],
    [t('line.loss'), m.loss === null || m.loss === undefined ? '—' : `${Math.round(m.loss * 100)} %`],
  ];
}
