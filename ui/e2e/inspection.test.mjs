// The inspector's storyboard (NEEDS §3), counted in taps without a line, at normal size, at 200 % and with gloves; then the
// line returns. After it: a successor, a closed page, every kind of question, the showing mode, a correction.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { laterToday } from './lib/clock.mjs';
import { becomes, DISPLAYS, Finger } from './lib/finger.mjs';
import { answerOf, GRAVEL_PIT, KINDS, look, plan, questions, startSite, theCase } from './lib/inspection.mjs';
import { Storyboards } from './lib/storyboard.mjs';

let site;
let phone;
let finger;
const boards = new Storyboards(look);
const circulated = [];

before(async () => {
  site = await startSite([GRAVEL_PIT, KINDS]);
  ({ phone, finger } = await site.phone('s-1001'));
});

after(async () => {
  boards.write('storyboards-inspection');
  await site?.stop();
});

const storyboard = (name, display, taps, play, more) => boards.play(finger, name, display, { taps }, play, more);

const idOf = () => new URL(finger.page.url()).hash.split('/')[2].split('?')[0];
const set = (on, id, key, answer) => on.ask('inspection_call', { id, call: { call: 'set', key, answer, now: null } });
const saved = () => finger.page.waitForSelector('[data-testid=save-state][data-state=saved]');
const theForm = () => finger.page.waitForSelector('[data-testid=rest]');

for (const [display, settings] of Object.entries(DISPLAYS)) {
  describe(`the inspector's storyboard, ${display}`, () => {
    let id;
    let rulings;

    before(async () => {
      phone.line.cut();
      await finger.open();
      await finger.display(settings);
      await finger.ask('visit_create', await visitOf(`検査 ${display}`));
      await finger.open();
    });

    test('from Today to the form in two taps', async () => {
      await storyboard('inspection-open', display, 2, async () => {
        await finger.tap('visit', { text: `検査 ${display}` });
        await finger.tap('visit-form');
        await theForm();
      });
      id = idOf();
      rulings = (await questions(finger, id)).filter((one) => one.type === 'ruling').map((one) => one.key);
      assert.equal(await answerOf(finger, id, 'inspection_kind'), 'regular', 'prefilled');
      // The case is named by its number: the other party stands beside.
      assert.ok(!(await finger.page.evaluate(() => document.body.innerText)).includes('北柏沢第二'));
    });

    test('thirty items, one tap each, each durable', async () => {
      const thirty = rulings.filter((key) => key !== 'fence').slice(0, 30);
      assert.equal(thirty.length, 30);
      await storyboard('inspection-rulings', display, 30, async () => {
        for (const key of thirty) await finger.tap('rule-ok', { key });
        await saved();
      }, { pictures: false });
      const answers = await questions(finger, id);
      for (const key of thirty) assert.equal(answers.find((one) => one.key === key).answer, 'ok', key);
    });

    test('not conforming: ruling, phrase and photo in four taps', async () => {
      await storyboard('inspection-finding', display, 4, async () => {
        await finger.tap('rule-fail', { key: 'fence' });
        await finger.tap('phrase', { text: '破損している。' });
        await finger.tap('photo-fence_photos');
        await finger.tap('shutter');
        await finger.page.waitForSelector('[data-testid=shots][data-count="1"]');
      });
      // Several in a row: one tap more each.
      await finger.nextFrame();
      await finger.tap('shutter');
      await finger.page.waitForSelector('[data-testid=shots][data-count="2"]');
      await finger.tap('back');
      await finger.page.waitForSelector('[data-testid=attachments-fence_photos][data-count="2"]');
      assert.equal(await answerOf(finger, id, 'fence_finding'), '破損している。');
      assert.equal((await finger.ask('inspection_get', { id })).photos.fence_photos.length, 2);
    });

    test('a photo is filed by its item in two taps', async () => {
      await storyboard('inspection-photo', display, 2, async () => {
        await finger.tap('photo-overview_photos');
        await finger.tap('shutter');
        await finger.page.waitForSelector('[data-testid=shots][data-count="1"]');
      });
      await finger.tap('back');
      await finger.page.waitForSelector('[data-testid=attachments-overview_photos][data-count="1"]');
    });

    test('the other party signs in two taps', async () => {
      const others = {
        operator: '北柏沢砂利', permit_number: '空振産第12号', pit_place: '北柏沢町字上幌別', witness_name: '羽幌 かなえ',
        permitted_depth: 10, overall: 'guidance', guidance: '速やかに改善すること。', witness_consent: true,
      };
      for (const [key, answer] of Object.entries(others)) await set(finger, id, key, answer);
      // What was set from outside brings questions onto the sheet: a finger waits until it stands still.
      await finger.page.waitForFunction((text) => document.querySelector('[data-testid=answer-guidance]')?.value === text, others.guidance);
      await storyboard('inspection-signature', display, 2, async () => {
        await finger.tap('sign-witness_signature');
        await finger.draw();
        await finger.tap('sign-done');
        await finger.page.waitForSelector('[data-testid=attachments-witness_signature][data-count="1"]');
      });
    });

    test('in the car: checked, read through and circulated in three taps', async () => {
      await storyboard('inspection-circulate', display, 3, async () => {
        await finger.tap('to-check');
        await finger.tap('finish');
        await finger.page.waitForFunction(() => document.querySelector('[data-testid=report]')?.value?.includes('破損している。'));
        await finger.tap('circulate');
        await finger.page.waitForSelector('[data-testid=inspection-state][data-state=circulated]');
      });
      const done = await finger.ask('inspection_get', { id });
      assert.equal(done.row.state, 'circulated');
      assert.equal(done.row.progress, 'waiting', 'there is no line');
      circulated.push(id);
      await finger.page.evaluate(() => document.querySelector('[data-testid=all-answers]').click());
      await look(finger, 'read-through');
    });
  });
}

