// Ways to a form and what becomes of what was written: forms chosen for a visit, a form's QR code, refused answers, photos
// without a case, and a form of 300 questions.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import qrcode from 'qrcode-generator';
import { becomes, DISPLAYS, Finger } from './lib/finger.mjs';
import { answerOf, CASE, KINDS, look, plan, questions, startSite, theCase } from './lib/inspection.mjs';
import { longForm, QUESTIONS } from './lib/long-form.mjs';

let site;
let phone;
let finger;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ekitei-forms-'));
  const long = join(folder, 'long.json');
  writeFileSync(long, JSON.stringify(longForm()));
  site = await startSite([KINDS, long]);
  ({ phone, finger } = await site.phone('s-1001'));
  await finger.display(DISPLAYS.plain);
});

after(async () => {
  await site?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const theForm = () => finger.page.waitForSelector('[data-testid=rest]');
const idOf = () => new URL(finger.page.url()).hash.split('/')[2].split('?')[0];
const begun = async () => {
  await theForm();
  await finger.page.waitForFunction(() => /#\/inspection\/[0-9a-f-]{36}$/.test(location.hash));
  return idOf();
};

/** The dark modules of a code, as rows of 0 and 1. */
function modules(text) {
  // The library takes one byte a letter unless it is told otherwise.
  qrcode.stringToBytes = (words) => [...Buffer.from(words, 'utf8')];
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  return Array.from({ length: code.getModuleCount() }, (_, row) => Array.from({ length: code.getModuleCount() }, (__, column) => Number(code.isDark(row, column))));
}

/** A photo of a sheet of paper with the code on it. */
async function pictureOf(text) {
  const url = await finger.page.evaluate((rows) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 1600 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#7d7466';
    pen.fillRect(0, 0, 1200, 1600);
    pen.translate(600, 800);
    pen.rotate(0.12);
    pen.fillStyle = '#f2f0ea';
    pen.fillRect(-380, -480, 760, 960);
    const step = 500 / rows.length;
    pen.fillStyle = '#25221e';
    rows.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect(-250 + x * step, -250 + y * step, step + 0.5, step + 0.5)));
    return canvas.toDataURL('image/jpeg', 0.85);
  }, modules(text));
  return { name: 'paper.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(url.split(',')[1], 'base64') };
}

test('the forms of a visit are chosen where it is planned', async () => {
  await finger.open(`#/case/${await theCase(finger)}`);
  await finger.tap('case-menu');
  await finger.tap('plan-visit');
  await finger.page.waitForSelector('[data-testid=visit-form-choice]');
  await look(finger, 'planning a visit');
  await finger.page.getByTestId('visit-forms').getByLabel('すべての種類の見本').check();
  await finger.shot('plan-visit-forms');
  await finger.page.getByTestId('visit-what').fill('様式つきの訪問');
  await finger.tap('visit-save');
  await becomes('the visit is planned with its form', async () => {
    const card = await finger.ask('case_card', { case: await theCase(finger) });
    const visit = card.entries.find((one) => one.visit_view?.title === '様式つきの訪問')?.visit_view;
    if (!visit) return false;
    const forms = await finger.ask('visit_forms', { id: visit.id });
    return forms.length === 1 && forms[0].title.includes('見本');
  });
});

test('a form\'s QR code in a picture opens the form for its case', async () => {
  const form = (await finger.ask('form_list')).find((one) => one.title.includes('見本'));
  await finger.open('#/today');
  await finger.tap('open-scan');
  await finger.page.waitForSelector('[data-testid=scan-pick]');
  await look(finger, 'the code reader');
  await finger.shot('scan');
  const file = finger.page.getByTestId('scan-file');
  await file.setInputFiles(await pictureOf('https://example.com/'));
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=scan-said]')?.textContent.includes('様式のものではありません'));
  await look(finger, 'a foreign code');
  await finger.shot('scan-foreign');
  await file.setInputFiles(await pictureOf(`ekitei://form/${form.form}?case=${encodeURIComponent('無-9999')}`));
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=scan-said]')?.textContent.includes('無-9999'));
  await file.setInputFiles(await pictureOf(`ekitei://form/${form.form}?case=${CASE}`));
  const id = await begun();
  const view = await finger.ask('inspection_get', { id });
  assert.deepEqual([view.case_number, view.row.form], [CASE, form.form]);
  // Back leads to where one came from, not to the camera.
  await finger.page.goBack();
  await finger.page.waitForSelector('[data-testid=open-scan]');
});

test('a question for a code is answered from a picture, whatever the WebView can read', async () => {
  const form = (await finger.ask('form_list')).find((one) => one.title.includes('見本'));
  await finger.open(`#/inspection/new?case=${await theCase(finger)}&form=${form.id}`);
  const id = await begun();
  await finger.page.getByTestId('qr-file-code').setInputFiles(await pictureOf('機械-0042'));
  await becomes('the code is the answer', async () => (await answerOf(finger, id, 'code')) === '機械-0042');
  await finger.page.getByTestId('qr-file-code').setInputFiles({ ...(await pictureOf('x')), buffer: Buffer.from('no picture') });
  await finger.page.waitForFunction(() => document.querySelector('.qr [role=status]')?.textContent.length > 3);
  assert.equal(await answerOf(finger, id, 'code'), '機械-0042');
});

