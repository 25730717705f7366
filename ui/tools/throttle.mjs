// How a long form does on a slow phone: opens an inspection of 300 questions in Chromium at a sixth of this machine's
// speed and answers one of them. Prints one line of JSON: {open_ms, answer_ms, questions, throttle}.
//   node tools/throttle.mjs            (EKITEI_CHROMIUM, CARGO_TARGET_DIR or EKITEI_BIN as for the browser tests)
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plan, startSite, theCase } from '../e2e/lib/inspection.mjs';
import { longForm, QUESTIONS } from '../e2e/lib/long-form.mjs';

export const THROTTLE = 6;

/** `answers`: so many answers are measured; the middle one counts. */
export async function measure({ answers = 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ekitei-throttle-'));
  const file = join(folder, 'long.json');
  writeFileSync(file, JSON.stringify(longForm()));
  const site = await startSite([file]);
  try {
    const { finger } = await site.phone('s-1001');
    const { visit, form } = await plan(finger, '300');
    const { row } = await finger.ask('inspection_begin', { case: await theCase(finger), visit: visit.id, form_version: form.id });
    // The app is open, its code is warm: what is measured is the form.
    await finger.open('#/today');
    await finger.page.waitForSelector('[data-testid=visit]');
    const devtools = await finger.page.context().newCDPSession(finger.page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE });
    // From the tap to a form that shows its first question and takes taps.
    const open_ms = await finger.page.evaluate(async (id) => {
      const start = performance.now();
      window.location.hash = `#/inspection/${id}`;
      const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      while (!document.querySelector('[data-testid=rest]') || !document.querySelector('[data-testid=question]')) await painted();
      await painted();
      return performance.now() - start;
    }, row.id);
    const shown = await finger.page.waitForFunction((wanted) => {
      const found = document.querySelectorAll('[data-testid=question]').length;
      return found >= wanted && found;
    }, QUESTIONS);
    const taken = [];
    for (let at = 0; at < answers; at += 1) {
      // From the tap to "stored" on the screen: durable in the core by then.
      taken.push(await finger.page.evaluate(async (key) => {
        const button = document.querySelector(`[data-testid=rule-ok][data-key=${key}]`);
        button.scrollIntoView({ block: 'center' });
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const start = performance.now();
        button.click();
        for (;;) {
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          const done = button.getAttribute('aria-pressed') === 'true' && document.querySelector('[data-testid=save-state][data-state=saved]');
          if (done) return performance.now() - start;
        }
      }, `item_${at + 1}`));
    }
    taken.sort((a, b) => a - b);
    return { open_ms: Math.round(open_ms), answer_ms: Math.round(taken[Math.floor(taken.length / 2)]), questions: await shown.jsonValue(), throttle: THROTTLE };
  } finally {
    await site.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await measure()));
