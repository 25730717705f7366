// Rules of a form picked by keyboard alone: when a question is shown, what it accepts, what it computes; and lists that are
// too long to type, from a CSV.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SECTION, startConsole, STEWARD } from './lib/console.mjs';
import { Keys } from './lib/keys.mjs';

let house, one;
const shots = process.env.EKITEI_SHOTS;
async function shot(name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await one.page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}
const choice = (value, ja) => ({ value, label: { ja } });
const made = async (title, items) => one.ask('POST', '/forms', { section: SECTION, definition: { id: `f${Date.now()}`, version: 1, title: { ja: title }, items } });
const stored = async (id) => (await one.ask('GET', `/forms/${id}`)).definition;

before(async () => {
  house = await startConsole();
  one = await house.desk(STEWARD.id);
});
after(() => house?.stop());

/** From the heading of the page to the further settings of the nth question. */
async function toSettings(keys, n) {
  await one.page.evaluate(() => document.querySelector('h1').focus());
  await keys.tabTo('piece-label');
  await keys.press('ArrowDown', n);
  await keys.tabTo('piece-more-open');
  await keys.press('Enter');
}

test('shown only when, accepted only when, calculated: picked by keyboard alone and tried at once', async () => {
  const form = await made('条件のある様式', [
    { id: 'weather', type: 'select_one', label: { ja: '天気' }, choices: [choice('c1', '晴'), choice('c2', '雨')] },
    { id: 'limit', type: 'decimal', label: { ja: '認可の深さ' } },
    { id: 'depth', type: 'decimal', label: { ja: '掘った深さ' } },
    { id: 'over', type: 'decimal', label: { ja: '超えた深さ' } },
    { id: 'why', type: 'text', label: { ja: '中止の理由' } },
  ]);
  await one.open(`#/form/${form.id}`, '条件のある様式');
  await one.at('try-missing').waitFor();
  const keys = new Keys(one.page);
  await keys.step('the reason is asked only in the rain', 3, async () => {
    await toSettings(keys, 4);
    await keys.tabTo('piece-hint');
    await keys.type('くわしく');
    await keys.tabTo('relevant-add');
    await keys.press('Enter');
    await one.at('relevant-0').waitFor();
    await keys.tabTo('condition-value', 'Shift+Tab');
    await keys.press('ArrowDown');
  });
  await one.page.locator('[data-testid=try-why]').waitFor({ state: 'detached' });
  await one.page.locator('[data-testid=try-weather] button', { hasText: '雨' }).click();
  await one.page.waitForSelector('[data-testid=try-why]:has-text("くわしく")');
  await shot('rules-shown-when');
  assert.deepEqual(await one.look(24), []);
  await keys.step('the depth is at most what is allowed, with words of its own', 4, async () => {
    await toSettings(keys, 2);
    await keys.tabTo('piece-unit');
    await keys.type('m');
    await keys.tabTo('constraint-add');
    await keys.press('Enter');
    await one.at('constraint-0').waitFor();
    await keys.tabTo('condition-how', 'Shift+Tab');
    await keys.press('ArrowDown', 5);
    await keys.tabTo('condition-with');
    await keys.press('ArrowDown');
    await keys.tabTo('piece-constraint-message');
    await keys.type('認可より深い');
  });
  const depth = one.page.locator('[data-testid=try-depth] input');
  await one.page.locator('[data-testid=try-limit] input').fill('3');
  await one.page.locator('[data-testid=try-limit] input').blur();
  await depth.fill('4.5');
  await depth.blur();
  await one.page.waitForSelector('[data-testid=try-depth]:has-text("認可より深い")');
  await keys.step('how far it goes over is calculated', 2, async () => {
    await toSettings(keys, 3);
    await keys.tabTo('calculate-how');
    await keys.press('ArrowDown', 2);
    await keys.tabTo('calculate-left');
    await keys.press('ArrowDown');
  });
  await one.page.waitForSelector('[data-testid=try-over] .shown:has-text("1.5")');
  await shot('rules-calculated');
  assert.deepEqual(await one.look(24), []);
  await keys.step('saved', 1, async () => keys.press('Control+S'));
  await one.at('form-save').waitFor({ state: 'detached' });
  const [, , depthNow, over, why] = (await stored(form.id)).items;
  assert.equal(why.relevant, "${weather} = 'c2'");
  assert.deepEqual(why.hint, { ja: 'くわしく' });
  assert.equal(depthNow.constraint, '. <= ${limit}');
  assert.deepEqual([depthNow.constraint_message, depthNow.unit], [{ ja: '認可より深い' }, { ja: 'm' }]);
  assert.equal(over.calculate, '${depth} - ${limit}');
  // After a reload the same conditions stand there as they were picked.
  await one.page.reload();
  await one.page.locator('[data-testid=piece-more-open]').nth(4).click();
  assert.equal(await one.at('condition-value').inputValue(), 'c2');
  assert.deepEqual(one.faults, []);
});

