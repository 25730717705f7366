// The clerk's storyboard as a part of docs/STORYBOARDS.md: counted in the browser test console-forms-builder, estimated
// with the keystroke-level model.
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYS_A_JAPANESE_LETTER, SECONDS } from '../e2e/lib/keys.mjs';

const PICTURES = 5;
const seconds = (step) => Math.round(step.keys * SECONDS.key + step.minds * SECONDS.mind);

/** Lines of the part; pictures are copied into `images`. */
export function clerkLines(shots, images) {
  const { goal_s, proposed, steps, total } = JSON.parse(readFileSync(join(shots, 'storyboards-clerk.json'), 'utf8'));
  const lines = [
    '',
    "## The clerk's first form, by keyboard alone",
    '',
    `At the office console (1366 × 768), from the section's own Excel sheet (\`assets/sheets/gravel-pit.xlsx\`, ${proposed} pieces are`,
    `proposed) to a form on the phones. Goal: ${goal_s / 60} minutes. Counted: ${total.keys} keys, ${total.letters} letters among them; no pointing.`,
    '',
    `Estimate: **${Math.floor(total.seconds / 60)} min ${total.seconds % 60} s**, by the keystroke-level model (Card, Moran and Newell, 1980): ${SECONDS.key} s a key (K, an average`,
    `typist), ${SECONDS.mind} s for each decision (M), ${SECONDS.pointing} s for each pointing move (P; none here). A Japanese letter counts ${KEYS_A_JAPANESE_LETTER} keys (reading,`,
    'conversion, confirmation); a key with Ctrl, Shift or Alt counts two; every proposed piece costs one decision. Not in it:',
    "waiting for the computer, and the thought that the form's content needs. The test fails when the estimate passes the goal.",
    '',
    '| step | keys | letters | decisions | seconds |',
    '| --- | --- | --- | --- | --- |',
    ...steps.map((step) => `| ${step.what} | ${step.keys} | ${step.letters} | ${step.minds} | ${seconds(step)} |`),
    `| together | ${total.keys} | ${total.letters} | ${total.minds} | ${total.seconds} |`,
    '',
  ];
  for (let n = 1; n <= PICTURES; n += 1) {
    const name = `clerk-form-${n}`;
    if (!existsSync(join(shots, `${name}.png`))) continue;
    copyFileSync(join(shots, `${name}.png`), join(images, `${name}.png`));
    lines.push(`<img src="storyboards/${name}.png" width="480" alt="${name}">`);
  }
  return lines;
}
