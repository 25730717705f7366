// Signing in to the console, sessions that end, a PC that nobody touches, a server that is away.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Desk, SIZES } from './lib/desk.mjs';
import { becomes } from './lib/finger.mjs';
import { CASE_NAME, CLERK, HEAD, PASSWORD, startConsole } from './lib/console.mjs';

let house;
let browser, office, phone, caseId, desk;

before(async () => {
  house = await startConsole();
  ({ browser, office, phone, caseId, desk } = house);
});

after(() => house?.stop());

// A test that failed in the dark leaves no darkness to the next.
afterEach(() => house?.phone.line.mend());

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

test('a session that ends keeps what was typed, and the same press goes on after signing in', async () => {
  const one = await desk(CLERK);
  await one.open(`#/case/${caseId}`, CASE_NAME);
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
  await becomes('the office ends the session, too', () => one.page.evaluate(() => fetch('/api/session').then((answer) => answer.status === 401)));
  await one.page.context().close();
});

test('a server that is away is one calm line; what is on the screen stays and goes on by itself', async () => {
  const one = await desk(HEAD.id, SIZES.pc, phone.line.url);
  await one.open(`#/case/${caseId}`, CASE_NAME);
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
