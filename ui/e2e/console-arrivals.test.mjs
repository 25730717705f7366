// What arrives at the console from a phone: news, photographs, notes that both sides change, what is held.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { CASE, CASE_NAME, HEAD, SECTION, startConsole } from './lib/console.mjs';

let house;
let phone, finger, caseId, desk, sync, takePhotos;

before(async () => {
  house = await startConsole();
  ({ phone, finger, caseId, desk, sync, takePhotos } = house);
});

after(() => house?.stop());

// A test that failed in the dark leaves no darkness to the next.
afterEach(() => house?.phone.line.mend());

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
  await one.open(`#/case/${caseId}`, CASE_NAME);
  assert.match(await one.at('note').first().innerText(), /<b>北側<\/b>ののり面に湧水あり。\n=SUM\(A1\)/);
  await one.page.waitForSelector('[data-testid=photos-there]:has-text("2/2")');
  assert.deepEqual(one.faults, []);
  await one.page.context().close();
});

test('the original leaves as it was taken; a selection leaves as one zip', async () => {
  const one = await desk();
  await one.open(`#/case/${caseId}?tab=photos`, CASE_NAME);
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
    await one.open(`#/case/${caseId}?note=${note.id}`, CASE_NAME);
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
