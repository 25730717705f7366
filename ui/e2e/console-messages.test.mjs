// Messages at a PC that do not simply arrive: refused, waiting, held, lost with a reload, unread by the hundred; and what the
// desks choose for themselves.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bubble, goTo, hand, room, stands, texts, write } from './lib/chat-desk.mjs';
import { CASE_NAME, CLERK, HEAD, OTHER_SECTION, PASSWORD, SECTION, startConsole, STEWARD } from './lib/console.mjs';
import { becomes } from './lib/finger.mjs';
import { gate } from './lib/gate.mjs';
import { publish } from './lib/inspection.mjs';
import { root } from './lib/programs.mjs';

let house, head, steward;

before(async () => {
  house = await startConsole();
  head = await house.desk(HEAD.id);
  steward = await house.desk(STEWARD.id);
  await head.open('#/chat', 'チャット');
  await head.ask('POST', '/rooms', { type: 'group', name: '河川 当番', members: [STEWARD.id] });
  await goTo(head, '河川 当番');
  await steward.open('#/chat', 'チャット');
});
after(() => house?.stop());

const MESSAGES = '**/api/rooms/*/messages';
const FILES = '**/api/rooms/*/messages/*/attachments**';
const posts = (answer) => (route) => (route.request().method() === 'POST' ? answer(route) : route.continue());
const json = (status, body) => ({ status, contentType: 'application/json', body: JSON.stringify(body) });
const UNAVAILABLE = json(503, { code: 'server-unavailable', params: {}, cure: 'retry' });
const going = (desk, text) => desk.at('going').filter({ hasText: text });
const here = (desk) => desk.page.evaluate(() => window.location.hash.match(/[0-9a-f-]{36}/)[0]);
const say = async (desk, text) => {
  await desk.at('chat-text').fill(text);
  await desk.page.keyboard.press('Control+Enter');
};
/** The first that says so: a quote of it comes later. */
const menu = (desk, text) => desk.at('message').filter({ hasText: text }).first().locator('[data-testid=message-menu]').click();

async function looksGood(desk, what) {
  const out = process.env.EKITEI_SHOTS;
  if (out) await desk.page.screenshot({ path: join(out, `console-messages-${what}.png`) });
  assert.deepEqual(await desk.look(23.5), [], what);
  assert.deepEqual(desk.faults, [], `${what}: page errors`);
}

test('a stamp, a call to all, a day with its weekday', async () => {
  await head.press('stamps');
  await head.press('stamp-arrived');
  await bubble(head, '到着').waitFor();
  await head.at('chat-text').click();
  await head.page.keyboard.insertText('@全');
  await head.at('mention-one').filter({ hasText: '全員' }).waitFor();
  await head.page.keyboard.press('Enter');
  await head.page.keyboard.insertText('集まってください');
  await head.page.keyboard.press('Control+Enter');
  await steward.at('row-mention').waitFor();
  await goTo(steward, '河川 当番');
  await bubble(steward, '到着').waitFor();
  assert.match(await steward.page.locator('.pane .day').first().innerText(), /[日月火水木金土]/);
});

test('who rubs out the call to all calls nobody', async () => {
  const of = (await head.ask('GET', `/rooms/${await here(head)}/messages`)).messages.find((one) => one.text.includes('集まってください'));
  assert.equal(of.mentions_all, true);
  await menu(head, '集まってください');
  await head.press('do-edit');
  await head.at('edit-text').fill('集まってください');
  await head.press('edit-save');
  await bubble(head, '編集済').waitFor();
  assert.equal((await head.ask('GET', `/messages/${of.id}`)).mentions_all, false);
});

