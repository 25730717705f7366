// The office console in a real browser against real programs: what arrives, notes that two people change, photos,
// phones, sessions that end, a server that is away; every screen at PC and phone size.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { Desk, SIZES } from './lib/desk.mjs';
import { Finger, launch } from './lib/finger.mjs';
import { programs, runProgram, startOffice } from './lib/programs.mjs';

const SECTION = '空知野振興局/商工労働観光課/指導保安係';
const CASE = '砂-0412';
const PASSWORD = 'みほんの合言葉 2026';
const HEAD = { id: 's-2001', name: '増毛 かおる' };
const CLERK = 's-1002';
const MINUTE_PRESSES = 3;

let browser;
let office;
let phone;
let finger;
let caseId;

const password = async (staff) => {
  // The password travels on standard input, as an operator types it.
  const child = spawn(join(programs(), 'ekitei-server'), ['account', '--data', office.data, '--staff', staff, '--password-stdin'], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(`${PASSWORD}\n`);
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
};

/** A picture as a phone's camera would leave it in the inbox, taken into the case. */
async function takePhotos(captions) {
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
}
const sync = async () => assert.equal((await finger.ask('sync_now', { deadline_s: 60 })).drained, true);

before(async () => {
  browser = await launch();
  office = await startOffice();
  const head = join(office.dir, 'head.csv');
  writeFileSync(head, `id,name,kana,section,role,extension\n${HEAD.id},${HEAD.name},ましけ かおる,${SECTION},head,21-300\n`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, head]);
  await password(HEAD.id);
  await password(CLERK);
  phone = await office.startPhone('s-1001');
  finger = await Finger.at(browser, phone.url);
  await finger.open();
  caseId = (await finger.ask('case_list', { filter: CASE, followed_only: false })).find((one) => one.number === CASE).id;
});

after(async () => {
  await browser?.close();
  await office?.stop();
});

// A test that failed in the dark leaves no darkness to the next.
afterEach(() => phone?.line.mend());

async function desk(staff = HEAD.id, size = SIZES.pc, url = office.url) {
  const one = await Desk.at(browser, url, size);
  await one.signIn(staff, PASSWORD);
  return one;
}

test('a wrong password says so and keeps the number; the right one opens the office', async () => {
  const one = await Desk.at(browser, office.url);
  await one.page.goto(one.url);
  // As a Japanese keyboard may write it.
  await one.at('staff').fill('ｓ-２００１');
  await one.at('password').fill('まちがい');
  await one.press('sign-in');
  await one.at('sign-in-fault').waitFor();
  assert.equal(await one.at('password').inputValue(), '');
  assert.equal(await one.at('staff').inputValue(), HEAD.id);
  await one.at('password').fill(PASSWORD);
  await one.press('sign-in');
  await one.page.waitForSelector('h1:text-is("届いたもの")');
  assert.deepEqual(one.faults, []);
  await one.page.context().close();
});

test('what is written without a line arrives by itself, is called new, and the tab counts it', async () => {
  const one = await desk();
  phone.line.cut();
  await finger.ask('note_save', { case: caseId, title: '湧水', text: '<b>北側</b>ののり面に湧水あり。\n=SUM(A1)' });
  await takePhotos(['のり面', '排水溝']);
  phone.line.mend();
  await sync();
  const rows = one.at('arrival');
  await rows.nth(1).waitFor();
  assert.match(await rows.first().innerText(), /新着/);
  await one.page.waitForFunction(() => document.title.startsWith('(3)'));
  await one.press('saw-all');
  await one.page.waitForFunction(() => document.title.startsWith('届いたもの'));
  // Text is text: no markup of a note becomes the page's.
  await one.open(`#/case/${caseId}`, '北柏沢第二砂利採取場');
  assert.match(await one.at('note').first().innerText(), /<b>北側<\/b>ののり面に湧水あり。\n=SUM\(A1\)/);
  await one.page.waitForSelector('[data-testid=photos-there]:has-text("2/2")');
  assert.deepEqual(one.faults, []);
  await one.page.context().close();
});

