// A phone's rooms in daily use: what is being written is kept whatever happens around it, a room with much unread is read
// from where one stopped, people are called, come and go, and what is refused can be put right.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { account, CASE, CASE_NAME, OTHER_SECTION, PASSWORD } from './lib/console.mjs';
import { Desk } from './lib/desk.mjs';
import { becomes, Finger, launch } from './lib/finger.mjs';
import { GRAVEL_PIT, publish, SECTION } from './lib/inspection.mjs';
import { runProgram, startOffice } from './lib/programs.mjs';

/** Those who lead are reachable at any hour, so the hour of the test does not matter. */
const HEAD = { id: 's-2001', name: '増毛 かおる' };
const STEWARD = { id: 's-2002', name: '幌加内 さち' };
const ELSEWHERE = { id: 's-3001', name: '遠別 みのり' };
const ROOM = '採取場 連絡';

let browser, office, phoneA;
/** The head's phone, the steward's phone. */
let a, b;
let group;

before(async () => {
  [browser, office] = await Promise.all([launch(), startOffice()]);
  const people = join(office.dir, 'leads.csv');
  writeFileSync(people, `id,name,kana,section,role,extension\n${HEAD.id},${HEAD.name},ましけ かおる,${SECTION},head,21-300\n${STEWARD.id},${STEWARD.name},ほろかない さち,${SECTION},steward,21-301\n${ELSEWHERE.id},${ELSEWHERE.name},えんべつ みのり,${OTHER_SECTION},head,22-300\n`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, people]);
  await publish(office, GRAVEL_PIT);
  phoneA = await office.startPhone(HEAD.id);
  const phoneB = await office.startPhone(STEWARD.id);
  a = await Finger.at(browser, phoneA.url);
  b = await Finger.at(browser, phoneB.url);
  await a.page.context().grantPermissions(['camera', 'clipboard-read', 'clipboard-write']);
  await a.open('#/chat');
  await b.open('#/chat');
  group = (await a.ask('chat_group', { name: ROOM, people: [STEWARD.id] })).id;
  await sent();
  await comes('the room', async () => (await b.ask('chat_rooms')).some((one) => one.id === group));
});
after(async () => {
  await browser?.close();
  await office?.stop();
});

const said = (finger, text) => finger.page.getByTestId('message').filter({ hasText: text }).last();
const sent = () => becomes('all of it is at the office', async () => (await a.ask('sync_now', { deadline_s: 60 })).drained);
const comes = (what, holds) => becomes(what, async () => {
  await b.ask('sync_now', { deadline_s: 20 });
  return holds();
});
const inRoom = async (finger, room = group) => {
  await finger.open('#/chat');
  await finger.open(`#/room/${room}`);
  await finger.find('chat-text').waitFor();
};
const row = async (finger, room = group) => (await finger.ask('chat_rooms')).find((one) => one.id === room);

async function clean(finger, what) {
  await finger.shot(`rooms-${what}`);
  assert.deepEqual(await finger.axe(), [], `${what}: accessibility`);
  assert.deepEqual(finger.faults, [], `${what}: page errors`);
}
async function write(finger, text) {
  await finger.find('chat-text').fill(text);
  await finger.tap('send');
  await said(finger, text).waitFor();
}
async function menu(finger, text) {
  await said(finger, text).getByTestId('message-menu').click();
  await finger.find('message-actions').waitFor();
}

