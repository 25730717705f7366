// The office's chat at a PC: two people at their desks talk over a real office. Japanese input that nothing may disturb,
// dropping and pasting, right click and keyboard alone, read marks, search, 安否・参集, hours and duty.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bubble, goTo, hand, room, stands, texts, write } from './lib/chat-desk.mjs';
import { CASE_NAME, CLERK, HEAD, SECTION, startConsole, STEWARD } from './lib/console.mjs';
import { SIZES } from './lib/desk.mjs';
import { gate } from './lib/gate.mjs';
import { runProgram } from './lib/programs.mjs';

let house, head, steward;

before(async () => {
  house = await startConsole();
  head = await house.desk(HEAD.id);
  steward = await house.desk(STEWARD.id);
});
after(() => house?.stop());

const least = 23.5;

async function shot(desk, name) {
  const out = process.env.EKITEI_SHOTS;
  if (out) await desk.page.screenshot({ path: join(out, `console-chat-${name}.png`) });
}

async function looksGood(desk, what, px = least) {
  await shot(desk, what);
  assert.deepEqual(await desk.look(px), [], what);
  assert.deepEqual(desk.faults, [], `${what}: page errors`);
}

test('the navigation leads to the rooms; 自分宛 is on top before anything was written', async () => {
  await head.press('nav-chat');
  await head.at('room').first().waitFor();
  assert.equal(await head.at('room').first().getAttribute('data-type'), 'self');
  await looksGood(head, 'empty');
  await head.at('room').first().click();
  await head.at('chat-text').waitFor();
  await looksGood(head, 'self');
});

test('Japanese input: the field is never rewritten during a conversion, and no Enter of one sends', async () => {
  await goTo(head, '自分宛');
  const field = head.at('chat-text');
  const session = await head.page.context().newCDPSession(head.page);
  const compose = async () => {
    for (const text of ['に', 'にほ', 'にほん']) await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  };
  for (const enters of [false, true]) {
    if (enters) await head.at('enter-sends').check();
    await field.click();
    await field.evaluate((element) => {
      const own = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value');
      window.rewritten = 0;
      Object.defineProperty(element, 'value', { configurable: true, get() { return own.get.call(this); }, set(next) { window.rewritten += 1; own.set.call(this, next); } });
    });
    await compose();
    const left = await field.evaluate((element) =>
      [{ isComposing: true, keyCode: 13 }, { isComposing: false, keyCode: 229 }, { isComposing: true, keyCode: 229, ctrlKey: true }].map((more) =>
        element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more }))));
    assert.deepEqual(left, [true, true, true], 'Enter during a conversion belongs to the keyboard');
    await session.send('Input.insertText', { text: '日本' });
    assert.equal(await head.page.evaluate(() => window.rewritten), 0, 'nobody wrote into the field');
    assert.equal(await head.at('message').count() + (await head.at('going').count()), enters ? 1 : 0, 'nothing was sent');
    await field.evaluate((element) => delete element.value);
    if (enters) {
      await head.page.keyboard.press('Shift+Enter');
      await head.page.keyboard.insertText('海');
      assert.equal(await field.inputValue(), '日本\n海');
      await head.page.keyboard.press('Enter');
    } else {
      await head.page.keyboard.press('Enter');
      assert.equal(await field.inputValue(), '日本\n', 'Enter is a new line unless somebody chose otherwise');
      await head.page.keyboard.press('Control+Enter');
    }
    await head.page.waitForFunction((count) => document.querySelectorAll('[data-testid=message]').length === count, enters ? 2 : 1);
    assert.equal(await field.inputValue(), '');
  }
  await head.at('enter-sends').uncheck();
  await session.detach();
});

test('a draft stays with its room', async () => {
  await goTo(head, '自分宛');
  await head.at('chat-text').fill('書きかけ');
  await head.page.evaluate(() => (window.location.hash = '#/chat'));
  await head.at('row-draft').waitFor();
  await goTo(head, '自分宛');
  assert.equal(await head.at('chat-text').inputValue(), '書きかけ');
  await head.at('chat-text').fill('');
});

