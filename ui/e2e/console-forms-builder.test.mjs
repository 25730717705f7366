// The clerk's storyboard: the section's Excel sheet becomes questions, they are put right, tried and published, by
// keyboard alone; and a small form is made from nothing.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startConsole } from './lib/console.mjs';
import { becomes } from './lib/finger.mjs';
import { root } from './lib/programs.mjs';

const SHEET = join(root, 'assets/sheets/gravel-pit.xlsx');
let house, one;
const shots = process.env.EKITEI_SHOTS;
async function shot(name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await one.page.screenshot({ path: join(shots, `${name}.png`) });
}

before(async () => {
  house = await startConsole();
  one = await house.desk();
});
after(() => house?.stop());

/** Tab until the focus is on `testid`. */
async function tabTo(testid, most = 400) {
  for (let n = 0; n < most; n += 1) {
    if (await one.page.evaluate((id) => document.activeElement?.closest('[data-testid]')?.dataset.testid === id, testid)) return;
    await one.page.keyboard.press('Tab');
  }
  throw new Error(`no way by keyboard to ${testid}`);
}

test('an Excel sheet becomes a published form by keyboard alone, and the phones receive it', async () => {
  await one.open('#/forms', '様式');
  assert.deepEqual(await one.look(24), []);
  // Listened for long before the press: the browser is told of it in a message of its own.
  one.page.on('filechooser', () => undefined);
  await tabTo('choose-sheet');
  const [chooser] = await Promise.all([one.page.waitForEvent('filechooser'), one.page.keyboard.press('Enter')]);
  await chooser.setFiles(SHEET);
  await one.at('pieces').waitFor();
  assert.ok((await one.at('piece').count()) >= 5, 'questions are proposed');
  await tabTo('form-name');
  await one.page.keyboard.press('Control+A');
  await one.page.keyboard.type('砂利採取場 立入検査(自分の様式)');
  await tabTo('piece-required');
  await one.page.keyboard.press('Space');
  await one.at('form-save').waitFor();
  await one.at('try-missing').waitFor();
  await one.page.evaluate(() => document.querySelector('h1').focus());
  await shot('form');
  assert.deepEqual(await one.look(24), []);
  await tabTo('form-publish');
  await one.page.keyboard.press('Enter');
  await one.at('form-published').waitFor();
  await becomes('the form is on the phone', async () => {
    await house.finger.ask('sync_now', { deadline_s: 30 });
    return (await house.finger.ask('form_list')).some((form) => form.title.includes('自分の様式'));
  });
  assert.deepEqual(one.faults, []);
});

test('a form from nothing: a table of rulings in one go, a question, their order, a try', async () => {
  await one.open('#/forms', '様式');
  await shot('forms');
  await one.press('new-form');
  await one.at('form-title').fill('小さな点検');
  await one.press('form-make');
  await one.at('add-matrix').waitFor();
  await one.press('add-matrix');
  await one.at('matrix-heading').fill('安全');
  await one.at('matrix-lines').fill('立入防止柵\n標識\n沈砂池');
  await one.press('matrix-make');
  await one.at('piece').nth(3).waitFor();
  await one.press('add-question');
  await one.at('piece').nth(4).waitFor();
  await one.page.locator('[data-testid=piece-label]').nth(4).fill('採取業者名');
  await one.page.locator('[data-testid=piece-up]').nth(4).click();
  assert.equal(await one.page.locator('[data-testid=piece-label]').first().inputValue(), '採取業者名');
  await one.page.locator('[data-testid^=try-matrix] button', { hasText: '否' }).first().click();
  await one.page.waitForSelector('[data-testid=try-missing]:has-text("あと2か所")');
  await one.press('form-save');
  await one.at('form-draft').waitFor();
  await one.page.reload();
  await one.page.waitForSelector('h1:text-is("小さな点検")');
  assert.equal(await one.at('piece').count(), 5);
  assert.deepEqual(await one.look(24), []);
  await shot('form-new');
  assert.deepEqual(one.faults, []);
});
