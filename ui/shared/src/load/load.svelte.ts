// Reads something when a screen opens and again when it may have changed, without blinking.
import { untrack } from 'svelte';
import type { Fault } from '../gen/bridge';

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly fault: Fault | undefined;
  /** Settles when the value is at least as new as this call, also when another one came between. */
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
  let newest: Promise<void> = Promise.resolve();

  function run(): Promise<void> {
    turn += 1;
    const mine = turn;
    newest = ask().then(
      (answer) => {
        // Asked again meanwhile: who waits for this one wants what is shown afterwards.
        if (mine !== turn) return newest;
        value = answer;
        fault = undefined;
      },
      (thrown: unknown) => {
        if (mine !== turn) return newest;
        fault = source.faultOf(thrown);
      },
    );
    return newest;
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
