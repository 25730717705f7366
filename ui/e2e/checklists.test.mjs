// Checklists and the line check on the phone, against a real office: tethering step by step, before departure in three
// taps, what the phone sees by itself, and a PC that joins by six digits.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { laterToday } from './lib/clock.mjs';
import { HEAD, SECTION, startConsole } from './lib/console.mjs';
import { becomes, DISPLAYS } from './lib/finger.mjs';
import { runProgram } from './lib/programs.mjs';

let stage;
let finger;

const facts = (more) =>
  finger.page.evaluate(
    (given) => fetch('/facts', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(given) }).then((answer) => answer.json()),
    { battery_percent: 90, charging: false, hotspot: false, online: true, ...more },
  );
const clean = async (what) => {
  assert.deepEqual(await finger.axe(), [], `${what}: accessibility`);
  assert.deepEqual(finger.faults, [], `${what}: page errors`);
};

before(async () => {
  stage = await startConsole();
  finger = stage.finger;
  await runProgram('ekitei-server', ['import-checklists', '--data', stage.office.data, '--by', HEAD.id, '--section', SECTION]);
  await stage.sync();
  await becomes('the checklists come', async () => {
    await finger.ask('sync_now', { deadline_s: 20 });
    return (await finger.ask('checklist_list')).length === 7;
  });
});
after(() => stage?.stop());

async function plan(minutes) {
  return finger.ask('visit_create', { case: stage.caseId, title: '立入検査', planned_at: laterToday(minutes), people: [] });
}

test('before departure: three taps, and what the phone sees is not ticked by hand', async () => {
  await plan(3);
  await facts({ battery_percent: 55 });
  await finger.open();
  finger.start();
  finger.naming = 'departure';
  await finger.tap('due-departure');
  await finger.tap('all-done');
  await finger.tap('finish');
  await finger.find('run-finished').waitFor();
  finger.naming = undefined;
  assert.equal(finger.taps, 3);
  assert.equal(finger.typed, 0);
  await finger.shot('departure-finished');
  await clean('finished');
  // 55 % is less than asked for: no tick makes it more.
  assert.match(await finger.find('ended-battery').innerText(), /足りない.*55 %/s);
  assert.match(await finger.find('ended-case').innerText(), /よし/);
  await finger.open();
  await finger.find('open-checklists').waitFor();
  assert.equal(await finger.page.getByTestId('due-departure').count(), 0, 'it is done for today');
});

test('a tick is taken back, survives leaving the screen, and the site chooses the steps', async () => {
  const list = (await finger.ask('checklist_list')).find((one) => one.purpose === 'departure');
  await finger.open(`#/checklist/${list.id}`);
  await finger.tap('tick-power');
  await finger.tap('cannot-convert');
  await finger.page.getByTestId('step-convert').and(finger.page.locator('[data-state=failed]')).waitFor();
  await finger.tap('tick-power');
  await finger.page.getByTestId('step-power').and(finger.page.locator('[data-state=open]')).waitFor();
  await finger.tap('tick-contact');
  await finger.page.getByTestId('step-contact').and(finger.page.locator('[data-state=done]')).waitFor();
  await finger.open('#/checklists');
  await finger.open(`#/checklist/${list.id}`);
  await finger.page.getByTestId('step-contact').and(finger.page.locator('[data-state=done]')).waitFor();
  assert.equal(await finger.page.getByTestId('step-harness').count(), 1);
  await finger.page.locator('[data-testid=site] label', { hasText: '屋内' }).click();
  await finger.find('step-cord').waitFor();
  await becomes('no harness indoors', async () => (await finger.page.getByTestId('step-harness').count()) === 0);
  await clean('list');
});

