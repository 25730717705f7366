// Every phone screen in a real browser against real programs: accessibility, targets, no sideways scrolling; and two
// people who change the same note.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { becomes, DISPLAYS, Finger, launch } from './lib/finger.mjs';
import { gate } from './lib/gate.mjs';
import { startOffice } from './lib/programs.mjs';

const CASE = '砂-0412';
let browser;
let office;
const phones = {};
const fingers = {};

before(async () => {
  browser = await launch();
  office = await startOffice();
  for (const [name, staff] of [['a', 's-1001'], ['b', 's-1002']]) {
    phones[name] = await office.startPhone(staff);
    fingers[name] = await Finger.at(browser, phones[name].url);
    await fingers[name].open();
  }
});

after(async () => {
  await browser?.close();
  await office?.stop();
});

const caseOf = async (finger) => (await finger.ask('case_list', { filter: CASE, followed_only: false })).find((one) => one.number === CASE).id;
const sync = async (finger) => assert.equal((await finger.ask('sync_now', { deadline_s: 60 })).drained, true);
const noteText = async (finger, id) => (await finger.ask('note_get', { id })).text;

/** Targets under 48 px and anything that makes the screen wider than it is. */
function measured(finger) {
  return finger.page.evaluate(() => {
    const faults = [];
    for (const one of document.querySelectorAll('a, button, input, select, textarea')) {
      const box = (one.closest('label') ?? one).getBoundingClientRect();
      if (box.width === 0 || one.classList.contains('sr-only')) continue;
      if (box.width < 47.5 || box.height < 47.5) faults.push(`small: ${one.outerHTML.slice(0, 90)} ${box.width}×${box.height}`);
    }
    for (const one of document.querySelectorAll('main, header, nav, .dock, h1, h2, .button')) {
      const box = one.getBoundingClientRect();
      if (box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)) faults.push(`wide: ${one.outerHTML.slice(0, 90)}`);
    }
    return faults;
  });
}

test('two people change the same note: both values stay until one decides', async () => {
  const { a, b } = fingers;
  const id = await caseOf(a);
  const note = await a.ask('note_save', { case: id, title: '電話メモ', text: '様式は窓口で渡す' });
  await sync(a);
  await sync(b);
  assert.equal(await noteText(b, note.id), '様式は窓口で渡す');
  phones.a.line.cut();
  phones.b.line.cut();
  await a.ask('note_save', { id: note.id, text: '様式は郵送する' });
  await b.open(`#/note/${note.id}`);
  await b.page.getByTestId('note-text').fill('様式は次の訪問で渡す');
  await b.page.waitForSelector('[data-testid=save-state][data-state=saved]');
  await b.open('#/today');
  phones.a.line.mend();
  await sync(a);
  phones.b.line.mend();
  await sync(b);
  await b.open('#/conflicts');
  await b.page.waitForSelector('[data-testid=conflict]');
  const shown = await b.page.evaluate(() => document.querySelector('[data-testid=conflict]').textContent);
  assert.match(shown, /様式は郵送する/);
  assert.match(shown, /様式は次の訪問で渡す/);
  assert.deepEqual(await b.axe(), []);
  await b.shot('conflict');
  await b.tap('keep-both');
  await b.page.waitForFunction(() => !document.querySelector('[data-testid=conflict]'));
  await sync(b);
  await sync(a);
  for (const finger of [a, b]) {
    const text = await noteText(finger, note.id);
    assert.ok(text.includes('様式は郵送する') && text.includes('様式は次の訪問で渡す'), text);
  }
});

test('what the office wrote appears in an open note, and never over what is being typed', async () => {
  const { a, b } = fingers;
  const note = await a.ask('note_save', { case: await caseOf(a), title: '共有', text: '一行目' });
  await sync(a);
  await sync(b);
  await b.open(`#/note/${note.id}`);
  await b.page.waitForFunction(() => document.querySelector('[data-testid=note-text]')?.value === '一行目');
  await a.ask('note_save', { id: note.id, text: '一行目\n二行目' });
  await sync(a);
  await sync(b);
  await b.page.waitForFunction(() => document.querySelector('[data-testid=note-text]')?.value === '一行目\n二行目');
  await b.page.getByTestId('note-text').focus();
  await b.page.keyboard.press('Control+End');
  await b.page.keyboard.press('Enter');
  await b.page.keyboard.type('三行目');
  await b.page.waitForSelector('[data-testid=save-state][data-state=saved]');
  assert.equal(await b.page.getByTestId('note-text').inputValue(), '一行目\n二行目\n三行目');
  await b.open('#/today');
  await b.page.waitForSelector('[data-testid=line-strip]');
  assert.equal(await noteText(b, note.id), '一行目\n二行目\n三行目');
});