test('held before the camera, the code is found by itself', async () => {
  const form = (await finger.ask('form_list')).find((one) => one.title.includes('300'));
  const other = await Finger.at(site.browser, phone.url);
  await other.page.addInitScript((rows) => {
    if (!navigator.mediaDevices) return;
    navigator.mediaDevices.getUserMedia = async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 960 });
      const pen = canvas.getContext('2d');
      let turn = 0;
      setInterval(() => {
        turn += 0.01;
        pen.resetTransform();
        pen.fillStyle = '#8a8578';
        pen.fillRect(0, 0, 1280, 960);
        pen.translate(640, 480);
        pen.rotate(Math.sin(turn) * 0.2);
        pen.fillStyle = '#fff';
        pen.fillRect(-360, -360, 720, 720);
        pen.fillStyle = '#000';
        const step = 560 / rows.length;
        rows.forEach((row, y) => row.forEach((dark, x) => dark && pen.fillRect(-280 + x * step, -280 + y * step, step + 0.5, step + 0.5)));
      }, 50);
      return canvas.captureStream();
    };
  }, modules(`ekitei://form/${form.form}?case=${CASE}`));
  await other.open('#/scan');
  await other.page.waitForFunction(() => /#\/inspection\/[0-9a-f-]{36}$/.test(location.hash), undefined, { timeout: 60_000 });
  await other.page.waitForSelector('[data-testid=rest]');
  assert.deepEqual(other.faults, []);
  await other.close();
});

test('what the core refuses is not lost when the screen is left, the phone locked or the app closed', async () => {
  const form = (await finger.ask('form_list')).find((one) => one.title.includes('見本'));
  await finger.open(`#/inspection/new?case=${await theCase(finger)}&form=${form.id}`);
  const id = await begun();
  const depth = () => finger.page.getByTestId('answer-depth');
  await depth().fill('12か13');
  await depth().blur();
  await finger.page.waitForFunction(() => document.querySelector('#q-depth-fault')?.textContent.includes('保存'));
  await finger.shot('refused');
  assert.equal(await answerOf(finger, id, 'depth'), null);
  // Left at once after the last letter, to another sheet and back.
  await depth().fill('12か14');
  await finger.open('#/today');
  const again = (await finger.ask('form_list')).find((one) => one.title.includes('300'));
  await finger.open(`#/inspection/new?case=${await theCase(finger)}&form=${again.id}`);
  await begun();
  const shown = () => finger.page.waitForFunction(() =>
    document.querySelector('[data-testid=answer-depth]')?.value === '12か14' && document.querySelector('#q-depth-fault')?.textContent.includes('保存'));
  await finger.open(`#/inspection/${id}`);
  await shown();
  await look(finger, 'a refused answer');
  const next = await Finger.at(site.browser, phone.url);
  await finger.close();
  finger = next;
  await finger.open(`#/inspection/${id}`);
  await shown();
  assert.equal(await finger.page.locator('[data-testid=save-state]').getAttribute('data-state'), 'failed');
  // Written right, it is stored and nothing of the old comes back.
  await depth().fill('12.5');
  await depth().blur();
  await becomes('it is stored', async () => (await answerOf(finger, id, 'depth')) === 12.5);
  await becomes('the draft is gone', async () => (await finger.ask('draft_load', { key: `answers.${id}` })).value === null);
  await finger.page.reload();
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=answer-depth]')?.value === '12.5');
});

test('photos taken without a case wait in a list and are given one there', async () => {
  await finger.open('#/camera');
  await finger.tap('case-later');
  await finger.tap('shutter');
  await finger.page.waitForSelector('[data-testid=shots][data-count="1"]');
  await finger.nextFrame();
  await finger.tap('shutter');
  await finger.page.waitForSelector('[data-testid=shots][data-count="2"]');
  await finger.open('#/today');
  await finger.tap('open-own');
  await finger.page.waitForSelector('[data-testid=own][data-count="2"]');
  await look(finger, 'photos without a case');
  await finger.tap('own-photo');
  await finger.page.waitForSelector('[data-testid=own-photo][aria-pressed=true]');
  await finger.shot('own');
  await finger.tap('own-choose');
  await finger.tap('choose-case', { text: CASE });
  await finger.page.waitForSelector('[data-testid=own][data-count="1"]');
  const caseId = await theCase(finger);
  assert.equal((await finger.ask('photo_list', { case: caseId })).length, 1);
  // One alone is chosen already.
  await finger.page.waitForSelector('[data-testid=own-photo][aria-pressed=true]');
  await finger.tap('own-choose');
  await finger.tap('choose-case', { text: CASE });
  await becomes('both are in the case', async () => (await finger.ask('photo_list', { case: caseId })).length === 2);
  // A photo is in its case first, then no longer one's own: a phone that dies in between loses none.
  await becomes('none waits', async () => (await finger.ask('photo_own')).length === 0);
  await becomes('the office has them', async () => {
    await finger.ask('sync_now', { deadline_s: 30 });
    return (await finger.ask('photo_list', { case: caseId })).every((one) => one.progress === 'filed');
  });
});

test('a form of 300 questions opens and takes answers on a slow phone', async () => {
  const { visit, form } = await plan(finger, '300');
  const { row } = await finger.ask('inspection_begin', { case: await theCase(finger), visit: visit.id, form_version: form.id });
  const devtools = await finger.page.context().newCDPSession(finger.page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await finger.open(`#/inspection/${row.id}`);
  await theForm();
  await finger.page.waitForFunction((wanted) => document.querySelectorAll('[data-testid=question]').length === wanted, QUESTIONS);
  await finger.tap('rule-ok', { key: 'item_1' });
  await finger.tap('rule-ok', { key: 'item_295' });
  await finger.page.waitForSelector('[data-testid=save-state][data-state=saved]');
  const answers = await questions(finger, row.id);
  assert.deepEqual(['item_1', 'item_295'].map((key) => answers.find((one) => one.key === key).answer), ['ok', 'ok']);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await look(finger, 'a long form');
});
