// Tells the core that somebody is here: it locks the phone some minutes after the last word of it. Hands on the glass
// or on keys count; so does writing that is not safe yet, which must not be shut away before it is.

/** Hands are told of at most this often; far below the shortest time until the lock. */
const TELL_MS = 10_000;
const HANDS = ['pointerdown', 'pointermove', 'keydown', 'input', 'wheel', 'touchstart', 'scroll'] as const;

export interface Watch {
  /** Begins the core's minutes anew. */
  touch(): unknown;
  /** Something on the screen is not saved yet. */
  unsaved(): boolean;
  nowMs?: () => number;
}

/** Returns what stops it. */
export function watchHands({ touch, unsaved, nowMs = Date.now }: Watch): () => void {
  let toldMs = -Infinity;
  let untold = false;
  const tell = (): void => {
    toldMs = nowMs();
    untold = false;
    touch();
  };
  const hands = (): void => {
    untold = true;
    if (nowMs() - toldMs >= TELL_MS) tell();
  };
  for (const name of HANDS) window.addEventListener(name, hands, { passive: true, capture: true });
  // The last touch of a hurry is told, too.
  const timer = setInterval(() => {
    if (untold || unsaved()) tell();
  }, TELL_MS);
  return () => {
    clearInterval(timer);
    for (const name of HANDS) window.removeEventListener(name, hands, { capture: true });
  };
}

const writers = new Set<() => boolean>();

/** A screen that writes says how to see whether all of it is safe; returns what takes that back. */
export function announceWriter(isUnsaved: () => boolean): () => void {
  writers.add(isUnsaved);
  return () => writers.delete(isUnsaved);
}

export const someoneWrites = (): boolean => [...writers].some((isUnsaved) => isUnsaved());