test('one-to-one: found by name, written, read on the other side, answered; the tab and the navigation count', async () => {
  await head.press('chat-new');
  await head.at('new-people').fill('ほろかない');
  await head.at('new-people-option').first().click();
  await looksGood(head, 'new-room');
  await head.press('make-room');
  await stands(head, STEWARD.name);
  await write(head, '現場の写真を送ります');
  await head.page.waitForFunction(() => document.querySelector('[data-testid=state-sent]'));
  // The other desk is on another screen and is told there.
  await steward.page.waitForFunction(() => /^\(1\)/.test(document.title));
  await steward.page.locator('[data-testid=nav-chat] .badge', { hasText: '1' }).waitFor();
  await steward.press('nav-chat');
  await steward.at('row-unread').waitFor();
  await shot(steward, 'unread');
  await room(steward, HEAD.name).click();
  await steward.at('unread-from').waitFor();
  assert.deepEqual(await texts(steward), ['現場の写真を送ります']);
  await head.at('reads').waitFor();
  assert.match(await head.at('reads').innerText(), /既読1/);
  await head.press('reads');
  await head.at('has-read').filter({ hasText: STEWARD.name }).waitFor();
  await looksGood(head, 'readers');
  await head.page.keyboard.press('Escape');
  await steward.page.waitForFunction(() => !/^\(/.test(document.title));
});

test('right click: a menu; reply with quote, reaction, pin, edit, unsend', async () => {
  await bubble(steward, '現場の写真').locator('.bubble').click({ button: 'right' });
  await steward.at('message-actions').waitFor();
  await looksGood(steward, 'menu');
  await steward.press('do-reply');
  await steward.at('replying').waitFor();
  await write(steward, '届きました');
  await bubble(head, '届きました').locator('[data-testid=quote]').waitFor();
  assert.match(await bubble(head, '届きました').innerText(), /増毛 かおる\s*現場の写真/);
  await bubble(head, '届きました').locator('.bubble').click({ button: 'right' });
  await head.press('react-thumbs_up');
  await bubble(steward, '届きました').locator('[data-testid=reaction-thumbs_up]').waitFor();
  await bubble(steward, '届きました').locator('.bubble').click({ button: 'right' });
  await steward.press('do-edit');
  await steward.at('edit-text').fill('届きました。ありがとうございます');
  await steward.press('edit-save');
  await bubble(head, 'ありがとうございます').filter({ hasText: '編集済' }).waitFor();
  await bubble(head, 'ありがとうございます').locator('.bubble').click({ button: 'right' });
  await head.press('do-pin');
  await steward.at('pin').waitFor();
  await write(head, 'まちがい');
  await bubble(steward, 'まちがい').waitFor();
  await bubble(head, 'まちがい').locator('.bubble').click({ button: 'right' });
  await head.press('do-unsend');
  await bubble(steward, '送信を取り消しました').waitFor();
  assert.equal((await texts(steward)).includes('まちがい'), false);
  await looksGood(head, 'talk');
});

test('keyboard alone: from the list to the room, a message, its menu, an answer', async () => {
  const keys = head.page.keyboard;
  await head.page.evaluate(() => (window.location.hash = '#/chat'));
  await head.at('room-filter').focus();
  await keys.type('ほろ');
  await head.at('room-filter').fill('幌');
  await keys.press('ArrowDown');
  assert.match(await head.page.evaluate(() => document.activeElement.innerText), /幌加内/);
  await keys.press('Enter');
  await stands(head, STEWARD.name);
  await head.at('chat-text').focus();
  await keys.insertText('鍵盤だけで');
  await keys.press('Control+Enter');
  await bubble(head, '鍵盤だけで').waitFor();
  await bubble(head, '鍵盤だけで').locator('[data-testid=message-menu]').focus();
  await keys.press('Enter');
  await head.at('message-actions').waitFor();
  await head.page.waitForFunction(() => document.activeElement?.dataset.testid === 'do-reply');
  await keys.press('ArrowDown');
  assert.equal(await head.page.evaluate(() => document.activeElement.dataset.testid), 'do-copy');
  await keys.press('ArrowUp');
  await keys.press('Enter');
  await head.page.waitForFunction(() => document.activeElement?.id === 'chat-text');
  await head.at('replying').waitFor();
  await head.press('reply-off');
});

test('pictures and files are dropped and pasted, arrive in order, and are saved by one press', async () => {
  await hand(head, 'chat-text', 'drop', [{ name: '法面.jpg', hue: 120 }, { name: '要点.txt', text: '三行の要点' }]);
  await hand(head, 'chat-text', 'paste', [{ name: '貼り付け.jpg', hue: 20 }]);
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid=attachment]').length === 3);
  await looksGood(head, 'attachments');
  await head.at('chat-text').fill('三つ付けます');
  await head.press('send');
  await write(head, 'あとの一言');
  await bubble(steward, 'あとの一言').waitFor();
  assert.deepEqual((await texts(steward)).slice(-2), ['三つ付けます', 'あとの一言']);
  const there = bubble(steward, '三つ付けます');
  await there.locator('[data-testid=save-photo]').nth(1).waitFor();
  await there.locator('[data-testid=chat-file]').waitFor();
  const [saved] = await Promise.all([steward.page.waitForEvent('download'), there.locator('[data-testid=save-photo]').first().click()]);
  assert.match(saved.suggestedFilename(), /\.jpg$/);
  const [paper] = await Promise.all([steward.page.waitForEvent('download'), there.locator('[data-testid=chat-file]').click()]);
  assert.equal(paper.suggestedFilename(), '要点.txt');
  await there.locator('[data-testid=chat-photo]').first().click();
  await steward.at('viewer').waitFor();
  await looksGood(steward, 'viewer');
  await steward.page.keyboard.press('Escape');
  await steward.at('viewer').waitFor({ state: 'detached' });
  // Too large is said before anything leaves.
  await head.at('chat-files').setInputFiles({ name: '大きい.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(10 * 1024 * 1024 + 1) });
  await head.at('compose-fault').waitFor();
  assert.equal(await head.at('attachment').count(), 0);
});

test('without a line messages wait in order, and go by themselves once each', async () => {
  // The office has the first one, once all are written; only its answer is lost.
  const written = gate();
  let reached = 0;
  await head.page.route('**/api/rooms/*/messages', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    reached += 1;
    if (reached === 1) await written.opened.then(() => route.fetch());
    await route.abort();
  });
  for (const text of ['圏外一', '圏外二', '圏外三']) {
    await head.at('chat-text').fill(text);
    await head.page.keyboard.press('Control+Enter');
  }
  await head.at('going').nth(2).waitFor();
  written.open();
  await head.page.waitForFunction(() => document.querySelector('[data-testid=going] [data-testid=retry]'));
  await shot(head, 'waiting');
  await head.page.unroute('**/api/rooms/*/messages');
  await bubble(steward, '圏外三').waitFor();
  assert.deepEqual((await texts(steward)).filter((one) => one.startsWith('圏外')), ['圏外一', '圏外二', '圏外三']);
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid=going]').length === 0);
  assert.deepEqual((await texts(head)).filter((one) => one.startsWith('圏外')), ['圏外一', '圏外二', '圏外三']);
});

