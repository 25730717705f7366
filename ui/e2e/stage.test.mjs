// The demonstration's stage page in a real browser: its story is told to the end, then a hand takes over. What is made
// without a line on phone A must reach the shared folder, the console and phone B, and all of it be seen on the page.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fitCamera } from './lib/camera.mjs';
import { startDemo } from './lib/demo.mjs';
import { Desk, SIZES } from './lib/desk.mjs';
import { becomes, Finger, launch } from './lib/finger.mjs';

const CASE = 'R8-砂利-014';
const STEPS = 18;
const MADE = { notes: 3, photos: 6 };
/** Of the section's own sheet: photographs, and what comes back of it (sheet and ledger, each as PDF and workbook, and the
 * report once more with the acceptance). */
const SHEET = { photos: 3, papers: 5 };
/** The answer to the photo question, as the case's note. */
const ANSWERS = 1;
const FILES = MADE.notes + MADE.photos + SHEET.photos + SHEET.papers + ANSWERS;

let browser;
let demo;
let page;
const faults = [];

before(async () => {
  browser = await launch();
  demo = await startDemo();
  const context = await browser.newContext({ viewport: SIZES.pc, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', permissions: ['camera'] });
  await fitCamera(context);
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) faults.push(message.text()); });
  await page.goto(demo.stage);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const phone = (id) => page.locator(`[data-phone=${id}]`);
const glass = (id) => page.frameLocator(`[data-phone=${id}] iframe`);
const news = () => page.locator('#tree .new .file');
const inFolder = () => readdirSync(demo.share, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && one.parentPath.includes(CASE)).map((one) => join(one.parentPath, one.name));

/** Wholly on the screen of its size. */
async function inSight(locator, what) {
  const box = await locator.boundingBox();
  assert.ok(box && box.x >= 0 && box.y >= 0, `${what} is there`);
  const screen = page.viewportSize();
  assert.ok(box.x + box.width <= screen.width && box.y + box.height <= screen.height, `${what} ends at ${Math.round(box.x + box.width)} × ${Math.round(box.y + box.height)}`);
}

/** Accessibility, sideways scrolling and pages' errors. */
async function look(size, least) {
  await page.setViewportSize(size);
  const desk = new Desk(page, demo.stage);
  assert.deepEqual(await desk.look(least), []);
  assert.deepEqual(faults, []);
}

test('the story is told to its end on the page', async () => {
  await page.waitForSelector('#steps li[data-state=doing]');
  // While it is told: no line, and the phone is calm about it.
  await page.waitForSelector('[data-phone=a] [data-line=cut][aria-checked=true]');
  await page.waitForFunction((steps) => document.querySelectorAll('#steps li[data-state=done]').length === steps || !document.querySelector('#failure').hidden, STEPS, { timeout: 120_000 });
  assert.equal(await page.locator('#failure').innerText(), '');
  await page.waitForSelector('#phase[data-phase=open]');
  assert.equal(await page.locator('#steps li').count(), STEPS);
});

test('its table counts the same notes and photographs at every station', async () => {
  const rows = page.locator('#rows tr');
  assert.equal(await rows.count(), 7);
  const items = await Promise.all((await rows.all()).map((row) => row.locator('td').nth(1).innerText()));
  assert.deepEqual(items, [...Array(5).fill(String(MADE.notes + MADE.photos)), String(SHEET.papers), '1']);
  await becomes('every file is in the folder', async () => (await news().count()) === FILES);
});

test('the filled sheet is named where to look, and the head has accepted it', async () => {
  const [sheet, accepted] = [page.locator('#rows tr').nth(5), page.locator('#rows tr').nth(6)];
  assert.match(await sheet.innerText(), /_検査調書_.*\.xlsx/);
  const id = /#\/inspection\/([0-9a-f-]{36})/.exec(await accepted.innerText())[1];
  const seen = await glass('a').locator('body').evaluate(async (_, id) => {
    const answer = await fetch('/bridge', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ call: 'inspection_get', args: { id } }) });
    return (await answer.json()).ok;
  }, id);
  assert.equal(seen.row.state, 'accepted');
  assert.equal(seen.amendments.length, 0);
});

test('what came without a line is in the folder, on the console and on phone B', async () => {
  // A file of the folder opens on the page, and is the file.
  const photo = page.locator('#tree .new .file[data-path$=".jpg"]').first();
  const path = await photo.getAttribute('data-path');
  await photo.click();
  await page.waitForFunction(() => document.querySelector('#viewed img')?.naturalWidth > 0);
  const shown = await page.evaluate(async () => [...new Uint8Array(await (await fetch(document.querySelector('#viewed img').src)).arrayBuffer())]);
  const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
  assert.equal(hash(Buffer.from(shown)), hash(readFileSync(join(demo.share, path))));
  await page.locator('#viewer-close').click();
  const office = page.frameLocator('#console-frame');
  await office.locator('h1:has-text("丸太沢砂利採取場")').waitFor();
  await office.locator('[data-testid=photos-there]').filter({ hasText: /(\d+)\/\1/ }).waitFor();
  await glass('b').locator('[data-testid=photo-grid]').first().waitFor();
  assert.equal(await glass('b').locator('h1').innerText(), '丸太沢砂利採取場');
});

