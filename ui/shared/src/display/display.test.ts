import { describe, expect, it } from 'vitest';
import { readDisplay } from './display.svelte';

describe('readDisplay', () => {
  it('starts plain', () =>
    expect(readDisplay(null)).toEqual({ language: 'ja', outdoor: false, glove: false, textSize: '100' }));
  it('keeps what is known and drops what is not', () =>
    expect(readDisplay('{"language":"en","glove":true,"outdoor":"yes","textSize":"300"}')).toEqual({
      language: 'en',
      outdoor: false,
      glove: true,
      textSize: '100',
    }));
  it('survives damage', () => expect(readDisplay('{')).toEqual(readDisplay(null)));
});
