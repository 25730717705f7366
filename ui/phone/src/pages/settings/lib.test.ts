import { expect, it } from 'vitest';
import { displayOf, settingsOf } from './lib';

it('settings survive the way to the core and back', () => {
  for (const textSize of ['100', '150', '200'] as const) {
    for (const outdoor of [true, false]) {
      const display = { language: 'en', outdoor, glove: !outdoor, textSize } as const;
      expect(displayOf(settingsOf(display, 5))).toEqual(display);
    }
  }
  expect(displayOf({ language: 'fr', theme: '?', glove: false, text_percent: 175, lock_minutes: 5 })).toEqual({
    language: 'ja',
    outdoor: false,
    glove: false,
    textSize: '150',
  });
});
