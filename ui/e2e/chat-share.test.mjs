// What is passed around in rooms: links to cases and notes, which their readers may or may not open; messages forwarded
// with pictures and files; reactions; a second notice to those who have not read; administration handed over, a room left.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { account, CASE, CASE_NAME, OTHER_SECTION, PASSWORD, SECTION } from './lib/console.mjs';
import { Desk } from './lib/desk.mjs';
import { becomes, Finger, launch } from './lib/finger.mjs';
import { runProgram, startOffice } from './lib/programs.mjs';

/** Those who lead are reachable at any hour, so the hour of the test does not matter. */
const HEAD = { id: 's-2001', name: '増毛 かおる' };
const STEWARD = { id: 's-2002', name: '幌加内 さち' };
/** Leads another section: our cases are not theirs. */
const ELSEWHERE = { id: 's-3001', name: '遠別 みのり' };
const ROOM = '砂利採取 連絡';

let browser, office;
/** The head's phone, the other section's phone, the steward's PC. */
let a, b, pc;
let group, caseId, note;

before(async () => {
  [browser, office] = await Promise.all([launch(), startOffice()]);
  const people = join(office.dir, 'leads.csv');
  writeFileSync(people, `id,name,kana,section,role,extension\n${HEAD.id},${HEAD.name},ましけ かおる,${SECTION},head,21-300\n${STEWARD.id},${STEWARD.name},ほろかない さち,${SECTION},steward,21-301\n${ELSEWHERE.id},${ELSEWHERE.name},えんべつ みのり,${OTHER_SECTION},head,22-300\n`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, people]);
  await account(office, STEWARD.id);
  const phoneA = await office.startPhone(HEAD.id);
  const phoneB = await office.startPhone(ELSEWHERE.id);
  a = await Finger.at(browser, phoneA.url);
  b = await Finger.at(browser, phoneB.url);
  await a.open('#/chat');
  await b.open('#/chat');
  const row = await a.ask('case_follow', { number: CASE });
  caseId = row.id;
  note = (await a.ask('note_save', { case: caseId, title: '立会いの記録', text: '北側の法面を見た' })).id;
  group = (await a.ask('chat_group', { name: ROOM, people: [STEWARD.id, ELSEWHERE.id] })).id;
  await becomes('the room is at the office', async () => (await a.ask('sync_now', { deadline_s: 60 })).drained);
  pc = await Desk.at(browser, office.url);
  await pc.signIn(STEWARD.id, PASSWORD);
});
after(async () => {
  await browser?.close();
  await office?.stop();
});

const said = (one, text) => one.page.getByTestId('message').filter({ hasText: text }).last();
const link = (one, label) => one.page.getByTestId('chat-link').filter({ hasText: label }).last();

async function clean(finger, what) {
  await finger.shot(`share-${what}`);
  assert.deepEqual(await finger.axe(), [], `${what}: accessibility`);
  assert.deepEqual(finger.faults, [], `${what}: page errors`);
}
async function cleanPc(what) {
  if (process.env.EKITEI_SHOTS) await pc.page.screenshot({ path: join(process.env.EKITEI_SHOTS, `share-pc-${what}.png`) });
  assert.deepEqual(await pc.look(23.5), [], what);
  assert.deepEqual(pc.faults, [], `${what}: page errors`);
}

/** The room is open here, and what was said last has come. */
async function inRoom(finger, id, what) {
  await becomes(`${what} comes`, async () => {
    await finger.ask('sync_now', { deadline_s: 20 });
    const there = (await finger.ask('chat_rooms')).some((one) => one.id === id);
    return there && (await finger.ask('chat_room', { room: id })).messages.some((one) => one.text.includes(what));
  });
  await finger.open(`#/room/${id}`);
}
async function roomOnPc(name) {
  await pc.page.evaluate(() => (window.location.hash = '#/chat'));
  await pc.at('room').filter({ has: pc.page.locator('.name', { hasText: name }) }).first().click();
  await pc.page.waitForSelector(`.pane h2:text-is("${name}")`);
  await pc.at('chat-text').waitFor();
}

