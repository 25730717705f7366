// What the tests of inspections begin with: an office with published forms, its head, two inspectors' phones.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { laterToday } from './clock.mjs';
import { becomes, Finger, launch } from './finger.mjs';
import { PIN, root, runProgram, startOffice } from './programs.mjs';

export const SECTION = '空知野振興局/商工労働観光課/指導保安係';
export const CASE = '砂-0412';
export const HEAD = { id: 's-2001', name: '増毛 かおる' };
export const GRAVEL_PIT = join(root, 'assets/forms/gravel-pit.json');
export const KINDS = join(root, 'ui/e2e/forms/every-kind.json');

/** Publishes forms in the head's right and has phones fetch them. */
export async function startSite(forms = [GRAVEL_PIT]) {
  const [browser, office] = await Promise.all([launch(), startOffice()]);
  const head = join(office.dir, 'head.csv');
  writeFileSync(head, `id,name,kana,section,role,extension\n${HEAD.id},${HEAD.name},ましけ かおる,${SECTION},head,21-300\n`);
  await runProgram('ekitei-server', ['import-staff', '--data', office.data, head]);
  for (const form of forms) await publish(office, form);

  return {
    browser, office,
    /** A phone with the forms on it, open in the browser. */
    async phone(staff) {
      const phone = await office.startPhone(staff);
      const finger = await Finger.at(browser, phone.url);
      await finger.open();
      if ((await finger.ask('status')).locked) await finger.ask('unlock', { pin: PIN });
      await becomes('the forms are on the phone', async () => {
        await finger.ask('sync_now', { deadline_s: 30 });
        return (await finger.ask('form_list')).length === forms.length;
      });
      return { phone, finger };
    },
    async stop() {
      await browser.close();
      await office.stop();
    },
  };
}

export const publish = (office, file) =>
  runProgram('ekitei-server', ['publish-form', '--data', office.data, '--by', HEAD.id, '--section', SECTION, '--plain', file]);

export const theCase = async (finger) => (await finger.ask('case_list', { filter: CASE, followed_only: false })).find((one) => one.number === CASE).id;

/** A visit of today with the form of that title, in ten minutes. */
export async function plan(finger, title) {
  const form = (await finger.ask('form_list')).find((one) => one.title.includes(title));
  const visit = await finger.ask('visit_create', { case: await theCase(finger), title: '定期検査', planned_at: laterToday(10), people: [], forms: [form.form] });
  return { visit, form };
}

/** Every question of an inspection, as the core shows it. */
export async function questions(finger, id) {
  const call = (given) => finger.ask('inspection_call', { id, call: given });
  const { pages } = await call({ call: 'view' });
  const all = [];
  const walk = (items) => items.forEach((item) => (item.items?.length ? walk(item.items) : all.push(item), (item.instances ?? []).forEach((one) => walk(one.items))));
  for (const { page } of pages) walk((await call({ call: 'page', page })).items);
  return all;
}
export const answerOf = async (finger, id, key) => (await questions(finger, id)).find((one) => one.key === key)?.answer;

/** Targets under 48 px and anything that makes the screen wider than it is. */
export const measured = (finger) =>
  finger.page.evaluate(() => {
    const faults = [];
    for (const one of document.querySelectorAll('a, button, input, select, textarea, summary')) {
      const box = (one.closest('label') ?? one).getBoundingClientRect();
      if (box.width === 0 || one.classList.contains('sr-only')) continue;
      if (box.width < 47.5 || box.height < 47.5) faults.push(`small: ${one.outerHTML.slice(0, 90)} ${box.width}×${box.height}`);
    }
    for (const one of document.querySelectorAll('main *, header *, .dock *, dialog[open] *')) {
      const box = one.getBoundingClientRect();
      if (box.width > 0 && !one.closest('.sr-only, .scroll, .strip, svg') && (box.right > innerWidth + 1 || box.left < -1)) faults.push(`wide: ${one.outerHTML.slice(0, 90)}`);
    }
    return faults.slice(0, 6);
  });

/** The screen has no fault that a machine can find. */
export async function look(finger, what) {
  const faults = [...(await finger.axe()), ...(await measured(finger)), ...finger.faults];
  if (faults.length > 0) throw new Error(`${what}: ${faults.join('\n')}`);
}
