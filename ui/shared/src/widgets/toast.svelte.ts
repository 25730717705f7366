// Short confirmations at the lower edge. Nothing that needs an answer goes here.

export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

const shown = $state<Toast[]>([]);
let last = 0;

/** Long enough to read twice; one with an action stays longer. */
const STAY_MS = 5_000;
const STAY_WITH_ACTION_MS = 10_000;

export function toasts(): readonly Toast[] {
  return shown;
}

export function toast(text: string, action?: Toast['action']): void {
  last += 1;
  const id = last;
  shown.push({ id, text, action });
  // One at a time: a pile would cover what is read.
  shown.splice(0, shown.length - 1);
  setTimeout(() => dismiss(id), action ? STAY_WITH_ACTION_MS : STAY_MS);
}

export function dismiss(id: number): void {
  const at = shown.findIndex((one) => one.id === id);
  if (at >= 0) shown.splice(at, 1);
}
