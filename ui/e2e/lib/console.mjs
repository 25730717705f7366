// What the console's tests begin with: an office with a head and a clerk who may sign in, one phone of the section on a
// line that can be cut, and hands that do on it what its screens would.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Desk, SIZES } from './desk.mjs';
import { Finger, launch } from './finger.mjs';
import { programs, runProgram, startOffice } from './programs.mjs';

export const SECTION = '空知野振興局/商工労働観光課/指導保安係';
export const CASE = '砂-0412';
export const CASE_NAME = '北柏沢第二砂利採取場';
export const PASSWORD = 'みほんの合言葉 2026';
export const HEAD = { id: 's-2001', name: '増毛 かおる' };
export const CLERK = 's-1002';
/** 係の世話役 of two sections. */
export const STEWARD = { id: 's-2002', name: '幌加内 さち' };
export const OTHER_SECTION = '空知野振興局/農務課/普及係';

/** The password travels on standard input, as an operator types it. */
export async function account(office, staff) {
  const child = spawn(join(programs(), 'ekitei-server'), ['account', '--data', office.data, '--staff', staff, '--password-stdin'], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(`${PASSWORD}\n`);
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
}

export async function startConsole() {
  const [browser, office] = await Promise.all([launch(), startOffice()]);
  const head = join(office.dir, 'head.csv');
  writeFileSync(head, `id,name,kana,section,role,extension\n${HEAD.id},${HEAD.name},ましけ かおる,${SECTION},head,21-300\n${[SECTION, OTHER_SECTION].map((section) => `${STEWARD.id},${STEWARD.name},ほろかない さち,${section},steward,21-301\n`).join('')}`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, head]);
  await account(office, HEAD.id);
  await account(office, CLERK);
  await account(office, STEWARD.id);
  const phone = await office.startPhone('s-1001');
  const finger = await Finger.at(browser, phone.url);
  await finger.open();
  const caseId = (await finger.ask('case_list', { filter: CASE, followed_only: false })).find((one) => one.number === CASE).id;

  return {
    browser, office, phone, finger, caseId,

    /** Pictures as a phone's camera would leave them in the inbox, taken into the case. */
    async takePhotos(captions) {
      for (const [at, caption] of captions.entries()) {
        const name = await finger.page.evaluate(async ([text, hue]) => {
          const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 1200 });
          const pen = canvas.getContext('2d');
          pen.fillStyle = `hsl(${hue} 60% 80%)`;
          pen.fillRect(0, 0, 1600, 1200);
          pen.fillStyle = 'black';
          pen.font = '120px sans-serif';
          pen.fillText(text, 80, 600);
          const bytes = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
          const answer = await (await fetch(`/inbox/shot-${hue}.jpg`, { method: 'PUT', body: bytes })).json();
          return answer.ok.name;
        }, [caption, at * 40]);
        await finger.ask('photo_add', { names: [name], case: caseId, caption });
      }
    },

    async sync() {
      assert.equal((await finger.ask('sync_now', { deadline_s: 60 })).drained, true);
    },

    /** Somebody signed in at a PC. */
    async desk(staff = HEAD.id, size = SIZES.pc, url = office.url) {
      const one = await Desk.at(browser, url, size);
      await one.signIn(staff, PASSWORD);
      return one;
    },

    async stop() {
      await browser.close();
      await office.stop();
    },
  };
}
