// Reads something when a screen opens and again when it may have changed, without blinking.
import { untrack } from 'svelte';
import type { Fault } from '../gen/bridge';

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly fault: Fault | undefined;
  reload(): Promise<void>;
}

/** What a front end says about its other side. */
export interface Source {
  /** Reactive: changes when anything may have changed. */
  beat(): unknown;
  faultOf(thrown: unknown): Fault;
}

/**
 * While a component starts. `ask` may read reactive values: it is asked anew when they change. Answers that come late
 * are dropped.
 */
export function loadFrom<T>(source: Source, ask: () => Promise<T>): Loaded<T> {
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
        if (mine === turn) fault = source.faultOf(thrown);
      },
    );
  }

  $effect(() => {
    void source.beat();
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
