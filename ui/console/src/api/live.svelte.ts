// Hints of the office server: "there is news". A lost hint is harmless, so screens are also read again after every
// reconnection, when the tab comes back, and once a minute.
import { heard, silent } from './line.svelte';
import { besideRooms, Gathered, scopeOf, type News } from './news';
import { office } from './office';
import { phase } from '../lib/session.svelte';
import { pauseMs } from '../lib/pause';

const current = $state({ beat: 0, beside: 0 });
let news: News;

/** Many photos of one phone arrive at once: one reading for all of them. */
const GATHER_MS = 400;
/** While one hint follows the other, so long: thousands of PCs have the same room open. */
const BURST_MS = 1_500;
const POLL_MS = 60_000;

/** Reactive: changes when what is shown may be out of date. */
export const beat = (): number => current.beat;

/** Reactive: the same, but for what is said in rooms. */
export const beatBesideRooms = (): number => current.beside;

/** Whether the last beat is about this. */
export const tells = (about: (news: News) => boolean): boolean => about(news);

const gathered = new Gathered();
let gathering: ReturnType<typeof setTimeout> | undefined;
let due = 0;
let told = 0;

function tell(): void {
  gathering = undefined;
  told = Date.now();
  news = gathered.take();
  current.beat += 1;
  if (besideRooms(news)) current.beside += 1;
}

/** `scope`: what alone is new. */
export function bump(scope?: string): void {
  // Behind the question to sign in again, requests would only pile up.
  if (phase() !== 'in') return;
  gathered.add(scope);
  const now = Date.now();
  // What the person did is shown soon, whatever else comes in.
  const at = now + (scope !== undefined && now - told < BURST_MS ? BURST_MS : GATHER_MS);
  if (gathering !== undefined && due <= at) return;
  clearTimeout(gathering);
  due = at;
  gathering = setTimeout(tell, at - now);
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
    source.addEventListener('hint', (event) => bump(scopeOf((event as MessageEvent).data)));
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