test('a refused message says why and can be dropped; urgent needs a reason and is listed for the head', async () => {
  await head.page.route('**/api/rooms/*/messages', (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 403, contentType: 'application/json', body: '{"code":"not-allowed","params":{},"cure":"ask"}' }) : route.continue()));
  await head.at('chat-text').fill('断られる');
  await head.press('send');
  await head.page.locator('[data-testid=going][data-state=failed]').waitFor();
  await head.at('chat-text').fill('もう一度');
  await head.press('send');
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid=going][data-state=failed]').length === 2);
  await head.page.unroute('**/api/rooms/*/messages');
  await head.page.locator('[data-testid=going]', { hasText: 'もう一度' }).locator('[data-testid=retry]').click();
  await bubble(steward, 'もう一度').waitFor();
  await head.press('drop');
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid=going]').length === 0);
  await head.press('urgent-open');
  await head.at('urgent-why').fill('堤');
  assert.equal(await head.at('urgent-set').getAttribute('aria-disabled'), 'true');
  await head.at('urgent-why').fill('堤防の水位');
  await looksGood(head, 'urgent');
  await head.press('urgent-set');
  await write(head, 'すぐ見てください');
  await bubble(steward, 'すぐ見てください').locator('[data-testid=urgent]').waitFor();
  await head.open('#/times', '勤務時間・当番');
  await head.press('times-urgent');
  await head.at('urgent-uses').filter({ hasText: '堤防の水位' }).waitFor();
});

