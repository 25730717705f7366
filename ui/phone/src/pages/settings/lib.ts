import type { Display, Settings, TextSize } from '@ekitei/shared';

/** The core keeps a percentage, the screen knows three sizes. */
export function displayOf(settings: Settings): Display {
  const size: TextSize = settings.text_percent >= 200 ? '200' : settings.text_percent >= 150 ? '150' : '100';
  return {
    language: settings.language === 'en' ? 'en' : 'ja',
    outdoor: settings.theme === 'outdoor',
    glove: settings.glove,
    textSize: size,
  };
}

export const LOCK_MINUTES = [1, 5, 15] as const;

/** `lockMinutes` is no matter of the look, but kept with it. */
export function settingsOf(display: Readonly<Display>, lockMinutes: number): Settings {
  return {
    language: display.language,
    theme: display.outdoor ? 'outdoor' : 'light',
    glove: display.glove,
    text_percent: Number(display.textSize),
    lock_minutes: lockMinutes,
  };
}
