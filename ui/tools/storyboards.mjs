// Measures the storyboards and writes docs/STORYBOARDS.md with their pictures (cargo xtask gen):
//   node tools/storyboards.mjs ../docs
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clerkLines } from './storyboards-clerk.mjs';

const [docs] = process.argv.slice(2);
const shots = mkdtempSync(join(tmpdir(), 'ekitei-storyboards-'));
const tests = ['storyboards', 'inspection', 'oncall', 'console-forms-builder'].map((name) => fileURLToPath(new URL(`../e2e/${name}.test.mjs`, import.meta.url)));
const played = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...tests], { stdio: 'inherit', env: { ...process.env, EKITEI_SHOTS: shots } });
if (played.status !== 0) process.exit(played.status ?? 1);
const rows = ['storyboards', 'storyboards-inspection', 'storyboards-oncall'].flatMap((name) => JSON.parse(readFileSync(join(shots, `${name}.json`), 'utf8')));
const TITLES = {
  'pen-first-stroke': 'From Today to the first pen stroke on the next visit',
  'visit-without-names': 'A visit held open in front of somebody shows no name',
  photo: 'A photo filed with the next visit',
  document: 'A paper photographed, framed and named',
  'typed-note': 'A typed note, finished (it is saved without any tap)',
  search: 'A word found in the records on the phone',
  'inspection-open': 'From a visit of Today to its form, prefilled',
  'inspection-rulings': 'Thirty items ruled, one tap each',
  'inspection-finding': 'Not conforming: ruling, phrase and photo',
  'inspection-photo': 'A photo filed by its item',
  'inspection-signature': 'The other party signs',
  'inspection-circulate': 'In the car: checked, finished, read through and circulated',
  'oncall-alert': 'On call: from the alert to its room',
  'oncall-answer': 'On call: 「30分」, can come in half an hour',
  'oncall-whiteboard': 'On call: the whiteboard photographed and sent',
  'oncall-night': 'A message at 20:00: held until the morning, and it says so',
  'oncall-urgent': 'A message at 20:00 that cannot wait: one tap more, and a reason',
};
const images = join(docs, 'storyboards');
mkdirSync(images, { recursive: true });

const names = [...new Set(rows.map((row) => row.storyboard))];
const lines = [
  '# Storyboards, measured',
  '',
  'Written by `cargo xtask gen` from the browser tests (`npm run e2e` in `ui/`): a real Chromium at 360 × 800, the real',
  'phone host and office server, and no line. A test fails above its goal. "Height" is where the tap lands, as a share of the screen from above.',
  '',
  '| storyboard | goal (taps / letters) | normal | text 200 % | gloves, outdoors |',
  '| --- | --- | --- | --- | --- |',
];
for (const name of names) {
  const of = (display) => rows.find((row) => row.storyboard === name && row.display === display);
  const cell = (row) => (row ? `${row.taps} / ${row.typed}` : '–');
  const goal = of('plain')?.goal ?? rows.find((row) => row.storyboard === name).goal;
  lines.push(`| ${TITLES[name] ?? name} | ${goal.taps} / ${goal.typed} | ${cell(of('plain'))} | ${cell(of('text-200'))} | ${cell(of('glove'))} |`);
}
for (const name of names) {
  const row = rows.find((one) => one.storyboard === name && one.display === 'plain');
  lines.push('', `## ${TITLES[name] ?? name}`, '');
  row?.steps.forEach((step, index) => lines.push(`${index + 1}. ${step.what}${step.height_share === undefined ? '' : ` (height ${step.height_share})`}`));
  lines.push('');
  const pictures = [...(row?.steps ?? []).keys()].map((index) => `${name}-${index + 1}`).concat(['plain', 'text-200', 'glove'].map((display) => `${name}-${display}`));
  for (const picture of pictures) {
    if (!existsSync(join(shots, `${picture}.png`))) continue;
    copyFileSync(join(shots, `${picture}.png`), join(images, `${picture}.png`));
    lines.push(`<img src="storyboards/${picture}.png" width="180" alt="${picture}">`);
  }
}
lines.push(...clerkLines(shots, images));
writeFileSync(join(docs, 'STORYBOARDS.md'), `${lines.join('\n')}\n`);
rmSync(shots, { recursive: true, force: true });