test('an @ offers the people of the room, after the conversion and not in it; who is called sees it', async () => {
  await inRoom(a);
  const field = a.find('chat-text');
  await field.click();
  await a.page.keyboard.insertText('明日 @');
  await a.find('mention-pick', { text: STEWARD.name }).waitFor();
  await clean(a, 'mention');
  // Whatever happens to the field while a word is composed comes from the keyboard.
  await field.evaluate((element) => {
    const own = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value');
    window.rewritten = 0;
    Object.defineProperty(element, 'value', { configurable: true, get() { return own.get.call(this); }, set(next) { window.rewritten += 1; own.set.call(this, next); } });
  });
  const session = await a.page.context().newCDPSession(a.page);
  for (const text of ['ほ', 'ほろ']) await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  assert.equal(await a.page.getByTestId('mention-pick').count(), 2, 'what is being converted is not searched for');
  await session.send('Input.insertText', { text: '幌加' });
  await a.find('mention-pick', { text: STEWARD.name }).waitFor();
  await becomes('who does not fit goes', async () => (await a.page.getByTestId('mention-pick').count()) === 1);
  assert.equal(await a.page.evaluate(() => window.rewritten), 0, 'nobody wrote into the field');
  await a.tap('mention-pick', { text: STEWARD.name });
  assert.equal(await field.inputValue(), `明日 @${STEWARD.name} `);
  await a.page.keyboard.insertText('9時に');
  // Left and come back to: it still calls.
  await a.tap('room-search');
  await a.find('find-text').waitFor();
  await inRoom(a);
  assert.equal(await field.inputValue(), `明日 @${STEWARD.name} 9時に`);
  await a.tap('send');
  await said(a, '9時に').waitFor();
  await comes('the call', async () => (await row(b)).mentions === 1);
  await b.open('#/chat');
  await b.find('room', { text: 'あなた宛' }).waitFor();
  await clean(b, 'called');
  await inRoom(b);
  await said(b, '9時に').getByTestId('calls-me').waitFor();
  await clean(b, 'calls-me');
  // 全員, from the menu.
  await a.tap('attach');
  await a.tap('chat-mention');
  await a.tap('mention-all');
  await a.page.waitForFunction(() => document.activeElement?.id === 'chat-text' && !document.querySelector('dialog[open]'));
  await a.page.keyboard.insertText('集合');
  await a.tap('send');
  await said(a, '@全員 集合').waitFor();
  await comes('the call of all', async () => (await b.ask('chat_room', { room: group })).messages.some((one) => one.text.includes('集合') && one.mentioned));
});

test('what is being written is kept: answer, 緊急, file and link, also without a letter, and whatever else is sent', async () => {
  await inRoom(a);
  await menu(a, '集合');
  await a.tap('do-reply');
  await a.find('replying').waitFor();
  await a.find('chat-file-input').setInputFiles({ name: '要点.txt', mimeType: 'text/plain', buffer: Buffer.from('三行') });
  await a.find('attachment', { text: '要点.txt' }).waitFor();
  await a.tap('attach');
  await a.tap('chat-link-add');
  await a.tap('link-of', { text: CASE_NAME });
  await a.tap('link-case');
  await a.find('link-set').waitFor();
  await a.tap('room-info');
  await a.find('member', { text: STEWARD.name }).waitFor();
  await inRoom(a);
  for (const part of ['replying', 'link-set']) await a.find(part).waitFor();
  await a.find('attachment', { text: '要点.txt' }).waitFor();
  await clean(a, 'draft');
  await a.find('chat-text').fill('書きかけの説明');
  // The camera, a case's 「チャットで送る」, a stamp and 再通知 are messages of their own.
  await a.tap('chat-camera');
  await a.tap('shutter');
  await becomes('the picture is sent', async () => (await a.ask('chat_room', { room: group })).messages.at(-1).photos.length === 1);
  await inRoom(a);
  await a.find('attachment', { text: '要点.txt' }).waitFor();
  assert.equal(await a.find('chat-text').inputValue(), '書きかけの説明');
  await a.tap('reply-off');
  await a.tap('attach');
  await a.tap('chat-stamps');
  await a.tap('stamp-ryokai');
  await said(a, '了解').waitFor();
  assert.equal(await a.find('chat-text').inputValue(), '書きかけの説明');
  await inRoom(a);
  assert.equal(await a.page.getByTestId('replying').count(), 0, 'what was taken off stays off');
  await a.find('attachment', { text: '要点.txt' }).waitFor();
  await a.tap('send');
  await said(a, '書きかけの説明').getByTestId('chat-file').waitFor();
  await becomes('no draft is left', async () => (await row(a)).draft === '');
  // 緊急 alone is a draft, too.
  await a.tap('attach');
  await a.tap('chat-urgent');
  await a.find('urgent-why').fill('断水の連絡');
  await a.tap('urgent-set');
  await a.find('urgent-set-shown').waitFor();
  await inRoom(a);
  await a.find('urgent-set-shown', { text: '断水の連絡' }).waitFor();
  await a.tap('urgent-off');
  await a.find('urgent-set-shown').waitFor({ state: 'detached' });
  await sent();
});

