// Who is signed in. When the session ends, the screens stay as they are and wait: what was typed is kept.
import type { SessionView } from '../api/gen';
import { ApiError, faultOf } from '../api/fault';
import type { Fault } from '@ekitei/shared';
import { office } from '../api/office';
import { forgetOthers } from './kept';
import { sweepFiles } from './kept-files';

/** unknown: not asked yet, or no answer; ended: was signed in, the screens wait behind the question. */
export type Phase = 'unknown' | 'out' | 'in' | 'ended';

const current = $state<{ phase: Phase; view: SessionView | undefined; fault: Fault | undefined }>({
  phase: 'unknown',
  view: undefined,
  fault: undefined,
});
let waiting: (() => void)[] = [];

export const phase = (): Phase => current.phase;
/** The session of who is or was signed in. */
export const session = (): SessionView | undefined => current.view;
export const sessionFault = (): Fault | undefined => current.fault;

export async function startSession(): Promise<void> {
  try {
    enter(await office.whoAmI());
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 401) current.phase = 'out';
    else current.fault = faultOf(thrown);
  }
}

/** # Errors: the server's fault, for the form. */
export async function signIn(staff: string, password: string): Promise<void> {
  enter(await office.signIn(staff, password));
}

function enter(view: SessionView): void {
  const before = current.view;
  forgetOthers(view.person.id);
  void sweepFiles(view.person.id);
  if (before && before.person.id !== view.person.id) {
    // Another person's screens must not live on under this name.
    window.location.reload();
    return;
  }
  Object.assign(current, { view, phase: 'in', fault: undefined });
  const go = waiting;
  waiting = [];
  for (const one of go) one();
}

/** For requests that were refused: comes back when the same person has signed in again. */
export function signedInAgain(): Promise<void> {
  if (current.phase === 'in' || current.phase === 'unknown') current.phase = 'ended';
  return new Promise((resolve) => waiting.push(resolve));
}

/** Nobody is at the PC: the session ends on the server too, the screens wait. */
export async function closeSession(): Promise<void> {
  current.phase = 'ended';
  // If the server is away, its own idle time ends the session.
  await office.signOut().catch(() => undefined);
}

/** Leaves nothing of this person in the page. */
export async function signOut(): Promise<void> {
  await office.signOut();
  forgetOthers();
  await sweepFiles();
  window.location.hash = '';
  window.location.reload();
}