test('a members-only case is named by its number in every list', async () => {
  const { a } = fingers;
  const row = (await a.ask('case_list', { filter: '福-1108', followed_only: false }))[0];
  assert.equal(row.restricted, true);
  const lists = { '#/today': '[data-testid=case]', '#/cases': '[data-testid=case]', '#/search': '[data-testid=search]' };
  for (const [hash, ready] of Object.entries(lists)) {
    await a.open(hash);
    await a.page.waitForSelector(ready);
    if (hash === '#/search') {
      await a.page.getByTestId('search').fill('甲野');
      await a.page.waitForFunction(() => document.querySelector('.sum')?.textContent?.trim());
    } else {
      await a.page.waitForFunction(() => document.querySelector('main').textContent.includes('福-1108'));
    }
    assert.ok(!(await a.page.evaluate(() => document.querySelector('main').textContent)).replace('「甲野」', '').includes('甲野'), hash);
  }
});

test('a planned visit is moved, and taken back while nobody has set out', async () => {
  const { a } = fingers;
  const id = await caseOf(a);
  const planned = await a.ask('visit_create', { case: id, title: '立会い', planned_at: '2030-12-01T10:00:00.000+09:00', people: [] });
  const now = async () => (await a.ask('case_card', { case: id })).entries.find((entry) => entry.visit_view?.id === planned.id)?.visit_view;
  await a.open(`#/visit/${planned.id}?case=${id}`);
  await a.tap('visit-menu');
  await a.tap('visit-change');
  await a.find('visit-day').fill('R12.12.2');
  await a.find('visit-time').fill('14:30');
  assert.deepEqual(await a.axe(), []);
  await a.tap('visit-save');
  await a.page.waitForFunction(() => /令和12年12月2日.*14:30/.test(document.querySelector('main').textContent));
  assert.equal((await now()).title, '立会い');
  await a.tap('visit-menu');
  await a.tap('visit-cancel');
  await a.find('visit-cancel-yes').waitFor();
  await a.shot('visit-cancel');
  assert.deepEqual(await a.axe(), []);
  await a.tap('visit-cancel-yes');
  // Away from what is no more, to where one came from.
  await a.page.waitForFunction((visit) => !window.location.hash.includes(visit), planned.id);
  assert.equal(await now(), undefined);
  assert.deepEqual(a.faults, []);
});

test('the minutes until the phone locks itself are kept, and hands on the glass put it off', async () => {
  const { a } = fingers;
  await a.open('#/settings');
  await a.page.getByTestId('lock-minutes-1').check({ force: true });
  await becomes('one minute', async () => (await a.ask('settings_get')).lock_minutes === 1);
  // Told seldom: a fresh page tells of the first hand.
  await a.open('#/cases');
  const told = a.page.waitForRequest((request) => request.url().endsWith('/bridge') && request.postDataJSON().call === 'touch');
  await a.page.reload();
  await a.tap('nav-search');
  await told;
  await a.open('#/settings');
  await becomes('one minute is shown', () => a.page.getByTestId('lock-minutes-1').isChecked());
  await a.page.getByTestId('lock-minutes-5').check({ force: true });
  await becomes('five minutes', async () => (await a.ask('settings_get')).lock_minutes === 5);
});

test('minutes that are chosen before the kept ones are read stay chosen', async () => {
  const { a } = fingers;
  const held = { settings_get: gate(), settings_set: gate() };
  await a.open('#/cases');
  await a.page.route('**/bridge', async (route) => {
    await held[route.request().postDataJSON().call]?.opened;
    await route.continue();
  });
  const chosen = a.page.getByTestId('lock-minutes-15');
  const read = a.page.waitForResponse((response) => response.request().postDataJSON()?.call === 'settings_get');
  await a.open('#/settings');
  await chosen.check({ force: true });
  held.settings_get.open();
  await (await read).finished();
  await a.page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
  assert.equal(await chosen.isChecked(), true);
  held.settings_set.open();
  await becomes('fifteen minutes', async () => (await a.ask('settings_get')).lock_minutes === 15);
  await a.page.unroute('**/bridge');
  await a.page.getByTestId('lock-minutes-5').check({ force: true });
  await becomes('five minutes', async () => (await a.ask('settings_get')).lock_minutes === 5);
});