async function visitOf(title) {
  const form = (await finger.ask('form_list')).find((one) => one.title.includes('砂利'));
  return { case: await theCase(finger), title, planned_at: laterToday(10), people: [], forms: [form.form] };
}

test('the line returns: the office and a colleague have everything, with no tap', async () => {
  await finger.display(DISPLAYS.plain);
  phone.line.mend();
  finger.start();
  assert.equal((await finger.ask('sync_now', { deadline_s: 60 })).drained, true);
  const other = await site.phone('s-1002');
  const seen = await becomesList(other.finger, circulated);
  for (const one of seen) {
    assert.equal(one.row.state, 'circulated');
    assert.equal(one.photos.fence_photos.length, 2);
    assert.match(one.report, /破損している。/);
  }
  assert.equal(finger.taps, 0);
  await becomes('the photos are in the share', () => readdirSync(site.office.share, { recursive: true }).filter((name) => String(name).endsWith('.jpg')).length >= 9);
  await other.finger.close();
});

async function becomesList(on, ids) {
  let seen = [];
  await becomes('a colleague reads them', async () => {
    await on.ask('sync_now', { deadline_s: 30 });
    seen = [];
    for (const id of ids) {
      const view = await on.ask('inspection_get', { id }).catch(() => undefined);
      if (view?.photos.fence_photos?.length === 2) seen.push(view);
    }
    return seen.length === ids.length;
  });
  return seen;
}

test('the last visit stands beside today: answer and photo', async () => {
  const { visit } = await plan(finger, '砂利');
  await finger.open(`#/visit/${visit.id}?case=${await theCase(finger)}`);
  await finger.tap('visit-form');
  await theForm();
  await finger.page.waitForSelector('#q-fence [data-testid=last-photo]');
  assert.match(await finger.page.locator('#q-fence').innerText(), /前回\s*否 破損している。/);
  await finger.tap('last-photo');
  await finger.page.waitForSelector('[data-testid=large-close]');
  await look(finger, 'last photo');
});

test('shown to the other party: nothing else, and only holding leads out', async () => {
  await finger.tap('photo-show');
  await finger.page.waitForSelector('[data-testid=show]');
  const words = await finger.page.evaluate(() => document.querySelector('[data-testid=show]').innerText);
  for (const hidden of ['砂-0412', '北柏沢', '留萌', '立入防止柵']) assert.ok(!words.includes(hidden), hidden);
  await look(finger, 'showing');
  await finger.tap('show-exit');
  await finger.page.goBack();
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=show-exit]')?.innerText.includes('長押し'));
  const exit = await finger.find('show-exit').boundingBox();
  await finger.page.mouse.move(exit.x + exit.width / 2, exit.y + exit.height / 2);
  await finger.page.mouse.down();
  await theForm();
  await finger.page.mouse.up();
});