test('search opens a message in its place, beyond the pages that are shown', async () => {
  const rooms = await head.ask('GET', '/rooms');
  const direct = rooms.find((one) => one.type === 'direct').id;
  for (let n = 0; n < 120; n += 1) await head.ask('POST', `/rooms/${direct}/messages`, { text: n === 3 ? '目印の砂防堰堤' : `記録 ${n}` });
  await goTo(head, STEWARD.name);
  await head.at('older').waitFor({ state: 'attached' });
  await head.press('chat-find');
  await head.at('find-q').fill('堰');
  await head.at('hit').filter({ hasText: '砂防堰堤' }).waitFor();
  await looksGood(head, 'find');
  await head.press('hit');
  await bubble(head, '目印の砂防堰堤').waitFor();
  await head.page.waitForFunction(() => {
    const box = [...document.querySelectorAll('[data-testid=message]')].find((one) => one.innerText.includes('砂防堰堤'))?.getBoundingClientRect();
    return box && box.top > 0 && box.bottom < innerHeight;
  });
  await head.press('jump');
  await bubble(head, '記録 119').waitFor();
  // Scrolled up, older pages come without a gap.
  await head.page.waitForFunction(() => {
    const frame = document.querySelector('[data-testid=messages]');
    frame.scrollTop = 0;
    return frame.innerText.includes('記録 0');
  });
  const all = (await texts(head)).filter((one) => /^記録 \d+$/.test(one));
  assert.deepEqual(all, Array.from({ length: 120 }, (_, n) => n).filter((n) => n !== 3).map((n) => `記録 ${n}`));
  // The other side has read it all, in one piece or in many: its room opens at the end from here on.
  const newest = (await steward.ask('GET', `/rooms/${direct}/messages?limit=1`)).messages[0].born_seq;
  await steward.ask('POST', `/rooms/${direct}/read`, { to: newest });
});

test('who goes to a place while news is being read stays there', async () => {
  const direct = (await head.ask('GET', '/rooms')).find((one) => one.type === 'direct').id;
  await goTo(head, STEWARD.name);
  await head.press('chat-find');
  await head.at('find-q').fill('堰');
  await head.at('hit').filter({ hasText: '砂防堰堤' }).waitFor();
  const news = gate();
  let asked;
  const reading = new Promise((resolve) => (asked = resolve));
  const pages = (url) => url.pathname === `/api/rooms/${direct}/messages` && !url.searchParams.has('around');
  await head.page.route(pages, async (route) => {
    asked();
    await news.opened;
    await route.continue();
  });
  await steward.ask('POST', `/rooms/${direct}/messages`, { text: 'いま着きました' });
  await reading;
  await head.press('hit');
  await head.page.waitForURL(/at=/);
  // Time enough for a page that does not wait for the other.
  await head.page.evaluate(async () => { for (let n = 0; n < 30; n += 1) await new Promise(requestAnimationFrame); });
  const read = head.page.waitForResponse((response) => pages(new URL(response.url())));
  news.open();
  await (await read).finished();
  await head.page.unroute(pages);
  await bubble(head, '目印の砂防堰堤').waitFor();
  // What came in is read once more, and leads nowhere else.
  await steward.ask('POST', `/rooms/${direct}/messages`, { text: '始めます' });
  await room(head, STEWARD.name).filter({ hasText: '始めます' }).waitFor();
  await bubble(head, '目印の砂防堰堤').waitFor();
  await head.press('jump');
  await bubble(head, '始めます').waitFor();
});

