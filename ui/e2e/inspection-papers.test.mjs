// What happens to the photos of an inspection on the phone: marked, blacked out, with the small blackboard; and its
// papers, made and read without a line, one tap from the finished sheet.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomes, DISPLAYS } from './lib/finger.mjs';
import { GRAVEL_PIT, look, plan, questions, startSite, theCase } from './lib/inspection.mjs';

let site;
let phone;
let finger;
let id;
let photo;

before(async () => {
  site = await startSite([GRAVEL_PIT]);
  ({ phone, finger } = await site.phone('s-1001'));
  await finger.display(DISPLAYS.plain);
  const { visit, form } = await plan(finger, '砂利');
  const begun = await finger.ask('inspection_begin', { case: await theCase(finger), visit: visit.id, form_version: form.id });
  id = begun.row.id;
});

after(() => site?.stop());

const set = (key, answer) => finger.ask('inspection_call', { id, call: { call: 'set', key, answer, now: null } });
const theForm = () => finger.page.waitForSelector('[data-testid=rest]');
const theEditor = () => finger.page.waitForSelector('[data-testid=marks-surface]');
const stored = async () => finger.ask('photo_get', { id: photo });
const kinds = async () => (await stored()).marks.marks.map((mark) => mark.kind);
const settledMarks = () => finger.page.waitForSelector('[data-testid=marks-state][data-state=saved]');

/** A stroke over the photo, in shares of the picture's surface. */
async function stroke(from, to) {
  const box = await finger.page.getByTestId('marks-photo').boundingBox();
  // The picture stands upright (3:4) in the middle of the stage.
  const wide = Math.min(box.width, box.height * 0.75);
  const high = wide / 0.75;
  const at = ([x, y]) => [box.x + (box.width - wide) / 2 + x * wide, box.y + (box.height - high) / 2 + y * high];
  await finger.page.mouse.move(...at(from));
  await finger.page.mouse.down();
  await finger.page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
  await finger.page.mouse.move(...at(to));
  await finger.page.mouse.up();
}
const near = (actual, wanted) => assert.ok(Math.abs(actual - wanted) < 0.02, `${actual}, wanted ${wanted}`);

test('a photo is marked by strokes, and each mark is stored as it is made', async () => {
  await set('fence', 'fail');
  await finger.open(`#/inspection/${id}`);
  await theForm();
  await finger.tap('photo-fence_photos');
  await finger.tap('shutter');
  await finger.page.waitForSelector('[data-testid=shots][data-count="1"]');
  await finger.tap('back');
  await finger.page.waitForSelector('[data-testid=attachments-fence_photos][data-count="1"]');
  [{ id: photo }] = (await finger.ask('inspection_get', { id })).photos.fence_photos;
  const before = await stored();

  await finger.page.locator('[data-testid=attachments-fence_photos] [data-testid=thumb]').click();
  await finger.tap('photo-marks');
  await theEditor();
  await look(finger, 'the editor');
  await finger.shot('marks-empty');
  await finger.tap('tool-arrow');
  await finger.shot('marks-tool');
  await stroke([0.2, 0.2], [0.5, 0.4]);
  await finger.page.waitForSelector('[data-testid=chosen][data-kind=arrow]');
  await look(finger, 'a chosen mark');
  await finger.shot('marks-chosen');
  await finger.tap('chosen-done');
  await finger.tap('tool-box');
  await stroke([0.55, 0.5], [0.9, 0.7]);
  await finger.tap('colour-yellow');
  await finger.tap('chosen-done');
  await finger.tap('tool-text');
  await stroke([0.1, 0.6], [0.1, 0.6]);
  await finger.type('marks-words', '支柱が傾いている');
  await finger.tap('marks-words-done');
  await finger.tap('chosen-done');
  await finger.tap('tool-black_out');
  await stroke([0.1, 0.8], [0.4, 0.9]);
  await finger.tap('chosen-done');
  await settledMarks();
  const { marks: { marks: [arrow, box, text, out] }, ...after } = await stored();
  near(arrow.from.x, 0.2);
  near(arrow.to.y, 0.4);
  assert.deepEqual([box.kind, box.colour, text.text, out.kind], ['box', 'yellow', '支柱が傾いている', 'black_out']);
  near(out.area.to.x, 0.4);
  // The picture itself is what it was.
  assert.deepEqual(after.variants.map((one) => one.bytes), before.variants.map((one) => one.bytes));
  await finger.shot('marks-all');
});

