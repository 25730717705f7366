// The demonstration as a program: its office, two phones and stage page, with small photographs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { programs, root } from './programs.mjs';

const NAMES = { 'Stage page': 'stage', 'Phone A': 'phoneA', 'Phone B': 'phoneB', 'Office console': 'console' };

/** Started, and prepared as far as its addresses. `small: false` draws photographs of 12 MP (kept for the next time). */
export async function startDemo({ small = true } = {}) {
  const work = mkdtempSync(join(tmpdir(), 'ekitei-demo-'));
  const env = { ...process.env, EKITEI_ROOT: root, EKITEI_BUILT: '1', EKITEI_LANG: 'en', ...(small ? { EKITEI_DEMO_SMALL: '1' } : {}) };
  const child = spawn(join(programs(), 'demo'), ['--port', '0', '--work', work], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stderr.on('data', (text) => (said = (said + text).slice(-4000)));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(work, { recursive: true, force: true });
  };
  const addresses = await new Promise((resolve, reject) => {
    const found = {};
    createInterface({ input: child.stdout }).on('line', (line) => {
      said = `${said}${line}\n`.slice(-4000);
      const [, name, url] = /^ {2}(\S.*?) {2,}(http:\/\/\S+)$/.exec(line) ?? [];
      if (NAMES[name]) found[NAMES[name]] = url;
      if (Object.keys(found).length === Object.keys(NAMES).length) resolve(found);
    });
    child.on('error', reject);
    void ended.then((code) => reject(new Error(`demo: ended with ${code}\n${said}`)));
  });
  return { ...addresses, share: join(work, 'office/share'), stop };
}
