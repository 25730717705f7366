// Every screen of the console at PC and at phone size: accessibility, width, targets, pages' errors.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Desk, SIZES } from './lib/desk.mjs';
import { CASE_NAME, HEAD, PASSWORD, startConsole } from './lib/console.mjs';

let house;
let browser, office, finger, caseId, sync, takePhotos;

before(async () => {
  house = await startConsole();
  ({ browser, office, finger, caseId, sync, takePhotos } = house);
  await finger.ask('note_save', { case: caseId, title: '湧水', text: '北側ののり面に湧水あり。' });
  await takePhotos(['のり面', '排水溝']);
  await sync();
});

after(() => house?.stop());

// A test that failed in the dark leaves no darkness to the next.
afterEach(() => house?.phone.line.mend());

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
      await one.open(`#/case/${caseId}`, CASE_NAME);
      await look('case');
      await one.press('note-edit');
      await look('note-edit');
      await one.press('note-cancel');
      await one.press('plan');
      await look('plan');
      await one.page.keyboard.press('Escape');
      await one.open(`#/case/${caseId}?tab=photos`, CASE_NAME);
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
