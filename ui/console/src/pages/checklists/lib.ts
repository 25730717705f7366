// A checklist's definition as its editor changes it. The office says what is wrong with it.
import type { Layout, Season, SettingsScreen, Site, StepKind, Warning, Words } from '@ekitei/shared';

export type { Warning };

/** As `ekitei_model::checklist` has it. */
export interface Step {
  key: string;
  title: Words;
  help?: Words;
  picture?: string;
  kind: StepKind;
  fact?: (typeof FACTS)[number];
  at_least?: number;
  settings?: SettingsScreen;
  options?: Words[];
  season?: Season[];
  site?: Site[];
}
export interface Definition {
  layout?: Layout;
  steps: Step[];
  warnings?: Warning[];
}

export const PURPOSES = ['departure', 'tethering', 'on_site', 'return', 'year_end', 'outage', 'other'] as const;
export const KINDS = ['tick', 'fact', 'line_check', 'choice', 'text'] as const;
export const FACTS = ['battery', 'charging', 'mobile_data', 'hotspot', 'airplane', 'storage', 'network', 'pc_charged'] as const;
export const SETTINGS = ['tethering', 'mobile_data', 'wifi', 'battery', 'airplane'] as const;
export const SEASONS = ['spring', 'summer', 'autumn', 'winter'] as const;
export const SITES = ['outdoor', 'indoor', 'no_signal'] as const;

export function withWords(words: Words | undefined, ja: string): Words {
  return { ...(words ?? {}), ja };
}

/** A key that no step of this definition has. */
export function freshKey(steps: readonly Step[]): string {
  const taken = new Set(steps.map((step) => step.key));
  for (let n = steps.length + 1; ; n += 1) if (!taken.has(`s${n}`)) return `s${n}`;
}

/** `from` to the place `to` of the list without it. */
export function carried<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(Math.max(0, Math.min(to, next.length)), 0, one);
  return next;
}

export const replacedAt = <T>(list: readonly T[], at: number, one: T): T[] => list.map((old, n) => (n === at ? one : old));
export const removedAt = <T>(list: readonly T[], at: number): T[] => list.filter((_, n) => n !== at);

/** Fields that the kind has no use for go. */
export function withKind(step: Step, kind: Step['kind']): Step {
  const { fact, at_least, options, ...rest } = step;
  if (kind === 'fact') return { ...rest, kind, fact: fact ?? 'battery', ...(at_least === undefined ? {} : { at_least }) };
  if (kind === 'choice') return { ...rest, kind, options: options ?? [] };
  return { ...rest, kind };
}

export const toggledIn = <T>(list: readonly T[] | undefined, one: T): T[] => (list?.includes(one) ? list.filter((old) => old !== one) : [...(list ?? []), one]);