test('an expression by hand: what is wrong is said at its field, in both languages', async () => {
  const form = await made('式の様式', [
    { id: 'depth', type: 'decimal', label: { ja: '掘った深さ' } },
    { id: 'why', type: 'text', label: { ja: '理由' }, relevant: 'round(${depth} * 2) > 5' },
  ]);
  await one.open(`#/form/${form.id}`, '式の様式');
  await one.page.locator('[data-testid=piece-more-open]').nth(1).click();
  const raw = one.at('relevant-raw');
  assert.equal(await raw.inputValue(), 'round(${depth} * 2) > 5');
  await raw.fill('round(${gone} * 2) > 5');
  const said = async () => {
    await one.page.waitForSelector('[data-testid=relevant-raw][aria-invalid=true]');
    const ids = (await raw.getAttribute('aria-describedby')).split(' ');
    return (await Promise.all(ids.map((id) => one.page.locator(`#${id}`).textContent()))).join(' ');
  };
  assert.match(await said(), /「理由」の 表示する条件 が参照する質問「gone」がありません/);
  await shot('rules-by-hand');
  assert.deepEqual(await one.look(24), []);
  // What is put right by hand can be picked where it is simple enough.
  await raw.fill('${depth} > 5');
  await one.at('relevant-0').waitFor();
  assert.equal(await one.at('condition-value').inputValue(), '5');
  await one.at('condition-value').fill('五');
  await one.page.waitForSelector('[data-testid=condition-value][aria-invalid=true]');
  assert.deepEqual(one.faults, []);
});

test('a long list from a CSV: refused with the reason, counted, looked at, narrowed by a column, published', async () => {
  const form = await made('字の様式', [
    { id: 'town', type: 'text', label: { ja: '市町村' } },
    { id: 'place', type: 'select_one', label: { ja: '字' }, choices: [choice('c1', '字見本')] },
  ]);
  const file = (text) => ({ name: '字.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await one.open(`#/form/${form.id}`, '字の様式');
  await one.page.locator('[data-testid=piece-more-open]').nth(1).click();
  await one.at('list-file').setInputFiles(file('名称,市町村\n字見本,見晴町\n'));
  await one.page.waitForSelector('[data-testid=list-fault]:has-text("value")');
  await shot('list-refused');
  const rows = Array.from({ length: 6000 }, (_, n) => `${String(n).padStart(5, '0')},字①見本${n},町${n % 40}`);
  await one.at('list-file').setInputFiles(file(`コード,名称,市町村\n${rows.join('\n')}\n`));
  await one.page.waitForSelector('[data-testid=list-count]:has-text("6000")');
  assert.equal(await one.at('list-preview').locator('tbody tr').count(), 5);
  assert.match(await one.at('list-preview').textContent(), /00004字①見本4町4/);
  assert.equal(await one.at('list-fault').count(), 0);
  assert.equal(await one.at('piece-choices').count(), 0, 'typed choices give way to the list');
  await one.press('choice-filter-add');
  await shot('list-loaded');
  assert.deepEqual(await one.look(24), []);
  await one.press('form-publish');
  await one.at('target').first().waitFor();
  await one.press('publish-yes');
  await one.at('form-published').waitFor();
  const item = (await stored(form.id)).items[1];
  assert.deepEqual([item.list, item.choices, item.choice_filter], ['list_place', undefined, '市町村 = ${town}']);
  assert.deepEqual(one.faults, []);
});
