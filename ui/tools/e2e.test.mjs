// A wait that never waits: Playwright takes the promise of an asynchronous predicate for "true". `becomes` asks until it holds.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FOLDER = new URL('../e2e', import.meta.url).pathname;

test('no browser test waits for a promise', () => {
  const files = readdirSync(FOLDER, { recursive: true }).filter((file) => String(file).endsWith('.mjs'));
  const waits = files.filter((file) => /waitForFunction\(\s*async\b/.test(readFileSync(join(FOLDER, String(file)), 'utf8')));
  expect(files.length).toBeGreaterThan(10);
  expect(waits).toEqual([]);
});
