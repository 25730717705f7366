// Messaging between two phones over a real office: a conversation with read marks, pictures, reactions and search; what
// is written without a line; Japanese input, which nothing may disturb.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { account, PASSWORD } from './lib/console.mjs';
import { Desk } from './lib/desk.mjs';
import { becomes, DISPLAYS, Finger, launch } from './lib/finger.mjs';
import { runProgram, startOffice } from './lib/programs.mjs';

const SECTION = '空知野振興局/商工労働観光課/指導保安係';
const CASE = '砂-0412';
/** Those who lead a section are reachable at any hour, so the hour of the test does not matter. */
const HEAD = { id: 's-2001', name: '増毛 かおる' };
const STEWARD = { id: 's-2002', name: '幌加内 さち' };

let browser;
let office;
let phoneA;
let phoneB;
let a;
let b;

before(async () => {
  [browser, office] = await Promise.all([launch(), startOffice()]);
  const people = join(office.dir, 'leads.csv');
  writeFileSync(people, `id,name,kana,section,role,extension\n${HEAD.id},${HEAD.name},ましけ かおる,${SECTION},head,21-300\n${STEWARD.id},${STEWARD.name},ほろかない さち,${SECTION},steward,21-301\n`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, people]);
  phoneA = await office.startPhone(HEAD.id);
  phoneB = await office.startPhone(STEWARD.id);
  a = await Finger.at(browser, phoneA.url);
  b = await Finger.at(browser, phoneB.url);
  await a.open('#/chat');
  await b.open('#/chat');
});
after(async () => {
  await browser?.close();
  await office?.stop();
});

const clean = async (finger, what) => {
  assert.deepEqual(await finger.axe(), [], `${what}: accessibility`);
  assert.deepEqual(finger.faults, [], `${what}: page errors`);
};
const texts = (finger) => finger.page.locator('[data-testid=message] .text').allInnerTexts();
const stands = (finger, text) => finger.page.getByTestId('message').filter({ hasText: text }).last();

async function write(finger, text) {
  await finger.find('chat-text').fill(text);
  await finger.tap('send');
  await stands(finger, text).waitFor();
}

/** The room of the two on this phone. */
async function shared(finger) {
  let room;
  await becomes('the room comes', async () => {
    await finger.ask('sync_now', { deadline_s: 20 });
    room = (await finger.ask('chat_rooms')).find((one) => one.type === 'direct');
    return room !== undefined;
  });
  return room;
}

test('自分宛 is on top before anything was written, and the list is readable for everybody', async () => {
  const first = a.page.getByTestId('room').first();
  await first.waitFor();
  assert.equal(await first.getAttribute('data-type'), 'self');
  await a.shot('chat-empty');
  await clean(a, 'rooms');
  await first.click();
  await a.find('chat-text').waitFor();
  await a.shot('chat-self');
  await clean(a, 'an empty room');
});

test('Japanese input: the field is never rewritten, Enter is a new line, only the button sends', async () => {
  await a.open('#/chat');
  await a.tap('room');
  const field = a.find('chat-text');
  await field.click();
  // Whatever happens to the field while a word is composed comes from the keyboard.
  await field.evaluate((element) => {
    const own = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value');
    window.rewritten = 0;
    Object.defineProperty(element, 'value', {
      configurable: true,
      get() { return own.get.call(this); },
      set(next) { window.rewritten += 1; own.set.call(this, next); },
    });
  });
  const session = await a.page.context().newCDPSession(a.page);
  for (const text of ['に', 'にほ', 'にほん']) await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  const during = await field.evaluate((element) => {
    const press = new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true });
    return element.dispatchEvent(press);
  });
  assert.equal(during, true, 'Enter during a conversion belongs to the keyboard');
  await session.send('Input.insertText', { text: '日本' });
  await a.page.keyboard.press('Enter');
  await a.page.keyboard.insertText('海');
  assert.equal(await field.inputValue(), '日本\n海');
  assert.equal(await a.page.evaluate(() => window.rewritten), 0, 'nobody wrote into the field');
  assert.equal(await a.page.getByTestId('message').count(), 0, 'nothing was sent');
  // What is being typed survives leaving the room.
  await becomes('the draft is kept', async () => (await a.ask('chat_rooms'))[0].draft === '日本\n海');
  await a.open('#/chat');
  await a.find('room', { text: '下書き' }).waitFor();
  await a.tap('room');
  assert.equal(await a.find('chat-text').inputValue(), '日本\n海');
  await a.tap('send');
  await stands(a, '日本').waitFor();
  assert.equal(await a.find('chat-text').inputValue(), '');
  await becomes('no draft is left', async () => (await a.ask('chat_rooms'))[0].draft === '');
});