test('the original leaves as it was taken; a selection leaves as one zip', async () => {
  const one = await desk();
  await one.open(`#/case/${caseId}?tab=photos`, '北柏沢第二砂利採取場');
  await one.at('photo-tile').nth(1).waitFor();
  const { photos } = await one.ask('GET', `/cases/${caseId}`);
  await one.press('pick-all');
  const [zip] = await Promise.all([one.page.waitForEvent('download'), one.press('zip')]);
  assert.equal(zip.suggestedFilename(), `${CASE}.zip`);
  const packed = readFileSync(await zip.path());
  assert.equal(packed.readUInt32LE(0), 0x04034b50);
  await one.press('photo-tile');
  await one.page.waitForSelector('[data-testid=viewer-image][data-state=there]');
  const [file] = await Promise.all([one.page.waitForEvent('download'), one.press('download')]);
  const hash = createHash('sha256').update(readFileSync(await file.path())).digest('hex');
  assert.ok(photos.some((photo) => photo.sha256 === hash));
  // By keys alone: leaf, enlarge, the whole again, close.
  const shown = () => one.at('viewer-image').evaluate((image) => ({ src: image.src, moved: image.style.transform }));
  const first = await shown();
  await one.page.keyboard.press('ArrowRight');
  await one.page.waitForFunction((src) => document.querySelector('[data-testid=viewer-image]').src !== src, first.src);
  await one.page.keyboard.press('+');
  assert.match((await shown()).moved, /scale\(1\.4\)/);
  await one.page.keyboard.press('0');
  assert.match((await shown()).moved, /scale\(1\)/);
  await one.page.keyboard.press('Escape');
  await one.at('viewer').waitFor({ state: 'detached' });
  assert.deepEqual(one.faults, []);
  await one.page.context().close();
});

describe('a note that desk and phone change at the same time', () => {
  let one;
  let note;
  before(async () => {
    note = await finger.ask('note_save', { case: caseId, title: '電話メモ', text: '一行目' });
    await sync();
    one = await desk();
    await one.open(`#/case/${caseId}?note=${note.id}`, '北柏沢第二砂利採取場');
  });
  after(() => one.page.context().close());
  const card = () => one.page.locator(`#record-${note.id}`);
  const editor = () => card().locator('[data-testid=note-text]');

  test('while it is written: both stand side by side, nothing typed is touched', async () => {
    await card().locator('[data-testid=note-edit]').click();
    await editor().fill('一行目\n事務所の行');
    await finger.ask('note_save', { id: note.id, text: '一行目\n現地の行' });
    await sync();
    await one.at('clash').waitFor();
    assert.equal(await editor().inputValue(), '一行目\n事務所の行');
    assert.match(await one.at('side-by-side').innerText(), /事務所の行[\s\S]*現地の行/);
    await one.press('keep-both');
    await editor().press('Control+Enter');
    await one.at('note-editor').waitFor({ state: 'detached' });
    await sync();
    assert.match((await finger.ask('note_get', { id: note.id })).text, /現地の行[\s\S]*事務所の行/);
  });

  test('after it was saved: the second value waits until one decides', async () => {
    phone.line.cut();
    await finger.ask('note_save', { id: note.id, text: '現地だけの文' });
    await card().locator('[data-testid=note-edit]').click();
    await editor().fill('事務所だけの文');
    await editor().press('Control+Enter');
    await one.at('note-editor').waitFor({ state: 'detached' });
    phone.line.mend();
    await sync();
    await one.at('conflict').waitFor();
    assert.match(await one.at('conflict').innerText(), /現地だけの文[\s\S]*事務所だけの文/);
    await one.press('keep-mine');
    await one.at('conflict').waitFor({ state: 'detached' });
    await card().getByText('現地だけの文').waitFor();
    assert.deepEqual(one.faults, []);
  });
});

test('a session that ends keeps what was typed, and the same press goes on after signing in', async () => {
  const one = await desk(CLERK);
  await one.open(`#/case/${caseId}`, '北柏沢第二砂利採取場');
  await one.press('write-note');
  await one.at('note-text').fill('窓口で受けた話。');
  // The session ends on the server while the press is on its way.
  await one.page.route('**/api/cases/*/notes', async (route) => {
    const left = await one.page.context().request.delete(`${office.url}/api/session`, { headers: { origin: office.url } });
    assert.equal(left.status(), 204);
    await route.continue();
  }, { times: 1 });
  await one.press('note-save');
  const again = one.at('sign-in-again');
  await again.waitFor();
  assert.deepEqual(await one.look(23.5), []);
  await again.locator('[data-testid=password]').fill(PASSWORD);
  await again.locator('[data-testid=sign-in]').click();
  await again.waitFor({ state: 'detached' });
  await one.page.locator('[data-testid=note] .text', { hasText: '窓口で受けた話。' }).waitFor();
  const { notes } = await one.ask('GET', `/cases/${caseId}`);
  assert.equal(notes.filter((note) => note.text === '窓口で受けた話。').length, 1);
  assert.deepEqual(one.faults, []);
  await one.page.context().close();
});

