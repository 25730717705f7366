// Reads something from the server when a screen opens and again when it may have changed, without blinking.
import type { Fault } from '@ekitei/shared';
import { untrack } from 'svelte';
import { faultOf } from '../api/fault';
import { beat } from '../api/live.svelte';

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly fault: Fault | undefined;
  reload(): Promise<void>;
}

/** `ask` may read reactive values: it is asked anew when they change. Answers that come late are dropped. */
export function load<T>(ask: () => Promise<T>): Loaded<T> {
  let value = $state.raw<T>();
  let fault = $state.raw<Fault>();
  let turn = 0;

  function run(): Promise<void> {
    turn += 1;
    const mine = turn;
    return ask().then(
      (answer) => {
        if (mine !== turn) return;
        value = answer;
        fault = undefined;
      },
      (thrown: unknown) => {
        if (mine === turn) fault = faultOf(thrown);
      },
    );
  }

  $effect(() => {
    void beat();
    const asked = run();
    void untrack(() => asked);
  });

  return {
    get value() {
      return value;
    },
    get fault() {
      return fault;
    },
    reload: run,
  };
}