test('the field is as high as its words, also when it grows wider', async () => {
  await a.open('#/chat');
  await a.tap('room');
  const field = a.find('chat-text');
  await field.fill('きょうの現地は霧で見通しがなく、砂利の山の北側だけを見て戻りました');
  const heights = () => field.evaluate((element) => ({ shown: element.clientHeight, needed: element.scrollHeight }));
  const upright = await heights();
  assert.ok(upright.needed <= upright.shown, JSON.stringify(upright));
  await a.page.setViewportSize({ width: 800, height: 800 });
  await becomes('lower when wider', async () => (await heights()).shown < upright.shown);
  await a.page.setViewportSize({ width: 360, height: 800 });
  await becomes('as high as before', async () => (await heights()).shown === upright.shown);
  await field.fill('');
});

test('two phones talk: a room is opened, read marks come back, replies, reactions and pictures arrive', async () => {
  await a.open('#/chat');
  await a.tap('chat-new');
  await a.find('find-people').fill('ほろかない');
  await a.tap('person', { text: STEWARD.name });
  await clean(a, 'choosing people');
  await a.tap('make-room');
  await a.find('chat-text').waitFor();
  await write(a, '現場の写真を送ります');
  await a.find('state-sent').waitFor();
  const room = await shared(b);
  await becomes('it arrives', async () => (await b.ask('sync_now', { deadline_s: 20 })) && (await b.ask('chat_rooms')).find((one) => one.id === room.id).unread === 1);
  await b.open('#/chat');
  await b.find('unread').waitFor();
  await b.shot('chat-unread');
  await clean(b, 'rooms with something unread');
  await b.find('room', { text: HEAD.name }).click();
  await b.find('unread-from').waitFor();
  assert.deepEqual(await texts(b), ['現場の写真を送ります']);
  // Reading it tells the other.
  await a.find('reads').waitFor({ timeout: 60_000 });
  assert.match(await a.find('reads').innerText(), /既読1/);
  await a.tap('reads');
  await a.find('has-read', { text: STEWARD.name }).waitFor();
  await clean(a, 'who has read');
  await a.page.keyboard.press('Escape');
  // Long press, reply.
  await b.tap('message-menu');
  await b.find('message-actions').waitFor();
  await b.shot('chat-actions');
  await clean(b, 'what can be done with a message');
  await b.tap('do-reply');
  await write(b, '届きました');
  await stands(a, '届きました').waitFor({ timeout: 60_000 });
  assert.match(await stands(a, '届きました').innerText(), /増毛 かおる\s*現場の写真/);
  // A reaction, set and seen.
  await stands(a, '届きました').getByTestId('message-menu').click();
  await a.tap('react-ryokai');
  await b.find('reaction-ryokai').waitFor({ timeout: 60_000 });
  // A picture.
  const bytes = await a.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 600 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#7a9';
    pen.fillRect(0, 0, 800, 600);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await a.find('chat-file-input').setInputFiles({ name: '掲示板.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes) });
  await write(a, '会議室の掲示板');
  await a.find('chat-photo').waitFor();
  await b.find('chat-photo').waitFor({ timeout: 60_000 });
  await becomes('all of it is at the office', async () => (await a.ask('sync_now', { deadline_s: 60 })).drained);
  await a.shot('chat-room-a');
  await b.shot('chat-room-b');
  await clean(a, 'a room with pictures');
  await clean(b, 'a room with pictures of another');
});

test('without a line: written in order, taken back, corrected; then everything once and in order', async () => {
  const room = await shared(a);
  await a.open(`#/room/${room.id}`);
  await a.find('chat-text').waitFor();
  phoneA.line.cut();
  for (const text of ['圏外で一つ目', '取り消すもの', '圏外で二つ目', '圏外で三つ目']) await write(a, text);
  assert.equal(await stands(a, '圏外で一つ目').getAttribute('data-state'), 'waiting');
  await a.shot('chat-offline');
  await clean(a, 'a room without a line');
  await stands(a, '取り消すもの').getByTestId('cancel').click();
  await becomes('it is gone', async () => !(await texts(a)).includes('取り消すもの'));
  await stands(a, '圏外で二つ目').getByTestId('message-menu').click();
  await a.tap('do-edit');
  await a.find('edit-text').fill('圏外で二つ目（訂正）');
  await a.tap('edit-save');
  await stands(a, '（訂正）').waitFor();
  phoneA.line.mend();
  await becomes('it is delivered', async () => (await a.ask('sync_now', { deadline_s: 60 })).drained);
  const expected = ['圏外で一つ目', '圏外で二つ目（訂正）', '圏外で三つ目'];
  await b.open(`#/room/${room.id}`);
  await becomes('in order', async () => {
    await b.ask('sync_now', { deadline_s: 20 });
    return JSON.stringify((await texts(b)).slice(-3)) === JSON.stringify(expected);
  });
  assert.equal((await texts(b)).filter((text) => text.startsWith('圏外')).length, 3, 'each once');
});

test('search finds one character without a line and opens the message in its place', async () => {
  phoneB.line.cut();
  await b.open('#/chat-find');
  await b.find('find-text').fill('掲');
  await b.find('chat-hit', { text: '会議室の掲示板' }).waitFor();
  await b.page.locator('[data-testid=find-photos]').click();
  await b.find('chat-hit', { text: '会議室の掲示板' }).waitFor();
  await b.shot('chat-find');
  await clean(b, 'search');
  await b.tap('chat-hit');
  await stands(b, '会議室の掲示板').waitFor();
  phoneB.line.mend();
});

test('a message is taken back for both, and the room lists who is in it', async () => {
  const room = await shared(a);
  await a.open(`#/room/${room.id}`);
  await stands(a, '圏外で三つ目').getByTestId('message-menu').click();
  await a.tap('do-unsend');
  await becomes('it is gone here', async () => !(await texts(a)).includes('圏外で三つ目'));
  await b.open(`#/room/${room.id}`);
  await becomes('it is gone there', async () => {
    await b.ask('sync_now', { deadline_s: 20 });
    return !(await texts(b)).includes('圏外で三つ目');
  });
  await a.tap('room-info');
  await a.find('member', { text: STEWARD.name }).waitFor();
  await clean(a, 'about the room');
});

test('a whiteboard: room, camera, shutter – it is sent', async () => {
  const room = await shared(a);
  await a.open('#/chat');
  const before = (await a.ask('chat_room', { room: room.id })).messages.length;
  a.start();
  await a.tap('room', { text: STEWARD.name });
  await a.tap('chat-camera');
  await a.tap('shutter');
  await becomes('it is sent', async () => (await a.ask('chat_room', { room: room.id })).messages.length === before + 1);
  assert.equal(a.taps, 3);
  await clean(a, 'the camera of a room');
  const sent = (await a.ask('chat_room', { room: room.id })).messages.at(-1);
  assert.equal(sent.photos.length, 1);
  await a.tap('back');
  await a.page.locator(`[data-id="${sent.id}"]`).getByTestId('chat-photo').waitFor();
});

test('教えて: a photo of a case goes to a colleague, the answer is kept in the case', async () => {
  const row = (await a.ask('case_list', { filter: CASE, followed_only: false }))[0];
  await a.ask('case_follow', { number: row.number });
  const name = await a.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
    canvas.getContext('2d').fillRect(0, 0, 300, 300);
    const bytes = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    return (await (await fetch('/inbox/mushi.jpg', { method: 'PUT', body: bytes })).json()).ok.name;
  });
  const photo = (await a.ask('photo_add', { names: [name], case: row.id, caption: '葉の虫' }))[0];
  await becomes('the photo is at the office', async () => (await a.ask('sync_now', { deadline_s: 60 })).drained);
  await a.open(`#/photo/${photo.id}?case=${row.id}`);
  await a.tap('photo-ask');
  await a.find('ask-text').waitFor();
  await a.shot('chat-ask');
  await clean(a, 'whom to ask');
  await a.tap('to-room', { text: STEWARD.name });
  await a.find('chat-text').waitFor();
  const room = await shared(b);
  let question;
  await becomes('the question comes with its picture', async () => {
    await b.ask('sync_now', { deadline_s: 20 });
    question = (await b.ask('chat_room', { room: room.id })).messages.find((one) => one.question);
    return question?.photos[0]?.variants.some((one) => one.variant === 'thumb' && one.on_phone);
  });
  await b.open(`#/room/${room.id}?at=${question.id}`);
  await b.page.locator(`[data-id="${question.id}"]`).getByTestId('message-menu').click();
  await b.tap('do-reply');
  await write(b, 'ハダニです。葉の裏を見てください');
  await stands(a, 'ハダニです').waitFor({ timeout: 60_000 });
  await stands(a, 'ハダニです').getByTestId('message-menu').click();
  await a.tap('do-answer');
  await stands(a, 'ハダニです').filter({ hasText: '回答' }).waitFor();
  await becomes('the case has the answer', async () => {
    await a.ask('sync_now', { deadline_s: 20 });
    const card = await a.ask('case_card', { case: row.id });
    return card.entries.some((one) => one.note?.text.includes('ハダニです'));
  });
  await a.shot('chat-answered');
  await clean(a, 'a question with its answer');
});

