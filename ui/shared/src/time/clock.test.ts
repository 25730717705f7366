import { afterEach, describe, expect, it } from 'vitest';
import { setLanguage } from '../i18n/i18n.svelte';
import { formatAgo, formatDay, formatMoment, formatTime } from './clock';

// The test runs in Asia/Tokyo (vitest.config.js).
const at = (text: string): number => Date.parse(`${text}+09:00`);
const now = at('2022-03-05T14:05:00');

afterEach(() => setLanguage('ja'));

describe('formatAgo', () => {
  it.each([
    ['2022-03-05T14:04:30', 'たった今'],
    ['2022-03-05T14:06:00', 'たった今'],
    ['2022-03-05T13:20:00', '45分前'],
    ['2022-03-05T08:05:00', '6時間前'],
    ['2022-03-04T23:00:00', 'きのう'],
    ['2022-03-02T10:00:00', '3日前'],
    ['2022-01-20T09:03:00', '1月20日 9:03'],
    ['2021-12-28T09:03:00', '令和3年12月28日 9:03'],
  ])('%s', (instant, text) => expect(formatAgo(at(instant), now)).toBe(text));

  it('speaks English', () => {
    setLanguage('en');
    expect(formatAgo(at('2022-03-05T13:20:00'), now)).toBe('45 min ago');
    expect(formatMoment(at('2021-12-28T09:03:00'), now)).toBe('2021-12-28 9:03');
  });
});

it('formats days and times', () => {
  expect(formatDay('2022-03-05')).toBe('令和4年3月5日（土）');
  expect(formatTime(at('2022-03-05T04:07:00'))).toBe('4:07');
});