test('a group: mention by @, settings, somebody is taken out', async () => {
  await head.press('chat-new');
  for (const name of ['ほろかない', 'てしお']) {
    await head.at('new-people').fill(name);
    await head.at('new-people-option').first().click();
  }
  await head.at('new-name').fill('砂利採取 当番');
  await head.press('make-room');
  await stands(head, '砂利採取 当番');
  await room(head, '砂利採取 当番').waitFor();
  await head.at('chat-text').click();
  await head.page.keyboard.insertText('@幌');
  await head.at('mention-one').filter({ hasText: STEWARD.name }).waitFor();
  await head.page.keyboard.press('Enter');
  await head.page.keyboard.insertText('見ましたか');
  assert.match(await head.at('chat-text').inputValue(), /@幌加内 さち 見ましたか/);
  await head.press('urgent-open');
  await head.at('urgent-why').fill('川の水位');
  await head.press('urgent-set');
  await head.at('chat-text').click();
  await head.page.keyboard.press('Control+Enter');
  await steward.page.evaluate(() => (window.location.hash = '#/chat'));
  await steward.at('row-mention').waitFor();
  await runProgram('ekitei-server', ['room-retention', '--data', house.office.data, 'group=365,90-1095']);
  await head.press('room-settings');
  await head.at('member').nth(2).waitFor();
  await head.at('room-keep-text').filter({ hasText: '365日' }).waitFor();
  await head.at('room-keep-days').fill('５');
  await head.page.getByText('90から1095までの日数').waitFor();
  assert.ok(await head.at('room-keep-save').isDisabled());
  await looksGood(head, 'settings');
  await head.at('room-name').fill('砂利採取 当番（夏）');
  await head.at('room-keep-days').fill('１８０');
  // Somebody says something meanwhile: what is being written stays.
  const here = await head.page.evaluate(() => window.location.hash.match(/[0-9a-f-]{36}/)[0]);
  await steward.ask('POST', `/rooms/${here}/messages`, { text: '設定の途中です', urgent: '川の水位' });
  await bubble(head, '設定の途中です').waitFor({ state: 'attached' });
  assert.deepEqual([await head.at('room-name').inputValue(), await head.at('room-keep-days').inputValue()], ['砂利採取 当番（夏）', '１８０']);
  await head.press('room-keep-save');
  await head.at('room-keep-text').filter({ hasText: '180日' }).waitFor();
  await head.at('member').filter({ hasText: '天塩' }).locator('[data-testid=member-out]').click();
  await head.page.waitForFunction(() => document.querySelectorAll('[data-testid=member]').length === 2);
  await head.page.keyboard.press('Escape');
});

test('outside the hours of somebody in the room a message waits, says until when, and can be taken back', async () => {
  const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  // Hours that are never now: ten minutes, half a day away (in Japan, as the office counts).
  const minutes = (new Date().getUTCHours() * 60 + new Date().getUTCMinutes() + 9 * 60 + 12 * 60) % 1440;
  const at = (n) => `${String(Math.floor((n % 1440) / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`;
  const span = [[at(minutes), at(minutes + 10)]];
  await head.ask('PUT', '/sections/times/hours', { section: SECTION, staff: CLERK, days: Object.fromEntries(week.map((day) => [day, span])) });
  await head.ask('POST', '/rooms', { type: 'group', name: '夜の連絡', members: [CLERK] });
  await goTo(head, '夜の連絡');
  await head.at('chat-text').fill('あしたの段取り');
  await head.press('send');
  await head.at('state-held').waitFor();
  assert.match(await head.at('state-held').innerText(), /に届きます/);
  await looksGood(head, 'held');
  await head.press('cancel');
  await head.at('held').waitFor({ state: 'detached' });
  assert.equal(await head.at('message').count(), 0);
});

