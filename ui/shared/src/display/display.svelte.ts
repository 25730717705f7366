// How the screen looks on this device: attributes on <html>, kept in localStorage (nothing personal is in them),
// so that the lock screen already follows them.
import { setLanguage, type Language } from '../i18n/i18n.svelte';

export type TextSize = '100' | '150' | '200';

export interface Display {
  language: Language;
  outdoor: boolean;
  glove: boolean;
  textSize: TextSize;
}

const STORAGE_KEY = 'ekitei.display';
const PLAIN: Display = { language: 'ja', outdoor: false, glove: false, textSize: '100' };

const current = $state<Display>({ ...PLAIN });

export function display(): Readonly<Display> {
  return current;
}

/** Unknown or damaged values fall back one by one. */
export function readDisplay(stored: string | null): Display {
  let found: Partial<Record<keyof Display, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(stored ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) found = parsed;
  } catch {
    // Damaged: the plain display is better than none.
  }
  return {
    language: found.language === 'en' ? 'en' : 'ja',
    outdoor: found.outdoor === true,
    glove: found.glove === true,
    textSize: found.textSize === '150' || found.textSize === '200' ? found.textSize : '100',
  };
}

function apply(): void {
  setLanguage(current.language);
  const html = document.documentElement;
  html.dataset.theme = current.outdoor ? 'outdoor' : 'light';
  html.dataset.text = current.textSize;
  html.toggleAttribute('data-glove', current.glove);
}

/** Called once before the first screen is drawn. */
export function startDisplay(): void {
  Object.assign(current, readDisplay(localStorage.getItem(STORAGE_KEY)));
  apply();
}

export function setDisplay(change: Partial<Display>): void {
  Object.assign(current, change);
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...current }));
  apply();
}
