// The README's pictures, from the demonstration after its story (cargo xtask gen):
//   node tools/readme-shots.mjs ../docs/screens
// Needs Chromium (EKITEI_CHROMIUM), `cargo build --bins` and `npm run build`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startDemo } from '../e2e/lib/demo.mjs';
import { launch } from '../e2e/lib/finger.mjs';
import { settled } from '../e2e/lib/settled.mjs';

const [out] = process.argv.slice(2);
const CASE = 'R8-砂利-014';
const PC = { width: 1366, height: 768 };
const PHONE = { width: 360, height: 800 };
mkdirSync(out, { recursive: true });

const faults = [];
const browser = await launch();
const demo = await startDemo();
try {
  const open = async (url, viewport) => {
    const context = await browser.newContext({ viewport, deviceScaleFactor: 1, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', hasTouch: viewport === PHONE });
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(`${url}: ${error}`));
    await page.goto(url);
    return page;
  };
  const keep = async (page, name) => {
    await settled(page);
    // A picture of a fault is no picture for a README.
    if ((await page.locator('[role=alert]:visible').count()) > 0) faults.push(`${name}: ${await page.locator('[role=alert]:visible').first().innerText()}`);
    await page.screenshot({ path: join(out, `${name}.png`) });
    process.stdout.write(`${name}.png\n`);
  };

  const stage = await open(demo.stage, PC);
  await stage.waitForSelector('#phase[data-phase=open], #phase[data-phase=failed]', { timeout: 180_000 });
  await stage.locator('#steps li[data-state=done]').nth(12).waitFor();
  await stage.frameLocator('[data-phone=b] iframe').locator('[data-testid=photo-grid]').first().waitFor();
  await settled(stage);
  // The folder of a clone, not the one that this run had; at once, for the page draws it anew when something happens.
  await stage.evaluate(() => { document.getElementById('share-path').textContent = '.demo/office/share'; });
  await keep(stage, 'stage');

  const phone = await open(`${demo.phoneA}/#/today`, PHONE);
  await phone.waitForSelector('[data-testid=visit]');
  await keep(phone, 'phone-today');
  const id = await phone.evaluate(async (number) => {
    const answer = await fetch('/bridge', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ call: 'case_list', args: { filter: number, followed_only: false } }) });
    return (await answer.json()).ok[0].id;
  }, CASE);
  await phone.goto(`${demo.phoneA}/#/case/${id}`);
  await phone.waitForSelector('[data-testid=photo-grid]');
  await keep(phone, 'phone-case');

  // The stage's page carries the session of the console.
  const desk = await stage.context().newPage();
  await desk.goto(`${demo.console}/#/case/${id}`);
  await desk.waitForSelector('[data-testid=photos-there]');
  await keep(desk, 'console-case');
} finally {
  await browser.close();
  await demo.stop();
}
if (faults.length > 0) throw new Error(faults.join('\n'));
