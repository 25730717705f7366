// A PC that somebody walked away from: news keeps the server's session awake, so the person's own hands are watched
// here. After the server's idle time without any, the session is closed and the screens are covered; nothing typed is lost.
import { closeSession, phase, session } from './session.svelte';

const LOOK_MS = 15_000;
const HANDS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Returns what stops it. `nowMs` is given so that it can be tested. */
export function watchHands(nowMs: () => number = Date.now): () => void {
  let lastMs = nowMs();
  const touched = (): void => {
    lastMs = nowMs();
  };
  for (const name of HANDS) window.addEventListener(name, touched, { passive: true, capture: true });
  const look = (): void => {
    const view = session();
    if (phase() === 'in' && view && nowMs() - lastMs > view.idle_ms) void closeSession();
  };
  const timer = setInterval(look, LOOK_MS);
  // A PC that slept looks at once.
  document.addEventListener('visibilitychange', look);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
    for (const name of HANDS) window.removeEventListener(name, touched, { capture: true });
  };
}
