// The clerk's storyboard: the section's Excel sheet becomes questions, they are put right, tried and published, by
// keyboard alone; and what else the builder does.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { OTHER_SECTION, SECTION, startConsole, STEWARD } from './lib/console.mjs';
import { becomes } from './lib/finger.mjs';
import { Keys } from './lib/keys.mjs';
import { root } from './lib/programs.mjs';

const SHEET = join(root, 'assets/sheets/gravel-pit.xlsx');
const HOUSING = join(root, 'assets/sheets/staff-housing.xlsx');
/** A clerk's first form is published within this. */
const GOAL_S = 15 * 60;
let house, one;
const shots = process.env.EKITEI_SHOTS;
async function shot(name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await one.page.screenshot({ path: join(shots, `${name}.png`) });
}
const labels = () => one.page.locator('[data-testid=piece-label]').evaluateAll((all) => all.map((each) => each.value));
const said = () => one.at('order-said').textContent();

before(async () => {
  house = await startConsole();
  one = await house.desk(STEWARD.id);
});
after(() => house?.stop());

async function blankForm(title) {
  await one.open('#/forms', '様式');
  await one.press('new-form');
  await one.at('form-title').fill(title);
  await one.press('form-make');
  await one.page.waitForSelector(`h1:text-is("${title}")`);
}

test('an Excel sheet becomes a published form by keyboard alone within the goal, and the phones receive it', async () => {
  const keys = new Keys(one.page);
  const TITLE = '砂利採取場 立入検査(自分の様式)';
  let proposed = 0;
  // Listened for long before the press: the browser is told of it in a message of its own.
  one.page.on('filechooser', () => undefined);
  await one.page.evaluate(() => document.querySelector('h1').focus());
  await keys.step('from the first screen to the forms', 1, async () => {
    await keys.tabTo('nav-forms', 'Shift+Tab');
    await keys.press('Enter');
    await one.at('choose-sheet').waitFor();
  });
  assert.deepEqual(await one.look(24), []);
  await shot('clerk-form-1');
  await keys.step('the sheet that the section uses today', 2, async () => {
    await one.page.evaluate(() => document.querySelector('h1').focus());
    await keys.tabTo('choose-sheet');
    const [chooser] = await Promise.all([one.page.waitForEvent('filechooser'), keys.press('Enter')]);
    // The system's own dialog: the name is typed and confirmed there.
    keys.now.letters += 'gravel-pit.xlsx'.length;
    keys.now.keys += 'gravel-pit.xlsx'.length + 1;
    await chooser.setFiles(SHEET);
    await one.at('pieces').waitFor();
  });
  await one.at('try-missing').waitFor();
  await shot('clerk-form-2');
  proposed = await one.at('piece').count();
  assert.ok(proposed >= 20, `${proposed} questions are proposed`);
  await keys.step('its name', 1, async () => {
    await keys.tabTo('form-name');
    await keys.press('Control+A');
    await keys.type(TITLE);
  });
  // Every proposed question is read once and found right or wrong.
  await keys.step('every proposed question read', proposed, async () => {
    await keys.tabTo('piece-label');
    await keys.press('ArrowDown', proposed - 1);
  });
  const last = await one.page.evaluate(() => document.activeElement.value);
  assert.equal(last, (await labels()).pop(), 'arrow keys went to the last one');
  await keys.step('one put right: its words, required, and its place', 3, async () => {
    const before = await labels();
    await keys.press('ArrowUp', proposed - 1 - before.indexOf('採取業者名'));
    await keys.press('Control+A');
    await keys.type('採取業者の名称');
    await keys.tabTo('piece-required');
    await keys.press('Space');
    await keys.press('Alt+ArrowDown');
    const now = await labels();
    assert.equal(now.indexOf('採取業者の名称'), before.indexOf('採取業者名') + 1);
    assert.equal(now.length, before.length);
    assert.match(await said(), /「採取業者の名称」を.*4番目/);
    assert.ok(await keys.at('piece-required'), 'the focus stays with the question that moved');
  });
  await shot('clerk-form-3');
  await keys.step('tried as the phone asks it', 4, async () => {
    await keys.press('Control+Enter');
    await one.page.waitForSelector('[data-testid=try-missing]:has-text("あと1か所")');
    await keys.press('Enter');
    await one.at('try-faults').waitFor();
    await keys.tabTo('try-again');
    await keys.press('Tab');
    await keys.press('Enter');
    await keys.type('甲野砂利');
    await keys.press('Tab');
    await one.page.waitForSelector('[data-testid=try-missing]:has-text("このまま完了")');
    await keys.tabTo('try-finish', 'Shift+Tab');
    await keys.press('Enter');
    await one.at('try-finished').waitFor();
  });
  await shot('clerk-form-4');
  assert.deepEqual(await one.look(24), []);
  await keys.step('published to the section', 2, async () => {
    await keys.press('Escape');
    await keys.tabTo('form-publish');
    await keys.press('Enter');
    await one.at('publish-dialog').waitFor();
    await one.at('target').first().waitFor();
    await shot('clerk-form-5');
    assert.deepEqual(await one.look(24), []);
    await keys.tabTo('publish-yes');
    await keys.press('Enter');
    await one.at('form-published').waitFor();
  });
  await becomes('the form is on the phone', async () => {
    await house.finger.ask('sync_now', { deadline_s: 30 });
    return (await house.finger.ask('form_list')).some((form) => form.title === TITLE);
  });
  assert.deepEqual(one.faults, []);
  const { total, steps } = keys;
  if (shots) writeFileSync(join(shots, 'storyboards-clerk.json'), JSON.stringify({ goal_s: GOAL_S, proposed, steps, total }, null, 2));
  assert.ok(total.seconds <= GOAL_S, `${total.seconds} s`);
});

