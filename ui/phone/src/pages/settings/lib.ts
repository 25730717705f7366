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

export function settingsOf(display: Readonly<Display>): Settings {
  return {
    language: display.language,
    theme: display.outdoor ? 'outdoor' : 'light',
    glove: display.glove,
    text_percent: Number(display.textSize),
  };
}
