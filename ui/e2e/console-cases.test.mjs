// What the office does by itself: cases, and phones that are enrolled and cut off.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { runProgram } from './lib/programs.mjs';
import { CASE, HEAD, startConsole } from './lib/console.mjs';

let house;
let office, caseId, desk;

before(async () => {
  house = await startConsole();
  ({ office, caseId, desk } = house);
});

after(() => house?.stop());

// A test that failed in the dark leaves no darkness to the next.
afterEach(() => house?.phone.line.mend());

const MINUTE_PRESSES = 3;

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
