// Which messages of a room are on the screen.

/** Of a message that only peeps in from below nobody has read anything. */
const PEEP_PX = 8;

/** Places of the first and the last that are shown, of those that have one. A room may be long: halved, not walked. */
export function shownIn(list: HTMLElement, main: HTMLElement): { first: number; last: number } | undefined {
  const all = [...list.querySelectorAll<HTMLElement>('[data-born]:not([data-born="0"])')];
  const box = main.getBoundingClientRect();
  const from = firstThat(all, (one) => one.getBoundingClientRect().bottom > box.top);
  const end = firstThat(all, (one) => one.getBoundingClientRect().bottom > box.bottom + PEEP_PX);
  const first = all[from];
  if (!first) return undefined;
  // One that is higher than the screen is being read.
  const last = all[Math.max(from, end - 1)] ?? first;
  return { first: Number(first.dataset.born), last: Number(last.dataset.born) };
}

function firstThat<T>(all: readonly T[], holds: (one: T) => boolean): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = all[middle];
    if (one !== undefined && holds(one)) high = middle;
    else low = middle + 1;
  }
  return low;
}
