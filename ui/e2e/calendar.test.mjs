// The groupware's calendar on Today: from a file, by the operator's command and by the person at the console; a visit of an
// appointment is one tap.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CASE, startConsole } from './lib/console.mjs';
import { DISPLAYS } from './lib/finger.mjs';
import { runProgram } from './lib/programs.mjs';

let house, office, finger;

/** `20261121` of the day so many days from today, in Japan. */
const day = (ahead) => new Date(Date.now() + 9 * 3_600_000 + ahead * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
const event = (uid, lines) => `BEGIN:VEVENT\r\nUID:${uid}\r\n${lines.join('\r\n')}\r\nEND:VEVENT\r\n`;
const calendar = (...events) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//見本//グループウェア//JA\r\n${events.join('')}END:VCALENDAR\r\n`;
const WITH_CASE = () => event('a', [`SUMMARY:立入検査 ${CASE} 冬期`, ' 休止前の確認と指導事項の説明', 'LOCATION:北柏沢町字上幌別', `DTSTART;TZID=Asia/Tokyo:${day(0)}T235000`, `DTEND;TZID=Asia/Tokyo:${day(0)}T235500`]);
const LEAVE = () => event('b', ['SUMMARY:休暇(午後)', `DTSTART;VALUE=DATE:${day(0)}`]);
const MEETING = () => event('c', ['SUMMARY:係内打合せ', 'LOCATION:第2会議室', `DTSTART;TZID=Asia/Tokyo:${day(-6)}T091500`, 'DURATION:PT30M', 'RRULE:FREQ=WEEKLY']);

const events = () => finger.page.getByTestId('event').evaluateAll((all) => all.map((one) => one.innerText.replace(/\s+/g, ' ')));

async function importFile(text) {
  const file = join(office.dir, 'calendar.ics');
  writeFileSync(file, text);
  await runProgram('ekitei-server', ['import-calendar', '--data', office.data, '--staff', 's-1001', file]);
  await finger.ask('sync_now', { deadline_s: 60 });
}

before(async () => {
  house = await startConsole();
  ({ office, finger } = house);
});

after(() => house?.stop());

describe('on Today', () => {
  for (const [display, settings] of Object.entries({ ...DISPLAYS, english: { ...DISPLAYS.plain, language: 'en' } })) {
    test(`appointments of today and tomorrow stand under the visits: ${display}`, async () => {
      await importFile(calendar(WITH_CASE(), LEAVE(), MEETING()));
      await finger.open();
      await finger.display(settings);
      await finger.page.waitForFunction(() => document.querySelectorAll('[data-testid=event]').length === 3);
      const shown = await events();
      assert.match(shown[0], /休暇\(午後\)/, 'a whole day comes first');
      assert.match(shown[1], /23:50.*23:55 立入検査 砂-0412 冬期休止前の確認/);
      assert.match(shown[2], /9:15.*9:45 係内打合せ.*第2会議室/, 'the weekly one is tomorrow');
      assert.deepEqual(await finger.axe(), []);
      assert.equal(await finger.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      await finger.page.getByTestId('event').first().scrollIntoViewIfNeeded();
      await finger.shot(`today-events-${display}`);
      assert.deepEqual(finger.faults, []);
    });
  }

  test('one tap makes a visit of it, once; without a case number the case is chosen', async () => {
    await finger.display(DISPLAYS.plain);
    await finger.open();
    finger.start();
    await finger.page.locator('[data-testid=event]').filter({ hasText: CASE }).getByTestId('event-visit').tap();
    finger.taps += 1;
    await finger.page.waitForSelector('[data-testid=event-is-visit]');
    assert.equal(finger.taps, 1);
    const visit = (await finger.ask('today')).visits.find((one) => one.title.startsWith('立入検査'));
    assert.deepEqual([visit.case_number, visit.planned_at.slice(11, 16)], [CASE, '23:50']);
    const made = (await finger.ask('today')).events.find((one) => one.visit);
    assert.equal((await finger.ask('event_visit', { id: made.id })).id, visit.id, 'asked again: the same');

    await finger.page.locator('[data-testid=event]').filter({ hasText: '休暇' }).getByTestId('event-visit').tap();
    await finger.page.waitForSelector('[data-testid=choose-case]');
    assert.deepEqual(await finger.axe(), []);
    await finger.shot('event-choose');
    await finger.tap('choose-case', { text: '北柏沢' });
    await finger.page.waitForFunction(() => document.querySelectorAll('[data-testid=event-is-visit]').length === 2);
    assert.deepEqual(finger.faults, []);
  });

  test('the next file replaces the former; what became a visit stays a visit', async () => {
    await importFile(calendar(LEAVE()));
    await finger.open();
    await finger.page.waitForFunction(() => document.querySelectorAll('[data-testid=event]').length === 1);
    assert.ok((await finger.ask('today')).visits.some((one) => one.title.startsWith('立入検査')));
    // Half a file, and one that asks for too much, are refused and change nothing.
    const whole = calendar(LEAVE(), MEETING());
    for (const bad of [whole.slice(0, -20), calendar(event('x', [`DTSTART:${day(0)}`, 'RRULE:FREQ=SECONDLY'])), 'no calendar']) {
      await assert.rejects(importFile(bad), /exit 1/);
    }
    await finger.ask('sync_now', { deadline_s: 60 });
    assert.equal((await finger.ask('calendar', { days: 2 })).length, 1);
  });
});

test('at the console a person brings their own calendar, a head one of their people', async () => {
  const head = await house.desk();
  await head.open('#/settings', '設定');
  await head.at('calendar-file').setInputFiles({ name: 'x.ics', mimeType: 'text/calendar', buffer: Buffer.from('BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nthis is no line\r\n') });
  await head.at('line-faults').waitFor();
  assert.match(await head.at('line-fault-table').innerText(), /3[\s\S]*読めない行です/);
  await head.at('calendar-file').setInputFiles({ name: '予定.ics', mimeType: 'text/calendar', buffer: Buffer.from(calendar(WITH_CASE(), MEETING())) });
  await head.page.waitForFunction(() => /10 件|9 件/.test(document.querySelector('[data-testid=calendar-count]')?.textContent ?? ''));
  assert.deepEqual(await head.look(23.5), []);
  if (process.env.EKITEI_SHOTS) await head.page.screenshot({ path: join(process.env.EKITEI_SHOTS, 'console-calendar.png'), fullPage: true });
  const clerk = await head.ask('PUT', '/calendar?staff=s-9999', {});
  assert.equal(clerk.code, 'staff-unknown');
  assert.deepEqual(head.faults, []);
});
