// One catalogue for every screen: assets/messages/{ja,en}.json. Changing the language redraws what used `t`.
import en from '../../../../assets/messages/en.json';
import ja from '../../../../assets/messages/ja.json';
import type { MessageParams } from './keys.gen';

export type Language = 'ja' | 'en';
export type MessageKey = keyof MessageParams;
/** Keys whose text has no places to fill. */
export type PlainKey = { [K in MessageKey]: [MessageParams[K]] extends [never] ? K : never }[MessageKey];
export type MessageValue = string | number;

type ParamsArgument<K extends MessageKey> = [MessageParams[K]] extends [never]
  ? []
  : [params: Record<MessageParams[K], MessageValue>];

const CATALOGUES: Record<Language, Record<string, string>> = { ja, en };

const chosen = $state<{ language: Language }>({ language: 'ja' });

export function language(): Language {
  return chosen.language;
}

/** Takes effect at once, without a reload. */
export function setLanguage(next: Language): void {
  chosen.language = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next;
}

/** Fills `{name}` places; a place without a value stays visible, so that a fault is seen. */
export function fill(text: string, params: Readonly<Record<string, MessageValue>>): string {
  return text.replace(/\{([a-z0-9_]+)\}/g, (place, name: string) => {
    const value = params[name];
    return value === undefined ? place : String(value);
  });
}

export function t<K extends MessageKey>(key: K, ...[params]: ParamsArgument<K>): string {
  return fill(CATALOGUES[chosen.language][key] ?? key, params ?? {});
}

/** The text in every language: what was written in one is read in the other. */
export const everyText = (key: PlainKey): string[] => Object.values(CATALOGUES).map((one) => one[key] ?? key);

/** For keys that come from data (error codes, kinds): undefined when the catalogue has none. */
export function tMaybe(key: string, params: Readonly<Record<string, MessageValue>> = {}): string | undefined {
  const text = CATALOGUES[chosen.language][key];
  return text === undefined ? undefined : fill(text, params);
}