/** What is sent from the page waits here until it is let go, or is refused. */
async function packing() {
  const waiting = [];
  await a.page.route('**/bridge', (route) => (route.request().postDataJSON().call === 'chat_send' ? waiting.push(route) : route.continue()));
  const next = async () => {
    await becomes('it is on its way', async () => waiting.length > 0);
    return waiting.shift();
  };
  return {
    pass: async () => (await next()).continue(),
    refuse: async () => (await next()).fulfill({ json: { err: { code: 'disk-full', params: {}, cure: 'ask' } } }),
    end: () => a.page.unroute('**/bridge'),
  };
}

test('while a message is being packed one goes on writing, also elsewhere and back; what fails is there again', async () => {
  await inRoom(a);
  const text = () => a.find('chat-text').inputValue();
  const count = async (words) => (await a.ask('chat_room', { room: group })).messages.filter((one) => one.text === words).length;
  const gate = await packing();
  await a.find('chat-text').fill('五枚あります');
  await a.tap('send');
  assert.equal(await text(), '', 'the field is free at once');
  await a.find('packing').waitFor();
  await clean(a, 'packing');
  await a.find('chat-text').fill('次の説明');
  // Away and back: what is on its way does not stand in the field once more, what was written since does.
  await a.tap('room-info');
  await a.find('member', { text: STEWARD.name }).waitFor();
  await inRoom(a);
  assert.equal(await text(), '次の説明');
  await gate.pass();
  await said(a, '五枚あります').waitFor();
  assert.equal(await text(), '次の説明');
  assert.equal(await count('五枚あります'), 1);
  // A second press waits for the first; each goes once.
  await a.tap('send');
  await a.find('chat-text').fill('三つめ');
  await a.tap('send');
  await gate.pass();
  await gate.pass();
  await said(a, '三つめ').waitFor();
  assert.deepEqual([await count('次の説明'), await count('三つめ'), await text()], [1, 1, '']);
  // Refused while somebody writes on: in front of it, on its own line, and a conversion is ended first.
  await a.find('chat-text').fill('ディスクが一杯');
  await a.tap('send');
  await becomes('the field is free', async () => (await text()) === '');
  const ime = await a.page.context().newCDPSession(a.page);
  await a.find('chat-text').focus();
  await ime.send('Input.imeSetComposition', { text: 'かん', selectionStart: 2, selectionEnd: 2 });
  await gate.refuse();
  await a.find('compose-fault').waitFor();
  assert.equal(await text(), 'かん', 'nothing is put into a word that is being composed');
  await ime.send('Input.insertText', { text: '漢' });
  await becomes('both stand there', async () => (await text()) === 'ディスクが一杯\n漢');
  await clean(a, 'packing-refused');
  // Refused when the room was left: it says so, and the draft has all of it.
  await a.tap('send');
  await a.tap('room-info');
  await a.find('member', { text: STEWARD.name }).waitFor();
  await gate.refuse();
  await a.page.locator('.toast').waitFor();
  await inRoom(a);
  await becomes('it is there again', async () => (await text()) === 'ディスクが一杯\n漢');
  await gate.end();
  await a.tap('send');
  await said(a, '漢').waitFor();
  assert.equal(await text(), '');
});

test('an edit that is refused keeps what was written; one that is taken may call somebody else', async () => {
  await inRoom(a);
  await menu(a, '9時に');
  await a.tap('do-edit');
  await a.find('edit-text').fill('長'.repeat(10_001));
  await a.tap('edit-save');
  await a.find('edit-fault').waitFor();
  assert.equal((await a.find('edit-text').inputValue()).length, 10_001);
  await clean(a, 'edit-refused');
  await a.find('edit-text').fill(`明日 @${STEWARD.name} 10時に`);
  await a.tap('edit-save');
  await said(a, '10時に').waitFor();
  const mentions = async (finger, text) => (await finger.ask('chat_room', { room: group })).messages.find((one) => one.text.includes(text))?.mentions.map((one) => one.staff);
  assert.deepEqual(await mentions(a, '10時に'), [STEWARD.id]);
  await menu(a, '10時に');
  await a.tap('do-edit');
  await a.find('edit-text').fill('明日 10時に @');
  await a.find('editing').getByTestId('mention-pick').filter({ hasText: '全員' }).click();
  await a.tap('edit-save');
  await said(a, '明日 10時に @全員').waitFor();
  await sent();
  await comes('the other calls, too', async () => JSON.stringify(await mentions(b, '10時に')) === '["all"]');
});