test('the small blackboard comes filled in, in the corner that is chosen', async () => {
  await finger.tap('tool-board');
  await look(finger, 'the blackboard');
  await finger.shot('marks-board-dialog');
  assert.match(await finger.page.getByTestId('board-case').inputValue(), /砂-0412/);
  assert.match(await finger.page.getByTestId('board-place').inputValue(), /上幌別/);
  assert.notEqual(await finger.page.getByTestId('board-item').inputValue(), '');
  assert.match(await finger.page.getByTestId('board-date').inputValue(), /^令和\d+年\d+月\d+日$/);
  await finger.page.getByTestId('board-corner-top_right').check();
  await finger.tap('board-set');
  await settledMarks();
  const { board } = await stored();
  assert.equal(board.corner, 'top_right');
  assert.match(board.date, /^\d{4}-\d{2}-\d{2}$/);
  await finger.page.waitForSelector('[data-testid=mark-layer][data-board]');
  await finger.shot('marks-board');
});

test('what was done is taken back step by step', async () => {
  await finger.tap('marks-undo');
  await settledMarks();
  await becomes('the board is off', async () => (await stored()).board === null);
  await finger.tap('marks-undo');
  await becomes('the black-out is off', async () => (await kinds()).length === 3);
  await finger.tap('tool-black_out');
  await stroke([0.1, 0.8], [0.4, 0.9]);
  await finger.tap('chosen-done');
  await finger.tap('tool-board');
  await finger.tap('board-set');
  await becomes('all is back', async () => (await kinds()).length === 4 && (await stored()).board !== null);
});

test('everything without a stroke, by the keyboard: placed, moved, its end moved, changed, deleted', async () => {
  const press = async (testid) => {
    await finger.find(testid).focus();
    await finger.page.keyboard.press('Enter');
  };
  await press('tool-arrow');
  await press('marks-place');
  await finger.page.waitForSelector('[data-testid=chosen]');
  await becomes('the arrow is stored', async () => (await kinds()).length === 5);
  const placed = (await stored()).marks.marks[4];
  await press('move-right');
  await press('move-right');
  await press('part-to');
  await press('move-up');
  await press('thickness-thick');
  await becomes('it is moved', async () => (await stored()).marks.marks[4].thickness === 'thick');
  const moved = (await stored()).marks.marks[4];
  near(moved.from.x, placed.from.x + 0.04);
  near(moved.to.x, placed.to.x + 0.04);
  near(moved.to.y, placed.to.y - 0.02);
  near(moved.from.y, placed.from.y);
  await press('marks-delete');
  await becomes('it is gone', async () => (await kinds()).length === 4);
});

test('a mark is taken up by a finger and moved', async () => {
  const before = (await stored()).marks.marks[1];
  await stroke([0.7, 0.6], [0.6, 0.5]);
  await becomes('the box is elsewhere', async () => Math.abs((await stored()).marks.marks[1].area.from.x - before.area.from.x) > 0.05);
  const after = (await stored()).marks.marks[1];
  near(after.area.from.x, before.area.from.x - 0.1);
  near(after.area.to.y, before.area.to.y - 0.1);
  await finger.tap('chosen-done');
});

test('the editor in large letters, with gloves outdoors, and in English', async () => {
  const at = new URL(finger.page.url()).hash;
  for (const [name, settings] of Object.entries({ ...DISPLAYS, english: { ...DISPLAYS.plain, language: 'en' } })) {
    await finger.display(settings);
    await finger.open(at);
    await theEditor();
    await look(finger, `the editor (${name})`);
    await finger.tap('marks-choose');
    await finger.page.waitForSelector('[data-testid=chosen]');
    await look(finger, `a chosen mark (${name})`);
    await finger.shot(`marks-chosen-${name}`);
    await finger.tap('chosen-done');
    await finger.shot(`marks-${name}`);
    await finger.tap('tool-board');
    await finger.page.waitForSelector('[data-testid=board-dialog][open]');
    await look(finger, `the blackboard (${name})`);
    await finger.page.keyboard.press('Escape');
  }
  await finger.display(DISPLAYS.plain);
  await finger.open(at);
  await theEditor();
});