test('「チャットで送る」 on a case: a card that opens the case here, on the PC, and says calmly that it does not elsewhere', async () => {
  await a.open(`#/case/${caseId}`);
  await a.tap('case-menu');
  await a.tap('case-send');
  await a.find('send-words').waitFor();
  await clean(a, 'where-to');
  await a.tap('to-room', { text: ROOM });
  await link(a, CASE_NAME).waitFor();
  assert.equal(await said(a, CASE_NAME).locator('.text').count(), 0, 'not the same words twice');
  await clean(a, 'card');
  await a.tap('chat-link');
  await a.page.waitForSelector(`h1:has-text("${CASE_NAME}")`);
  await inRoom(b, group, CASE_NAME);
  await b.tap('chat-link');
  await b.find('link-away').waitFor();
  assert.equal(await b.page.evaluate(() => window.location.hash.startsWith('#/room/')), true, 'it stays where it was');
  await clean(b, 'away');
  await roomOnPc(ROOM);
  await link(pc, CASE_NAME).click();
  await pc.page.waitForSelector(`h1:text-is("${CASE_NAME}")`);
});

test('the + menu finds a note of a case; the card opens the note in its place', async () => {
  await a.open(`#/room/${group}`);
  await a.tap('attach');
  await a.tap('chat-link-add');
  await a.find('link-find').fill('柏沢');
  await a.tap('link-of', { text: CASE_NAME });
  await a.find('link-note').waitFor();
  await clean(a, 'choose');
  await a.tap('link-note', { text: '立会いの記録' });
  await a.find('link-set').waitFor();
  await a.find('chat-text').fill('これを読んでください');
  await a.tap('send');
  await said(a, 'これを読んでください').getByTestId('chat-link').waitFor();
  assert.equal(await a.page.getByTestId('link-set').count(), 0);
  await roomOnPc(ROOM);
  await said(pc, 'これを読んでください').waitFor();
  await cleanPc('card');
  await link(pc, '立会いの記録').click();
  await pc.page.waitForSelector(`h1:text-is("${CASE_NAME}")`);
  await pc.page.waitForFunction((id) => document.activeElement?.id === `record-${id}`, note);
  await a.tap('chat-link', { text: '立会いの記録' });
  await a.page.waitForFunction((id) => window.location.hash.startsWith(`#/note/${id}`), note);
});

test('from the PC: a case and a note are sent to a person, one from the field below', async () => {
  await pc.press('case-send');
  await pc.at('ask-people').fill('ましけ');
  await pc.at('ask-people-option').first().click();
  await pc.at('ask-text').fill('確認をお願いします');
  await cleanPc('send');
  await pc.press('ask-send');
  await pc.at('ask-about').waitFor({ state: 'hidden' });
  await roomOnPc(HEAD.name);
  await said(pc, '確認をお願いします').getByTestId('chat-link').waitFor();
  await pc.press('link-add');
  await pc.at('link-of').filter({ hasText: CASE_NAME }).click();
  await pc.at('link-note').filter({ hasText: '立会いの記録' }).waitFor();
  await cleanPc('choose');
  await pc.press('link-case');
  await pc.at('link-set').waitFor();
  await pc.press('send');
  await pc.at('link-set').waitFor({ state: 'detached' });
  const direct = (await pc.ask('GET', '/rooms')).find((one) => one.type === 'direct').id;
  await inRoom(a, direct, CASE_NAME);
  await said(a, '確認をお願いします').getByTestId('chat-link').waitFor();
  assert.equal(await a.page.getByTestId('chat-link').count(), 2);
});

test('a message goes on with its picture and its file, from the phone and from the PC', async () => {
  const own = (await a.ask('chat_rooms')).find((one) => one.type === 'self').id;
  await a.open(`#/room/${own}`);
  const picture = await a.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 600 });
    canvas.getContext('2d').fillRect(0, 0, 400, 300);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await a.find('chat-file-input').setInputFiles([
    { name: '法面.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(picture) },
    { name: '要点.txt', mimeType: 'text/plain', buffer: Buffer.from('三行の要点') },
  ]);
  await a.find('chat-text').fill('現地のまとめ');
  await a.tap('send');
  await said(a, '現地のまとめ').getByTestId('message-menu').click();
  await a.tap('do-forward');
  await a.tap('to-room', { text: ROOM });
  await said(a, '現地のまとめ').getByTestId('chat-file').waitFor();
  assert.match(await said(a, '現地のまとめ').innerText(), new RegExp(`${HEAD.name}さん \\(自分宛\\) から転送`));
  // What the phone has may be kept outside of the app: by the file itself, or everything by the menu.
  const named = async (act) => (await Promise.all([a.page.waitForEvent('download'), act()]))[0].suggestedFilename();
  assert.equal(await named(() => said(a, '現地のまとめ').getByTestId('chat-file').click()), '要点.txt');
  await said(a, '現地のまとめ').getByTestId('message-menu').click();
  await clean(a, 'menu of a message with a file');
  assert.equal(await named(() => a.tap('do-save')), '法面.jpg');
  await becomes('all of it is at the office', async () => (await a.ask('sync_now', { deadline_s: 60 })).drained);
  await inRoom(b, group, '現地のまとめ');
  const there = said(b, '現地のまとめ');
  await there.getByTestId('chat-photo').waitFor();
  await there.getByTestId('chat-file').waitFor();
  await clean(b, 'forwarded');
  // Onward from the PC, which has neither: picture and file go along.
  await roomOnPc(ROOM);
  const onPc = said(pc, '現地のまとめ');
  await onPc.locator('[data-testid=chat-file]').waitFor();
  await onPc.locator('.bubble').click({ button: 'right' });
  await pc.press('do-forward');
  await pc.at('choose-room').filter({ hasText: '自分宛' }).click();
  await roomOnPc('自分宛');
  const passed = said(pc, '現地のまとめ');
  await passed.locator('[data-testid=save-photo]').waitFor();
  const [file] = await Promise.all([pc.page.waitForEvent('download'), passed.locator('[data-testid=chat-file]').click()]);
  assert.equal(file.suggestedFilename(), '要点.txt');
  assert.match(await passed.innerText(), new RegExp(`${HEAD.name}さん`), 'the first writer is named');
});