test('a form from nothing: a table of rulings in one go, order by keys and by drag, tried to its end', async () => {
  await blankForm('小さな点検');
  await one.press('add-matrix');
  await one.at('matrix-heading').fill('設備');
  await one.at('matrix-lines').fill('屋根\n外壁\n雨どい');
  await one.at('matrix-scale').selectOption('good');
  await one.press('matrix-make');
  await one.at('piece').nth(3).waitFor();
  await one.press('add-question');
  await one.page.locator('[data-testid=piece-label]').nth(4).fill('棟の名前');
  // By keys: over the whole table, which only holds rulings.
  await one.page.locator('[data-testid=piece-label]').nth(4).press('Alt+ArrowUp');
  assert.deepEqual(await labels(), ['棟の名前', '設備', '屋根', '外壁', '雨どい']);
  await one.page.locator('[data-testid=piece-label]').first().press('Alt+ArrowUp');
  assert.match(await said(), /これ以上動かせません/);
  // By drag: a ruling within its table, and one that may not go there.
  await one.page.locator('[data-testid=piece-grip]').nth(4).dragTo(one.page.locator('[data-testid=piece]').nth(2), { targetPosition: { x: 200, y: 4 } });
  assert.deepEqual(await labels(), ['棟の名前', '設備', '雨どい', '屋根', '外壁']);
  await one.page.locator('[data-testid=piece-grip]').first().dragTo(one.page.locator('[data-testid=piece]').nth(3), { targetPosition: { x: 200, y: 4 } });
  assert.deepEqual(await labels(), ['棟の名前', '設備', '雨どい', '屋根', '外壁']);
  // The words of the scale, in the same engine as the phone's.
  const roof = one.page.locator('[data-testid^=try-matrix]', { hasText: '屋根' }).first();
  await roof.waitFor();
  assert.deepEqual(await roof.locator('button').allTextContents(), ['良', '不良', '該当なし']);
  await roof.locator('button', { hasText: '不良' }).click();
  await one.page.waitForSelector('[data-testid=try-missing]:has-text("あと2か所")');
  await one.press('try-finish');
  assert.equal(await one.at('try-faults').locator('button').count(), 2);
  await shot('form-try');
  await one.at('try-faults').locator('button').first().click();
  await one.page.locator('[data-testid^=try-matrix] input').fill('瓦が割れている');
  await one.page.locator('[data-testid^=try-matrix] input').blur();
  await one.page.waitForSelector('[data-testid=try-missing]:has-text("あと1か所")');
  await one.at('try-faults').locator('button').first().click();
  await one.page.keyboard.press('Enter');
  await one.page.waitForSelector('[data-testid=try-missing]:has-text("このまま完了")');
  await one.press('try-finish');
  await one.page.waitForSelector('[data-testid=try-finished]:has-text("瓦が割れている")');
  await shot('form-finished');
  assert.deepEqual(await one.look(24), []);
  // What cannot be a form is said while it is made.
  await one.page.locator('[data-testid=piece-kind]').first().selectOption('select_one');
  await one.at('form-problems').waitFor();
  await one.at('piece-choices').fill('A棟\nB棟');
  await one.at('form-problems').waitFor({ state: 'detached' });
  await one.page.keyboard.press('Control+S');
  await one.at('form-draft').waitFor();
  await one.at('form-save').waitFor({ state: 'detached' });
  await one.page.reload();
  await one.page.waitForSelector('h1:text-is("小さな点検")');
  assert.equal(await one.at('piece').count(), 5);
  assert.deepEqual(one.faults, []);
});