test('「残りはすべて適」 shows the list first and leaves out what is ticked off', async () => {
  const id = idOf();
  await finger.tap('rest');
  await finger.page.waitForSelector('[data-testid=rest-item]');
  assert.equal(await finger.page.getByTestId('rest-item').count(), 31);
  assert.equal(await answerOf(finger, id, 'sign_board'), null, 'nothing is filled by looking');
  await look(finger, 'the rest');
  await finger.page.getByTestId('rest-item').first().uncheck();
  await finger.tap('rest-apply');
  await finger.page.waitForFunction(() => !document.querySelector('[data-testid=rest-dialog][open]'));
  assert.equal(await answerOf(finger, id, 'sign_board'), null);
  assert.equal(await answerOf(finger, id, 'fence'), 'ok');
});

test('a successor goes on where a colleague began', async () => {
  const id = idOf();
  await set(finger, id, 'sign_board', 'na');
  assert.equal((await finger.ask('sync_now', { deadline_s: 60 })).drained, true);
  const other = await site.phone('s-1002');
  await becomes('the inspection is on the other phone', async () => {
    await other.finger.ask('sync_now', { deadline_s: 30 });
    return other.finger.ask('inspection_get', { id }).then((view) => view.form !== null, () => false);
  });
  await other.finger.open(`#/case/${await theCase(other.finger)}`);
  await other.finger.tap('inspection', { text: '下書き' });
  await other.finger.page.waitForSelector('[data-testid=colleague]');
  await look(other.finger, 'a colleague\'s inspection');
  assert.equal(await other.finger.page.locator('[data-testid=rule-na][data-key=sign_board]').getAttribute('aria-pressed'), 'true');
  await other.finger.tap('rule-na', { key: 'fence' });
  await other.finger.page.waitForSelector('[data-testid=save-state][data-state=saved]');
  await other.finger.ask('sync_now', { deadline_s: 60 });
  await becomes('the first phone shows it', async () => {
    await finger.ask('sync_now', { deadline_s: 30 });
    return (await answerOf(finger, id, 'fence')) === 'na';
  });
  await finger.page.waitForSelector('[data-testid=rule-na][data-key=fence][aria-pressed=true]');
  await other.finger.close();
});

test('every kind of question, in the list and one by one', async () => {
  const form = (await finger.ask('form_list')).find((one) => one.title.includes('見本'));
  await finger.open(`#/inspection/new?case=${await theCase(finger)}&form=${form.id}`);
  await theForm();
  await finger.page.waitForFunction(() => /#\/inspection\/[0-9a-f-]{36}$/.test(location.hash));
  const id = idOf();
  await finger.type('answer-depth', '12.5');
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=answer-twice]')?.textContent.includes('25'));
  await finger.page.getByTestId('answer-day').fill('R8.12.5');
  await finger.page.getByTestId('answer-count').fill('9999');
  await finger.page.getByTestId('answer-word').fill('良好');
  await finger.page.waitForFunction(() => document.querySelector('#q-count-fault')?.textContent.includes('500'));
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=answer-day]')?.value === '令和8年12月5日');
  // A word under composition is not touched and not sent; it is when it ends.
  await finger.page.evaluate(() => {
    const area = document.querySelector('[data-testid=answer-word]');
    area.focus();
    area.dispatchEvent(new CompositionEvent('compositionstart'));
    area.value = '良好。にほ';
    area.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true }));
  });
  await finger.tap('choice', { key: 'weather=snow' });
  await finger.page.waitForSelector('[data-testid=answer-snow_depth]');
  await finger.page.getByTestId('answer-snow_depth').fill('20');
  await becomes('the snow is stored', async () => (await answerOf(finger, id, 'snow_depth')) === 20);
  await finger.tap('choice', { key: 'weather=fine' });
  await finger.page.waitForFunction(() => !document.querySelector('[data-testid=answer-snow_depth]'));
  await finger.tap('choice', { key: 'tools=lamp' });
  await finger.tap('choose-town');
  await finger.type('choose-search', '若');
  await finger.page.waitForFunction(() => [...document.querySelectorAll('[data-testid=choose-row]')].every((one) => one.textContent.includes('若')));
  await look(finger, 'a long list');
  await finger.tap('choose-row');
  await finger.tap('rank-down');
  await finger.tap('answer-told');
  await finger.tap('add-plants');
  for (const key of ['2', '1', 'dot', '5', 'next', '7', 'next', '9', 'close']) await finger.tap(`pad-${key}`);
  await saved();
  await look(finger, 'a table');
  await finger.tap('add-rooms');
  await finger.page.waitForSelector('[data-testid=instance]');
  await finger.tap('rule-fail', { key: (await questions(finger, id)).find((one) => one.type === 'ruling').key });
  await finger.tap('phrase', { text: 'ひびがある。' });
  await saved();
  const answers = Object.fromEntries((await questions(finger, id)).map((one) => [one.key.split('@')[0], one.answer]));
  assert.deepEqual(
    [answers.day, answers.weather, answers.tools, answers.told, answers.room_state_finding],
    ['2026-12-05', 'fine', ['lamp'], 'OK', 'ひびがある。'],
  );
  assert.deepEqual((await questions(finger, id)).filter((one) => /^(height|leaves)@/.test(one.key)).map((one) => one.answer), [21.5, 7, 9, null]);
  await look(finger, 'every kind');
  await finger.tap('to-check');
  await finger.page.waitForSelector('[data-testid=left-out]');
  assert.match(await finger.page.getByTestId('left-out').innerText(), /積雪/);
  await look(finger, 'the check');
  await finger.tap('missing-row');
  await theForm();
  await finger.tap('open-missing');
  await finger.page.waitForSelector('[data-testid=section-row]');
  await look(finger, 'what is missing');
  await finger.tap('missing-row');
  await finger.tap('form-menu');
  await look(finger, 'menu');
  await finger.page.getByTestId('mode-one').dispatchEvent('click');
  await finger.page.waitForSelector('[data-testid=one]');
  for (let step = 0; step < 3; step += 1) await finger.tap('step-next');
  await look(finger, 'one by one');
  await finger.page.reload();
  await finger.page.waitForSelector('[data-testid=one]');
  await finger.page.evaluate(() => localStorage.removeItem('ekitei.form-mode'));
});