test('what is passed on goes into a room that is made for it, with its words', async () => {
  await a.open(`#/room/${group}`);
  await a.find('chat-text').fill('橋脚の洗掘');
  await a.tap('send');
  await said(a, '橋脚の洗掘').getByTestId('message-menu').click();
  await a.tap('do-forward');
  await a.tap('to-new');
  await a.find('find-people').fill(ELSEWHERE.name);
  await a.tap('person', { text: ELSEWHERE.name });
  await a.tap('make-room');
  await said(a, '橋脚の洗掘').waitFor();
  const direct = (await a.ask('chat_rooms')).find((one) => one.type === 'direct');
  const last = (await a.ask('chat_room', { room: direct.id })).messages.at(-1);
  assert.deepEqual([last.text, last.forward.room_name], ['橋脚の洗掘', ROOM]);
  // A link with words that were written for it; back to the choice first, nothing of it is lost on the way.
  await a.open(`#/case/${caseId}`);
  await a.tap('case-menu');
  await a.tap('case-send');
  await a.find('send-words').fill('この件です');
  await a.tap('to-new');
  await a.tap('person', { text: STEWARD.name });
  await a.tap('make-room');
  await said(a, 'この件です').waitFor();
  await link(a, CASE_NAME).waitFor();
  await clean(a, 'into-new');
});

test('several photos of a case go into the room in the order in which they were chosen; what is being written stays', async () => {
  for (const [name, caption, edge] of [['a.jpg', '上流', 200], ['b.jpg', '橋脚', 300], ['c.jpg', '下流', 400]]) {
    const kept = await a.page.evaluate(async ([file, width]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
      const pen = canvas.getContext('2d');
      pen.fillStyle = '#7a5';
      pen.fillRect(0, 0, width, 300);
      const bytes = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
      return (await (await fetch(`/inbox/${file}`, { method: 'PUT', body: bytes })).json()).ok.name;
    }, [name, edge]);
    await a.ask('photo_add', { names: [kept], case: caseId, caption });
  }
  await a.open(`#/room/${group}`);
  await a.find('chat-text').fill('書きかけ');
  await a.tap('attach');
  await a.tap('chat-case-photos');
  await a.find('link-find').fill(CASE);
  await a.tap('link-of', { text: CASE_NAME });
  for (const caption of ['下流', '上流']) await a.tap('photo-choice', { text: caption });
  await clean(a, 'case-photos');
  await a.tap('photos-send', { text: '2' });
  await a.find('choose-photos').waitFor({ state: 'hidden' });
  await becomes('both are shown', async () => (await said(a, '').getByTestId('chat-photo').count()) === 2);
  const last = (await a.ask('chat_room', { room: group })).messages.at(-1);
  assert.deepEqual([last.photos.map((one) => one.caption), last.question], [['下流', '上流'], null]);
  assert.equal(await a.find('chat-text').inputValue(), '書きかけ');
  await a.find('chat-text').fill('');
});