test('a copy of the room: asked for with a reason, approved and taken by the head', async () => {
  await goTo(steward, HEAD.name);
  await steward.press('room-settings');
  await steward.at('export-reason').fill('情報公開の求め');
  await steward.press('export-ask');
  await steward.page.waitForFunction(() => document.querySelector('[data-testid=export-reason]').value === '');
  await steward.page.keyboard.press('Escape');
  await head.open('#/times', '勤務時間・当番');
  await head.press('times-exports');
  await head.at('export').filter({ hasText: '情報公開の求め' }).waitFor();
  await head.press('export-approve');
  await head.at('export-take').waitFor();
  await looksGood(head, 'exports');
  const [file] = await Promise.all([head.page.waitForEvent('download'), head.press('export-take')]);
  assert.match(file.suggestedFilename(), /\.zip$/);
  await head.at('export-taken').filter({ hasText: HEAD.name }).waitFor();
});

test('a copy that a head asks for is approved by somebody else', async () => {
  await goTo(head, STEWARD.name);
  await head.press('room-settings');
  await head.at('export-reason').fill('監査の準備');
  await head.press('export-ask');
  await head.page.waitForFunction(() => document.querySelector('[data-testid=export-reason]').value === '');
  await head.page.keyboard.press('Escape');
  const own = (desk) => desk.at('export').filter({ hasText: '監査の準備' });
  for (const desk of [head, steward]) {
    await desk.open('#/times', '勤務時間・当番');
    await desk.press('times-exports');
    await own(desk).waitFor();
  }
  await own(head).locator('[data-testid=export-other]').waitFor();
  assert.equal(await own(head).locator('[data-testid=export-approve]').count(), 0);
  await looksGood(head, 'export-other');
  await own(steward).locator('[data-testid=export-approve]').click();
  await own(steward).and(steward.page.locator('[data-state=approved]')).waitFor();
  assert.equal(await own(steward).locator('[data-testid=export-take]').count(), 0, 'the head takes it');
  await head.open('#/chat', 'チャット');
  await head.open('#/times', '勤務時間・当番');
  await head.press('times-exports');
  await Promise.all([head.page.waitForEvent('download'), own(head).locator('[data-testid=export-take]').click()]);
});

test('教えて: a picture of a case is asked about, the answer goes into the case', async () => {
  await house.takePhotos(['見慣れない虫']);
  await house.sync();
  await head.open(`#/case/${house.caseId}`, CASE_NAME);
  await head.at('photo-tile').first().waitFor();
  await head.press('photo-tile');
  await head.press('photo-ask');
  await head.at('ask-people').fill('ほろかない');
  await head.at('ask-people-option').first().click();
  await head.at('ask-text').fill('北の棚の虫です。教えてください。');
  await looksGood(head, 'ask');
  // What comes in meanwhile renews the page below; whom and what is asked stays.
  await house.finger.ask('note_save', { case: house.caseId, title: '棚田の見回り', text: '異常なし' });
  await house.sync();
  await head.page.getByText('棚田の見回り').first().waitFor({ state: 'attached' });
  assert.equal(await head.at('ask-text').inputValue(), '北の棚の虫です。教えてください。');
  await head.press('ask-send');
  await head.at('ask-about').waitFor({ state: 'hidden' });
  await goTo(steward, HEAD.name);
  const question = bubble(steward, '教えてください');
  await question.locator('[data-testid=chat-photo]').waitFor();
  await question.locator('[data-testid=message-menu]').click();
  await steward.press('do-reply');
  await write(steward, 'マメコガネです');
  await head.page.keyboard.press('Escape');
  await goTo(head, STEWARD.name);
  await bubble(head, 'マメコガネです').locator('.bubble').click({ button: 'right' });
  await head.press('do-answer');
  await bubble(head, '回答あり').waitFor();
  await shot(head, 'answered');
  const { notes } = await head.ask('GET', `/cases/${house.caseId}`);
  assert.equal(notes.filter((one) => one.text.includes('マメコガネです')).length, 1);
});

