// The storyboards of the users' needs, counted in taps and typed characters against real programs, without a line:
// `npm run e2e`. Each runs at normal size, at 200 % text, and with gloves outdoors.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { laterToday } from './lib/clock.mjs';
import { becomes, DISPLAYS, Finger, launch } from './lib/finger.mjs';
import { PIN, startOffice } from './lib/programs.mjs';
import { clean, Storyboards } from './lib/storyboard.mjs';

const CASE = '砂-0412';
let browser;
let office;
let phone;
let finger;
const boards = new Storyboards(clean);

before(async () => {
  browser = await launch();
  office = await startOffice();
  phone = await office.startPhone('s-1001');
  finger = await Finger.at(browser, phone.url);
  await finger.open();
  if ((await finger.ask('status')).locked) await finger.ask('unlock', { pin: PIN });
});

after(async () => {
  boards.write('storyboards');
  await browser?.close();
  await office?.stop();
});

const theCase = async () => (await finger.ask('case_list', { filter: CASE, followed_only: false })).find((one) => one.number === CASE);
const card = async () => finger.ask('case_card', { case: (await theCase()).id });

async function planToday() {
  const known = (await finger.ask('today')).visits.find((visit) => visit.case_number === CASE && visit.state === 'planned');
  if (known) return known;
  return finger.ask('visit_create', { case: (await theCase()).id, title: '立入検査', planned_at: laterToday(10), people: [] });
}

const storyboard = (name, display, goal, play) => boards.play(finger, name, display, goal, play);

for (const [display, settings] of Object.entries(DISPLAYS)) {
  describe(`storyboards, ${display}`, () => {
    before(async () => {
      phone.line.cut();
      await finger.open();
      await finger.display(settings);
      await planToday();
      await finger.open();
      // Where a record goes is what Today shows.
      await finger.find('visit', { text: '立入検査' }).waitFor();
    });

    test('the next visit of today, first pen stroke in two taps', async () => {
      await finger.open();
      await storyboard('pen-first-stroke', display, { taps: 2 }, async () => {
        await finger.tap('record-pen');
        await finger.draw();
        await finger.page.waitForSelector('[data-testid=paper][data-strokes="1"]');
      });
      // Written while somebody sits opposite: the case is named by its number.
      await finger.page.waitForFunction(() => document.querySelector('header')?.textContent?.includes('砂-0412'));
      assert.ok(!(await finger.page.evaluate(() => document.body.innerText)).includes('北柏沢'));
      await finger.page.waitForSelector('[data-testid=save-state][data-state=saved]');
      assert.ok((await card()).entries.some((entry) => entry.note?.strokes?.length === 1));
    });

    test('a visit held open shows no name', async () => {
      await finger.open();
      await storyboard('visit-without-names', display, { taps: 1 }, async () => {
        await finger.tap('visit', { text: '立入検査' });
        await finger.page.waitForSelector('[data-testid=visit-step]');
      });
      const shown = await finger.page.evaluate(() => document.body.innerText);
      assert.ok(!shown.includes('北柏沢第二砂利採取場'), 'the name of the case is not lit');
    });

    test('a photo is filed in two taps, several in a row one more each', async () => {
      await finger.open();
      await storyboard('photo', display, { taps: 2 }, async () => {
        await finger.tap('record-photo');
        await finger.tap('shutter');
        await finger.page.waitForSelector('[data-testid=shots][data-count="1"]');
      });
      await finger.nextFrame();
      await finger.tap('shutter');
      await finger.page.waitForSelector('[data-testid=shots][data-count="2"]');
      const taken = await finger.page.locator('[data-testid=shots] img').evaluateAll((all) => all.map((one) => one.getAttribute('src').split('/').at(-2)));
      const there = (await card()).entries.flatMap((entry) => (entry.photo ? [entry.photo.id] : []));
      assert.equal(new Set(taken).size, 2);
      for (const id of taken) assert.ok(there.includes(id), `${id} is in the case`);
    });

    test('a paper is photographed, framed and named in four taps', async () => {
      await finger.open();
      await storyboard('document', display, { taps: 4 }, async () => {
        await finger.tap('record-document');
        await finger.tap('shutter');
        await finger.tap('crop-ok');
        await finger.tap('document-pension');
        await finger.page.waitForSelector('[data-testid=shots]');
      });
      await becomes('the paper is in the case under its name', async () => (await card()).entries.some((entry) => entry.photo?.caption === '年金の通知'));
    });

    test('typed words are safe without any save button, and one tap finishes', async () => {
      await finger.open();
      const words = '北側法面の湧水が増えている';
      await storyboard('typed-note', display, { taps: 2, typed: words.length }, async () => {
        await finger.tap('record-typed');
        await finger.type('note-text', words);
        await finger.tap('note-finish');
        await finger.page.waitForSelector('[data-testid=record-typed]');
      });
      const note = (await card()).entries.map((entry) => entry.note).find((one) => one?.text === words && one.finished_at);
      assert.ok(note, 'the note is in the case and finished');
    });

    test('a word is found without a line', async () => {
      await finger.open();
      await storyboard('search', display, { taps: 2, typed: 2 }, async () => {
        await finger.tap('nav-search');
        await finger.type('search', '湧水');
        await finger.tap('hit');
        await finger.page.waitForSelector('[data-testid=note-text]');
      });
      await finger.open('#/today');
    });

    test('being offline looks calm and says what waits', async () => {
      await finger.open('#/queue');
      await finger.page.waitForSelector('[data-testid=queue-row]');
      assert.equal(await finger.page.locator('[role=alert]').count(), 0);
      assert.ok((await finger.ask('status')).waiting.items > 0);
    });
  });
}