test('a note whose case could not be read when it opened is named as soon as it can be', async () => {
  const { a } = fingers;
  const note = await a.ask('note_save', { case: await caseOf(a), title: '見回り', text: '異常なし' });
  let refused = false;
  await a.open('#/cases');
  await a.page.route('**/bridge', (route) => {
    if (route.request().postDataJSON().call !== 'case_card' || refused) return route.continue();
    refused = true;
    return route.fulfill({ json: { err: { code: 'store-busy', params: {}, cure: 'retry' } } });
  });
  await a.open(`#/note/${note.id}`);
  await becomes('its case could not be read', () => refused);
  // Something happens on the phone: every screen looks again.
  await a.ask('note_save', { case: await caseOf(a), title: '別の記録', text: '午後' });
  await a.page.locator('header p', { hasText: '北柏沢第二砂利採取場' }).waitFor();
  await a.page.unroute('**/bridge');
});

test('a WebView that is too old says so instead of staying white', async () => {
  for (const [version, tooOld] of [[94, true], [95, false]]) {
    const context = await browser.newContext({ userAgent: `Mozilla/5.0 (Linux; Android 11; X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.4638.50 Mobile Safari/537.36` });
    const page = await context.newPage();
    await page.goto(phones.a.url);
    await page.waitForSelector(tooOld ? '.webview-guard' : '[data-testid=line-strip]');
    assert.equal(await page.locator('.webview-guard').count(), tooOld ? 1 : 0);
    if (tooOld) assert.match(await page.locator('.webview-guard').innerText(), /94.*古い[\s\S]*too old/);
    await context.close();
  }
});

test('the language changes at once, without a reload', async () => {
  const { a } = fingers;
  await a.open('#/settings');
  await a.page.evaluate(() => (window.stillHere = true));
  await a.page.getByTestId('language-en').check({ force: true });
  await a.page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Settings' && document.documentElement.lang === 'en');
  await a.page.getByTestId('language-ja').check({ force: true });
  await a.page.waitForFunction(() => document.querySelector('h1')?.textContent === '設定');
  assert.equal(await a.page.evaluate(() => window.stillHere), true);
});

for (const [display, settings] of Object.entries({ ...DISPLAYS, english: { ...DISPLAYS.plain, language: 'en' } })) {
  describe(`screens, ${display}`, () => {
    let id;
    before(async () => {
      const { a } = fingers;
      await a.open();
      await a.display(settings);
      id = await caseOf(a);
      if ((await a.ask('case_card', { case: id })).photos.total === 0) {
        await a.open(`#/camera?case=${id}`);
        await a.tap('shutter');
        await a.page.waitForSelector('[data-testid=shots][data-count="1"]');
        await a.nextFrame();
        await a.tap('shutter');
        await a.page.waitForSelector('[data-testid=shots][data-count="2"]');
      }
      if ((await a.ask('photo_own')).length === 0) {
        await a.open('#/camera');
        await a.tap('case-later');
        await a.tap('shutter');
        await a.page.waitForSelector('[data-testid=shots][data-count="1"]');
      }
    });

    const screens = {
      today: ['#/today', '[data-testid=record-pen]'],
      cases: ['#/cases', '[data-testid=case]'],
      case: [() => `#/case/${id}`, '[data-testid=photo-grid]'],
      'note-new': [() => `#/note/new?case=${id}`, '[data-testid=note-text]'],
      pen: [() => `#/note/new?case=${id}&mode=pen`, '[data-testid=paper]'],
      camera: [() => `#/camera?case=${id}`, '[data-testid=shutter]'],
      'camera-no-case': ['#/camera', '[data-testid=case-later]'],
      own: ['#/own', '[data-testid=own-photo]'],
      scan: ['#/scan', '[data-testid=scan-pick]'],
      queue: ['#/queue', '[data-testid=send-now]'],
      conflicts: ['#/conflicts', '.empty, [data-testid=conflict]'],
      search: ['#/search', '[data-testid=search]'],
      settings: ['#/settings', '[data-testid=lock-now]'],
    };
    for (const [name, [hash, ready]] of Object.entries(screens)) {
      test(name, async () => {
        const { a } = fingers;
        await a.open(typeof hash === 'string' ? hash : hash());
        await a.page.waitForSelector(ready);
        await a.shot(`screen-${name}-${display}`);
        assert.deepEqual(await a.axe(), []);
        assert.deepEqual(await measured(a), []);
        assert.deepEqual(a.faults, []);
      });
    }

    test('photo viewer', async () => {
      const { a } = fingers;
      await a.open(`#/case/${id}`);
      await a.tap('photo');
      await a.page.waitForFunction(() => document.querySelector('[data-testid=viewer-image]')?.naturalWidth > 0);
      assert.deepEqual(await a.axe(), []);
      assert.deepEqual(await measured(a), []);
      await a.tap('zoom-in');
      await a.page.waitForFunction(() => /scale\(1\.6\)/.test(document.querySelector('[data-testid=viewer-image]')?.style.transform ?? ''));
      await a.tap('zoom-out');
      await a.tap('back');
      await a.page.waitForSelector('[data-testid=photo-grid]');
    });
  });
}