test('安否・参集: asked from a PC, answered with one tap a question', async () => {
  await account(office, HEAD.id);
  const desk = await Desk.at(browser, office.url);
  await desk.signIn(HEAD.id, PASSWORD);
  await desk.ask('POST', '/rooms', { type: 'disaster', name: '大雨 11月', sections: [SECTION] });
  const room = (await desk.ask('GET', '/rooms')).find((one) => one.type === 'disaster' || one.name === '大雨 11月');
  await desk.ask('POST', '/calls', { room: room.id, text: '大雨です。安否と参集の可否を答えてください', sections: [SECTION], asks: ['safety', 'coming'] });
  await becomes('the call comes', async () => {
    await b.ask('sync_now', { deadline_s: 20 });
    const there = (await b.ask('chat_rooms')).some((one) => one.id === room.id);
    return there && (await b.ask('chat_room', { room: room.id })).calls.length === 1;
  });
  await b.open('#/chat');
  b.start();
  await b.tap('room', { text: '大雨 11月' });
  await b.tap('safety-safe');
  await b.tap('coming-in_30');
  await b.find('call', { text: '回答' }).waitFor();
  assert.equal(b.taps, 3);
  await b.shot('chat-call');
  await clean(b, 'a call');
  await becomes('the office counts it', async () => {
    await b.ask('sync_now', { deadline_s: 20 });
    const call = (await desk.ask('GET', '/calls'))[0];
    return JSON.stringify(call).includes('"answered":1');
  });
});

