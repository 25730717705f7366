// The present, for words like "3 minutes ago"; redrawn every half minute.
const STEP_MS = 30_000;
const current = $state({ ms: Date.now() });
setInterval(() => (current.ms = Date.now()), STEP_MS);

/** Reactive; UTC milliseconds. */
export const now = (): number => current.ms;
