// Where a screen was scrolled to: a new one starts at its top, going back returns to the place.

/** By address. */
const places = new Map<string, number>();
/** How long content may take to become tall enough again. */
const PATIENCE_MS = 2_000;
let wanted: { y: number; until: number } | undefined;

export function startScroll(): void {
  history.scrollRestoration = 'manual';
  window.addEventListener('scroll', () => {
    if (!wanted) places.set(window.location.hash, window.scrollY);
  });
  // Whoever moves by hand decides.
  for (const name of ['wheel', 'pointerdown', 'keydown'] as const) {
    window.addEventListener(name, () => (wanted = undefined), { passive: true });
  }
}

/** Another screen was opened; `back`: by the browser's way back (or forward). */
export function arrive(hash: string, back: boolean): void {
  wanted = { y: back ? (places.get(hash) ?? 0) : 0, until: performance.now() + PATIENCE_MS };
  settle();
}

function settle(): void {
  requestAnimationFrame(() => {
    if (!wanted) return;
    window.scrollTo(0, wanted.y);
    const there = Math.abs(window.scrollY - wanted.y) < 2;
    if (there || performance.now() > wanted.until) wanted = undefined;
    else settle();
  });
}
