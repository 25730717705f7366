// The real desktop window, driven through WebKit's own driver: it opens, joins an office, and shows what it was told.
// Needs a display: `xvfb-run -a dbus-run-session -- npm run desktop`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PIN, programs, startOffice } from '../lib/programs.mjs';

let office;
let driver;
let session;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function ask(method, path, body) {
  const response = await fetch(driver.url + path, { method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
  return value;
}

/** Asks until it holds: each question is answered by the driver when the page has settled. */
async function until(what, probe) {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const found = await probe().catch(() => undefined);
    if (found) return found;
  }
  writeFileSync(join(office.dir, 'failed.png'), Buffer.from(await session.ask('GET', '/screenshot'), 'base64'));
  throw new Error(`never: ${what}; page: ${await session.script('return document.body.innerText')}`);
}

before(async () => {
  office = await startOffice();
  const port = await freePort();
  const home = mkdtempSync(join(office.dir, 'desktop-'));
  const env = { ...process.env, EKITEI_HOME: home, TAURI_WEBVIEW_AUTOMATION: 'true', TAURI_AUTOMATION: 'true', LANG: 'C.UTF-8' };
  const child = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  driver = { url: `http://127.0.0.1:${port}`, child };
  await until('driver', async () => (await ask('GET', '/status')).ready);
  const wish = { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: join(programs(), 'ekitei-app'), args: [] } } } };
  const { sessionId } = await ask('POST', '/session', wish);
  session = {
    ask: (method, path, body) => ask(method, `/session/${sessionId}${path}`, body),
    script: (script, ...args) => session.ask('POST', '/execute/sync', { script, args }),
    call: (call, args = {}) =>
      session.ask('POST', '/execute/async', {
        script: 'const done = arguments[arguments.length - 1]; window.__TAURI_INTERNALS__.invoke("bridge", { call: arguments[0], args: arguments[1] }).then(done, (e) => done({ err: String(e) }));',
        args: [call, args],
      }),
    end: () => ask('DELETE', `/session/${sessionId}`),
  };
});

after(async () => {
  await session?.end().catch(() => undefined);
  driver?.child.kill('SIGTERM');
  await office?.stop();
});

test('the window opens on the way in, without any remote content', async () => {
  const text = await until('the first screen', () => session.script('return document.querySelector("main, form")?.innerText'));
  assert.match(text, /[ぁ-ん]/);
  const csp = await session.script('const probe = document.createElement("script"); probe.textContent = "window.injected = true"; document.head.append(probe); return window.injected === true');
  assert.equal(csp, false, 'the content policy stops inline script');
});

test('it joins an office over the bridge, writes a note without a line and shows it', async () => {
  const code = await office.newCode('s-1001');
  const joined = await session.call('enrol', { server: office.url, code, pin: PIN });
  assert.equal(joined.ok?.enrolled, true, JSON.stringify(joined));
  const [first] = (await session.call('case_list', {})).ok;
  const saved = await session.call('note_save', { case: first.id, text: '窓から書いた記録' });
  assert.equal(saved.ok?.progress, 'waiting', JSON.stringify(saved));
  await session.script('location.hash = arguments[0]; location.reload()', `#/case/${first.id}`);
  await until('the note on its card', () => session.script('return document.body.innerText.includes("窓から書いた記録")'));
  const sent = await session.call('sync_now', { deadline_s: 20 });
  assert.equal(sent.ok?.drained, true, JSON.stringify(sent));
  const out = process.env.EKITEI_SHOTS;
  if (out) {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'desktop.png'), Buffer.from(await session.ask('GET', '/screenshot'), 'base64'));
  }
});

test('originals have no address in the web view', async () => {
  const status = await session.ask('POST', '/execute/async', {
    script: 'const done = arguments[arguments.length - 1]; const i = new Image(); i.onload = () => done("shown"); i.onerror = () => done("refused"); i.src = "ekitei://localhost/media/0190a000-0000-7000-8000-000000000001/original";',
    args: [],
  });
  assert.equal(status, 'refused');
});
