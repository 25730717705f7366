import { describe, expect, it } from 'vitest';
import { batteryHint, readFacts } from './battery';

const at = (percent: number, charging = false) => batteryHint({ percent, charging, hotspot: false });

describe('batteryHint', () => {
  it('is quiet while charging or above half', () => {
    expect(at(5, true)).toBe('fine');
    expect(at(51)).toBe('fine');
  });
  it('asks for the plug from half and warns at a fifth', () => {
    expect(at(50)).toBe('plug-in');
    expect(at(21)).toBe('plug-in');
    expect(at(20)).toBe('low');
  });
});

it('reads only facts that are facts', () => {
  expect(readFacts({ battery: { percent: 130, charging: 'yes' } })).toEqual({ percent: 100, charging: false, hotspot: false });
  expect(readFacts({ battery: { percent: 7, charging: true }, hotspot: 'on' })).toEqual({ percent: 7, charging: true, hotspot: true });
  expect(readFacts({ battery: null, hotspot: 'unknown' })).toBeUndefined();
  expect(readFacts([])).toBeUndefined();
  expect(readFacts('x')).toBeUndefined();
});
