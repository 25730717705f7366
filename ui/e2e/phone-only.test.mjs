// What only a phone shows, played by the loopback host (/native, /managed; every answer says `stand_in`): brought in by the office's QR
// code or the MDM over TLS with an authority of the office's own, a finger beside the PIN, what must be granted, the phone's own
// camera, a program that is too old.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { becomes, DISPLAYS, Finger, launch } from './lib/finger.mjs';
import { PIN, runProgram, startOffice } from './lib/programs.mjs';

const STAFF = 's-1001';
const CASE = '砂-0412';
const GRANTS = [
  { what: 'battery_exemption', granted: true, settings: 'battery' },
  { what: 'exact_wake', granted: true, settings: 'battery' },
  { what: 'notifications', granted: false, settings: 'notifications' },
  { what: 'emergency_breaks_through', granted: null, settings: 'notifications' },
  { what: 'background_data', granted: true, settings: 'app' },
  { what: 'location', granted: false, settings: 'location' },
  { what: 'screen_lock', granted: true, settings: 'app' },
];
let folder, office, browser, finger, phone;

/** An authority of the office's own, and what it signed. */
function certificates(dir) {
  const at = (name) => join(dir, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=Ekitei test authority', '-days', '2');
  openssl('req', ...key, '-keyout', at('office.key'), '-out', at('office.csr'), '-subj', '/CN=office');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
  openssl('x509', '-req', '-in', at('office.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at('office.pem'));
  return ['--tls-cert', at('office.pem'), '--tls-key', at('office.key'), '--tls-ca', at('ca.pem')];
}

const invitation = async () => (await runProgram('ekitei-server', ['enrol', '--data', office.data, '--staff', STAFF, '--link'])).trim();

/** The QR code as a terminal shows it (half blocks of light), for a camera to look at. */
async function photograph(page, file) {
  const printed = await runProgram('ekitei-server', ['enrol', '--data', office.data, '--staff', STAFF]);
  const rows = printed.split('\n').filter((row) => /[▀▄█]/.test(row));
  const url = await page.evaluate((lines) => {
    const edge = 10;
    const wide = Math.max(...lines.map((row) => row.length));
    const canvas = Object.assign(document.createElement('canvas'), { width: (wide + 8) * edge, height: (lines.length * 2 + 8) * edge });
    const pen = canvas.getContext('2d');
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = 'black';
    lines.forEach((row, y) => [...row].forEach((sign, x) => {
      if (!'▀█'.includes(sign)) pen.fillRect((x + 4) * edge, (2 * y + 4) * edge, edge, edge);
      if (!'▄█'.includes(sign)) pen.fillRect((x + 4) * edge, (2 * y + 5) * edge, edge, edge);
    }));
    return canvas.toDataURL('image/jpeg', 0.95);
  }, rows);
  writeFileSync(file, Buffer.from(url.split(',')[1], 'base64'));
}

const tell = (path, body) => finger.page.evaluate(
  ([to, given]) => fetch(to, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(given) }).then((answer) => answer.json()),
  [path, body],
);
/** Fails with what is on the screen instead. */
const seen = (testid) => finger.page.getByTestId(testid).waitFor({ state: 'visible' }).catch(async (error) => {
  const status = JSON.stringify(await finger.ask('status'));
  throw new Error(`${testid} is not on the screen, but: ${await finger.page.innerText('body')}\n${status}`, { cause: error });
});

async function looked(name) {
  assert.deepEqual(await finger.axe(), []);
  assert.equal(await finger.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
  await finger.shot(name);
}

/** `open`: the screens follow a setting when they are open only. */
async function inEveryDisplay(name, ready, open = async () => undefined) {
  for (const [display, settings] of [...Object.entries(DISPLAYS), ['', DISPLAYS.plain]]) {
    await open();
    await finger.display(settings);
    await ready();
    if (display) await looked(`${name}-${display}`);
  }
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ekitei-tls-'));
  [office, browser] = await Promise.all([startOffice({ options: certificates(folder) }), launch()]);
  const shots = join(folder, 'shots');
  mkdirSync(shots);
  phone = await office.startBlankPhone({ readyShots: shots });
  finger = await Finger.at(browser, phone.url);
  await finger.page.addInitScript(() => (window.__EKITEI_PLAYS_PHONE__ = true));
  await finger.open('');
  await photograph(finger.page, join(shots, 'office-code.jpg'));
});

after(async () => {
  await browser?.close();
  await office?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

describe('a phone comes in over TLS', () => {
  test('a code that leads to another office is not sent, and the screen says why', async () => {
    const link = (await invitation()).replace(/ca=[^&]*/, `ca=sha256%2F${'A'.repeat(43)}%3D`);
    await finger.page.getByTestId('enrol-server').fill(link);
    await finger.page.getByTestId('enrol-server').blur();
    await seen('enrol-trusted');
    await finger.type('enrol-pin', PIN);
    await finger.type('enrol-again', PIN);
    await finger.tap('enrol-send');
    await seen('enrol-fault');
    assert.match(await finger.page.getByTestId('enrol-fault').innerText(), /確認できません/);
    await looked('enrol-untrusted');
  });

  test('an address alone proves nothing', async () => {
    await finger.open('');
    await finger.page.getByTestId('enrol-server').fill(office.url);
    await finger.page.getByTestId('enrol-code').fill('AAAAA-AAAAA');
    await finger.type('enrol-pin', PIN);
    await finger.type('enrol-again', PIN);
    await finger.tap('enrol-send');
    await seen('enrol-fault');
    assert.match(await finger.page.getByTestId('enrol-fault').innerText(), /QRコード/);
  });

  test('the MDM fills in the address', async () => {
    await tell('/managed', { server_url: office.url });
    await finger.open('');
    await seen('enrol-managed');
    assert.equal(await finger.page.getByTestId('enrol-server').inputValue(), office.url);
    await looked('enrol-managed');
    await tell('/managed', {});
  });

  test('the photographed QR code fills in everything, and the PIN ends it', async () => {
    await finger.open('');
    await finger.tap('enrol-scan');
    await finger.page.locator('[data-testid=enrol-trusted], [data-testid=enrol-scan-fault]').first().waitFor();
    assert.deepEqual(await finger.page.getByTestId('enrol-scan-fault').allInnerTexts(), []);
    assert.equal(await finger.page.getByTestId('enrol-server').inputValue(), office.url);
    await looked('enrol-scanned');
    await finger.type('enrol-pin', PIN);
    await finger.type('enrol-again', PIN);
    await finger.tap('enrol-send');
    await seen('open-directory');
    await becomes('the line stands', async () => (await finger.ask('status')).line === 'online');
    assert.deepEqual(finger.faults, []);
  });
});

describe('screens of a phone', () => {
  test('what must be granted stands there, what is missing first', async () => {
    await tell('/native', { grants: GRANTS, biometrics: 'ready', opened: 'exact' });
    await finger.open('#/settings');
    await inEveryDisplay('phone-settings', async () => {
      await finger.open('#/settings');
      await seen('grant-notifications');
    });
    const order = await finger.page.locator('[data-testid^=grant-]').evaluateAll((all) => all.map((one) => one.dataset.testid));
    assert.deepEqual(order, ['grant-notifications', 'grant-location']);
    await finger.page.getByTestId('phone-grants').scrollIntoViewIfNeeded();
    await finger.shot('phone-grants');
  });

  test('duty stays on until it is ended, also for who comes back to the settings', async () => {
    const duty = (on) => finger.page.locator(`[data-testid=duty][aria-checked=${on}]`).waitFor();
    await finger.open('#/settings');
    await duty(false);
    await finger.tap('duty');
    await duty(true);
    await finger.open('#/today');
    await seen('open-directory');
    await finger.open('#/settings');
    await duty(true);
    await finger.tap('duty');
    await duty(false);
    const running = () => finger.page.evaluate(async () => (await (await fetch('/native/duty', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).json()));
    await becomes('the phone holds no line', async () => (await running()).ok.running === false);
  });

  test('a finger opens beside the PIN, after the PIN set it up', async () => {
    await finger.open('#/settings');
    await finger.tap('biometrics');
    await finger.page.getByTestId('biometrics-pin').fill('111222');
    await finger.tap('biometrics-do');
    await finger.page.getByTestId('biometrics-ask').getByText('PINがちがいます。').waitFor();
    await looked('biometrics-ask');
    await finger.page.getByTestId('biometrics-pin').fill(PIN);
    await finger.tap('biometrics-do');
    await becomes('a finger is enough', async () => (await finger.ask('status')).biometrics);
    await inEveryDisplay('lock-finger', async () => {
      await finger.ask('lock');
      await seen('by-finger');
    }, () => finger.ask('unlock', { pin: PIN }));
    await finger.tap('by-finger');
    await finger.page.waitForSelector('[data-testid=lock-now]');
    assert.equal((await finger.ask('status')).locked, false);
  });

  test('the phone\'s own camera: one shot, then back', async () => {
    const found = (await finger.ask('case_list', { filter: CASE, followed_only: false }))[0];
    await finger.open(`#/case/${found.id}`);
    await finger.tap('record-photo');
    await seen('camera-none');
    await looked('camera-own');
    await finger.tap('shutter');
    await becomes('the shot is in the case', async () => (await finger.ask('photo_list', { case: found.id })).length > 0);
    await looked('camera-own-taken');
  });

  test('fewer minutes by the MDM are said; a program that is too old opens nothing and names what to do', async () => {
    await tell('/managed', { lock_minutes: 1, problems: ['ca_pin'] });
    await finger.open('#/settings');
    await seen('lock-narrowed');
    await tell('/managed', { minimum_version: '999.0' });
    await finger.open('#/today');
    await seen('open-directory');
    await inEveryDisplay('too-old', async () => {
      await tell('/managed', { minimum_version: '999.0' });
      await finger.ask('lock');
      await seen('too-old');
    }, async () => {
      await tell('/managed', {});
      await finger.ask('unlock', { pin: PIN });
    });
    await finger.tap('open-help');
    await finger.page.waitForSelector('h1');
    await tell('/managed', {});
    await finger.open('#/today');
    await seen('pin');
    assert.deepEqual(finger.faults, []);
  });
});