test('killed while typing: nothing of what was saved is gone', async () => {
  await finger.open();
  await finger.tap('record-typed');
  await finger.type('note-text', '書きかけの');
  await finger.page.waitForSelector('[data-testid=save-state][data-state=saved]');
  await finger.type('note-text', 'ことば');
  await finger.page.waitForSelector('[data-testid=save-state][data-state=saved]');
  const address = new URL(finger.page.url()).hash;
  // No leave event reaches a process that is killed.
  const next = await Finger.at(browser, phone.url);
  await finger.close();
  finger = next;
  await finger.open(address);
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=note-text]')?.value === '書きかけのことば');
});

test('leaving in the middle of a word keeps it: by the back key, and by closing the page', async () => {
  await finger.open();
  await finger.tap('record-typed');
  await finger.type('note-text', '途中で');
  await finger.tap('back');
  await finger.page.waitForSelector('[data-testid=record-typed]');
  await becomes('the word is kept', async () => (await finger.ask('today')).drafts.some((note) => note.text === '途中で'));
  const note = (await finger.ask('today')).drafts.find((one) => one.text === '途中で');
  await finger.open(`#/note/${note.id}`);
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=note-text]')?.value === '途中で');
  await finger.page.getByTestId('note-text').focus();
  await finger.page.keyboard.press('Control+End');
  await finger.type('note-text', '閉じた');
  await finger.page.goto('about:blank');
  await finger.open(`#/note/${note.id}`);
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=note-text]')?.value === '途中で閉じた');
});

test('the line returns: everything arrives with no tap, and the card says so', async () => {
  const total = (await card()).photos.total;
  phone.line.mend();
  await finger.open(`#/case/${(await theCase()).id}`);
  finger.start();
  // The engine wakes by itself; the test only hastens its back-off.
  await finger.ask('sync_now', { deadline_s: 60 });
  await finger.page.waitForFunction(
    (all) => document.querySelector('[data-testid=photo-progress]')?.textContent?.includes(`${all}/${all}`),
    total,
    { timeout: 120_000 },
  );
  assert.equal(finger.taps, 0);
  const files = readdirSync(office.share, { recursive: true }).filter((name) => String(name).endsWith('.jpg'));
  assert.equal(files.length, total);
});

test('a blank phone is enrolled with address, code and PIN', async () => {
  const blank = await office.startBlankPhone();
  const other = await Finger.at(browser, blank.url);
  await other.open();
  assert.deepEqual(await other.axe(), []);
  await other.type('enrol-server', office.url);
  await other.type('enrol-code', '000000');
  await other.type('enrol-pin', PIN);
  await other.type('enrol-again', PIN);
  await other.tap('enrol-send');
  await other.page.waitForSelector('[data-testid=enrol-fault]');
  await other.page.getByTestId('enrol-code').fill(await office.newCode('s-1002'));
  await other.tap('enrol-send');
  await other.page.waitForSelector('[data-testid=line-strip]', { timeout: 60_000 });
  await other.open('#/settings');
  await other.tap('lock-now');
  await other.page.waitForSelector('[data-testid=unlock]');
  assert.deepEqual(await other.axe(), []);
  for (const digit of '999999') await other.tap(`key-${digit}`);
  await other.tap('unlock');
  await other.page.waitForFunction(() => document.querySelector('[data-testid=pin-fault]')?.textContent?.trim());
  for (const digit of PIN) await other.tap(`key-${digit}`);
  await other.tap('unlock');
  await other.page.waitForSelector('[data-testid=open-settings], [data-testid=lock-now]');
  assert.deepEqual(other.faults, []);
  await other.close();
});
