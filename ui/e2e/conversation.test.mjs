// One conversation on two phones and a PC over a real office whose clock is moved: a photo to oneself lands on the PC, read
// marks, a message held at 20:00 and delivered at 8:45, 緊急, 安否・参集 with its count, search. Nothing here waits for a
// clock: the office, the phones and the pages are told what time it is.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { movePage, nextTuesday } from './lib/clock.mjs';
import { account, PASSWORD, SECTION } from './lib/console.mjs';
import { Desk } from './lib/desk.mjs';
import { becomes, Finger, launch } from './lib/finger.mjs';
import { PIN, runProgram, startOffice } from './lib/programs.mjs';

const HEAD = { id: 's-2001', name: '増毛 かおる' };
const CLERK = { id: 's-1002', name: '天塩 たくみ' };
const CLOSE = 23.5;
const day = nextTuesday();
const at = (time, days = 0) => Date.parse(`${day}T${time}:00+09:00`) + days * 86_400_000;

let browser, office, phoneB;
/** The head's phone, the clerk's phone, the head's PC. */
let a, b, pc;

before(async () => {
  [browser, office] = await Promise.all([launch(), startOffice({ clock: true })]);
  const people = join(office.dir, 'head.csv');
  writeFileSync(people, `id,name,kana,section,role,extension\n${HEAD.id},${HEAD.name},ましけ かおる,${SECTION},head,21-300\n`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, people]);
  await account(office, HEAD.id);
  const phoneA = await office.startPhone(HEAD.id);
  phoneB = await office.startPhone(CLERK.id);
  a = await Finger.at(browser, phoneA.url);
  b = await Finger.at(browser, phoneB.url);
  pc = await Desk.at(browser, office.url);
  await a.open('#/chat');
  await b.open('#/chat');
  await itIs(at('10:00'));
  await pc.signIn(HEAD.id, PASSWORD);
});
after(async () => {
  await browser?.close();
  await office?.stop();
});

/** A new hour everywhere. Phones lie locked meanwhile, as they do in a pocket. */
async function itIs(ms) {
  for (const finger of [a, b]) await finger.ask('lock');
  await office.moveTo(ms);
  for (const one of [a, b, pc]) await movePage(one.page, ms);
  for (const finger of [a, b]) await finger.ask('unlock', { pin: PIN });
}

/** After hours without hands the PC asks who is there. */
async function backAtThePc() {
  await pc.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await pc.at('sign-in-again').waitFor();
  await pc.at('password').fill(PASSWORD);
  await pc.press('sign-in');
  await pc.at('sign-in-again').waitFor({ state: 'detached' });
}

const said = (one, text) => one.page.getByTestId('message').filter({ hasText: text }).last();
const onPhone = (finger) => finger.page.locator('[data-testid=message] .text').allInnerTexts();
const onPc = () => pc.page.locator('[data-testid=message] [data-testid=text]').allInnerTexts();
const synced = (finger) => finger.ask('sync_now', { deadline_s: 20 });

async function looks(what) {
  for (const [name, finger] of [['a', a], ['b', b]]) {
    await finger.shot(`conversation-${what}-${name}`);
    assert.deepEqual(await finger.axe(), [], `${what}: accessibility of phone ${name}`);
    assert.deepEqual(finger.faults, [], `${what}: page errors of phone ${name}`);
  }
  if (process.env.EKITEI_SHOTS) await pc.page.screenshot({ path: join(process.env.EKITEI_SHOTS, `conversation-${what}-pc.png`) });
  assert.deepEqual(await pc.look(CLOSE), [], `${what}: the PC's screen`);
  assert.deepEqual(pc.faults, [], `${what}: page errors of the PC`);
}

async function write(finger, text) {
  await finger.find('chat-text').fill(text);
  await finger.tap('send');
  await said(finger, text).waitFor();
}