test('the sheet whose boxes say 良・不良 is read so', async () => {
  await one.open('#/forms', '様式');
  await one.at('sheet-file').setInputFiles(HOUSING);
  await one.at('pieces').waitFor();
  await one.page.waitForSelector('[data-testid^=try-] .three button');
  const words = await one.page.locator('[data-testid^=try-] .three').first().locator('button').allTextContents();
  assert.deepEqual(words, ['良', '不良', '該当なし']);
  await shot('form-housing');
});

test('versions say what they changed; several sections; a copy; the end of a form', async () => {
  await blankForm('版のある様式');
  await one.press('add-question');
  await one.at('piece-label').fill('天気');
  await one.press('form-publish');
  const targets = one.at('target');
  await targets.nth(1).waitFor();
  assert.deepEqual(await targets.evaluateAll((all) => all.map((box) => box.checked)), [true, false]);
  await targets.nth(1).check();
  await one.press('publish-yes');
  await one.at('form-published').waitFor();
  await one.page.locator('[data-testid=versions] li').waitFor();
  await one.at('piece-label').fill('天候');
  await one.press('add-question');
  await one.page.locator('[data-testid=piece-label]').nth(1).fill('気温');
  await one.press('form-publish');
  await one.page.waitForSelector('[data-testid=publish-dialog] [data-testid=changes]:has-text("「天気」→「天候」")');
  await targets.nth(1).uncheck();
  await one.at('targets-left').waitFor();
  await shot('form-publish');
  assert.deepEqual(await one.look(24), []);
  await one.press('publish-yes');
  await one.page.waitForSelector('[data-testid=versions]:has-text("第2版")');
  const newest = one.page.locator('[data-testid=versions] > li').first();
  assert.match(await newest.textContent(), /公開中.*追加.*気温/s);
  await one.page.evaluate(() => document.querySelector('[data-testid=versions]').scrollIntoView());
  await shot('form-versions');
  assert.deepEqual(await one.look(24), []);
  await one.press('form-copy');
  await one.at('copy-into').selectOption(OTHER_SECTION);
  await one.press('copy-yes');
  await one.page.waitForSelector('h1:text-is("版のある様式(写し)")');
  await one.at('form-draft').waitFor();
  assert.equal(await one.at('piece').count(), 2);
  await one.page.goBack();
  await one.page.waitForSelector('h1:text-is("版のある様式")');
  await one.press('form-withdraw');
  await one.at('form-withdrawn').waitFor();
  // Who leads only one section does not take it away from another; the refusal has words.
  const head = await house.desk();
  const made = await head.ask('POST', '/forms', { section: SECTION, definition: { id: 'x', version: 1, title: 'よその係', items: [{ id: 'a', type: 'text', label: '天気' }] } });
  const steward = await one.ask('POST', `/forms/${made.id}/publish`, { targets: [SECTION, OTHER_SECTION] });
  assert.equal(steward.version, 1);
  await head.open(`#/form/${made.id}`, 'よその係');
  await head.press('form-withdraw');
  await head.page.waitForSelector('[data-testid=form-fault]:has-text("普及係")');
  assert.deepEqual([...head.faults, ...one.faults], []);
  await head.page.context().close();
});

test('a code opens the form for a case: on the form, on the case, on paper', async () => {
  await blankForm('コードの様式');
  await one.press('add-question');
  await one.at('piece-label').fill('天気');
  await one.press('form-publish');
  await one.at('target').first().waitFor();
  await one.press('publish-yes');
  await one.at('form-published').waitFor();
  const id = new URL(one.page.url()).hash.split('/').pop();
  await one.press('form-code');
  await one.at('code-q').fill('砂-04');
  await one.press('code-case');
  await one.at('form-qr').waitFor();
  assert.deepEqual(await one.look(24), []);
  await shot('form-code');
  await one.page.emulateMedia({ media: 'print' });
  assert.equal(await one.page.locator('.screen').isVisible(), false);
  assert.ok(await one.at('form-qr').isVisible());
  assert.equal(await one.at('code-print').isVisible(), false);
  await shot('form-code-print');
  await one.page.emulateMedia({ media: 'screen' });
  await one.page.keyboard.press('Escape');
  await one.page.evaluate((to) => (window.location.hash = to), `#/case/${house.caseId}`);
  await one.press('case-codes');
  await one.at('form-qr').waitFor();
  await one.at('code-form').selectOption({ label: 'コードの様式' });
  await shot('case-code');
  assert.deepEqual(await one.look(24), []);
  const offered = await one.ask('GET', `/cases/${house.caseId}/forms`);
  const mine = offered.find((form) => form.form === id);
  assert.equal(mine.link, `ekitei://form/${id}?case=%E7%A0%82-0412`);
  assert.deepEqual(one.faults, []);
});
