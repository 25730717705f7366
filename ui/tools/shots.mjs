// Screenshots and accessibility of every phone screen against a running host:
//   node tools/shots.mjs http://127.0.0.1:PORT/ OUT [--outdoor] [--glove] [--text=200] [--en] [--word=湧水] [--only=today,case]
// Needs Chromium (EKITEI_CHROMIUM, default /usr/bin/chromium). Prints axe violations and sideways scrolling; exit 1 if any.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fitCamera } from '../e2e/lib/camera.mjs';
import { launch } from '../e2e/lib/finger.mjs';
import { settled } from '../e2e/lib/settled.mjs';

const [base, out, ...flags] = process.argv.slice(2);
const has = (flag) => flags.includes(flag);
const valueOf = (name) => flags.find((flag) => flag.startsWith(`--${name}=`))?.split('=')[1];
const only = valueOf('only')?.split(',');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const display = { language: has('--en') ? 'en' : 'ja', outdoor: has('--outdoor'), glove: has('--glove'), textSize: valueOf('text') ?? '100' };
mkdirSync(out, { recursive: true });

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 360, height: 800 }, deviceScaleFactor: 1, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', hasTouch: true, bypassCSP: false, permissions: ['camera'] });
await fitCamera(context);
await context.addInitScript((stored) => localStorage.setItem('ekitei.display', stored), JSON.stringify(display));
const page = await context.newPage();
let faults = 0;
page.on('pageerror', (error) => { faults += 1; console.log('PAGE ERROR', error.message); });
page.on('console', (message) => { if (message.type() === 'error') { faults += 1; console.log('CONSOLE', message.text()); } });

const ask = (call, args = {}) => page.evaluate(([name, given]) => fetch('/bridge', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ call: name, args: given }) }).then((r) => r.json()), [call, args]);

async function shot(name) {
  if (only && !only.includes(name)) return;
  await settled(page);
  await page.screenshot({ path: join(out, `${name}.png`) });
  const sideways = await page.evaluate(() => [...document.querySelectorAll('*')].filter((one) => {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || one.closest('.sr-only, .strip ul, .photos')) return false;
    return box.right > innerWidth + 1 || box.left < -1;
  }).slice(0, 3).map((one) => `${one.tagName}.${one.className}`));
  if (sideways.length) { faults += 1; console.log(name, 'WIDER THAN SCREEN', sideways.join(' ')); }
  const small = await page.evaluate(() => [...document.querySelectorAll('a, button, input, select, textarea, [role=switch]')].filter((one) => {
    const box = (one.closest('label') ?? one).getBoundingClientRect();
    return box.width > 0 && !one.closest('.sr-only') && one.tabIndex >= -1 && !one.classList.contains('sr-only') && (box.height < 47.5 || box.width < 47.5);
  }).slice(0, 4).map((one) => `${one.tagName} ${one.dataset.testid ?? one.getAttribute('aria-label') ?? one.textContent?.trim().slice(0, 12)} ${Math.round(one.getBoundingClientRect().width)}x${Math.round(one.getBoundingClientRect().height)}`));
  if (small.length) { faults += 1; console.log(name, 'SMALL TARGET', small.join(' | ')); }
  const client = await context.newCDPSession(page);
  await client.send('Runtime.evaluate', { expression: axe });
  const violations = await page.evaluate(async () => (await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations.map((one) => `${one.id}: ${one.nodes.slice(0, 2).map((node) => `${node.target} ${node.failureSummary?.split('\n')[1] ?? ''}`).join(' | ')}`));
  for (const violation of violations) { faults += 1; console.log(name, 'AXE', violation); }
  console.log(name, 'ok');
}

const open = async (hash) => { await page.goto(`${base}#/today`); await page.goto(`${base}${hash}`); await page.waitForSelector('h1'); await settled(page); };

await page.goto(base);
await page.waitForSelector('h1');
const status = (await ask('status')).ok;
if (!status.enrolled) await shot('enrol');
else if (status.locked) await shot('lock');
else {
  await ask('settings_set', { language: display.language, theme: display.outdoor ? 'outdoor' : 'light', glove: display.glove, text_percent: Number(display.textSize) });
  await page.reload();
  await open('#/today'); await shot('today');
  await open('#/cases'); await shot('cases');
  const cases = (await ask('case_list', { filter: '', followed_only: false })).ok ?? [];
  let card;
  for (const one of cases) { const found = (await ask('case_card', { case: one.id })).ok; if (!card || (found?.entries.length ?? 0) > card.entries.length) card = found; }
  if (card) {
    const id = card.case.id;
    await open(`#/case/${id}`); await shot('case');
    await page.click('[data-testid=case-menu]'); await page.click('[data-testid=plan-visit]'); await shot('plan');
    const visit = card.entries.find((one) => one.visit_view)?.visit_view;
    if (visit) { await open(`#/visit/${visit.id}?case=${id}`); await shot('visit'); }
    const note = card.entries.find((one) => one.note?.text)?.note;
    await open(`#/note/new?case=${id}`); await shot('note-new');
    if (note) { await open(`#/note/${note.id}`); await shot('note'); await page.click('[data-testid=note-menu]'); await shot('note-menu'); }
    await open(`#/note/new?case=${id}&mode=pen`);
    const paper = await page.locator('[data-testid=paper]').boundingBox();
    if (paper) {
      for (let line = 0; line < 3; line += 1) {
        await page.mouse.move(paper.x + 40, paper.y + 50 + line * 40); await page.mouse.down();
        for (let step = 1; step < 24; step += 1) await page.mouse.move(paper.x + 40 + step * 10, paper.y + 50 + line * 40 + Math.sin(step) * 12);
        await page.mouse.up();
      }
    }
    await shot('pen');
    const photo = card.entries.find((one) => one.photo)?.photo;
    if (photo) { await open(`#/photo/${photo.id}?case=${id}`); await page.waitForFunction(() => document.querySelector('[data-testid=viewer-image]')?.naturalWidth > 0); await shot('photo'); await page.click('[data-testid=photo-menu]'); await shot('photo-menu'); }
    await open(`#/camera?case=${id}`);
    for (const count of [1, 2]) {
      await page.click('[data-testid=shutter]');
      await page.waitForSelector(`[data-testid=shots][data-count="${count}"]`);
    }
    await shot('camera');
    await open(`#/camera?case=${id}&mode=document`); await page.click('[data-testid=shutter]'); await page.waitForSelector('[data-testid=crop-ok]'); await shot('crop');
    await page.click('[data-testid=crop-ok]'); await shot('document-types');
  }
  await open('#/queue'); await shot('queue');
  await open('#/conflicts'); await shot('conflicts');
  await open('#/search'); await shot('search-empty'); await page.fill('[data-testid=search]', valueOf('word') ?? '湧水'); await page.waitForSelector('[data-testid=hit]'); await shot('search'); await page.fill('[data-testid=search]', '見つからない言葉'); await page.waitForFunction(() => !document.querySelector('[data-testid=hit]')); await shot('search-none'); await page.fill('[data-testid=search]', '');
  await open('#/settings'); await shot('settings');
}
await browser.close();
console.log(faults === 0 ? 'no faults' : `${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