async function roomOnPc(name) {
  await pc.page.evaluate(() => (window.location.hash = '#/chat'));
  await pc.at('room').filter({ has: pc.page.locator('.name', { hasText: name }) }).first().click();
  await pc.page.waitForSelector(`.pane h2:text-is("${name}")`);
  await pc.at('chat-text').waitFor();
}

let room;

test('a photo to oneself lands on the PC', async () => {
  await a.open('#/chat');
  await a.tap('room', { text: '自分宛' });
  const bytes = await a.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 900 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#8ab';
    pen.fillRect(0, 0, 1200, 900);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await a.find('chat-file-input').setInputFiles({ name: '会議室.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes) });
  await write(a, 'PCで貼る写真');
  await roomOnPc('自分宛');
  const there = said(pc, 'PCで貼る写真');
  await there.locator('[data-testid=chat-photo]').waitFor();
  await becomes('the phone has sent all of it', async () => (await a.ask('sync_now', { deadline_s: 60 })).drained);
  await there.locator('[data-testid=save-photo]').waitFor();
  const [saved] = await Promise.all([pc.page.waitForEvent('download'), there.locator('[data-testid=save-photo]').click()]);
  assert.match(saved.suggestedFilename(), /\.jpg$/);
  await looks('self');
});

test('in working hours: said, read on the other phone and on the PC', async () => {
  room = (await a.ask('chat_open', { staff: CLERK.id })).id;
  await a.open(`#/room/${room}`);
  await write(a, 'あしたの現地、9時でいいですか');
  await a.find('state-sent').waitFor({ timeout: 60_000 });
  await becomes('it comes', async () => {
    await synced(b);
    return (await b.ask('chat_rooms')).some((one) => one.id === room && one.unread === 1);
  });
  await b.open('#/chat');
  await b.tap('room', { text: HEAD.name });
  await b.find('unread-from').waitFor();
  await a.find('reads').waitFor({ timeout: 60_000 });
  assert.match(await a.find('reads').innerText(), /既読1/);
  await write(b, '9時で大丈夫です');
  await said(a, '9時で大丈夫です').waitFor({ timeout: 60_000 });
  await roomOnPc(CLERK.name);
  await said(pc, '9時で大丈夫です').waitFor();
  assert.match(await said(pc, '9時でいいですか').innerText(), /既読1/);
  const all = ['あしたの現地、9時でいいですか', '9時で大丈夫です'];
  for (const texts of [await onPhone(a), await onPhone(b), await onPc()]) assert.deepEqual(texts, all);
  assert.doesNotMatch(await said(b, '9時でいいですか').innerText(), /書/, 'nothing was late: the clocks agree');
  await looks('talk');
});

test('at 20:00 it is held and says until when; 緊急 passes at once', async () => {
  await itIs(at('20:00'));
  await backAtThePc();
  await a.open(`#/room/${room}`);
  await b.open(`#/room/${room}`);
  await a.find('quiet').waitFor();
  await write(a, '資料を机に置きました');
  await a.find('state-held').waitFor({ timeout: 60_000 });
  assert.match(await a.find('state-held').innerText(), /0?8:45 に届きます/);
  // The same person's PC knows of it, and what is said there waits behind it.
  await pc.at('state-held').waitFor();
  await pc.at('chat-text').fill('印鑑も入れました');
  await pc.page.keyboard.press('Control+Enter');
  await pc.at('held').filter({ hasText: '印鑑も入れました' }).waitFor();
  assert.match(await pc.at('state-held').last().innerText(), /0?8:45 に届きます/);
  await pc.at('chat-text').fill('書きかけの一言');
  await becomes('the phone knows what was said at the PC', async () => {
    await synced(a);
    return (await onPhone(a)).includes('印鑑も入れました');
  });
  assert.equal(await said(a, '印鑑も入れました').getAttribute('data-state'), 'held', 'as one\'s own');
  await looks('held');
  await a.tap('attach');
  await a.tap('chat-urgent');
  await a.find('urgent-why').fill('断水の連絡');
  await a.tap('urgent-set');
  await write(a, '庁舎が断水しました');
  await said(b, '庁舎が断水しました').waitFor({ timeout: 60_000 });
  assert.match(await said(b, '庁舎が断水しました').innerText(), /緊急: 断水の連絡/);
  await synced(b);
  const known = await onPhone(b);
  assert.equal(known.some((text) => /机に置きました|印鑑も/.test(text)), false, 'what is held is nobody else\'s yet');
  // An answer to it is not held either.
  await said(b, '庁舎が断水しました').getByTestId('message-menu').click();
  await b.tap('do-reply');
  await write(b, '給水車を呼びます');
  await said(a, '給水車を呼びます').waitFor({ timeout: 60_000 });
  await looks('urgent');
});

test('at 8:45 the held ones are delivered, in the order they were written', async () => {
  await itIs(at('08:45', 1));
  await backAtThePc();
  assert.equal(await pc.at('chat-text').inputValue(), '書きかけの一言', 'what was typed outlives the session');
  await pc.at('chat-text').fill('');
  await a.open(`#/room/${room}`);
  await b.open(`#/room/${room}`);
  await becomes('they are delivered', async () => {
    await synced(b);
    return (await onPhone(b)).includes('印鑑も入れました');
  });
  const night = ['庁舎が断水しました', '給水車を呼びます', '資料を机に置きました', '印鑑も入れました'];
  assert.deepEqual((await onPhone(b)).slice(-4), night);
  await becomes('the sender sees them in their place', async () => {
    await synced(a);
    return JSON.stringify((await onPhone(a)).slice(-4)) === JSON.stringify(night);
  });
  await pc.at('held').first().waitFor({ state: 'detached' });
  assert.deepEqual((await onPc()).slice(-4), night);
  assert.match(await said(b, '資料を机に置きました').innerText(), /8:45/);
  await looks('morning');
});

test('安否・参集: asked from the PC, answered on a phone with one tap a question, counted', async () => {
  await pc.open('#/calls', '安否・参集');
  await pc.press('call-new');
  await pc.at('call-room-name').fill('大雨 対策');
  await pc.press('call-send');
  await pc.at('call').waitFor();
  await becomes('the call comes', async () => {
    await synced(b);
    const there = (await b.ask('chat_rooms')).find((one) => one.name === '大雨 対策');
    return there !== undefined && (await b.ask('chat_room', { room: there.id })).calls.length === 1;
  });
  await b.open('#/chat');
  await b.tap('room', { text: '大雨 対策' });
  await b.tap('safety-safe');
  await b.tap('coming-in_30');
  await b.find('call', { text: '回答' }).waitFor();
  await becomes('the answer is at the office', async () => (await synced(b)).drained);
  await pc.press('call-open');
  await pc.at('tally').waitFor();
  const count = (tile) => pc.page.locator(`[data-testid=tile-${tile}] .count`).innerText();
  await becomes('it is counted', async () => (await count('safe')) === '1' && (await count('in_30')) === '1');
  await pc.press('tile-unanswered');
  await pc.at('answers').filter({ hasText: '留萌 ゆき' }).waitFor();
  await looks('call');
});

test('search finds it everywhere, on the phone without a line', async () => {
  phoneB.line.cut();
  await b.open('#/chat-find');
  await b.find('find-text').fill('水');
  await b.find('chat-hit', { text: '庁舎が断水しました' }).waitFor();
  // Before a letter is typed the newest messages stand there.
  await becomes('断水 and 給水車 alone are found', async () => (await b.page.getByTestId('chat-hit').count()) === 2);
  await b.tap('chat-hit', { text: '断水' });
  await said(b, '庁舎が断水しました').waitFor();
  await roomOnPc(CLERK.name);
  await pc.press('chat-find');
  await pc.at('find-q').fill('印鑑');
  await pc.at('hit').filter({ hasText: '印鑑も入れました' }).waitFor();
  await looks('find');
  await pc.press('hit');
  await said(pc, '印鑑も入れました').waitFor();
  phoneB.line.mend();
});
