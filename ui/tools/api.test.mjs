import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TARGET, description, render, typeOf } from './gen-api.mjs';

describe('types of the console API', () => {
  it('are what docs/openapi.json says (else run `npm run gen`)', () => {
    expect(readFileSync(TARGET, 'utf8')).toBe(render(description()));
  });

  it('read every form of schema', () => {
    expect(typeOf({ $ref: '#/components/schemas/NameView' })).toBe('NameView');
    expect(typeOf({ type: ['string', 'null'] })).toBe('string | null');
    expect(typeOf({ type: 'array', items: { type: 'integer' } })).toBe('Array<number>');
    expect(typeOf({ type: 'object', additionalProperties: { type: 'string' } })).toBe('Record<string, string>');
    expect(typeOf({ type: ['object', 'null'] })).toBe('unknown | null');
    expect(typeOf({ enum: ['a', 'b'] })).toBe('"a" | "b"');
    expect(typeOf({})).toBe('unknown');
  });
});