test('安否・参集: opened, answered by one press, counted live, who is to be rung, as a table', async () => {
  await head.open('#/calls', '安否・参集');
  await head.press('call-new');
  await head.at('call-room-name').fill('空知 災害対策');
  await looksGood(head, 'call-new');
  // The office has room and call; its answers are lost, one after the other. Pressed again, neither is made twice.
  for (const path of ['**/api/rooms', '**/api/calls']) {
    let lost = false;
    await head.page.route(path, async (route) => {
      if (lost || route.request().method() !== 'POST') return route.fallback();
      lost = true;
      await route.fetch();
      await route.abort();
    });
    await head.press('call-send');
    await head.at('call-fault').waitFor();
    await head.page.unroute(path);
  }
  await head.press('call-send');
  await head.at('call').waitFor();
  assert.equal((await head.ask('GET', '/calls')).length, 1);
  assert.equal((await head.ask('GET', '/rooms')).filter((one) => one.name === '空知 災害対策').length, 1);
  await steward.open('#/calls', '安否・参集');
  await steward.at('answer-safe').click();
  await steward.page.locator('[data-testid=answer-safe][aria-pressed=true]').waitFor();
  await steward.at('answer-in_30').click();
  await steward.page.locator('[data-testid=answer-in_30][aria-pressed=true]').waitFor();
  await head.press('call-open');
  await head.at('tally').waitFor();
  await head.page.waitForFunction(() => Number(document.querySelector('[data-testid=tile-safe] .count')?.textContent) === 1);
  await head.press('tile-unanswered');
  await head.at('answers').filter({ hasText: '留萌 ゆき' }).waitFor();
  assert.match(await head.at('answers').innerText(), /21-345/);
  await looksGood(head, 'board');
  const [csv] = await Promise.all([head.page.waitForEvent('download'), head.at('call-csv').click()]);
  assert.match(csv.suggestedFilename(), /\.csv$/);
});

test('hours and duty of the section', async () => {
  await head.open('#/times', '勤務時間・当番');
  await head.press('hours-edit');
  await head.at('from-mon').fill('09:00');
  await looksGood(head, 'hours');
  await head.press('hours-keep');
  await head.at('hours-words').filter({ hasText: '月 09:00–17:30' }).waitFor();
  // Two spans a day; what overlaps cannot be kept.
  await head.press('hours-edit');
  await head.at('to-mon').fill('12:00');
  await head.press('span-add-mon');
  await head.at('from-mon-2').fill('11:00');
  await head.at('to-mon-2').fill('17:15');
  await head.at('hours-wrong').waitFor();
  assert.equal(await head.at('hours-keep').getAttribute('aria-disabled'), 'true');
  await head.at('from-mon-2').fill('13:00');
  await looksGood(head, 'spans');
  await head.press('hours-keep');
  await head.at('hours-words').filter({ hasText: '月 09:00–12:00・13:00–17:15' }).waitFor();
  // Shift by shift, for one person.
  await head.at('hours-person-pick').fill('ほろかない');
  await head.at('hours-person-pick-option').first().click();
  await head.at('hours-kind-shift').check();
  await head.at('shift-from-1').fill('2099-01-05T08:30');
  await head.at('shift-to-1').fill('2099-01-06T08:30');
  await head.press('shift-add');
  assert.equal(await head.at('shift-from-2').inputValue(), '2099-01-06T08:30');
  await head.at('shift-from-2').fill('2099-01-08T08:30');
  await head.at('shift-to-2').fill('2099-01-09T08:30');
  await looksGood(head, 'shifts');
  await head.press('hours-keep');
  await head.at('hours-person').filter({ hasText: STEWARD.name }).filter({ hasText: 'シフト勤務（2回）' }).waitFor();
  const shifts = async () => (await head.ask('GET', `/sections/times?section=${encodeURIComponent(SECTION)}`)).hours.find((one) => one.staff?.id === STEWARD.id)?.shifts;
  assert.deepEqual((await shifts()).map((one) => one.map((at) => Date.parse(at))), [['2099-01-05', '2099-01-06'], ['2099-01-08', '2099-01-09']].map((one) => one.map((day) => Date.parse(`${day}T08:30:00+09:00`))));
  await head.at('hours-person').filter({ hasText: STEWARD.name }).locator('[data-testid=hours-person-edit]').click();
  await head.press('shift-out-1');
  await head.press('hours-keep');
  await head.at('hours-person').filter({ hasText: STEWARD.name }).filter({ hasText: 'シフト勤務（1回）' }).waitFor();
  assert.equal((await shifts()).length, 1);
  await head.press('times-duty');
  await head.at('duty-who').fill('るもい');
  await head.at('duty-who-option').first().click();
  await head.at('duty-from').fill('2099-01-05T17:30');
  await head.at('duty-to').fill('2099-01-06T08:45');
  await head.at('duty-what').fill('宿直');
  await head.press('duty-add');
  await head.at('duty-row').filter({ hasText: '宿直' }).waitFor();
  await looksGood(head, 'duty');
  const kept = await head.ask('GET', `/sections/times?section=${encodeURIComponent(SECTION)}`);
  assert.equal(kept.duty.length, 1);
  await head.press('duty-out');
  await head.at('duty-row').waitFor({ state: 'detached' });
});

