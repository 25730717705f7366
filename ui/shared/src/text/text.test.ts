import { describe, expect, it } from 'vitest';
import { formatBytes } from './bytes';
import { normaliseDigits, normalisePhone, normalisePostcode } from './normalise';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [12_345, '12 KB'],
    [999_950, '1.0 MB'],
    [3_440_000, '3.4 MB'],
    [80_000_000, '80 MB'],
  ])('%d', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('normalise', () => {
  it('makes phone numbers half width', () => {
    expect(normalisePhone('０１１−２３１−４１１１')).toBe('011-231-4111');
    expect(normalisePhone('内線 21-345')).toBe('内線 21-345');
  });
  it('touches only digits', () => expect(normaliseDigits('髙橋 﨑 ３番地')).toBe('髙橋 﨑 3番地'));
  it('reads post codes', () => {
    expect(normalisePostcode('〒０６０ー８５８８')).toBe('060-8588');
    expect(normalisePostcode('0608588')).toBe('060-8588');
    expect(normalisePostcode('60-8588')).toBeUndefined();
  });
});
