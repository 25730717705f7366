// Screenshots and accessibility of every office screen against a running server with some data:
//   node tools/shots-console.mjs http://127.0.0.1:8471/ OUT STAFF PASSWORD [--narrow] [--text=200] [--en] [--wrong] [--only=feed,case]
// Needs Chromium (EKITEI_CHROMIUM, default /usr/bin/chromium). Prints axe violations and sideways scrolling; exit 1 if any.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launch } from '../e2e/lib/finger.mjs';
import { settled } from '../e2e/lib/settled.mjs';

const [base, out, staff, password, ...flags] = process.argv.slice(2);
const has = (flag) => flags.includes(flag);
const valueOf = (name) => flags.find((flag) => flag.startsWith(`--${name}=`))?.split('=')[1];
const only = valueOf('only')?.split(',');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const display = { language: has('--en') ? 'en' : 'ja', outdoor: false, glove: false, textSize: valueOf('text') ?? '100' };
const viewport = has('--narrow') ? { width: 360, height: 800 } : { width: 1366, height: 768 };
mkdirSync(out, { recursive: true });

const browser = await launch();
const context = await browser.newContext({ viewport, deviceScaleFactor: 1, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', hasTouch: has('--narrow') });
await context.addInitScript((stored) => localStorage.setItem('ekitei.display', stored), JSON.stringify(display));
const page = await context.newPage();
let faults = 0;
page.on('pageerror', (error) => { faults += 1; console.log('PAGE ERROR', error.message); });
page.on('console', (message) => {
  // A refused sign-in and a photo that is not here yet are answers, not faults of the page.
  if (message.type() === 'error' && !/status of (401|404)/.test(message.text())) { faults += 1; console.log('CONSOLE', message.text()); }
});

async function shot(name) {
  if (only && !only.includes(name)) return;
  await settled(page);
  await page.screenshot({ path: join(out, `${name}.png`) });
  const sideways = await page.evaluate(() => (document.documentElement.scrollWidth > innerWidth + 1 ? [...document.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.frame')).slice(0, 3).map((one) => `${one.tagName}.${one.className}`) : []));
  if (sideways.length) { faults += 1; console.log(name, 'WIDER THAN SCREEN', sideways.join(' ')); }
  const least = has('--narrow') ? 43.5 : 23.5;
  const small = await page.evaluate((px) => [...document.querySelectorAll('button, input, select, textarea, [role=switch]')].filter((one) => {
    const box = (one.closest('label') ?? one).getBoundingClientRect();
    return box.width > 0 && !one.closest('.sr-only') && (box.height < px || box.width < px);
  }).slice(0, 4).map((one) => `${one.tagName} ${one.dataset.testid ?? one.getAttribute('aria-label') ?? ''} ${Math.round(one.getBoundingClientRect().width)}x${Math.round(one.getBoundingClientRect().height)}`), least);
  if (small.length) { faults += 1; console.log(name, 'SMALL TARGET', small.join(' | ')); }
  const client = await context.newCDPSession(page);
  await client.send('Runtime.evaluate', { expression: axe });
  const violations = await page.evaluate(async () => (await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations.map((one) => `${one.id}: ${one.nodes.slice(0, 2).map((node) => `${node.target} ${node.failureSummary?.split('\n')[1] ?? ''}`).join(' | ')}`));
  for (const violation of violations) { faults += 1; console.log(name, 'AXE', violation); }
  console.log(name, 'ok');
}

const open = async (hash) => { await page.evaluate((to) => (window.location.hash = to), hash); await settled(page); };
const click = (id) => page.locator(`[data-testid=${id}]`).first().click();
const seen = async (id) => (await page.locator(`[data-testid=${id}]`).count()) > 0;

await page.goto(base);
await page.waitForSelector('[data-testid=sign-in]');
await shot('sign-in');
await page.fill('[data-testid=staff]', staff);
// The server counts wrong tries of an address: only when asked for.
if (has('--wrong')) {
  await page.fill('[data-testid=password]', 'wrong');
  await click('sign-in');
  await page.waitForSelector('[data-testid=sign-in-fault]');
  await shot('sign-in-wrong');
}
await page.fill('[data-testid=password]', password);
await click('sign-in');
await page.waitForSelector('main h1');
await shot('feed');
await open('#/cases');
await shot('cases');
if (await seen('new-case')) {
  await click('new-case');
  await shot('case-form');
  await click('case-save');
  await page.waitForSelector('[data-testid=case-number][aria-invalid=true]');
  await shot('case-form-faults');
  await page.keyboard.press('Escape');
}
await page.fill('[data-testid=case-q]', 'みつからない');
await page.waitForFunction(() => !document.querySelector('[data-testid=case-link]'));
await shot('cases-none');
const richest = await page.evaluate(async () => {
  const cases = await (await fetch('/api/cases')).json();
  return cases.sort((one, other) => other.photos.total + other.notes - one.photos.total - one.notes)[0]?.id;
});
if (richest) {
  await open(`#/case/${richest}`);
  await shot('case');
  if (await seen('note-edit')) {
    await click('note-edit');
    await shot('note-edit');
    await click('note-cancel');
    await click('note-remove');
    await shot('remove');
    await page.keyboard.press('Escape');
  }
  await click('plan');
  await shot('plan');
  await page.keyboard.press('Escape');
  await click('edit-case');
  await shot('case-edit');
  await page.keyboard.press('Escape');
  await open(`#/case/${richest}?tab=photos`);
  await shot('photos');
  if (await seen('pick-all')) {
    await click('pick-all');
    await shot('photos-picked');
    await click('photo-tile');
    await page.waitForSelector('[data-testid=viewer-image][data-state=there]');
    await shot('viewer');
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await shot('viewer-zoomed');
    await page.keyboard.press('Escape');
  }
}
await open('#/conflicts');
await shot('conflicts');
await open('#/quarantine');
await shot('quarantine');
await open('#/phones');
await shot('phones');
if (await seen('revoke-open')) {
  await click('revoke-open');
  await shot('revoke');
  await page.keyboard.press('Escape');
}
if (await seen('enrol-phone')) {
  await click('enrol-phone');
  await page.fill('[data-testid=enrol-person]', 'あおば');
  await page.waitForSelector('[data-testid=enrol-person-option]');
  await shot('enrol-person');
  await page.keyboard.press('Enter');
  await click('enrol-make');
  await page.waitForSelector('[data-testid=qr]');
  await shot('enrol-code');
  await page.keyboard.press('Escape');
}
await open('#/settings');
await shot('settings');
await browser.close();
console.log(faults === 0 ? 'no faults' : `${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
