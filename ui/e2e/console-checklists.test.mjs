// The editor of checklists at the console: made, ordered by keys and by drag, published in versions, and what became of
// it on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startConsole } from './lib/console.mjs';
import { becomes } from './lib/finger.mjs';

let stage;
let desk;

before(async () => {
  stage = await startConsole();
  desk = await stage.desk();
});
after(() => stage?.stop());

const titles = () => desk.page.locator('[data-testid=step-title]').evaluateAll((fields) => fields.map((field) => field.value));
async function clean(what) {
  assert.deepEqual(await desk.look(24), [], what);
  assert.deepEqual(desk.faults, [], what);
}
const shot = async (name) => {
  if (process.env.EKITEI_SHOTS) await desk.page.screenshot({ path: `${process.env.EKITEI_SHOTS}/${name}.png` });
};

test('a checklist is made, ordered, published, and comes to the phone', async () => {
  await desk.press('nav-checklists');
  await desk.at('checklists-empty').waitFor();
  await clean('no checklists yet');
  await desk.press('new-checklist');
  await desk.at('checklist-title').fill('冬の出発前');
  await desk.at('checklist-purpose').selectOption('departure');
  await desk.press('checklist-make');
  await desk.page.waitForSelector('h1:text-is("冬の出発前")');
  for (const words of ['スコップ', '燃料', '手袋']) {
    await desk.press('add-step');
    await desk.page.keyboard.type(words);
  }
  await becomes('three steps', async () => (await titles()).length === 3);
  // By keys, by the arrow button, by drag.
  await desk.at('step-title').nth(2).focus();
  await desk.page.keyboard.press('Alt+ArrowUp');
  await becomes('moved by keys', async () => (await titles()).join() === 'スコップ,手袋,燃料');
  await desk.at('step-down').first().click();
  await becomes('moved by its button', async () => (await titles()).join() === '手袋,スコップ,燃料');
  await desk.at('step-grip').nth(2).dragTo(desk.at('step-card').first(), { targetPosition: { x: 200, y: 4 } });
  await becomes('moved by drag', async () => (await titles()).join() === '燃料,手袋,スコップ');
  assert.match(await desk.at('order-said').innerText(), /燃料/);
  await desk.press('add-warning');
  await desk.at('warning-what').fill('大容量ファイルの共有');
  await desk.at('warning-instead').fill('写真は駅逓で送る');
  await desk.page.locator('[data-testid=step-card] summary').first().click();
  await shot('console-checklist-editor');
  await clean('editor');
  await desk.page.keyboard.press('Control+s');
  await becomes('saved', async () => (await desk.at('checklist-save').count()) === 0);
  await desk.press('checklist-publish');
  await desk.at('checklist-published').waitFor();
  assert.match(await desk.at('checklist-version').innerText(), /1/);
  await stage.sync();
  await becomes('it is on the phone', async () => {
    await stage.finger.ask('sync_now', { deadline_s: 20 });
    return (await stage.finger.ask('checklist_list')).some((one) => one.title === '冬の出発前');
  });
});

test('what is not whole is saved and not published', async () => {
  await desk.press('add-step');
  await desk.at('checklist-save').waitFor();
  await desk.press('checklist-publish');
  await desk.at('checklist-fault').waitFor();
  await desk.at('checklist-problems').waitFor();
  await clean('problems');
  await desk.at('step-remove').last().click();
  await desk.at('step-title').first().fill('燃料（満タン）');
  await desk.press('checklist-publish');
  await becomes('the second version', async () => /2/.test(await desk.at('checklist-version').innerText()));
});

test('the office sees how long it takes and where it fails', async () => {
  const { finger } = stage;
  await becomes('the second version is on the phone', async () => {
    await finger.ask('sync_now', { deadline_s: 20 });
    return (await finger.ask('checklist_list')).some((one) => one.version === 2);
  });
  const list = (await finger.ask('checklist_list')).find((one) => one.title === '冬の出発前');
  for (const [ms, result] of [[4000, 'done'], [9000, 'failed']]) {
    const run = await finger.ask('checklist_begin', { checklist: list.id });
    const keys = run.steps.map((step) => step.key);
    await finger.ask('checklist_steps', { id: run.id, steps: keys.map((key, n) => ({ key, result: n === 1 ? result : 'done', ms: ms + n, note: n === 1 && result === 'failed' ? '片方しかない' : '' })) });
    await finger.ask('checklist_finish', { id: run.id });
  }
  await stage.sync();
  await becomes('both runs are at the office', async () => {
    const rows = await desk.ask('GET', '/checklists');
    const runs = await desk.ask('GET', `/checklists/${rows[0].id}/runs`);
    return runs.runs === 2 && runs.finished === 2;
  });
  await desk.page.getByRole('tab', { name: '使われ方' }).click();
  await desk.at('runs-sum').waitFor();
  assert.match(await desk.at('runs-sum').innerText(), /2回/);
  assert.match(await desk.at('step-table').innerText(), /片方しかない/);
  await shot('console-checklist-runs');
  await clean('runs');
  await desk.open('#/line', '接続テスト');
  await clean('line');
});