test('quotes and pins of what has no words say what it is; every pin is reachable', async () => {
  await menu(head, '到着');
  await head.press('do-reply');
  await write(head, '了解です');
  assert.match(await bubble(head, '了解です').locator('[data-testid=quote]').innerText(), /到着/);
  await hand(head, 'chat-text', 'drop', [{ name: '水位表.txt', text: '1.2 m' }]);
  await head.at('attachment').waitFor();
  await head.press('send');
  await head.at('chat-file').filter({ hasText: '水位表.txt' }).waitFor();
  for (const text of ['一つ目', '二つ目', '三つ目']) await write(head, text);
  for (const text of ['到着', '水位表.txt', '一つ目', '二つ目', '三つ目']) {
    await menu(head, text);
    await head.press('do-pin');
  }
  await head.at('pins-all').filter({ hasText: '5' }).waitFor();
  assert.equal(await head.at('pin').count(), 3);
  await head.press('pins-all');
  await head.at('pin').nth(4).waitFor();
  await looksGood(head, 'pins');
  const pins = (await head.at('pin').allInnerTexts()).join('|');
  assert.match(pins, /水位表\.txt/);
  assert.match(pins, /: 到着/);
  await head.press('pins-all');
});

test('再通知 calls those who have not read, quotes, and says nothing in anybody\'s name', async () => {
  await head.ask('POST', '/rooms', { type: 'group', name: '夜間の写真', members: [STEWARD.id] });
  await goTo(head, '夜間の写真');
  await hand(head, 'chat-text', 'paste', [{ name: '橋.jpg', hue: 200 }]);
  await head.at('attachment').waitFor();
  await head.press('send');
  await head.at('save-photo').waitFor();
  await head.press('state-sent');
  await head.at('has-not-read').filter({ hasText: STEWARD.name }).waitFor();
  await head.press('renotify');
  await bubble(head, '確認をお願いします').waitFor();
  await goTo(steward, '夜間の写真');
  const reminder = bubble(steward, '確認をお願いします');
  await reminder.waitFor();
  assert.match(await reminder.innerText(), /@幌加内 さち/);
  assert.match(await reminder.locator('[data-testid=quote]').innerText(), /写真/);
  assert.equal(await reminder.locator('.stamp').count(), 0);
  assert.equal((await steward.ask('GET', `/rooms/${await here(steward)}/messages`)).messages.at(-1).stamp ?? null, null);
});

test('copied words are words, also when a picture of them comes along', async () => {
  const taken = await hand(head, 'chat-text', 'paste', [{ name: 'image.png', hue: 10 }], '水位\t1.2');
  assert.equal(taken, true, 'the browser pastes the words');
  assert.equal(await head.at('attachment').count(), 0);
});

test('while the office restarts everything waits in order', async () => {
  await goTo(head, '河川 当番');
  await goTo(steward, '河川 当番');
  let down = { status: 502, contentType: 'text/html', body: '<html>Bad Gateway</html>' };
  await head.page.route(MESSAGES, posts((route) => route.fulfill(down)));
  await say(head, '再起動一');
  await going(head, '再起動一').locator('[data-testid=retry]').waitFor();
  await head.page.locator('[data-testid=going][data-state=waiting]').filter({ hasText: '再起動一' }).waitFor();
  down = UNAVAILABLE;
  await say(head, '再起動二');
  await say(head, '再起動三');
  await going(head, '再起動三').waitFor();
  await looksGood(head, 'waiting');
  // Behind another, it is put right or taken out all the same.
  await going(head, '再起動三').locator('[data-testid=correct]').click();
  await head.at('edit-text').fill('再起動四');
  await head.press('edit-save');
  await say(head, 'やめたもの');
  await going(head, 'やめたもの').locator('[data-testid=drop]').click();
  await going(head, 'やめたもの').waitFor({ state: 'detached' });
  // It tries again by itself: pressed before that may succeed.
  await going(head, '再起動一').locator('[data-testid=retry]').click();
  await head.page.unroute(MESSAGES);
  await bubble(steward, '再起動四').waitFor();
  assert.deepEqual((await texts(steward)).slice(-3), ['再起動一', '再起動二', '再起動四']);
});

