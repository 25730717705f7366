// When a phone is lost: what to do stands two taps from a colleague's locked phone, and the phone is stopped at once, from
// there by those who may and from the console. Counted in taps and presses.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { account, CLERK, STEWARD, startConsole } from './lib/console.mjs';
import { SIZES } from './lib/desk.mjs';
import { Device } from './lib/device.mjs';
import { becomes, DISPLAYS, Finger } from './lib/finger.mjs';
import { PIN, runProgram } from './lib/programs.mjs';

const ADMIN = 's-9001';
const NIGHT = '情報政策課 夜間・休日の当番(盗難・紛失の受付、代表の情報セキュリティ管理者へ取り次ぎ)';
let house, office, browser, admin, finger, phone;
/** The lost phone of s-1001, as the office knows it. */
let lost;

const contacts = [
  { label: 'ヘルプデスク', extension: '0000', number: '0000-00-0000', days: 'weekdays', from: '08:45', to: '17:30' },
  { label: NIGHT, number: '0000-00-0001', extension: '', days: 'closed' },
];

before(async () => {
  house = await startConsole();
  ({ office, browser } = house);
  const people = join(office.dir, 'admin.csv');
  writeFileSync(people, `id,name,kana,section,role,extension\n${ADMIN},情報 管理,じょうほう かんり,本庁/情報政策課,admin,0000\n`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, people]);
  await account(office, ADMIN);
  admin = await house.desk(ADMIN);
  for (const [purpose, steps] of [
    ['lost', ['さいごに使った場所をたしかめる。', 'すぐに電話する。見つからなくても、まず止めてもらう。', '所属長(情報セキュリティ管理者)に知らせる。']],
    ['damaged', ['所属の世話役に知らせる。']],
  ]) {
    const kept = await admin.ask('PUT', `/help/${purpose}`, { steps, contacts, base: {} });
    assert.equal(kept.result, 'applied');
  }
  // The lost phone said what was unsent on it before it fell silent.
  lost = await new Device(office.url).enrol(await office.newCode('s-1001'));
  await lost.signIn();
  await lost.post('/v1/pull', JSON.stringify({ proto: 1, epoch: lost.epoch, want: [], max_bytes: 1 << 20 }), {
    'content-type': 'application/json', 'ekitei-waiting': `7 5242880 ${Date.now() - 7_200_000} 0.1.0`, ...lost.authorization,
  });
  phone = await office.startPhone(STEWARD.id);
  finger = await Finger.at(browser, phone.url);
  await finger.open();
  await finger.ask('sync_now', { deadline_s: 60 });
});

after(() => house?.stop());

const stateOf = async () => (await admin.ask('GET', '/phones')).find((one) => one.id === lost.id)?.state;

describe('from the lock screen of a colleague', () => {
  for (const [display, settings] of Object.entries({ ...DISPLAYS, english: { ...DISPLAYS.plain, language: 'en' } })) {
    test(`what to do stands there in two taps: ${display}`, async () => {
      phone.line.cut();
      await finger.open();
      await finger.ask('unlock', { pin: PIN });
      await finger.display(settings);
      await finger.ask('lock');
      await finger.page.reload();
      await finger.page.waitForSelector('[data-testid=unlock]');
      assert.deepEqual(await finger.axe(), [], 'lock screen');
      await finger.shot(`lock-${display}`);
      finger.start();
      await finger.tap('open-help');
      await finger.tap('help-damaged');
      await finger.page.waitForSelector('[data-testid=help-card][data-purpose=damaged]');
      assert.ok(finger.taps <= 2, `${finger.taps} taps`);
      assert.deepEqual(await finger.axe(), [], 'damaged');
      await finger.tap('help-lost');
      await finger.page.waitForSelector('[data-testid=help-card][data-purpose=lost]');
      // The number by the clock, and no other, is a key to press.
      const working = (await finger.page.getByTestId('help-now').getAttribute('data-working')) === 'true';
      assert.equal(working, (await admin.ask('GET', '/help')).working);
      const keys = await finger.page.getByTestId('help-call').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
      assert.deepEqual(keys, working ? ['tel:0000000000', 'tel:0000'] : ['tel:0000000001']);
      assert.equal(await finger.page.getByTestId('help-step').count(), 3);
      assert.deepEqual(await finger.axe(), [], 'lost');
      await finger.shot(`help-locked-${display}`);
      // Nothing of the phone's owner is shown, and nothing can be done in their name.
      const shown = await finger.page.evaluate(() => document.body.innerText);
      assert.ok(!shown.includes(STEWARD.name) && (await finger.page.getByTestId('cut-find').count()) === 0);
      await assert.rejects(finger.ask('phone_find', { query: 's-1001' }), /locked/);
      await finger.tap('help-to-lock');
      await finger.page.waitForSelector('[data-testid=unlock]');
      assert.deepEqual(finger.faults, []);
    });
  }
});

