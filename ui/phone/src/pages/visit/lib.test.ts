import { stampNow } from '@ekitei/shared';
import { describe, expect, it } from 'vitest';
import { nextState, plannedStamp } from './lib';

it('goes step by step and leaves acceptance to the office', () => {
  expect(nextState('planned')).toBe('departed');
  expect(nextState('on_site')).toBe('finished');
  expect(nextState('finished')).toBeUndefined();
  expect(nextState('?')).toBeUndefined();
});

describe('plannedStamp', () => {
  it('writes the local offset', () =>
    expect(plannedStamp('2026-11-21', '9:05', stampNow)).toBe('2026-11-21T09:05:00.000+09:00'));
  it('reads full width', () => expect(plannedStamp('2026-11-21', '１０：３０', stampNow)).toBe('2026-11-21T10:30:00.000+09:00'));
  it.each(['', '24:00', '9:60', 'noon'])('refuses %j', (time) => expect(plannedStamp('2026-11-21', time, stampNow)).toBeUndefined());
});