test('a stamp and a picture are quoted and pinned by what they are; a pin leads to its place, a text is copied', async () => {
  await inRoom(a);
  await menu(a, '了解');
  await a.tap('do-pin');
  await a.find('pin', { text: '了解' }).waitFor();
  await menu(a, '了解');
  await a.tap('do-reply');
  await a.find('replying', { text: '了解' }).waitFor();
  await write(a, 'ありがとうございます');
  assert.match(await said(a, 'ありがとうございます').getByTestId('quote').innerText(), /了解/);
  const photo = (await a.ask('chat_room', { room: group })).messages.find((one) => one.photos.length === 1);
  await a.ask('chat_pin', { id: photo.id, on: true });
  await a.find('pin', { text: '写真' }).waitFor();
  await clean(a, 'pins');
  await a.tap('pin', { text: '写真' });
  await a.page.waitForFunction((id) => {
    const box = document.querySelector(`[data-id="${id}"]`)?.getBoundingClientRect();
    return box && box.top < window.innerHeight && box.bottom > 0;
  }, photo.id);
  await menu(a, 'ありがとうございます');
  await a.tap('do-copy');
  assert.equal(await a.page.evaluate(() => navigator.clipboard.readText()), 'ありがとうございます');
  // Days are told with their weekday.
  assert.match(await a.page.locator('.day').first().innerText(), /（[日月火水木金土]）$/);
  await sent();
});

test('much unread: it opens at the line, counts what is below, reads what was shown and nothing that was passed over', async () => {
  await b.open('#/chat');
  await comes('nothing is unread', async () => {
    const room = await b.ask('chat_room', { room: group, limit: 1 });
    await b.ask('chat_read', { room: group, born: room.newest });
    return (await row(b)).unread === 0;
  });
  const MANY = 260;
  for (let n = 1; n <= MANY; n += 1) await a.ask('chat_send', { room: group, text: `第${n}報` });
  await sent();
  await comes('all of them', async () => (await row(b)).unread === MANY);
  await inRoom(b);
  await b.find('unread-from').waitFor();
  const place = async (text) => said(b, text).evaluate((element) => element.getBoundingClientRect().top);
  assert.ok((await place('第1報')) >= 0 && (await place('第1報')) < 400, 'the first unread one is on the screen');
  const left = async () => Number(/(\d+)件/.exec(await b.find('jump').innerText())?.[1]);
  const below = await left();
  assert.ok(below > MANY - 30 && below < MANY, `${below} are below`);
  await clean(b, 'unread');
  await becomes('only what was shown is read', async () => (await row(b)).unread === below);
  // Passed over to the end: what is between stays unread, and the room says so.
  await b.tap('jump');
  await said(b, `第${MANY}報`).waitFor();
  await b.find('gap').waitFor();
  await clean(b, 'gap');
  assert.equal((await row(b)).unread, below);
  await b.tap('gap-go');
  await b.find('unread-from').waitFor();
  // On by its own weight, to what was not loaded at first.
  await b.page.getByTestId('message').last().scrollIntoViewIfNeeded();
  await becomes('more comes', async () => (await b.page.getByTestId('message').count()) > 65);
  await b.tap('jump');
  await b.tap('gap-read');
  await becomes('all is read', async () => (await row(b)).unread === 0);
  await b.find('gap').waitFor({ state: 'detached' });
  // The newest alone, and what was before at a press; a pin of long ago opens in its place.
  await inRoom(b);
  assert.equal(await b.page.getByTestId('message').count(), 50);
  await b.find('older').scrollIntoViewIfNeeded();
  await b.tap('older');
  await becomes('older ones', async () => (await b.page.getByTestId('message').count()) === 100);
  await inRoom(b);
  await b.tap('pin', { text: '了解' });
  await b.page.locator('[data-testid=message]').filter({ hasText: '了解' }).first().waitFor();
  await b.find('jump').waitFor();
  // What comes while somebody reads further up is counted, not shown.
  await a.ask('chat_send', { room: group, text: '続報' });
  await sent();
  await comes('one below', async () => /1件/.test(await b.find('jump').innerText()));
  await b.tap('jump');
  await said(b, '続報').waitFor();
});