test('a steward stops it from the phone at hand, with what was unsent on it shown', async () => {
  phone.line.mend();
  await finger.open();
  if ((await finger.ask('status')).locked) await finger.ask('unlock', { pin: PIN });
  await finger.display(DISPLAYS.plain);
  await finger.open('#/help');
  finger.start();
  await finger.type('cut-q', '留萌');
  await finger.tap('cut-find');
  const row = finger.page.getByTestId('cut-row').filter({ hasText: '7' }).first();
  await row.waitFor();
  assert.match(await row.innerText(), /留萌 ゆき[\s\S]*送っていない記録 7 件/);
  assert.deepEqual(await finger.axe(), []);
  await finger.shot('cut-found');
  await row.getByTestId('cut-open').tap();
  finger.taps += 1;
  await finger.page.waitForSelector('[data-testid=cut-unsent]');
  assert.deepEqual(await finger.axe(), []);
  await finger.shot('cut-ask');
  await finger.tap('cut-yes');
  await finger.page.waitForSelector('[data-testid=cut-state]');
  assert.equal(await stateOf(), 'drain_only');
  assert.ok(finger.taps <= 3, `${finger.taps} taps`);
  assert.deepEqual(finger.faults, []);
});

test('a person without people to look after finds nobody to stop', async () => {
  const other = await office.startPhone(CLERK);
  const hand = await Finger.at(browser, other.url);
  await hand.open('#/help');
  await hand.type('cut-q', '留萌');
  await hand.tap('cut-find');
  await hand.page.waitForSelector('[data-testid=cut-none]');
  await hand.close();
});