test('closed in the middle: what was tapped and typed is there', async () => {
  const { visit } = await plan(finger, '砂利');
  const at = `#/visit/${visit.id}?case=${await theCase(finger)}`;
  await finger.open(at);
  await finger.tap('visit-form');
  await theForm();
  const id = idOf();
  await finger.tap('rule-ok', { key: 'sign_board' });
  await finger.page.getByTestId('answer-operator').fill('北柏沢砂利の');
  await saved();
  await becomes('the words are stored', async () => (await answerOf(finger, id, 'operator')) === '北柏沢砂利の');
  // No leave event reaches a process that is killed.
  const next = await Finger.at(site.browser, phone.url);
  await finger.close();
  finger = next;
  await finger.open(`#/inspection/${id}`);
  await finger.page.waitForFunction(() => document.querySelector('[data-testid=answer-operator]')?.value === '北柏沢砂利の');
  assert.equal(await finger.page.locator('[data-testid=rule-ok][data-key=sign_board]').getAttribute('aria-pressed'), 'true');
  // The back key in the middle of a word keeps it, too.
  await finger.page.getByTestId('answer-operator').fill('北柏沢砂利の支店');
  await finger.open('#/today');
  await becomes('the last word is stored', async () => (await answerOf(finger, id, 'operator')) === '北柏沢砂利の支店');
});

test('after the circulation a correction is proposed, or the sheet is opened again', async () => {
  const [id, second] = circulated;
  await finger.open(`#/inspection/${id}`);
  await finger.tap('read-menu');
  await finger.tap('menu-amend');
  await finger.tap('amend-row', { text: '立会者の職名' });
  await finger.page.getByTestId('answer-witness_post').fill('現場主任');
  await finger.tap('amend-send');
  await becomes('the office keeps it as a proposal', async () => {
    await finger.ask('sync_now', { deadline_s: 30 });
    return (await finger.ask('inspection_get', { id })).amendments.some((one) => one.state === 'proposed');
  });
  await finger.page.waitForSelector('[data-testid=amendment][data-state=proposed]');
  assert.equal(await answerOf(finger, id, 'witness_post'), null, 'the head has not decided yet');
  await look(finger, 'a correction');
  await finger.open(`#/inspection/${second}`);
  await finger.tap('reopen');
  await finger.tap('reopen-yes');
  await theForm();
  assert.equal((await finger.ask('inspection_get', { id: second })).row.state, 'draft');
});
