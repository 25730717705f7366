// The storyboard of those on call, counted in taps: the alert, the answer, the whiteboard, and a message at 20:00. The
// office's clock and the phones' are told what time it is.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nextTuesday } from './lib/clock.mjs';
import { account, PASSWORD, SECTION } from './lib/console.mjs';
import { Desk } from './lib/desk.mjs';
import { becomes, DISPLAYS, Finger, launch } from './lib/finger.mjs';
import { PIN, runProgram, startOffice } from './lib/programs.mjs';
import { clean, Storyboards } from './lib/storyboard.mjs';

const HEAD = { id: 's-2001', name: '増毛 かおる' };
const CLERK = 's-1002';
const EVENING = Date.parse(`${nextTuesday()}T20:00:00+09:00`);

const boards = new Storyboards(clean);
let browser, office, finger, leading, leader, desk;

/** As the office knows them from now on. */
async function leads(role) {
  const people = join(office.dir, `${role}.csv`);
  writeFileSync(people, `id,name,kana,section,role,extension\n${HEAD.id},${HEAD.name},ましけ かおる,${SECTION},${role},21-300\n`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, people]);
}

before(async () => {
  [browser, office] = await Promise.all([launch(), startOffice({ clock: true })]);
  await leads('head');
  await account(office, HEAD.id);
  const phone = await office.startPhone('s-1001');
  finger = await Finger.at(browser, phone.url);
  await finger.open();
  leading = await office.startPhone(HEAD.id);
  leader = await Finger.at(browser, leading.url);
  await leader.open();
  await Promise.all([finger, leader].map((one) => one.ask('lock')));
  await office.moveTo(EVENING);
  await Promise.all([finger, leader].map((one) => one.ask('unlock', { pin: PIN })));
  desk = await Desk.at(browser, office.url);
  await desk.signIn(HEAD.id, PASSWORD);
});

after(async () => {
  boards.write('storyboards-oncall');
  await browser?.close();
  await office?.stop();
});

const said = (text) => finger.page.getByTestId('message').filter({ hasText: text }).last();

for (const [display, settings] of Object.entries(DISPLAYS)) {
  describe(`those on call, ${display}`, () => {
    const name = `大雨 ${display}`;
    let room;

    before(async () => {
      await finger.open();
      await finger.display(settings);
      await desk.ask('POST', '/rooms', { type: 'disaster', name, sections: [SECTION] });
      room = (await desk.ask('GET', '/rooms')).find((one) => one.name === name).id;
      const call = await desk.ask('POST', '/calls', { room, text: '大雨です。安否と参集の可否を答えてください', sections: [SECTION], asks: ['safety', 'coming'] });
      await becomes('the call comes', async () => {
        await finger.ask('sync_now', { deadline_s: 20 });
        return (await finger.ask('today')).calls.some((one) => one.room === room);
      });
      // The one of the display before is over.
      for (const old of (await desk.ask('GET', '/calls')).filter((one) => one.id !== call.record && !one.closed_at)) await desk.ask('POST', `/calls/${old.id}/close`, {});
      await becomes('the old one goes', async () => {
        await finger.ask('sync_now', { deadline_s: 20 });
        return (await finger.ask('today')).calls.length === 1;
      });
    });

    test('from the alert to its room in one tap', async () => {
      await finger.open();
      await boards.play(finger, 'oncall-alert', display, { taps: 1 }, async () => {
        await finger.tap('call-room');
        await finger.find('chat-text').waitFor();
      });
    });

    test('「30分」 is one tap, on Today, too', async () => {
      await finger.open();
      await boards.play(finger, 'oncall-answer', display, { taps: 1 }, async () => {
        await finger.tap('coming-in_30');
        await finger.page.locator('[data-testid=coming-in_30][aria-pressed=true]').waitFor();
      });
      await finger.tap('safety-safe');
      await finger.page.locator('[data-testid=safety-safe][aria-pressed=true]').waitFor();
      await becomes('the office counts it', async () => {
        await finger.ask('sync_now', { deadline_s: 20 });
        const call = (await desk.ask('GET', '/calls')).find((one) => one.room === room);
        return call.tally.in_30 === 1 && call.tally.safe === 1;
      });
    });

    test('the whiteboard: three taps, and it is sent', async () => {
      await finger.open();
      await boards.play(finger, 'oncall-whiteboard', display, { taps: 3 }, async () => {
        await finger.tap('call-room');
        await finger.tap('chat-camera');
        await finger.page.waitForSelector('video');
        await finger.nextFrame();
        await finger.tap('shutter');
        await becomes('it is sent', async () => (await finger.ask('chat_room', { room })).messages.length === 1);
      });
      await becomes('it is at the office', async () => (await finger.ask('sync_now', { deadline_s: 60 })).drained);
      const page = await desk.ask('GET', `/rooms/${room}/messages`);
      assert.equal(page.held.length, 0, 'a room for a disaster has no quiet hours');
    });

    test('a message at 20:00 is held until the morning by the send button alone', async () => {
      const { id } = await finger.ask('chat_open', { staff: CLERK });
      await finger.open(`#/room/${id}`);
      await finger.find('quiet').waitFor();
      const text = `資料を置きました${display}`;
      await boards.play(finger, 'oncall-night', display, { taps: 1, typed: text.length }, async () => {
        await finger.type('chat-text', text);
        await finger.tap('send');
        await said(text).getByTestId('state-held').waitFor({ timeout: 60_000 });
      });
      assert.match(await said(text).getByTestId('state-held').innerText(), /0?8:45 に届きます/);
    });

    test('緊急 is one tap more, and says why', async () => {
      const [text, why] = [`断水しました${display}`, '断水の連絡'];
      await boards.play(finger, 'oncall-urgent', display, { taps: 2, typed: text.length + why.length }, async () => {
        await finger.type('chat-text', text);
        await finger.tap('quiet-urgent');
        await finger.type('urgent-why', why);
        await finger.tap('urgent-set');
        await said(text).getByTestId('state-sent').waitFor({ timeout: 60_000 });
      });
      const { id } = await finger.ask('chat_open', { staff: CLERK });
      const last = (await finger.ask('chat_room', { room: id })).messages.filter((one) => one.born > 0).at(-1);
      assert.deepEqual([last.text, last.urgent], [text, why]);
    });
  });
}

