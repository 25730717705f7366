// 安否・参集: the words of its answers, the filters of its list. Pure.
import { t } from '@ekitei/shared';
import type { CallTally, CallView } from '../../api/chat-types';

export const SAFETIES = ['safe', 'hurt', 'help'] as const;
export const COMINGS = ['can_go', 'in_30', 'cannot'] as const;
export type State = 'all' | 'unanswered' | 'unread' | (typeof SAFETIES)[number] | (typeof COMINGS)[number];

export interface Tile {
  state: State;
  label: string;
  count: number;
}

/** What the board shows, in the order in which somebody acts on it. */
export function tilesOf(call: Pick<CallView, 'asks' | 'tally'>): Tile[] {
  const tally: CallTally = call.tally;
  const asked = tally.asked ?? 0;
  const tile = (state: State, count: number | undefined): Tile => ({ state, label: wordOf(state), count: count ?? 0 });
  return [
    tile('all', asked),
    tile('unanswered', Math.max(0, asked - (tally.answered ?? 0))),
    tile('unread', Math.max(0, asked - (tally.read ?? 0))),
    ...(call.asks.includes('safety') ? [tile('help', tally.help), tile('hurt', tally.hurt), tile('safe', tally.safe)] : []),
    ...(call.asks.includes('coming') ? [tile('can_go', tally.can_go), tile('in_30', tally.in_30), tile('cannot', tally.cannot)] : []),
  ];
}

export function wordOf(state: State): string {
  if (state === 'all' || state === 'unanswered' || state === 'unread') return t(`console.call.${state}`);
  return t(`call.${state}`);
}
