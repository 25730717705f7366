// The page's own clock, ahead of the machine's: words like "tomorrow 8:45" come from it. Its timers stay as they are.

function ahead(ms) {
  globalThis.clockAheadMs = ms;
  if (Date.moved) return;
  const Machine = Date;
  globalThis.Date = class extends Machine {
    static moved = true;

    static now() {
      return Machine.now() + globalThis.clockAheadMs;
    }

    constructor(...given) {
      if (given.length === 0) super(Machine.now() + globalThis.clockAheadMs);
      else super(...given);
    }
  };
}

/** It is `at` (ms since 1970) for the page and for what is loaded in it later; the clock goes on from there. */
export async function movePage(page, at) {
  const ms = at - Date.now();
  await page.addInitScript(ahead, ms);
  await page.evaluate(ahead, ms);
}

/** The next Tuesday in Japan that has not begun yet: a day that people work, before another one. */
export function nextTuesday() {
  const day = new Date(Date.now() + 9 * 3_600_000);
  do day.setUTCDate(day.getUTCDate() + 1);
  while (day.getUTCDay() !== 2);
  return day.toISOString().slice(0, 10);
}

const DAY_MS = 86_400_000;
const JAPAN_MS = 9 * 3_600_000;

/** So many minutes from now, yet of the day that it is in Japan: just before midnight its last second. With offset. */
export function laterToday(minutes, now = Date.now()) {
  const there = now + JAPAN_MS;
  const last = Math.floor(there / DAY_MS) * DAY_MS + DAY_MS - 1000;
  return new Date(Math.min(there + minutes * 60_000, last)).toISOString().replace('Z', '+09:00');
}