test('search by who wrote and by day', async () => {
  await b.open('#/chat-find');
  await b.find('find-text').fill('続報');
  await b.find('chat-hit', { text: '続報' }).waitFor();
  await b.page.locator('summary').click();
  await b.find('find-by').selectOption({ label: HEAD.name });
  await b.find('chat-hit', { text: '続報' }).waitFor();
  const today = new Date(Date.now() + 9 * 3_600_000);
  const tomorrow = new Date(today.getTime() + 86_400_000).toISOString().slice(0, 10);
  await b.find('find-to').fill(tomorrow);
  await b.find('chat-hit', { text: '続報' }).waitFor();
  await clean(b, 'find');
  await b.find('find-from').fill(tomorrow);
  await becomes('not of tomorrow', async () => (await b.page.getByTestId('chat-hit').count()) === 0);
  await b.find('find-from').fill('');
  await b.find('chat-hit', { text: '続報' }).waitFor();
});

test('a link to an inspection opens it', async () => {
  const row = await a.ask('case_follow', { number: CASE });
  await becomes('the form is here', async () => {
    await a.ask('sync_now', { deadline_s: 20 });
    return (await a.ask('form_list')).length === 1;
  });
  const [form] = await a.ask('form_list');
  const inspection = await a.ask('inspection_begin', { case: row.id, form_version: form.id });
  await inRoom(a);
  await a.tap('attach');
  await a.tap('chat-link-add');
  await a.find('link-find').fill('柏沢');
  await a.tap('link-of', { text: CASE_NAME });
  await a.tap('link-inspection');
  await a.find('link-set').waitFor();
  await a.tap('send');
  await a.page.getByTestId('chat-link').last().waitFor();
  await a.page.getByTestId('chat-link').last().click();
  await a.page.waitForFunction((id) => window.location.hash.startsWith(`#/inspection/${id}`), inspection.row.id);
});

test('a photo of a case goes to oneself as it is, without a question', async () => {
  const of = (await a.ask('case_list', { filter: CASE, followed_only: false }))[0];
  const name = await a.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
    canvas.getContext('2d').fillRect(0, 0, 300, 300);
    const bytes = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    return (await (await fetch('/inbox/norimen.jpg', { method: 'PUT', body: bytes })).json()).ok.name;
  });
  phoneA.line.cut();
  const photo = (await a.ask('photo_add', { names: [name], case: of.id, caption: '法面' }))[0];
  await a.open(`#/photo/${photo.id}?case=${of.id}`);
  await a.tap('photo-menu');
  await a.find('photo-send').waitFor();
  await clean(a, 'photo');
  // The line returns while the menu is open: nothing moves under the finger, whatever becomes known.
  const place = () => a.find('photo-send').boundingBox();
  const before = await place();
  phoneA.line.mend();
  await becomes('the photo is filed', async () => {
    await a.ask('sync_now', { deadline_s: 20 });
    const { entries } = await a.ask('case_card', { case: of.id });
    return entries.some((one) => one.photo?.id === photo.id && one.photo.filed);
  });
  await a.page.locator('.facts').getByTestId('standing-filed').waitFor();
  assert.deepEqual(await place(), before);
  await a.tap('photo-send');
  await a.find('send-words').fill('PCで貼る');
  await clean(a, 'photo-to');
  await a.tap('to-room', { text: '自分宛' });
  await said(a, 'PCで貼る').getByTestId('chat-photo').waitFor();
  const own = (await a.ask('chat_rooms')).find((one) => one.type === 'self');
  assert.equal((await a.ask('chat_room', { room: own.id })).messages.at(-1).question, null);
});