test('what may have arrived is put right and taken back there, too', async () => {
  // The office has them; only its answers are lost.
  const lost = () => head.page.route(MESSAGES, posts(async (route) => {
    await route.fetch();
    await route.abort();
  }));
  for (const text of ['届いたかもしれない', '取り消すかもしれない']) {
    await lost();
    // The room itself does not show yet that it came.
    await head.page.route('**/api/rooms/*/messages?*', (route) => route.abort());
    await say(head, text);
    await going(head, text).locator('[data-testid=retry]').waitFor();
    await bubble(steward, text).waitFor();
    if (text.startsWith('届いた')) {
      await going(head, text).locator('[data-testid=correct]').click();
      await head.at('edit-text').fill('書き直した');
      await head.page.unroute(MESSAGES);
      await head.press('edit-save');
      await bubble(steward, '書き直した').filter({ hasText: '編集済' }).waitFor();
    } else {
      // It tries again by itself: taken out before that may succeed.
      await going(head, text).locator('[data-testid=drop]').click();
      await bubble(steward, '送信を取り消しました').waitFor();
      await head.page.unroute(MESSAGES);
    }
    await head.page.unroute('**/api/rooms/*/messages?*');
  }
  assert.equal((await texts(steward)).some((one) => one.includes('かもしれない')), false);
  // With the next news the room shows what came meanwhile.
  await write(head, '回線が戻った');
  await head.at('going').first().waitFor({ state: 'detached' });
});

test('what went while it was being put right is put right all the same', async () => {
  await head.page.route(MESSAGES, posts((route) => route.fulfill(UNAVAILABLE)));
  await say(head, '直すあいだに届く');
  await going(head, '直すあいだに届く').locator('[data-testid=correct]').click();
  await head.at('edit-text').fill('届いてから直した');
  await head.page.unroute(MESSAGES);
  await bubble(steward, '直すあいだに届く').waitFor();
  await head.at('going').first().waitFor({ state: 'detached' });
  await head.press('edit-save');
  await bubble(steward, '届いてから直した').filter({ hasText: '編集済' }).waitFor();
  await bubble(head, '届いてから直した').waitFor();
});

test('what is put right while its file is on the way is put right after it', async () => {
  await head.page.route(MESSAGES, posts((route) => route.fulfill(UNAVAILABLE)));
  const files = gate();
  await head.page.route(FILES, async (route) => {
    await files.opened;
    await route.continue();
  });
  await hand(head, 'chat-text', 'drop', [{ name: '遅い.txt', text: 'x' }]);
  await head.at('attachment').waitFor();
  await say(head, 'ファイルの途中');
  await going(head, 'ファイルの途中').locator('[data-testid=correct]').click();
  await head.at('edit-text').fill('途中で直した');
  const asked = head.page.waitForRequest(FILES);
  await head.page.unroute(MESSAGES);
  await asked;
  await head.press('edit-save');
  await head.at('editing').waitFor({ state: 'hidden' });
  files.open();
  await bubble(steward, '途中で直した').filter({ hasText: '編集済' }).locator('[data-testid=chat-file]').waitFor();
  await head.page.unroute(FILES);
});

test('put right twice on its way: the last words stand', async () => {
  await head.page.route(MESSAGES, posts((route) => route.fulfill(UNAVAILABLE)));
  await say(head, '一つ目の言葉');
  await going(head, '一つ目の言葉').locator('[data-testid=correct]').click();
  await head.at('edit-text').fill('二つ目の言葉');
  await head.press('edit-save');
  await head.at('editing').waitFor({ state: 'hidden' });
  await head.at('going').locator('[data-testid=correct]').click();
  await head.at('edit-text').fill('三つ目の言葉');
  const changes = gate();
  await head.page.route('**/api/messages/*', async (route) => {
    await changes.opened;
    await route.continue();
  });
  const asked = head.page.waitForRequest((request) => request.method() === 'PATCH');
  await head.page.unroute(MESSAGES);
  await asked;
  await head.press('edit-save');
  await head.at('editing').waitFor({ state: 'hidden' });
  changes.open();
  await bubble(steward, '三つ目の言葉').filter({ hasText: '編集済' }).waitFor();
  await head.page.unroute('**/api/messages/*');
});

test('too long: it is said, put right and sent', async () => {
  await head.at('chat-text').fill('長'.repeat(10_001));
  await head.press('send');
  const failed = head.page.locator('[data-testid=going][data-state=failed]');
  await failed.filter({ hasText: '長すぎます' }).waitFor();
  await failed.locator('[data-testid=correct]').click();
  await head.at('edit-text').fill('短くしました');
  await head.press('edit-save');
  await bubble(steward, '短くしました').waitFor();
});