test('tethering: step by step with drawings, facts, a line check, and where it stopped', async () => {
  await facts({ battery_percent: 80 });
  const list = (await finger.ask('checklist_list')).find((one) => one.title === 'テザリング（Wi-Fi）');
  await finger.open(`#/checklist/${list.id}`);
  await finger.find('warnings').waitFor();
  assert.match(await finger.find('warnings').innerText(), /大容量ファイル/);
  await finger.shot('tethering-begin');
  await clean('before it begins');
  await finger.tap('run-begin');
  const at = (key) => finger.page.locator(`[data-testid=guided-step][data-step=${key}]`).waitFor();
  await at('battery');
  await finger.find('fact').and(finger.page.locator('[data-holds=true]')).waitFor();
  await finger.shot('tethering-battery');
  await clean('a fact');
  await finger.tap('step-done');
  for (const key of ['airplane', 'mobile_data']) {
    await at(key);
    await finger.tap('step-done');
  }
  await at('hotspot');
  await finger.find('fact').and(finger.page.locator('[data-holds=false]')).waitFor();
  await finger.shot('tethering-hotspot-off');
  await finger.tap('open-screen');
  // A person switches it on; the screen sees it by itself.
  await facts({ battery_percent: 80, hotspot: true });
  await finger.find('fact').and(finger.page.locator('[data-holds=true]')).waitFor();
  await finger.tap('step-done');
  await at('pc_wifi');
  await finger.tap('step-done');
  await at('pc_network');
  await finger.tap('step-cannot');
  await finger.type('cannot-why', '地球の印のまま');
  await finger.shot('tethering-cannot');
  await finger.tap('cannot-write');
  await at('pc_office');
  await finger.tap('step-done');
  await at('line');
  await finger.tap('measure');
  await finger.find('line-sentence').waitFor();
  assert.match(await finger.find('line-sentence').innerText(), /写真20枚なら約/);
  await finger.shot('tethering-line');
  await clean('line check');
  await finger.tap('step-done');
  await finger.find('run-finished').waitFor();
  assert.match(await finger.find('ended-pc_network').innerText(), /できない.*地球の印のまま/s);
  assert.match(await finger.find('ended-hotspot').innerText(), /自動で確認/);
  await finger.shot('tethering-finished');
  await clean('finished');
});

test('a PC joins by six digits, once, and both see what it measured', async () => {
  const desk = await stage.desk();
  try {
    await finger.open('#/line');
    await finger.type('line-place', '北柏沢 駐車場');
    await finger.tap('line-pair');
    await finger.tap('measure');
    await finger.find('line-code').waitFor();
    const code = (await finger.find('line-code').innerText()).replace(/\s/g, '');
    assert.match(code, /^\d{6}$/);
    await finger.shot('line-code');
    await clean('the code');
    await becomes('the check is at the office', async () => {
      await finger.ask('sync_now', { deadline_s: 20 });
      return (await desk.ask('GET', '/line/checks')).some((one) => one.place === '北柏沢 駐車場');
    });
    await desk.open('#/line', '接続テスト');
    await desk.at('line-code').fill('000000' === code ? '111111' : '000000');
    await desk.press('line-join');
    await desk.at('line-fault').waitFor();
    await desk.at('line-code').fill(code);
    await desk.press('line-join');
    await desk.at('pc-sentence').waitFor();
    const said = await desk.at('pc-sentence').innerText();
    const { pc } = (await desk.ask('GET', '/line/checks')).find((one) => one.place === '北柏沢 駐車場');
    assert.ok(pc.up_bps > 0 && pc.down_bps > 0, JSON.stringify(pc));
    // A machine under load stalls as a lossy line does.
    assert.match(said, pc.loss >= 0.08 ? /途切れがちです（約\d+％/ : /写真20枚なら約/);
    assert.deepEqual(await desk.look(24), []);
    if (process.env.EKITEI_SHOTS) await desk.page.screenshot({ path: `${process.env.EKITEI_SHOTS}/console-line.png` });
    const second = await desk.ask('POST', '/line/join', { code });
    assert.equal(second.code, 'line-code-unknown', 'a code is good once');
    await finger.find('pc-sentence').filter({ hasText: said }).waitFor();
    await finger.shot('line-with-pc');
    await clean('with the PC');
    assert.deepEqual(desk.faults, []);
  } finally {
    await desk.page.context().close();
  }
});

test('outdoors with gloves nothing gets lost', async () => {
  await finger.open();
  await finger.display(DISPLAYS.glove);
  await plan(12);
  const list = (await finger.ask('checklist_list')).find((one) => one.purpose === 'departure');
  await finger.open(`#/checklist/${list.id}`);
  await finger.find('all-done').waitFor();
  await finger.shot('departure-glove');
  await clean('gloves');
  await finger.open('#/line');
  await finger.find('line-place-history').waitFor();
  await finger.shot('line-glove');
  await clean('line, gloves');
  const tethering = (await finger.ask('checklist_list')).find((one) => one.title === 'テザリング（USB）');
  await finger.ask('checklist_begin', { checklist: tethering.id });
  await finger.open(`#/checklist/${tethering.id}`);
  await finger.find('guided-step').waitFor();
  await finger.shot('tethering-glove');
  await clean('guided, gloves');
  const wide = await finger.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 1, `${wide} px wider than the screen`);
  await finger.display(DISPLAYS['text-200']);
  await finger.open(`#/checklist/${list.id}`);
  await finger.find('all-done').waitFor();
  await finger.shot('departure-200');
  await clean('200 %');
  await finger.display(DISPLAYS.plain);
});