test('reactions are pictures that need no font, work stamps are words', async () => {
  await said(b, '現地のまとめ').getByTestId('message-menu').click();
  await clean(b, 'menu');
  await b.tap('react-clap');
  const mine = said(b, '現地のまとめ').getByTestId('reaction-clap');
  await mine.waitFor();
  assert.equal(await mine.locator('svg').count(), 1);
  assert.match(await mine.getAttribute('aria-pressed'), /true/);
  await roomOnPc(ROOM);
  await said(pc, '現地のまとめ').locator('.bubble').click({ button: 'right' });
  await cleanPc('menu');
  await pc.press('react-confirmed');
  const stamp = said(pc, '現地のまとめ').locator('[data-testid=reaction-confirmed]');
  await stamp.waitFor();
  assert.match(await stamp.innerText(), /^確認しました\s*1$/);
  await said(pc, '現地のまとめ').locator('[data-testid=reaction-clap] svg').waitFor();
  assert.doesNotMatch(await pc.page.innerText('body'), /\p{Extended_Pictographic}/u, 'no glyph that a font may lack');
  await cleanPc('reactions');
});

test('再通知 reaches those who have not read, and nobody else', async () => {
  // The other section looks elsewhere.
  await b.open('#/cases');
  await a.open(`#/room/${group}`);
  await a.find('chat-text').fill('あす9時に集合');
  await a.tap('send');
  await said(a, 'あす9時に集合').waitFor();
  await roomOnPc(ROOM);
  await said(pc, 'あす9時に集合').waitFor();
  await becomes('the steward has read it', async () => {
    await a.ask('sync_now', { deadline_s: 20 });
    return /既読1/.test(await said(a, 'あす9時に集合').innerText());
  });
  await said(a, 'あす9時に集合').getByTestId('message-menu').click();
  await a.tap('do-readers');
  await a.find('has-read', { text: STEWARD.name }).waitFor();
  assert.deepEqual(await a.page.getByTestId('not-read').allInnerTexts(), [ELSEWHERE.name]);
  await clean(a, 'readers');
  await a.tap('remind');
  await a.find('reads').waitFor();
  await becomes('it calls on the one who has not', async () => {
    await b.ask('sync_now', { deadline_s: 20 });
    return (await b.ask('chat_rooms')).find((one) => one.id === group)?.mentions === 1;
  });
  const rooms = await pc.ask('GET', '/rooms');
  assert.equal(rooms.find((one) => one.id === group).mentioned, false, 'who has read is not called again');
  await b.open('#/chat');
  await b.tap('room', { text: ROOM });
  await said(b, 'まだの方は確認をお願いします').waitFor();
  assert.match(await said(b, 'まだの方は確認をお願いします').innerText(), /あす9時に集合/);
});

test('administration is handed over, then the room is left: it goes from the phone, the others stay', async () => {
  await a.open(`#/room-info/${group}`);
  await a.tap('member', { text: STEWARD.name });
  await a.tap('make-admin');
  await becomes('the office knows', async () => {
    await a.ask('sync_now', { deadline_s: 20 });
    return (await pc.ask('GET', `/rooms/${group}`)).may_manage;
  });
  await a.tap('leave');
  await clean(a, 'leave');
  await a.tap('leave-sure');
  await becomes('it is gone from the phone', async () => {
    await a.ask('sync_now', { deadline_s: 20 });
    return !(await a.ask('chat_rooms')).some((one) => one.id === group);
  });
  await a.open('#/chat');
  assert.equal(await a.page.getByTestId('room').filter({ hasText: ROOM }).count(), 0);
  await roomOnPc(ROOM);
  await pc.press('room-settings');
  await pc.page.waitForFunction(() => document.querySelectorAll('[data-testid=member]').length === 2);
  await pc.page.locator('[data-testid=member-out]').waitFor();
  await cleanPc('administrator');
  await pc.page.keyboard.press('Escape');
});

test('a reload loses neither what is being written nor what it is about; signing out leaves nothing behind', async () => {
  await roomOnPc(ROOM);
  await pc.at('chat-text').fill('書きかけの\n二行');
  await pc.press('link-add');
  await pc.at('link-of').filter({ hasText: CASE_NAME }).click();
  await pc.press('link-case');
  await pc.at('link-set').waitFor();
  await said(pc, '現地のまとめ').locator('.bubble').click({ button: 'right' });
  await pc.press('do-reply');
  await pc.at('replying').waitFor();
  await pc.page.reload();
  await pc.page.waitForSelector(`.pane h2:text-is("${ROOM}")`);
  await pc.at('link-set').waitFor();
  assert.equal(await pc.at('chat-text').inputValue(), '書きかけの\n二行');
  assert.match(await pc.at('replying').innerText(), /現地のまとめ/);
  await pc.press('rail-sign-out');
  await pc.at('drafts-left').waitFor();
  await pc.press('sign-out');
  await pc.at('staff').waitFor();
  assert.equal(await pc.page.evaluate(() => Object.keys(sessionStorage).length), 0);
});