test('the layer lies over the photo wherever the phone shows it, also in front of others', async () => {
  await finger.open(`#/inspection/${id}`);
  await theForm();
  await finger.page.waitForSelector('[data-testid=attachments-fence_photos] [data-testid=mark-layer][data-marks="4"]');
  const caseId = await theCase(finger);
  await finger.open(`#/case/${caseId}`);
  await finger.page.waitForSelector('[data-testid=photo-grid] [data-testid=mark-layer][data-marks="4"]');
  await finger.tap('photo');
  await finger.page.waitForSelector('[data-testid=viewer-image]');
  await finger.page.waitForSelector('[data-testid=mark-layer][data-marks="4"]');
  await look(finger, 'the viewer');
  await finger.shot('marks-viewer');
  await finger.tap('photo-marks');
  await theEditor();
  await finger.open(`#/show/${photo}`);
  await finger.page.waitForSelector('[data-testid=show] [data-testid=mark-layer] [data-kind=black_out]');
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=viewer-image]')?.complete);
  await finger.shot('marks-show');
  // Where the black-out lies on the screen, every pixel is black.
  const dark = await finger.page.evaluate(() => {
    const out = document.querySelector('[data-kind=black_out]').getBoundingClientRect();
    const image = document.querySelector('[data-testid=viewer-image]');
    const box = image.getBoundingClientRect();
    const share = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
    const [wide, high] = [image.naturalWidth * share, image.naturalHeight * share];
    const [left, top] = [box.x + (box.width - wide) / 2, box.y + (box.height - high) / 2];
    return { left: (out.left - left) / wide, right: (out.right - left) / wide, top: (out.top - top) / high, bottom: (out.bottom - top) / high };
  });
  near(dark.left, 0.1);
  near(dark.right, 0.4);
  near(dark.top, 0.8);
  near(dark.bottom, 0.9);
});

test('report and ledger are one tap from the finished sheet, made without a line, in an old WebView', async () => {
  phone.line.cut();
  const others = {
    operator: '北柏沢砂利', permit_number: '空振産第12号', pit_place: '北柏沢町字上幌別', witness_name: '羽幌 かなえ',
    permitted_depth: 10, overall: 'guidance', guidance: '速やかに改善すること。', witness_consent: true, fence_finding: '破損している。',
  };
  for (const [key, answer] of Object.entries(others)) await set(key, answer);
  for (const one of await questions(finger, id)) if (one.type === 'ruling' && one.key !== 'fence') await set(one.key, 'ok');
  // Photos for the questions that ask for them.
  await finger.open(`#/inspection/${id}`);
  await theForm();
  for (const { key } of (await finger.ask('inspection_call', { id, call: { call: 'missing' } })).faults) {
    if (key === 'overview_photos') {
      await finger.tap('photo-overview_photos');
      await finger.tap('shutter');
      await finger.page.waitForSelector('[data-testid=shots][data-count="1"]');
      await finger.tap('back');
      await theForm();
    } else if (key === 'witness_signature') {
      await finger.tap('sign-witness_signature');
      await finger.draw();
      await finger.tap('sign-done');
      await finger.page.waitForSelector('[data-testid=attachments-witness_signature][data-count="1"]');
    }
  }
  await finger.ask('inspection_finish', { id });
  // What Chromium 95 has not, the reader brings with it: neither page nor worker may lean on this browser's.
  const older = 'delete Promise.withResolvers; delete Promise.try; delete self.structuredClone; delete AbortSignal.any;';
  await finger.page.addInitScript(older);
  await finger.page.route('**/assets/pdf.worker-*.js', async (route) => {
    const answer = await route.fetch();
    const text = await answer.text();
    // The small one only starts the large one.
    await route.fulfill({ response: answer, body: text.length > 10_000 ? older + text : text });
  });
  await finger.open('#/today');
  await finger.page.reload();
  await finger.open(`#/inspection/${id}`);
  await finger.page.waitForSelector('[data-testid=paper-report]');
  await look(finger, 'finished');
  await finger.shot('papers-read');
  finger.start();
  await finger.tap('paper-report');
  await finger.page.waitForSelector('[data-testid=paper-page][data-drawn]');
  assert.equal(finger.taps, 1);
  assert.match(await finger.page.getByTestId('paper').innerText(), /破損している。/);
  await look(finger, 'the report');
  await finger.shot('paper-report');
  await finger.tap('back');
  finger.start();
  await finger.tap('paper-ledger');
  await finger.page.waitForSelector('[data-testid=paper-page][data-drawn]');
  assert.equal(finger.taps, 1);
  assert.match(await finger.page.getByTestId('paper').innerText(), /立入防止柵|砂-0412/);
  await finger.tap('paper-larger');
  await finger.page.waitForSelector('[data-testid=paper-page][data-drawn]');
  await look(finger, 'the ledger');
  await finger.tap('paper-smaller');
  await finger.page.waitForSelector('[data-testid=paper-page][data-drawn]');
  await finger.shot('paper-ledger');
});

test('a paper that cannot be made says why', async () => {
  await finger.open('#/paper/01890000-0000-7000-8000-000000000000?what=report');
  await finger.page.waitForSelector('[data-testid=paper-fault]');
  await look(finger, 'no paper');
});
