// Inspections at the office: a draft fills live, the head reads, returns, accepts, decides about a late change; the
// papers lie in the case's folder, the table leaves in two presses.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CLERK, SECTION, startConsole } from './lib/console.mjs';
import { SIZES } from './lib/desk.mjs';
import { becomes } from './lib/finger.mjs';
import { publish, theCase } from './lib/inspection.mjs';
import { root } from './lib/programs.mjs';

const SHEET = join(root, 'ui/e2e/forms/console-sheet.json');
const TITLE = '砂利採取場 簡易点検';
let house, finger, form, inspection, head;

const set = (key, answer) => finger.ask('inspection_call', { id: inspection, call: { call: 'set', key, answer } });
const sync = () => house.sync();
const shots = process.env.EKITEI_SHOTS;
async function shot(one, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await one.page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}
const files = (dir) => (existsSync(dir) ? readdirSync(dir, { recursive: true }) : []).filter((name) => /\.(pdf|xlsx)$/.test(name)).map((name) => name.split('/').pop());

before(async () => {
  house = await startConsole();
  finger = house.finger;
  await publish(house.office, SHEET);
  await becomes('the form is on the phone', async () => {
    await finger.ask('sync_now', { deadline_s: 30 });
    form = (await finger.ask('form_list'))[0];
    return form !== undefined;
  });
  const begun = await finger.ask('inspection_begin', { case: await theCase(finger), form_version: form.id });
  inspection = begun.row.id;
  await set('operator', '=甲野砂利 有限会社');
  await sync();
  head = await house.desk();
});
after(() => house?.stop());

test('a draft is seen while it is filled in', async () => {
  await head.open('#/results', '結果');
  await head.at('inspection-link').first().waitFor();
  await head.page.locator('[data-testid=inspection-link]').first().click();
  await head.page.waitForSelector(`h1:text-is("${TITLE}")`);
  await head.at('live').waitFor();
  await set('fence', 'fail');
  await set('fence_finding', '柵が倒れている');
  await sync();
  await head.page.waitForSelector('[data-testid=answer-fence]:has-text("柵が倒れている")');
  await shot(head, 'draft');
});

test('the head returns it with a reason, the inspector finishes again, the head accepts', async () => {
  await set('sign', 'ok');
  await set('pond', 'ok');
  await finger.ask('inspection_finish', { id: inspection });
  await finger.ask('inspection_circulate', { id: inspection });
  await sync();
  await head.open('#/acceptance', '受理');
  await head.at('inspection-link').first().waitFor();
  assert.deepEqual(await head.look(24), []);
  await shot(head, 'acceptance');
  await head.page.keyboard.press('Tab');
  await head.at('inspection-link').first().focus();
  await head.page.keyboard.press('Enter');
  await head.at('accept').waitFor();
  assert.deepEqual(await head.look(24), []);
  await shot(head, 'inspection');
  await head.press('return');
  await head.press('return-yes');
  await head.page.waitForSelector('[data-testid=return-reason][aria-invalid=true], [data-testid=return-dialog] [aria-invalid=true]');
  await head.at('return-reason').fill('沈砂池の写真を付けてください。');
  await head.press('return-yes');
  await head.at('returned').waitFor();
  await sync();
  await set('operator', '甲野砂利 有限会社');
  await finger.ask('inspection_finish', { id: inspection });
  await finger.ask('inspection_circulate', { id: inspection });
  await sync();
  await head.at('accept').waitFor();
  await head.press('accept');
  await head.at('state-accepted').waitFor();
  const dir = join(house.office.share, ...SECTION.split('/'));
  await becomes('the papers are in the folder', async () => files(dir).filter((name) => name.startsWith('') && /検査調書/.test(name)).length >= 2);
  const pdf = readdirSync(dir, { recursive: true }).find((name) => /検査調書.*\.pdf$/.test(name));
  assert.equal(readFileSync(join(dir, pdf)).subarray(0, 5).toString(), '%PDF-');
});

test('the table leaves as CSV in two presses, without formulas; a clerk reads and does not decide', async () => {
  const clerk = await house.desk(CLERK);
  await clerk.open('#/results', '結果');
  await clerk.at('inspection-link').first().waitFor();
  assert.equal(await clerk.at('nav-acceptance').count(), 0);
  assert.deepEqual(await clerk.look(24), []);
  await shot(clerk, 'results');
  const [saved] = await Promise.all([clerk.page.waitForEvent('download'), clerk.press('file-csv')]);
  const text = readFileSync(await saved.path(), 'utf8');
  assert.match(text, /柵が倒れている/);
  assert.match(saved.suggestedFilename(), /簡易点検.*\.csv$/);
  const [book] = await Promise.all([clerk.page.waitForEvent('download'), clerk.press('file-xlsx')]);
  assert.equal(readFileSync(await book.path()).subarray(0, 2).toString(), 'PK');
  await clerk.page.locator('[data-testid=inspection-link]').first().click();
  await clerk.at('file-report-pdf').waitFor();
  assert.equal(await clerk.at('accept').count(), 0);
  const [paper] = await Promise.all([clerk.page.waitForEvent('download'), clerk.press('file-report-pdf')]);
  assert.match(paper.suggestedFilename(), /検査調書.*\.pdf$/);
  assert.deepEqual(clerk.faults, []);
  await clerk.page.context().close();
});

test('a change after the finish waits for the head, who accepts it', async () => {
  const narrow = await house.desk(undefined, SIZES.narrow);
  await finger.ask('inspection_propose', { id: inspection, call: { call: 'set', key: 'operator', answer: '乙野砂利' } });
  await sync();
  await narrow.open('#/acceptance', '受理');
  await narrow.at('inspection-link').first().waitFor();
  await narrow.page.locator('[data-testid=inspection-link]').first().click();
  await narrow.at('amendment-accept').waitFor();
  assert.deepEqual(await narrow.look(24), []);
  await shot(narrow, 'narrow');
  await narrow.press('amendment-accept');
  await narrow.page.waitForSelector('[data-testid=answer-operator]:has-text("乙野砂利")');
  await narrow.page.context().close();
});

test('the effect chart shows what it reckons with, and the head may change it', async () => {
  await head.open('#/effect', '効果');
  await head.page.waitForSelector('[data-testid=effect-before]:text-is("75.4")');
  await head.press('effect-edit');
  await head.at('effect-form').first().check();
  await head.press('effect-save');
  await head.page.waitForSelector('[data-testid=effect-saved]:text-is("0.3")');
  assert.deepEqual(await head.look(24), []);
  await shot(head, 'effect');
  assert.deepEqual(head.faults, []);
});