test('a call stays within reach, however much was said after it', async () => {
  const desk = await Desk.at(browser, office.url);
  await desk.signIn(HEAD.id, PASSWORD);
  const room = (await desk.ask('GET', '/rooms')).find((one) => one.name === '大雨 11月');
  await desk.ask('POST', '/calls', { room: room.id, text: '二回目の確認です', sections: [SECTION], asks: ['safety'] });
  await a.ask('sync_now', { deadline_s: 20 });
  for (let n = 1; n <= 25; n += 1) await a.ask('chat_send', { room: room.id, text: `状況その${n}` });
  await becomes('everything comes', async () => {
    await a.ask('sync_now', { deadline_s: 20 });
    await b.ask('sync_now', { deadline_s: 20 });
    const there = await b.ask('chat_room', { room: room.id });
    return there.calls.length === 2 && there.messages.some((one) => one.text === '状況その25');
  });
  await b.open(`#/room/${room.id}`);
  await b.find('to-call').waitFor();
  await b.shot('chat-call-away');
  await clean(b, 'a call further up');
  b.start();
  await b.tap('to-call');
  const card = b.page.getByTestId('call').filter({ hasText: '二回目' });
  await becomes('the card is there', () => card.evaluate((one) => one.getBoundingClientRect().top >= 0));
  await card.getByTestId('safety-safe').tap();
  await card.filter({ hasText: '回答' }).waitFor();
  await b.find('to-call').waitFor({ state: 'detached' });
});

test('outside the other one\'s hours a message is held, says until when, and can be taken back; 緊急 passes', async () => {
  const desk = await Desk.at(browser, office.url);
  await desk.signIn(HEAD.id, PASSWORD);
  // Whatever the hour of this test is, this person's next shift begins in two days.
  const at = (days) => new Date(Date.now() + (9 + 24 * days) * 3_600_000).toISOString().replace('Z', '+09:00');
  await desk.ask('PUT', '/sections/times/hours', { section: SECTION, staff: 's-1002', shifts: [[at(2), at(3)]] });
  const phoneC = await office.startPhone('s-1001');
  const c = await Finger.at(browser, phoneC.url);
  await c.open('#/chat');
  const room = await c.ask('chat_open', { staff: 's-1002' });
  await c.open(`#/room/${room.id}`);
  await write(c, '明日の資料です');
  await c.find('state-held').waitFor({ timeout: 60_000 });
  assert.match(await c.find('state-held').innerText(), /に届きます/);
  await c.shot('chat-held');
  await clean(c, 'a held message');
  await c.tap('cancel');
  await becomes('it is taken back', async () => (await texts(c)).length === 0);
  await becomes('the office has forgotten it', async () => (await c.ask('sync_now', { deadline_s: 20 })).drained);
  await c.tap('attach');
  await c.tap('chat-urgent');
  await c.find('urgent-why').fill('断水の連絡');
  await c.tap('urgent-set');
  await write(c, '断水しました');
  await c.find('state-sent').waitFor({ timeout: 60_000 });
  assert.deepEqual(await texts(c), ['断水しました']);
  await clean(c, 'an urgent message');
  await c.close();
});

test('large letters and gloves lose nothing', async () => {
  const room = await shared(a);
  for (const [name, display] of Object.entries({ ...DISPLAYS, english: { ...DISPLAYS.plain, language: 'en' } })) {
    await a.open(`#/room/${room.id}`);
    await a.display(display);
    await a.find('chat-text').waitFor();
    await a.shot(`chat-${name}`);
    await clean(a, `a room, ${name}`);
    const wide = await a.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false, `${name}: nothing runs out at the side`);
    await a.open('#/chat');
    await a.find('room').waitFor();
    await a.shot(`chat-rooms-${name}`);
    await clean(a, `rooms, ${name}`);
  }
});