test('a picture that is refused after its words: the reason stands at the message, sent again or given up', async () => {
  const attach = async (name) => {
    await hand(head, 'chat-text', 'drop', [{ name, text: 'x' }]);
    await head.at('attachment').waitFor();
  };
  await head.page.route(FILES, (route) => route.fulfill(json(403, { code: 'not-allowed', params: {}, cure: 'ask' })));
  await attach('断られる.txt');
  await head.at('chat-text').fill('あとから送る');
  await head.press('send');
  const failed = (text) => bubble(head, text).locator('[data-testid=state-failed]');
  await failed('あとから送る').waitFor();
  await looksGood(head, 'attachment-failed');
  await bubble(steward, 'あとから送る').filter({ hasText: '1' }).waitFor();
  await head.page.unroute(FILES);
  await bubble(head, 'あとから送る').locator('[data-testid=retry]').click();
  await bubble(steward, 'あとから送る').locator('[data-testid=chat-file]').waitFor();
  await head.page.route(FILES, (route) => route.fulfill(json(403, { code: 'not-allowed', params: {}, cure: 'ask' })));
  await attach('あきらめる.txt');
  await head.at('chat-text').fill('ことばだけ');
  await head.press('send');
  await failed('ことばだけ').waitFor();
  await bubble(head, 'ことばだけ').locator('[data-testid=drop]').click();
  await failed('ことばだけ').waitFor({ state: 'detached' });
  const kept = async () => (await steward.ask('GET', `/rooms/${await here(steward)}/messages`)).messages.find((one) => one.text === 'ことばだけ');
  await becomes('no file is expected any more', async () => (await kept()).files_expected === 0);
  const { edited, unsent } = await kept();
  assert.deepEqual([edited, unsent], [false, false]);
  // Without words nothing is left to stand there.
  await attach('それだけ.txt');
  await head.press('send');
  await head.at('state-failed').waitFor();
  await head.press('drop');
  await head.at('message').last().filter({ hasText: '送信を取り消しました' }).waitFor();
  await head.page.unroute(FILES);
});

test('a reload loses nothing of what waits: words, answer, link, urgency, picture and file', async () => {
  await head.page.route('**/api/rooms/*/messages**', posts((route) => route.abort()));
  await menu(head, '短くしました');
  await head.press('do-reply');
  await head.press('urgent-open');
  await head.at('urgent-why').fill('堤防の水位');
  await head.press('urgent-set');
  await hand(head, 'chat-text', 'drop', [{ name: '堤防.jpg', hue: 90 }, { name: '秘密の水位.txt', text: 'とても秘密の水位' }]);
  await head.at('attachment').nth(1).waitFor();
  await head.at('chat-text').fill('読み込み直しても');
  await head.press('send');
  await going(head, '読み込み直しても').locator('[data-testid=retry]').waitFor();
  // Another one is still being written.
  await hand(head, 'chat-text', 'drop', [{ name: '下書き.txt', text: '下書きの中身' }]);
  await head.at('chat-text').fill('書きかけ');
  const kept = () => head.page.evaluate(async () => {
    const settled = (asked) => new Promise((resolve, reject) => Object.assign(asked, { onsuccess: () => resolve(asked.result), onerror: reject }));
    const db = await settled(indexedDB.open('ekitei-files'));
    const rows = db.objectStoreNames.contains('files') ? await settled(db.transaction('files').objectStore('files').getAll()) : [];
    db.close();
    return rows.map((one) => new TextDecoder().decode(one.bytes));
  });
  // Kept a moment after it was attached.
  await becomes('all three files lie there', async () => (await kept()).length === 3);
  assert.equal((await kept()).some((one) => one.includes('秘密') || one.includes('下書き')), false, 'nothing can be read there');
  await head.page.unroute('**/api/rooms/*/messages**');
  head.page.once('dialog', (dialog) => dialog.accept());
  await head.page.reload();
  await stands(head, '河川 当番');
  const there = bubble(steward, '読み込み直しても');
  await there.locator('[data-testid=save-photo]').waitFor();
  await there.locator('[data-testid=chat-file]').filter({ hasText: '秘密の水位.txt' }).waitFor();
  assert.match(await there.innerText(), /緊急: 堤防の水位/);
  assert.match(await there.locator('[data-testid=quote]').innerText(), /短くしました/);
  assert.equal(await head.at('chat-text').inputValue(), '書きかけ');
  await head.at('attachment').filter({ hasText: '下書き.txt' }).waitFor();
  // What has gone is kept no longer; nothing is when nobody is signed in.
  await bubble(head, '読み込み直しても').waitFor();
  await head.at('going').waitFor({ state: 'detached' });
  await head.open('#/settings', '設定');
  head.page.once('dialog', (dialog) => dialog.accept());
  await head.press('sign-out');
  await head.at('staff').waitFor();
  assert.deepEqual(await kept(), []);
  await head.signIn(HEAD.id, PASSWORD);
  await head.open('#/chat', 'チャット');
});

