// Inspections at the office: a draft fills live, the head reads, returns, accepts, decides about a late change; the
// papers lie in the case's folder, the table leaves in two presses.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CLERK, SECTION, startConsole } from './lib/console.mjs';
import { SIZES } from './lib/desk.mjs';
import { becomes } from './lib/finger.mjs';
import { publish, theCase } from './lib/inspection.mjs';
import { root } from './lib/programs.mjs';

const SHEET = join(root, 'ui/e2e/forms/console-sheet.json');
const GROWTH = join(root, 'assets/forms/strawberry-growth.json');
const TITLE = '砂利採取場 簡易点検';
let house, finger, form, inspection, second, head;

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
  await publish(house.office, GROWTH);
  await becomes('the form is on the phone', async () => {
    await finger.ask('sync_now', { deadline_s: 30 });
    const known = await finger.ask('form_list');
    form = known.find((one) => one.title === TITLE);
    return known.length === 2;
  });
  const begun = await finger.ask('inspection_begin', { case: await theCase(finger), form_version: form.id });
  inspection = begun.row.id;
  await set('operator', '=甲野砂利 有限会社');
  await sync();
  head = await house.desk();
});
after(() => house?.stop());

test('a growth survey fills the table at the office while it is typed on the phone', async () => {
  const survey = (await finger.ask('form_list')).find((one) => one.form !== form.form);
  const begun = await finger.ask('inspection_begin', { case: await theCase(finger), form_version: survey.id });
  const put = (key, answer) => finger.ask('inspection_call', { id: begun.row.id, call: { call: 'set', key, answer } });
  await put('plant_count', 3);
  await put('height_cm@n1', '12.5');
  await sync();
  await head.open('#/results', '結果');
  await head.page.locator('[data-testid=inspection-link]', { hasText: survey.title }).click();
  await head.at('live').waitFor();
  const table = head.at('repeat-table');
  await table.locator('[data-testid="answer-height_cm@n1"]:has-text("12.5")').waitFor();
  // Nobody touches the page from here on.
  await put('height_cm@n2', '13');
  await put('leaves@n2', '5');
  await put('height_cm@n3', '9.75');
  await finger.ask('sync_now', { deadline_s: 60 });
  await table.locator('[data-testid="answer-height_cm@n3"]:has-text("9.75")').waitFor();
  const rows = await table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
  assert.equal(rows.length, 3);
  assert.equal(await table.count(), 1, 'one table for all plants');
  assert.match(rows[1].join('|'), /13.*5/);
  assert.match(await head.page.locator('[data-testid=answer-max_height]').textContent(), /13/, 'what is reckoned follows');
  assert.deepEqual(await head.look(24), []);
  await shot(head, 'growth');
});

