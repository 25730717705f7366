// A wait that never waits: Playwright takes the promise of an asynchronous predicate for "true". `becomes` asks until it holds.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { laterToday } from '../e2e/lib/clock.mjs';

const FOLDER = new URL('../e2e', import.meta.url).pathname;

test('no browser test waits for a promise', () => {
  const files = readdirSync(FOLDER, { recursive: true }).filter((file) => String(file).endsWith('.mjs'));
  const waits = files.filter((file) => /waitForFunction\(\s*async\b/.test(readFileSync(join(FOLDER, String(file)), 'utf8')));
  expect(files.length).toBeGreaterThan(10);
  expect(waits).toEqual([]);
});

test('what a browser test plans for today is of today, at any hour', () => {
  const at = (text) => laterToday(10, Date.parse(text));
  expect(at('2026-11-22T13:30:00+09:00')).toBe('2026-11-22T13:40:00.000+09:00');
  expect(at('2026-11-22T23:55:00+09:00')).toBe('2026-11-22T23:59:59.000+09:00');
  expect(at('2026-11-23T00:00:00+09:00')).toBe('2026-11-23T00:10:00.000+09:00');
});
