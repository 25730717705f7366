import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TARGET, catalogue, paramsOf, render } from './gen-messages.mjs';

const ja = catalogue('ja');
const en = catalogue('en');

describe('message catalogue', () => {
  it('has the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(ja).sort());
  });

  it('has the same parameters in both languages', () => {
    const differing = Object.keys(ja).filter((key) => paramsOf(ja[key]).join() !== paramsOf(en[key] ?? '').join());
    expect(differing).toEqual([]);
  });

  it('has no empty text and no stray braces', () => {
    for (const messages of [ja, en]) {
      const faulty = Object.entries(messages)
        .filter(([, text]) => text.trim() === '' || /[{}]/.test(text.replace(/\{[a-z0-9_]+\}/g, '')))
        .map(([key]) => key);
      expect(faulty).toEqual([]);
    }
  });

  it('is what the generated key types were made from (else run `npm run gen`)', () => {
    expect(readFileSync(TARGET, 'utf8')).toBe(render(ja));
  });
});