describe('from the console', () => {
  for (const [name, size] of Object.entries(SIZES)) {
    test(`the lost phone is stopped in four presses: ${name}`, async () => {
      await admin.ask('POST', `/phones/${lost.id}/state`, { state: 'active' });
      const desk = await house.desk(STEWARD.id, size);
      desk.presses = 0;
      // The feed is where one is; on a narrow screen the navigation is a bar with the same entries.
      if (name === 'pc') await desk.press('nav-help');
      else await desk.open('#/help', 'もしものとき');
      await desk.at('help-card').waitFor();
      await desk.at('stop-q').fill('留萌');
      const row = desk.at('stop-phone').filter({ hasText: '7 件' });
      await row.waitFor();
      assert.match(await row.innerText(), /送っていない記録 7 件 \(5/);
      assert.deepEqual(await desk.look(name === 'narrow' ? 43.5 : 23.5), []);
      await shot(desk, `console-help-${name}`);
      await row.getByTestId('stop-open').click();
      desk.presses += 1;
      await desk.at('revoke-yes').waitFor();
      assert.deepEqual(await desk.look(name === 'narrow' ? 43.5 : 23.5), []);
      await desk.press('revoke-yes');
      await becomes('stopped', async () => (await stateOf()) === 'drain_only');
      assert.ok(desk.presses <= 4, `${desk.presses} presses`);
      assert.deepEqual(desk.faults, []);
      await desk.page.context().close();
    });
  }

  test('the administrator keeps the cards and the holidays', async () => {
    await admin.open('#/help/stolen', 'もしものとき');
    await admin.press('help-edit');
    await admin.at('help-steps').fill('110番に届け出る。\nすぐに電話する。');
    await admin.press('help-save');
    await admin.at('help-fault').count();
    await admin.at('help-card').waitFor();
    await admin.press('help-edit');
    await admin.press('contact-add');
    await admin.press('help-save');
    await admin.at('help-fault').waitFor();
    assert.match(await admin.at('help-fault').innerText(), /連絡先 1 に名前がありません/);
    await admin.at('contact-label').fill('当番');
    await admin.at('contact-number').fill('００００－００－０００２');
    await admin.at('contact-days').selectOption('closed');
    assert.deepEqual(await admin.look(23.5), []);
    await shot(admin, 'console-help-edit');
    await admin.press('help-save');
    await admin.at('help-form').waitFor({ state: 'detached' });
    const card = (await admin.ask('GET', '/help')).cards.find((one) => one.purpose === 'stolen');
    assert.deepEqual([card.steps, card.contacts[0].number, card.contacts[0].days], [['110番に届け出る。', 'すぐに電話する。'], '0000-00-0002', 'closed']);

    await admin.at('holidays-file').setInputFiles({ name: 'x.csv', mimeType: 'text/csv', buffer: Buffer.from('日付\n23.11.2026\n') });
    await admin.at('line-faults').waitFor();
    await admin.at('holidays-file').setInputFiles({ name: 'syukujitsu.csv', mimeType: 'text/csv', buffer: Buffer.from('日付,名称\n2026/11/23,勤労感謝の日\n2099/1/1,元日\n') });
    await becomes('two holidays', async () => (await admin.ask('GET', '/help')).holidays.length === 2);
    assert.deepEqual(await admin.look(23.5), []);
    assert.deepEqual(admin.faults, []);
    // A clerk reads, and changes nothing.
    const clerk = await house.desk(CLERK);
    await clerk.open('#/help', 'もしものとき');
    await clerk.at('help-card').waitFor();
    assert.equal(await clerk.at('help-edit').count() + await clerk.at('help-edit-section').count(), 0);
    const refused = await clerk.ask('PUT', '/help/lost', { steps: ['x'], contacts: [], base: {} });
    assert.equal(refused.code, 'not-allowed');
  });

  test('who leads a section keeps the card of it, and of no other', async () => {
    const desk = await house.desk(STEWARD.id);
    await desk.open('#/help/damaged', 'もしものとき');
    await desk.at('help-card').waitFor();
    assert.equal(await desk.at('help-edit').count(), 0);
    const ours = desk.page.getByTestId('help-edit-section').filter({ hasText: '指導保安係' });
    await ours.click();
    await desk.at('help-steps').fill('係の予備のスマホを使う。');
    assert.deepEqual(await desk.look(23.5), []);
    await shot(desk, 'console-help-section');
    await desk.press('help-save');
    await desk.at('help-form').waitFor({ state: 'detached' });
    await becomes('two cards, the section\'s first', async () => {
      const shown = await desk.page.getByTestId('help-card').allInnerTexts();
      return shown.length === 2 && shown[0].includes('係の予備のスマホ');
    });
    assert.match(await ours.innerText(), /直す/);
    const refused = await desk.ask('PUT', '/help/lost', { section: '石狩振興局/総務課/総務係', steps: ['x'], contacts: [], base: {} });
    assert.equal(refused.code, 'not-allowed');
    assert.deepEqual(desk.faults, []);
    await desk.page.context().close();
  });
});

async function shot(desk, name) {
  const out = process.env.EKITEI_SHOTS;
  if (out) await desk.page.screenshot({ path: join(out, `${name}.png`) });
}
