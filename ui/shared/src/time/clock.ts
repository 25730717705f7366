// Instants arrive as UTC milliseconds and are shown in the phone's zone, in the language of the screen.
import { language, t } from '../i18n/i18n.svelte';
import { formatWareki, toIso } from './wareki';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEKDAYS_JA = '日月火水木金土';
const WEEKDAYS_EN = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The local calendar day of an instant, ISO. */
export function localDay(instantMs: number): string {
  const date = new Date(instantMs);
  return toIso({ year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() });
}

/** 14:05 */
export function formatTime(instantMs: number): string {
  const date = new Date(instantMs);
  return `${date.getHours()}:${String(date.getMinutes()).padStart(2, '0')}`;
}

/** 令和4年3月5日（土）, Sat 2022-03-05 */
export function formatDay(iso: string): string {
  const weekday = new Date(`${iso}T00:00:00Z`).getUTCDay();
  return language() === 'ja' ? `${formatWareki(iso)}（${WEEKDAYS_JA[weekday] ?? ''}）` : `${WEEKDAYS_EN[weekday] ?? ''} ${iso}`;
}

/** 3月5日 14:05 in this year, with the year before it otherwise. */
export function formatMoment(instantMs: number, nowMs: number): string {
  const iso = localDay(instantMs);
  const sameYear = iso.slice(0, 4) === localDay(nowMs).slice(0, 4);
  if (iso === localDay(nowMs)) return formatTime(instantMs);
  if (language() === 'en') return `${sameYear ? iso.slice(5) : iso} ${formatTime(instantMs)}`;
  const long = formatWareki(iso);
  return `${sameYear ? long.replace(/^.*年/, '') : long} ${formatTime(instantMs)}`;
}

/** たった今, 3分前, 2時間前, きのう, then the day itself; a future instant (clock skew) reads as now. */
export function formatAgo(instantMs: number, nowMs: number): string {
  const age = nowMs - instantMs;
  if (age < MINUTE_MS) return t('time.now');
  if (age < HOUR_MS) return t('time.minutes-ago', { n: Math.floor(age / MINUTE_MS) });
  const days = Math.round((Date.parse(localDay(nowMs)) - Date.parse(localDay(instantMs))) / DAY_MS);
  if (days === 0 || age < 6 * HOUR_MS) return t('time.hours-ago', { n: Math.floor(age / HOUR_MS) });
  if (days === 1) return t('time.yesterday');
  if (days < 7) return t('time.days-ago', { n: days });
  return formatMoment(instantMs, nowMs);
}