test('a PC that nobody touches is covered after the idle time, whatever arrives meanwhile', async () => {
  const one = await Desk.at(browser, office.url);
  await one.page.clock.install();
  await one.signIn(CLERK, PASSWORD);
  const { idle_ms: idleMs } = await one.ask('GET', '/session');
  await one.open('#/cases', '案件');
  await one.page.clock.fastForward(idleMs - 60_000);
  assert.equal(await one.at('sign-in-again').count(), 0);
  await one.page.clock.fastForward(120_000);
  await one.at('sign-in-again').waitFor();
  await one.page.waitForFunction(async () => (await fetch('/api/session')).status === 401);
  await one.page.context().close();
});

test('a server that is away is one calm line; what is on the screen stays and goes on by itself', async () => {
  const one = await desk(HEAD.id, SIZES.pc, phone.line.url);
  await one.open(`#/case/${caseId}`, '北柏沢第二砂利採取場');
  await one.press('write-note');
  await one.at('note-text').fill('つながらない間に書いた。');
  phone.line.cut();
  await one.press('note-save');
  await one.at('offline').waitFor();
  assert.equal(await one.at('offline').getAttribute('role'), 'status');
  assert.equal(await one.at('note-text').inputValue(), 'つながらない間に書いた。');
  phone.line.mend();
  await one.at('offline').waitFor({ state: 'detached' });
  await one.press('note-save');
  await one.page.locator('[data-testid=note] .text', { hasText: 'つながらない間に書いた。' }).waitFor();
  await one.page.context().close();
});

test('a case is made, restricted to its members, closed and opened again', async () => {
  const one = await desk();
  await one.open('#/cases', '案件');
  await one.press('new-case');
  await one.press('case-save');
  assert.equal(await one.at('case-number').getAttribute('aria-invalid'), 'true');
  await one.at('case-number').fill('火-0007');
  await one.at('case-name').fill('烏帽子火薬庫');
  await one.at('case-lat').fill('43.2150, 142.8410');
  assert.equal(await one.at('case-lon').inputValue(), '142.8410');
  await one.at('assignees').fill('てしお');
  await one.at('assignees-option').first().waitFor();
  await one.page.keyboard.press('Enter');
  await one.press('case-save');
  await one.page.waitForSelector('h1:text-is("烏帽子火薬庫")');
  assert.match(await one.at('facts').innerText(), /天塩 たくみ/);
  await one.press('edit-case');
  await one.press('restricted');
  // The head would lock themselves out, and is told.
  await one.at('outside').waitFor();
  await one.at('members').fill(HEAD.id);
  await one.at('members-option').first().waitFor();
  await one.page.keyboard.press('Enter');
  await one.at('outside').waitFor({ state: 'detached' });
  // News meanwhile: the form stays as it was filled in.
  const news = one.page.waitForResponse((answer) => answer.request().method() === 'GET' && /\/api\/cases\/[^/]+$/.test(answer.url()));
  await one.ask('POST', `/cases/${caseId}/notes`, { fields: { text: '別の案件の知らせ' } });
  await news;
  assert.equal(await one.at('restricted').getAttribute('aria-checked'), 'true');
  await one.press('case-save');
  await one.page.waitForSelector('[data-testid=facts]:has-text("入れない")');
  await one.press('close-case');
  await one.at('reopen').waitFor();
  await one.open('#/cases?state=closed', '案件');
  const row = one.page.locator('tr', { hasText: '火-0007' });
  await row.waitFor();
  // A list shows the number of a restricted case, never its name.
  assert.doesNotMatch(await row.innerText(), /烏帽子/);
  await row.locator('a').click();
  await one.press('reopen');
  await one.at('close-case').waitFor();
  assert.deepEqual(one.faults, []);
  await one.page.context().close();
});

test('a second case of the same number is refused with the number, and nothing typed is lost', async () => {
  const one = await desk();
  await one.open('#/cases', '案件');
  await one.press('new-case');
  await one.at('case-number').fill(CASE);
  await one.at('case-name').fill('同じ番号');
  await one.press('case-save');
  await one.page.waitForSelector(`[role=alert]:has-text("${CASE}")`);
  assert.equal(await one.at('case-name').inputValue(), '同じ番号');
  await one.page.context().close();
});

