// Real servers for browser tests: one office, phones, and a line between them that can be cut.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const PIN = '204918';

/** Folder of the built programs; EKITEI_BIN wins. */
export function programs() {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const found = [process.env.EKITEI_BIN, join(target, 'debug'), join(target, 'release')].find(
    (folder) => folder && existsSync(join(folder, 'ekitei-field')) && existsSync(join(folder, 'ekitei-server')),
  );
  if (!found) throw new Error('ekitei-field and ekitei-server are not built: cargo build -p ekitei-field -p ekitei-server');
  return found;
}

/** Runs a program to its end; answers what it printed. */
export const runProgram = run;
function run(name, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(programs(), name), args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${name} ${args.join(' ')}: exit ${code}\n${err}${out}`))));
  });
}

/** Starts a program that keeps running; resolves with the address it says it listens on. `ask` writes a line to it and
 *  waits for a line that begins with `answer`. */
function serve(name, args, env = {}) {
  const child = spawn(join(programs(), name), args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  // Whoever does not listen to its input has not ended badly.
  child.stdin.on('error', () => undefined);
  const asked = [];
  const ask = (line, answer) =>
    new Promise((resolve, reject) => {
      asked.push({ answer, resolve });
      child.once('close', () => reject(new Error(`${name} ended before it answered ${line}`)));
      child.stdin.write(`${line}\n`);
    });
  let err = '';
  child.stderr.on('data', (text) => (err = (err + text).slice(-4000)));
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('close', resolve);
      child.kill('SIGTERM');
    });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listening (https?:\/\/\S+)/.exec(line);
      if (found) resolve({ url: found[1].replace(/\/$/, ''), stop, ask });
      else if (asked[0] && line.startsWith(asked[0].answer)) asked.shift().resolve(line);
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`${name} ${args.join(' ')}: ended with ${code}\n${err}`)));
  });
}

/** A line that can be cut: phones talk to it, it talks to the office while it is whole. */
async function line(target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.destroy();
    const far = connect(Number(port), hostname);
    const pair = [near, far];
    pair.forEach((socket) => open.add(socket));
    const end = () => pair.forEach((socket) => { open.delete(socket); socket.destroy(); });
    pair.forEach((socket) => socket.on('error', end).on('close', end));
    near.pipe(far).pipe(near);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() { whole = false; open.forEach((socket) => socket.destroy()); },
    mend() { whole = true; },
    close: () => new Promise((resolve) => { open.forEach((socket) => socket.destroy()); server.close(resolve); }),
  };
}

const SECTION = '空知野振興局/商工労働観光課/指導保安係';
const STAFF = `id,name,kana,section,role,extension
s-1001,留萌 ゆき,るもい ゆき,${SECTION},staff,21-345
s-1002,天塩 たくみ,てしお たくみ,${SECTION},staff,21-346
`;
const CASES = `number,name,section,place,lat,lon,access,assignees
砂-0412,北柏沢第二砂利採取場,${SECTION},北柏沢町字上幌別123番地,43.5,142.1,,s-1001;s-1002
福-1108,甲野 花子,${SECTION},若葉市東3条,,,members,s-1001
`;

/** An invented office with two people and two cases, one of them for members only. `clock`: an office whose time the
 *  test moves (`moveTo`). */
export async function startOffice({ options = [], clock = false } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'ekitei-e2e-'));
  const data = join(dir, 'office');
  const share = join(dir, 'share');
  [data, share].forEach((folder) => mkdirSync(folder));
  writeFileSync(join(dir, 'staff.csv'), STAFF);
  writeFileSync(join(dir, 'cases.csv'), CASES);
  await run('ekitei-server', ['import-staff', '--data', data, join(dir, 'staff.csv')]);
  await run('ekitei-server', ['import-cases', '--data', data, join(dir, 'cases.csv')]);
  const server = await serve(clock ? 'office' : 'ekitei-server', ['serve', '--data', data, '--share', share, '--listen', '127.0.0.1:0', '--console', join(root, 'ui/console/dist'), ...options]);
  const stops = [server.stop];
  const phones = [];

  async function startPhone(staff) {
    const wire = await line(server.url);
    const home = mkdtempSync(join(dir, 'phone-'));
    const code = (await run('ekitei-server', ['enrol', '--data', data, '--staff', staff, '--plain'])).trim();
    const field = (...args) => run('ekitei-field', ['--home', home, ...args], { EKITEI_PIN: PIN });
    await field('enrol', '--server', wire.url, '--code', code);
    const host = await serve('ekitei-field', ['--home', home, 'serve', '--listen', '127.0.0.1:0', '--ui', join(root, 'ui/phone/dist')], { EKITEI_PIN: PIN });
    stops.push(host.stop, wire.close);
    phones.push(host.url);
    return { url: host.url, line: wire, home };
  }

  return {
    dir, data, share, url: server.url, startPhone,
    newCode: async (staff) => (await run('ekitei-server', ['enrol', '--data', data, '--staff', staff, '--plain'])).trim(),
    /** It is `at` (ms since 1970) at the office and on every phone; from there the clocks go on. */
    async moveTo(at) {
      await server.ask(`at ${new Date(at).toISOString()}`, 'now ');
      for (const phone of phones) {
        const facts = (await (await fetch(`${phone}/facts`)).json()).ok;
        const answer = await fetch(`${phone}/facts`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...facts, clock_ahead_ms: at - Date.now() }) });
        if (!answer.ok) throw new Error(`the phone's clock: ${answer.status}`);
      }
    },
    /** A phone that nobody has enrolled yet. */
    async startBlankPhone({ readyShots } = {}) {
      const home = mkdtempSync(join(dir, 'phone-'));
      const shots = readyShots ? ['--ready-shots', readyShots] : [];
      const host = await serve('ekitei-field', ['--home', home, 'serve', '--listen', '127.0.0.1:0', '--ui', join(root, 'ui/phone/dist'), ...shots]);
      stops.push(host.stop);
      return { url: host.url, home };
    },
    async stop() {
      for (const stop of stops.reverse()) await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