test('the console opens in a tab of its own, with the accounts that the page names', async () => {
  const url = await page.locator('#console-link').getAttribute('href');
  assert.equal(new URL(url).origin, new URL(demo.console).origin);
  const staff = await page.locator('#accounts code').first().innerText();
  const password = await page.locator('#accounts code').last().innerText();
  const desk = await Desk.at(browser, url);
  await desk.signIn(staff, password);
  await desk.at('arrival').first().waitFor();
  await desk.page.context().close();
});

describe('a hand takes over', () => {
  test('the line is switched by keys, the sliders reach the phone', async () => {
    await phone('a').locator('[data-line=good]').focus();
    await page.keyboard.press('ArrowLeft');
    await phone('a').locator('[data-line=weak][aria-checked=true]').waitFor();
    await page.keyboard.press('ArrowLeft');
    await phone('a').locator('[data-line=cut][aria-checked=true]').waitFor();
    await phone('a').locator('input[type=range]').fill('12');
    await phone('a').locator('[data-fact=charging]').check();
    // The phone's own loopback host knows the new facts.
    const finger = await Finger.at(browser, demo.phoneA);
    await finger.open();
    const facts = () => finger.page.evaluate(() => fetch('/facts').then((answer) => answer.json()));
    await becomes('the sliders are the facts', async () => {
      const { ok } = await facts();
      return ok.battery_percent === 12 && ok.charging === true && ok.online === false;
    });
    await finger.close();
  });

  test('two photographs without a line wait on A, then arrive by themselves', async () => {
    const before = inFolder().length;
    const a = glass('a');
    await a.locator('[data-testid=record-photo]').click();
    for (const count of [1, 2]) {
      await a.locator('[data-testid=shutter]').click();
      await a.locator(`[data-testid=shots][data-count="${count}"]`).waitFor();
      // Another frame of the camera is another picture.
      await a.locator('video').evaluate((video) => new Promise((resolve) => video.requestVideoFrameCallback(() => video.requestVideoFrameCallback(resolve))));
    }
    await phone('a').locator('.waiting[data-some]').waitFor();
    assert.equal(inFolder().length, before, 'nothing left without a line');
    await phone('a').locator('[data-line=good]').click();
    await page.waitForFunction((count) => document.querySelectorAll('#tree .new .file').length === count, FILES + 2, { timeout: 60_000 });
    assert.equal(inFolder().length, before + 2);
    await page.waitForFunction(() => !document.querySelector('[data-phone=a] .waiting').hasAttribute('data-some'));
    const card = async (finger) => finger.ask('case_card', { case: (await finger.ask('case_list', { filter: CASE, followed_only: false }))[0].id });
    const [onA, onB] = [await Finger.at(browser, demo.phoneA), await Finger.at(browser, demo.phoneB)];
    await onA.open();
    await onB.open();
    const { total } = (await card(onA)).photos;
    await becomes('phone B has both', async () => (await card(onB)).photos.total === total);
    // The console's frame heard of it too.
    await page.frameLocator('#console-frame').locator('[data-testid=photos-there]').filter({ hasText: `${total}/${total}` }).waitFor();
    await onA.close();
    await onB.close();
  });

  test('an app that was ended says so on the page, and comes back with what it had', async () => {
    await phone('b').locator('[data-app=toggle]').click();
    await phone('b').locator('.dead').waitFor();
    await phone('b').locator('.dead button').click();
    await phone('b').locator('.dead').waitFor({ state: 'hidden' });
    await glass('b').locator('h1').waitFor();
  });
});

test('at 1366 × 768 phones, line switches, sliders, story and folder are in sight together', async () => {
  await page.setViewportSize(SIZES.pc);
  await page.evaluate(() => window.scrollTo(0, 0));
  for (const id of ['a', 'b']) {
    await inSight(phone(id).locator('iframe'), `phone ${id}`);
    await inSight(phone(id).locator('.switch'), `line switch ${id}`);
    await inSight(phone(id).locator('input[type=range]'), `battery ${id}`);
  }
  await inSight(page.locator('#steps'), 'story');
  await inSight(page.locator('#tree'), 'folder');
  await look(SIZES.pc, 23.5);
});

test('at 360 × 800 everything is there, one below the other', async () => {
  await page.setViewportSize(SIZES.narrow);
  for (const what of ['[data-phone=a] iframe', '[data-phone=b] .switch', '#steps', '#tree', '#rows', '#console-link']) {
    await page.locator(what).scrollIntoViewIfNeeded();
    const box = await page.locator(what).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= SIZES.narrow.width, `${what}: ${box.x} + ${box.width}`);
  }
  await look(SIZES.narrow, 23.5);
  await page.locator('#language').click();
  await page.waitForFunction(() => document.documentElement.lang === 'en' && document.title !== '');
  await look(SIZES.narrow, 23.5);
});