test('the desktop is told only after somebody asked for it by a press', async () => {
  await head.page.evaluate(() => {
    window.told = [];
    window.asked = 0;
    window.Notification = class extends EventTarget {
      static permission = 'default';
      static requestPermission() {
        window.asked += 1;
        this.permission = 'granted';
        return Promise.resolve('granted');
      }
      constructor(title, options) {
        super();
        window.told.push(`${title}: ${options.body}`);
      }
      close() {}
    };
  });
  await goTo(head, STEWARD.name);
  assert.equal(await head.page.evaluate(() => window.asked), 0);
  await head.press('room-settings');
  await head.press('notify');
  await head.page.locator('[data-testid=notify-state][data-state=on]').waitFor();
  assert.equal(await head.page.evaluate(() => window.asked), 1);
  await head.page.keyboard.press('Escape');
  await head.open('#/cases', '案件');
  await goTo(steward, HEAD.name);
  await write(steward, '知らせてください');
  await head.page.waitForFunction(() => window.told.length > 0);
  assert.deepEqual(await head.page.evaluate(() => window.told), ['幌加内 さち（幌加内 さち）: 知らせてください']);
});

test('who is taken out of a room no longer reads it', async () => {
  await goTo(steward, '砂利採取 当番');
  await steward.at('message').first().waitFor();
  await goTo(head, '砂利採取 当番');
  await head.press('room-settings');
  await head.at('member').filter({ hasText: STEWARD.name }).locator('[data-testid=member-out]').click();
  await steward.at('message').first().waitFor({ state: 'detached' });
  await room(steward, '砂利採取 当番').waitFor({ state: 'detached' });
  assert.deepEqual(steward.faults, []);
});

test('in a narrow window: the list, then the room, and back', async () => {
  const one = await house.desk(STEWARD.id, SIZES.narrow);
  await one.open('#/chat', 'チャット');
  await room(one, HEAD.name).waitFor();
  await looksGood(one, 'narrow-list', 43.5);
  await room(one, HEAD.name).click();
  await one.at('chat-text').waitFor();
  await one.at('message').first().waitFor();
  await looksGood(one, 'narrow-room', 43.5);
  await one.press('room-back');
  await room(one, HEAD.name).waitFor();
  await one.page.context().close();
});

test('in English, and with letters twice as large', async () => {
  const one = await house.desk(STEWARD.id);
  await one.open('#/settings', '設定');
  await one.at('language-en').check();
  await one.open('#/chat', 'Chat');
  await room(one, HEAD.name).click();
  await one.at('message').first().waitFor();
  await looksGood(one, 'english');
  await one.open('#/settings', 'Settings');
  await one.at('text-size-200').check();
  await one.open('#/chat', 'Chat');
  await looksGood(one, 'large-list');
  await room(one, HEAD.name).click();
  await one.at('message').first().waitFor();
  await looksGood(one, 'large');
  await one.page.context().close();
});