test('hundreds of unread: opened where one stopped reading, read only as far as was seen, the rest is counted', async () => {
  await goTo(steward, '自分宛');
  const crowd = await head.ask('POST', '/rooms', { type: 'group', name: '出水期', members: [STEWARD.id] });
  for (let n = 0; n < 3; n += 1) await head.ask('POST', `/rooms/${crowd.room}/messages`, { text: `読んだ ${n}` });
  const seen = (await steward.ask('GET', `/rooms/${crowd.room}/messages`)).messages.at(-1).born_seq;
  await steward.ask('POST', `/rooms/${crowd.room}/read`, { to: seen });
  for (let n = 0; n < 80; n += 1) await head.ask('POST', `/rooms/${crowd.room}/messages`, { text: `未読 ${n}` });
  await goTo(steward, '出水期');
  await steward.at('unread-from').waitFor();
  const first = await steward.page.evaluate(() => {
    const line = document.querySelector('[data-testid=unread-from]');
    return [...document.querySelectorAll('[data-testid=message]')].find((one) => line.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING).innerText;
  });
  assert.match(first, /未読 0(\D|$)/);
  const count = async () => Number(/\d+/.exec(await steward.at('jump').innerText())[0]);
  assert.ok((await count()) > 50, 'also those that were not fetched');
  await looksGood(steward, 'unread');
  const mark = async () => (await steward.ask('GET', '/rooms')).find((one) => one.id === crowd.room).unread;
  await becomes('what was on the screen is read', async () => (await mark()) < 80);
  assert.ok((await mark()) > 50, 'only what was on the screen');
  // Over what was not seen nothing is marked by itself.
  await steward.press('jump');
  await bubble(steward, '未読 79').waitFor();
  await steward.at('gap').waitFor();
  assert.ok((await mark()) > 50);
  await looksGood(steward, 'gap');
  await steward.press('gap-go');
  await steward.at('unread-from').waitFor();
  await steward.press('jump');
  await steward.press('gap-read');
  await steward.at('gap').waitFor({ state: 'detached' });
  await becomes('everything is read', async () => (await mark()) === 0);
});

test('a room on top of the list, on this PC', async () => {
  await goTo(head, '出水期');
  await head.press('room-settings');
  await head.press('room-pin');
  await head.page.keyboard.press('Escape');
  await head.ask('POST', `/rooms/${(await head.ask('GET', '/rooms')).find((one) => one.name === '河川 当番').id}/messages`, { text: '新しいもの' });
  await room(head, '出水期').locator('[data-testid=row-pinned]').waitFor();
  const order = async () => (await head.page.locator('[data-testid=room] .name').allInnerTexts()).map((one) => one.trim());
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid=room] .name')[2]?.textContent.includes('河川'));
  assert.match((await order())[1], /出水期/);
  await head.page.reload();
  await head.at('row-pinned').waitFor();
  await looksGood(head, 'pinned-room');
  await stands(head, '出水期');
  await head.press('room-settings');
  await head.press('room-pin');
  await head.page.keyboard.press('Escape');
  await head.at('row-pinned').waitFor({ state: 'detached' });
});