test('who leads the section calls from the field, into a room that the call makes', async () => {
  await leader.open('#/chat');
  await leader.tap('call-new');
  await leader.find('call-room').waitFor();
  await clean(leader, 'a new call');
  await leader.shot('call-new');
  await leader.find('call-room').selectOption({ label: '新しい災害ルームを作る' });
  await leader.find('call-room-name').fill('地震 現地から');
  await leader.find('room-sections').selectOption(SECTION);
  await leader.find('call-text').fill('震度5弱です。安否を知らせてください');
  await leader.tap('call-send');
  await leader.find('safety-safe').waitFor();
  assert.equal((await leader.ask('sync_now', { deadline_s: 20 })).drained, true);
  await becomes('it asks the colleague', async () => {
    await finger.ask('sync_now', { deadline_s: 20 });
    return (await finger.ask('today')).calls.some((one) => one.text.startsWith('震度5弱'));
  });
  // Who leads nothing is not offered it.
  await finger.open('#/chat');
  await finger.find('chat-new').waitFor();
  assert.equal(await finger.page.getByTestId('call-new').count(), 0);
});

/** A call from the field; its room on the phone. */
async function call(text, name) {
  await leader.open('#/chat');
  await leader.tap('call-new');
  await leader.find('call-room').waitFor();
  if (name) {
    await leader.find('call-room').selectOption({ label: '新しい災害ルームを作る' });
    await leader.find('call-room-name').fill(name);
  } else {
    await leader.find('call-room').selectOption({ label: '地震 現地から' });
  }
  await leader.find('room-sections').selectOption(SECTION);
  await leader.find('call-text').fill(text);
  await leader.tap('call-send');
  await called(text).getByTestId('call-waiting').waitFor();
  return (await leader.ask('chat_rooms')).find((one) => one.name === (name ?? '地震 現地から')).id;
}
const called = (text) => leader.page.getByTestId('call').filter({ hasText: text });
const listed = (room) => leader.page.locator(`[data-testid=room][data-room="${room}"]`);

test('a call that has not gone out says so; refused, it says why, and goes again or is given up with its room', async () => {
  leading.line.cut();
  const there = await call('余震です。安否を知らせてください');
  await leader.shot('call-waiting');
  await clean(leader, 'a call that waits');
  const unmade = await call('橋が落ちました', '橋');
  await leader.find('chat-text').fill('迂回してください');
  await leader.tap('send');
  await leader.page.getByTestId('message').getByTestId('state-waiting').waitFor();
  await leader.open('#/chat');
  await listed(there).filter({ hasText: '未送信1件' }).waitFor();

  // The post has ended meanwhile.
  await leads('staff');
  leading.line.mend();
  await becomes('the office has answered', async () => {
    await leader.ask('sync_now', { deadline_s: 20 });
    return (await leader.ask('chat_badge')).failed === 2;
  });
  await leader.open('#/chat');
  await listed(there).filter({ hasText: '送れなかったもの1件' }).waitFor();
  await listed(unmade).filter({ hasText: '作れなかった部屋' }).waitFor();
  await leader.shot('call-failed-list');
  await clean(leader, 'a room that was not made, in the list');
  await leader.open(`#/room/${there}`);
  const failed = called('余震です').getByTestId('state-failed');
  await failed.waitFor();
  assert.match(await failed.innerText(), /送れませんでした: .*権限/);
  await leader.page.evaluate(() => document.querySelector('main').scrollTo(0, 0));
  await leader.shot('call-failed');
  await clean(leader, 'a call that was refused');

  await leader.open(`#/room/${unmade}`);
  await leader.find('room-unmade').waitFor();
  await called('橋が落ちました').getByTestId('call-waiting').waitFor();
  assert.equal(await leader.page.getByTestId('message').getByTestId('state-sent').count(), 0, 'nobody has got it');
  await leader.page.getByTestId('message').getByTestId('state-waiting').waitFor();
  await leader.page.evaluate(() => document.querySelector('main').scrollTo(0, 0));
  await leader.shot('room-unmade');
  await clean(leader, 'a room that was not made');
  await leader.find('room-unmade').getByTestId('drop').click();
  await leader.shot('room-unmade-drop');
  await leader.tap('unmade-drop-yes');
  await leader.find('chat-new').waitFor();
  assert.equal(await listed(unmade).count(), 0);

  await leads('head');
  await leader.open(`#/room/${there}`);
  await called('余震です').getByTestId('retry').click();
  await becomes('it asks the colleague', async () => {
    await Promise.all([leader, finger].map((one) => one.ask('sync_now', { deadline_s: 20 })));
    return (await finger.ask('today')).calls.some((one) => one.text.startsWith('余震です'));
  });
  await called('余震です').getByTestId('safety-safe').waitFor();
  assert.equal(await called('余震です').getByTestId('state-failed').count(), 0);
  assert.equal(await called('余震です').getByTestId('call-waiting').count(), 0);
});
