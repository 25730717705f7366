import { expect, it } from 'vitest';
import { grantWord, missingFirst } from './grants';

it('shows what is missing first and keeps the order of the rest', () => {
  const sorted = missingFirst([
    { what: 'notifications', granted: true },
    { what: 'battery_exemption', granted: false },
    { what: 'exact_wake', granted: null },
    { what: 'location', granted: true },
  ]);
  expect(sorted.map((grant) => grant.what)).toEqual(['battery_exemption', 'exact_wake', 'notifications', 'location']);
});

it('has a word for every grant that the phone names, and never an empty one', () => {
  for (const what of ['battery_exemption', 'exact_wake', 'notifications', 'emergency_breaks_through', 'background_data', 'location', 'screen_lock']) {
    expect(grantWord(what)).not.toBe(what);
  }
  expect(grantWord('lidar')).toBe('lidar');
});
