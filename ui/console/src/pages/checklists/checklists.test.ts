import { describe, expect, it } from 'vitest';
import { carried, freshKey, toggledIn, withKind, type Step } from './lib';

const step = (key: string): Step => ({ key, title: { ja: key }, kind: 'tick' });

describe('a checklist in the editor', () => {
  it('gives each new step a key of its own', () => {
    expect(freshKey([])).toBe('s1');
    expect(freshKey([step('s2'), step('battery')])).toBe('s3');
    expect(freshKey([step('s3'), step('s2')])).toBe('s4');
  });

  it('carries a step without losing one', () => {
    expect(carried(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(carried(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(carried(['a', 'b', 'c'], 1, 9)).toEqual(['a', 'c', 'b']);
  });

  it('keeps what the kind of a step needs, and nothing else', () => {
    const fact = withKind(step('a'), 'fact');
    expect(fact.fact).toBe('battery');
    expect(withKind({ ...fact, at_least: 80 }, 'tick')).toEqual(step('a'));
  });

  it('toggles seasons and sites', () => {
    expect(toggledIn(undefined, 'winter')).toEqual(['winter']);
    expect(toggledIn(['winter'], 'winter')).toEqual([]);
  });
});
