// A phone is lost in the middle of an inspection: it is cut off at the office, its sheet goes to a colleague, whose phone
// goes on with every answer.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CLERK, startConsole } from './lib/console.mjs';
import { becomes, Finger } from './lib/finger.mjs';
import { answerOf, publish, theCase } from './lib/inspection.mjs';
import { PIN, root } from './lib/programs.mjs';

const SHEET = join(root, 'ui/e2e/forms/console-sheet.json');
const TITLE = '砂利採取場 簡易点検';
let house, lost, next, head;
const shots = process.env.EKITEI_SHOTS;
async function shot(name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await head.page.screenshot({ path: join(shots, `${name}.png`) });
}

before(async () => {
  house = await startConsole();
  lost = house.finger;
  await publish(house.office, SHEET);
  const phone = await house.office.startPhone(CLERK);
  next = await Finger.at(house.browser, phone.url);
  await next.open();
  if ((await next.ask('status')).locked) await next.ask('unlock', { pin: PIN });
  head = await house.desk();
});
after(() => house?.stop());

test('the office cuts the lost phone off and hands its sheet over; the other phone goes on with all of it', async () => {
  await becomes('the form is on the phone', async () => {
    await lost.ask('sync_now', { deadline_s: 30 });
    return (await lost.ask('form_list')).length === 1;
  });
  const [form] = await lost.ask('form_list');
  const begun = await lost.ask('inspection_begin', { case: await theCase(lost), form_version: form.id });
  const id = begun.row.id;
  const put = (phone, key, answer) => phone.ask('inspection_call', { id, call: { call: 'set', key, answer } });
  await put(lost, 'operator', '甲野砂利 有限会社');
  await put(lost, 'fence', 'fail');
  await put(lost, 'fence_finding', '柵が倒れている');
  const instance = crypto.randomUUID();
  await lost.ask('inspection_call', { id, call: { call: 'add_instance', repeat: 'depths', id: instance } });
  await put(lost, `depth@${instance}`, '3.5');
  await house.sync();

  // Cut off.
  await head.open('#/phones', 'スマホ');
  await head.page.locator('tr', { hasText: '留萌 ゆき' }).locator('[data-testid=revoke-open]').click();
  await head.at('revoke').waitFor();
  await head.press('revoke-yes');
  await head.at('to-drafts').waitFor();
  assert.deepEqual(await head.look(24), []);
  await shot('revoked');
  await head.press('to-drafts');
  await head.page.locator('[data-testid=inspection-link]', { hasText: TITLE }).click();
  await head.at('hand-over').waitFor();
  await head.press('hand-over');
  await head.at('hand-to').fill('天塩');
  await head.page.locator('[role=option]', { hasText: '天塩' }).first().click();
  await shot('hand-over');
  assert.deepEqual(await head.look(24), []);
  await head.press('hand-yes');
  await head.page.waitForSelector('dd:text-is("天塩 たくみ")');
  await shot('handed-over');
  assert.deepEqual(await head.look(24), []);

  // The colleague goes on.
  await becomes('the sheet is on the other phone', async () => {
    await next.ask('sync_now', { deadline_s: 30 });
    const view = await next.ask('inspection_get', { id }).catch(() => undefined);
    return view?.row.inspector === CLERK && view.form;
  });
  assert.equal(await answerOf(next, id, 'operator'), '甲野砂利 有限会社');
  assert.equal(await answerOf(next, id, 'fence'), 'fail');
  assert.equal(await answerOf(next, id, 'fence_finding'), '柵が倒れている');
  assert.equal(Number(await answerOf(next, id, `depth@${instance}`)), 3.5);
  await next.open(`#/inspection/${id}`);
  await next.page.waitForSelector('[data-testid=rule-ok]');
  assert.equal(await next.page.locator('[data-testid=colleague]').count(), 0, 'it is their own now');
  await put(next, 'sign', 'ok');
  await put(next, 'pond', 'ok');
  await next.ask('inspection_finish', { id });
  await next.ask('inspection_circulate', { id });
  assert.equal((await next.ask('sync_now', { deadline_s: 60 })).drained, true);
  await head.at('accept').waitFor();
  assert.equal(await head.at('hand-over').count(), 0, 'what lies with the head stays where it is');
  await head.press('accept');
  await head.at('state-accepted').waitFor();
  assert.deepEqual(head.faults, []);
});