test('what a person may no longer write is held, with its words, until one decides', async () => {
  const one = await desk();
  const made = await one.ask('POST', '/cases', { fields: { number: '火-0100', name: '別の火薬庫', section: SECTION, assignees: ['s-1001'] } });
  await sync();
  phone.line.cut();
  await finger.ask('note_save', { case: made.record, text: '換気口の金網に破れ。' });
  const { case: seen } = await one.ask('GET', `/cases/${made.record}`);
  await one.ask('PATCH', `/records/${made.record}`, { base: { assignees: seen.revs.assignees }, fields: { restricted: true, assignees: [HEAD.id] } });
  phone.line.mend();
  await sync();
  await one.open('#/quarantine', '預かり');
  const held = one.at('held').first();
  await held.waitFor();
  assert.match(await held.innerText(), /換気口の金網に破れ。/);
  assert.match(await held.innerText(), /留萌 ゆき/);
  assert.deepEqual(await one.look(23.5), []);
  await one.press('release');
  await one.at('quarantine-empty').waitFor();
  const { notes } = await one.ask('GET', `/cases/${made.record}`);
  assert.equal(notes.length, 1);
  await one.page.context().close();
});

test('a phone is enrolled from the console, and cut off within three presses that name its person', async () => {
  const one = await desk();
  await one.open('#/phones', 'スマホ');
  await one.press('enrol-phone');
  await one.at('enrol-person').fill('天塩');
  await one.at('enrol-person-option').first().waitFor();
  await one.page.keyboard.press('Enter');
  await one.press('enrol-make');
  await one.at('qr').waitFor();
  const code = (await one.at('code').innerText()).trim();
  await runProgram('ekitei-field', ['--home', join(office.dir, 'phone-new'), 'enrol', '--server', office.url, '--code', code], { EKITEI_PIN: '204918' });
  await one.at('enrolled').waitFor();
  await one.press('enrol-close');
  one.presses = 0;
  const row = one.page.locator('tr', { hasText: '天塩 たくみ' });
  one.presses += 1;
  await row.locator('[data-testid=revoke-open]').click();
  assert.match(await one.at('revoke').innerText(), /天塩 たくみさんのスマホを止めますか/);
  assert.match(await one.at('revoke-yes').innerText(), /天塩 たくみ/);
  await one.press('revoke-yes');
  await row.locator('[data-testid=state-drain_only]').waitFor();
  assert.ok(one.presses <= MINUTE_PRESSES, `${one.presses} presses`);
  assert.deepEqual(one.faults, []);
  await one.page.context().close();
});

describe('every screen', () => {
  for (const [name, size] of Object.entries(SIZES)) {
    test(`has no accessibility fault, no sideways scrolling, large enough targets: ${name}`, async () => {
      const least = name === 'narrow' ? 43.5 : 23.5;
      const one = await Desk.at(browser, office.url, size);
      await one.page.goto(one.url);
      await one.at('sign-in').waitFor();
      const found = [];
      const look = async (screen) => found.push(...(await one.look(least)).map((fault) => `${screen}: ${fault}`));
      await look('sign-in');
      await one.signIn(HEAD.id, PASSWORD);
      await one.at('arrival').first().waitFor();
      await look('feed');
      await one.open('#/cases', '案件');
      await one.at('case-link').first().waitFor();
      await look('cases');
      await one.press('new-case');
      await one.press('case-save');
      await look('case-form');
      await one.page.keyboard.press('Escape');
      await one.open(`#/case/${caseId}`, '北柏沢第二砂利採取場');
      await look('case');
      await one.press('note-edit');
      await look('note-edit');
      await one.press('note-cancel');
      await one.press('plan');
      await look('plan');
      await one.page.keyboard.press('Escape');
      await one.open(`#/case/${caseId}?tab=photos`, '北柏沢第二砂利採取場');
      await one.press('pick-all');
      await look('photos');
      await one.press('photo-tile');
      await one.page.waitForSelector('[data-testid=viewer-image][data-state=there]');
      await look('viewer');
      await one.page.keyboard.press('Escape');
      await one.open('#/conflicts', '食い違い');
      await look('conflicts');
      await one.open('#/quarantine', '預かり');
      await look('quarantine');
      await one.open('#/phones', 'スマホ');
      await one.at('revoke-open').first().waitFor();
      await look('phones');
      await one.press('revoke-open');
      await look('revoke');
      await one.page.keyboard.press('Escape');
      await one.open('#/settings', '設定');
      await look('settings');
      await one.page.locator('[data-testid=language-en]').check({ force: true });
      await one.page.waitForSelector('h1:text-is("Settings")');
      await look('settings-en');
      assert.deepEqual(found, []);
      assert.deepEqual(one.faults, []);
      await one.page.context().close();
    });
  }
});
