// How far something has come, as mark and word: the same on the phone and in the office.
import type { Progress } from '../gen/bridge';
import type { PlainKey } from '../i18n/i18n.svelte';
import type { IconName } from '../widgets/icons';

export interface Standing {
  tone: 'plain' | 'going' | 'ok' | 'warn' | 'bad';
  icon: IconName;
  label: PlainKey;
}

export const STANDING: Record<Progress, Standing> = {
  // Waiting is normal where no line is: no warning colour.
  waiting: { tone: 'plain', icon: 'waiting', label: 'standing.waiting' },
  parked: { tone: 'warn', icon: 'warn', label: 'standing.parked' },
  arrived: { tone: 'going', icon: 'check', label: 'standing.arrived' },
  filed: { tone: 'ok', icon: 'check-double', label: 'standing.filed' },
  kept: { tone: 'ok', icon: 'check-double', label: 'standing.kept' },
};