test('a room is pinned, changed in name and colour, people are invited and taken out; who was reading it sees it close', async () => {
  await a.open(`#/room-info/${group}`);
  await a.tap('pin-room');
  await becomes('it is on top', async () => (await row(a)).pinned);
  await a.tap('rename');
  await a.find('new-name').fill('採取場 定期');
  await a.find('colour-green').check();
  assert.equal(await a.find('room-history').getAttribute('aria-checked'), 'true', 'as the PC makes rooms');
  await a.tap('room-history');
  await clean(a, 'settings');
  await a.tap('rename-save');
  await a.page.waitForSelector('h1:has-text("採取場 定期")');
  assert.equal((await a.ask('chat_members', { room: group })).history, false);
  assert.equal((await row(a)).colour, 'green');
  await a.tap('invite');
  await a.find('find-people').fill('えんべつ');
  await a.tap('person', { text: ELSEWHERE.name });
  await a.tap('make-room');
  await a.find('member', { text: ELSEWHERE.name }).waitFor();
  await sent();
  await inRoom(b);
  await said(b, '続報').waitFor();
  await b.find('chat-text').fill('書きかけ');
  await a.tap('member', { text: STEWARD.name });
  await a.tap('take-out');
  await a.find('member', { text: STEWARD.name }).waitFor({ state: 'detached' });
  await sent();
  await comes('the room closes', async () => (await b.page.getByTestId('room-lost').count()) === 1);
  assert.equal(await b.page.getByTestId('message').count(), 0);
  assert.doesNotMatch(await b.page.innerText('body'), /続報|採取場/, 'nothing of it is on the screen');
  await clean(b, 'lost');
  await b.open('#/chat');
  assert.equal(await b.page.getByTestId('room').filter({ hasText: '採取場' }).count(), 0);
});

test('a room of several sections is made on the phone; who is in it with a section does not leave it', async () => {
  await a.open('#/chat-new');
  await a.page.getByTestId('room-type').getByText('所属をまたぐ').click();
  await a.find('room-name').fill('林道 災害復旧');
  await a.find('colour-orange').check();
  for (const section of [SECTION, OTHER_SECTION]) await a.find('room-sections').selectOption(section);
  await clean(a, 'offices');
  await a.tap('make-room');
  await a.find('chat-text').waitFor();
  await write(a, '両係の部屋です');
  await sent();
  let room;
  await comes('the room of both', async () => {
    room = (await b.ask('chat_rooms')).find((one) => one.type === 'offices')?.id;
    return room !== undefined;
  });
  await b.open(`#/room-info/${room}`);
  await b.find('by-section').waitFor();
  assert.equal(await b.page.getByTestId('leave').count(), 0);
  await clean(b, 'by-section');
  // Its administrator takes a section out again.
  await a.tap('room-info');
  await a.tap('rename');
  await a.find('room-settings').getByTestId('room-section').filter({ hasText: '指導保安係' }).click();
  await a.tap('rename-save');
  await becomes('one section is left', async () => (await a.ask('chat_members', { room })).sections.length === 1);
  await sent();
  await comes('it is gone', async () => !(await b.ask('chat_rooms')).some((one) => one.id === room));
});

test('what the office refuses says why, in the list too, goes again or is given up', async () => {
  await account(office, HEAD.id);
  const desk = await Desk.at(browser, office.url);
  await desk.signIn(HEAD.id, PASSWORD);
  const own = (await a.ask('chat_rooms')).find((one) => one.type === 'self').id;
  await inRoom(a, own);
  await write(a, 'あとで消すもの');
  await sent();
  phoneA.line.cut();
  // Taken back at the PC while the phone corrects it without a line.
  const { id } = (await a.ask('chat_room', { room: own })).messages.find((one) => one.text === 'あとで消すもの');
  await desk.ask('POST', `/messages/${id}/unsend`, { op_id: crypto.randomUUID() });
  await menu(a, 'あとで消すもの');
  await a.tap('do-edit');
  await a.find('edit-text').fill('直したつもり');
  await a.tap('edit-save');
  await said(a, '直したつもり').waitFor();
  phoneA.line.mend();
  await a.find('state-failed').waitFor({ timeout: 60_000 });
  await clean(a, 'failed');
  assert.equal((await row(a, own)).failed, 1);
  await a.open('#/chat');
  await a.find('room', { text: '送れなかったもの1件' }).waitFor();
  await clean(a, 'failed-list');
  await inRoom(a, own);
  await a.tap('retry');
  await becomes('it is refused again', async () => {
    await a.ask('sync_now', { deadline_s: 20 });
    return (await row(a, own)).failed === 1;
  });
  await a.tap('drop');
  await becomes('it is given up', async () => (await row(a, own)).failed === 0);
});