test('a draft is seen while it is filled in', async () => {
  await head.open('#/results', '結果');
  await head.page.locator('[data-testid=inspection-link]', { hasText: TITLE }).click();
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
  // The table of one form: chosen, then two presses.
  await clerk.at('results-form').selectOption({ label: TITLE });
  await clerk.at('file-csv').waitFor();
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

test('a change that is not right is rejected, and what stood stays', async () => {
  await finger.ask('inspection_propose', { id: inspection, call: { call: 'set', key: 'operator', answer: '丙野砂利' } });
  await sync();
  await head.open('#/acceptance', '受理');
  await head.page.locator('[data-testid=inspection-link]').first().click();
  await head.at('amendment-reject').waitFor();
  await head.press('amendment-reject');
  await head.at('amendment-reject').waitFor({ state: 'detached' });
  assert.match(await head.page.locator('[data-testid=answer-operator]').textContent(), /乙野砂利/);
});

test('filters, months and the photos of a record, named by the rule', async () => {
  const begun = await finger.ask('inspection_begin', { case: await theCase(finger), form_version: form.id });
  second = begun.row.id;
  const name = await finger.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 1200 });
    canvas.getContext('2d').fillRect(0, 0, 800, 600);
    const bytes = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    return (await (await fetch('/inbox/fence.jpg', { method: 'PUT', body: bytes })).json()).ok.name;
  });
  await finger.ask('inspection_call', { id: begun.row.id, call: { call: 'set', key: 'fence', answer: 'fail' } });
  await finger.ask('photo_add', { names: [name], case: await theCase(finger), place: { inspection: begun.row.id, item: 'fence_photos', role: 'photo' } });
  await sync();
  await head.open('#/results', '結果');
  await head.at('results-form').selectOption({ label: TITLE });
  await head.at('results-state').selectOption('draft');
  await head.page.waitForSelector('[role=status]:text-is("1件")');
  await head.at('results-q').fill('ありえない名前');
  await head.at('results-clear').waitFor();
  await head.at('results-q').fill('');
  await head.page.locator('[data-testid=inspection-link]').first().waitFor();
  assert.match(await head.page.locator('table[data-testid=per-month]').textContent(), /簡易点検/);
  const [zip] = await Promise.all([head.page.waitForEvent('download'), head.press('file-photos')]);
  const bytes = readFileSync(await zip.path());
  assert.equal(bytes.subarray(0, 2).toString(), 'PK');
  assert.match(bytes.toString('utf8'), /砂-0412\/[^\u0000]*\.jpg/);
  await head.page.locator('[data-testid=inspection-link]').first().click();
  await head.at('answer-photo').first().click();
  await head.at('look').waitFor();
  assert.deepEqual(await head.look(24), []);
  await head.press('look-close');
});

test('the effect chart shows what it reckons with, and the head may change it', async () => {
  await head.open('#/effect', '効果');
  await head.page.waitForSelector('[data-testid=effect-before]:text-is("75.4")');
  await head.press('effect-edit');
  await head.page.locator('label', { hasText: TITLE }).first().locator('[data-testid=effect-form]').check();
  await head.press('effect-save');
  await head.page.waitForSelector('[data-testid=effect-saved]:text-is("0.3")');
  assert.deepEqual(await head.look(24), []);
  await shot(head, 'effect');
});

test('what is blacked out after the filing: older papers are named with their paths until people delete them', async () => {
  const answer = (key, value) => finger.ask('inspection_call', { id: second, call: { call: 'set', key, answer: value } });
  for (const [key, value] of [['operator', '丁野砂利'], ['fence_finding', '柵が倒れている'], ['sign', 'ok'], ['pond', 'ok']]) await answer(key, value);
  await finger.ask('inspection_finish', { id: second });
  await finger.ask('inspection_circulate', { id: second });
  await sync();
  const filed = async (version) => {
    const seen = await head.ask('GET', `/inspections/${second}`);
    return seen.filed_versions === version ? seen : undefined;
  };
  await becomes('its papers are filed', () => filed(1));
  const photo = (await finger.ask('inspection_get', { id: second })).photos.fence_photos[0].id;
  const out = { kind: 'black_out', area: { from: { x: 0, y: 0 }, to: { x: 0.5, y: 0.5 } } };
  await finger.ask('photo_marks', { id: photo, marks: { marks: [out] } });
  await sync();
  await becomes('they are filed anew, blacked out', () => filed(2));
  await head.open(`#/inspection/${second}`, TITLE);
  await head.at('bare').waitFor();
  const paths = await head.at('bare').locator('li').allTextContents();
  assert.equal(paths.length, 4);
  assert.ok(paths.every((path) => existsSync(join(house.office.share, path)) && !path.includes('_r2')), paths.join('\n'));
  assert.deepEqual(await head.look(24), []);
  await shot(head, 'bare');
  await head.open('#/results', '結果');
  await head.at('bare-row').first().waitFor();
  for (const path of paths) rmSync(join(house.office.share, path));
  await head.open(`#/inspection/${second}`, TITLE);
  await head.at('state-circulated').waitFor();
  assert.equal(await head.at('bare').count(), 0);
  assert.deepEqual(head.faults, []);
});
