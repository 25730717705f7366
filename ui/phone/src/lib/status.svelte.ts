// What the frame shows about the phone itself; read again on every hint and when the screen comes back.
import { core, faultOf, listen, type Fault, type StatusView } from '@ekitei/shared';

const known = $state<{ status: StatusView | undefined; fault: Fault | undefined; beat: number }>({
  status: undefined,
  fault: undefined,
  beat: 0,
});

/** A lost hint is harmless: this often the frame looks by itself while it is visible. */
const LOOK_EVERY_MS = 15_000;

export function status(): StatusView | undefined {
  return known.status;
}

/** The core could not even be asked. */
export function statusFault(): Fault | undefined {
  return known.fault;
}

/** Rises when something may have changed: reading it inside an effect reads again. */
export function beat(): number {
  return known.beat;
}

/** Raised by every answer that a person's own action brought: a question asked before it is out of date. */
let turn = 0;

/** The state after a person's own action (unlocked, locked, enrolled). */
export function setStatus(next: StatusView): void {
  turn += 1;
  take(next);
}

function take(next: StatusView): void {
  known.status = next;
  known.fault = undefined;
  known.beat += 1;
}

let asking = false;
let again = false;

export async function refreshStatus(): Promise<void> {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const mine = turn;
  try {
    const answer = await core('status');
    if (mine === turn) take(answer);
    else again = true;
  } catch (thrown) {
    known.fault = faultOf(thrown);
  } finally {
    asking = false;
    if (again) {
      again = false;
      void refreshStatus();
    }
  }
}

export function startStatus(): void {
  void refreshStatus();
  listen(() => void refreshStatus());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void refreshStatus();
  });
  setInterval(() => {
    if (document.visibilityState === 'visible') void refreshStatus();
  }, LOOK_EVERY_MS);
}
