// Hints of the office server: "there is news". A lost hint is harmless, so screens are also read again after every
// reconnection, when the tab comes back, and once a minute.
import { heard, silent } from './line.svelte';
import { office } from './office';
import { phase } from '../lib/session.svelte';
import { pauseMs } from '../lib/pause';

const current = $state({ beat: 0 });

/** Many photos of one phone arrive at once: one reading for all of them. */
const GATHER_MS = 400;
const POLL_MS = 60_000;

/** Reactive: changes when what is shown may be out of date. */
export const beat = (): number => current.beat;

let gathering: ReturnType<typeof setTimeout> | undefined;

export function bump(): void {
  // Behind the question to sign in again, requests would only pile up.
  if (phase() !== 'in') return;
  gathering ??= setTimeout(() => {
    gathering = undefined;
    current.beat += 1;
  }, GATHER_MS);
}

/** Listens until the returned function is called. */
export function startLive(): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  let stopped = false;

  function open(): void {
    source = new EventSource('/api/events');
    source.addEventListener('open', () => {
      tries = 0;
      heard();
      bump();
    });
    source.addEventListener('hint', bump);
    source.addEventListener('error', again);
  }

  // The browser's own reconnection neither slows down nor says that the session ended.
  function again(): void {
    source?.close();
    source = undefined;
    if (stopped || retry !== undefined) return;
    retry = setTimeout(() => {
      retry = undefined;
      // Asks as a person does: a session that ended leads to signing in, and only then on.
      office.session().then(
        () => !stopped && open(),
        () => {
          silent();
          again();
        },
      );
    }, pauseMs(tries, Math.random()));
    tries += 1;
  }

  const seen = (): void => {
    if (document.visibilityState === 'visible') bump();
  };
  const poll = setInterval(seen, POLL_MS);
  document.addEventListener('visibilitychange', seen);
  open();
  return () => {
    stopped = true;
    source?.close();
    clearTimeout(retry);
    clearInterval(poll);
    document.removeEventListener('visibilitychange', seen);
  };
}