test('a room of several offices: its colour, its history, its sections, changed later', async () => {
  await head.press('chat-new');
  await head.at('new-type-offices').check();
  await head.at('new-name').fill('流域連絡');
  await head.at('new-sections').selectOption(SECTION);
  await head.at('new-history').uncheck();
  await head.page.locator('[data-testid=new-room] [data-testid=colour-green]').click();
  await looksGood(head, 'new-offices');
  await head.press('make-room');
  await stands(head, '流域連絡');
  const of = async () => head.ask('GET', `/rooms/${await here(head)}`);
  assert.deepEqual([(await of()).type, (await of()).colour, (await of()).history, (await of()).sections], ['offices', 'green', 'joined', [SECTION]]);
  await head.press('room-settings');
  await head.at('room-sections').selectOption(OTHER_SECTION);
  await looksGood(head, 'sections');
  await head.press('room-keep');
  await head.page.waitForFunction(() => document.querySelector('[data-testid=room-keep]').getAttribute('aria-disabled') === 'true');
  assert.deepEqual((await of()).sections, [SECTION, OTHER_SECTION]);
  await head.page.keyboard.press('Escape');
});

test('a message points to an inspection, which opens for its reader', async () => {
  const { finger } = house;
  await publish(house.office, join(root, 'ui/e2e/forms/console-sheet.json'));
  let form;
  await becomes('the form is on the phone', async () => {
    await finger.ask('sync_now', { deadline_s: 30 });
    [form] = await finger.ask('form_list');
    return form !== undefined;
  });
  const begun = await finger.ask('inspection_begin', { case: house.caseId, form_version: form.id });
  await house.sync();
  await goTo(head, '河川 当番');
  await head.press('link-add');
  await head.at('link-of').filter({ hasText: CASE_NAME }).click();
  await head.press('link-inspection');
  await head.at('link-set').waitFor();
  await head.press('send');
  const card = head.at('message').last().locator('[data-testid=chat-link][data-kind=inspection]');
  await card.waitFor();
  await card.click();
  await head.page.waitForFunction((id) => window.location.hash.includes(id), begun.row.id);
});

test('what is held shows everything it will say, and is put right', async () => {
  const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const minutes = (new Date().getUTCHours() * 60 + new Date().getUTCMinutes() + 9 * 60 + 12 * 60) % 1440;
  const at = (n) => `${String(Math.floor((n % 1440) / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`;
  await head.ask('PUT', '/sections/times/hours', { section: SECTION, staff: CLERK, days: Object.fromEntries(week.map((day) => [day, [[at(minutes), at(minutes + 10)]]])) });
  await head.ask('POST', '/rooms', { type: 'group', name: '翌朝の連絡', members: [CLERK] });
  await goTo(head, '翌朝の連絡');
  await head.press('stamps');
  await head.press('stamp-can_go');
  await head.at('held').filter({ hasText: '出られる' }).waitFor();
  await hand(head, 'chat-text', 'drop', [{ name: '法面.jpg', hue: 30 }, { name: '段取り.txt', text: '朝礼' }]);
  await head.at('attachment').nth(1).waitFor();
  await head.at('chat-text').fill('あしたの段取り');
  await head.press('send');
  const held = head.at('held').filter({ hasText: 'あしたの段取り' });
  await held.locator('[data-testid=chat-photo] img').waitFor();
  await held.getByText('段取り.txt').waitFor();
  await looksGood(head, 'held');
  await held.locator('[data-testid=correct]').click();
  await head.at('edit-text').fill('あさっての段取り');
  await head.press('edit-save');
  await head.at('held').filter({ hasText: 'あさっての段取り' }).waitFor();
  assert.equal(await head.at('message').count(), 0);
});

test('every message of a room is told, not the first alone', async () => {
  await head.page.evaluate(() => {
    window.told = [];
    window.Notification = class extends EventTarget {
      static permission = 'granted';
      static requestPermission = () => Promise.resolve('granted');
      constructor(title, options) {
        super();
        window.told.push(options);
      }
      close() {}
    };
  });
  await head.press('room-settings');
  await head.press('notify');
  await head.page.locator('[data-testid=notify-state][data-state=on]').waitFor();
  await head.page.keyboard.press('Escape');
  await head.open('#/cases', '案件');
  await goTo(steward, '河川 当番');
  for (const [count, text] of [[1, '一度目'], [2, '二度目']]) {
    await write(steward, text);
    await head.page.waitForFunction((n) => window.told.length === n, count);
  }
  const told = await head.page.evaluate(() => window.told);
  assert.equal(told[0].tag, told[1].tag);
  assert.deepEqual(told.map((one) => one.renotify), [true, true]);
});
