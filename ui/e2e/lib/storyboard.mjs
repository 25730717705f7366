// A storyboard of the users' needs: played by a finger, counted in taps and typed characters, and refused above its goal.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was measured in one file of tests; `clean` looks at the screen that the storyboard ends on. */
export class Storyboards {
  #rows = [];
  #clean;

  constructor(clean) {
    this.#clean = clean;
  }

  /** Plays one storyboard. `goal`: `{ taps, typed = 0 }`; `pictures`: one of each step, at normal size. */
  async play(finger, name, display, goal, play, { pictures = true } = {}) {
    const typed = goal.typed ?? 0;
    finger.start();
    finger.naming = display === 'plain' && pictures ? name : undefined;
    try {
      await play();
    } catch (error) {
      await finger.shot(`failed-${name}-${display}`);
      throw error;
    } finally {
      finger.naming = undefined;
    }
    this.#rows.push({ storyboard: name, display, goal: { taps: goal.taps, typed }, taps: finger.taps, typed: finger.typed, steps: finger.steps });
    await finger.shot(`${name}-${display}`);
    await this.#clean(finger, `${name} (${display})`);
    assert.ok(finger.taps <= goal.taps, `${name} (${display}): ${finger.taps} taps, goal ${goal.taps}`);
    assert.ok(finger.typed <= typed, `${name} (${display}): ${finger.typed} characters, goal ${typed}`);
  }

  /** For docs/STORYBOARDS.md. */
  write(file) {
    const out = process.env.EKITEI_SHOTS;
    if (!out) return;
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, `${file}.json`), JSON.stringify(this.#rows, null, 2));
  }
}

export async function clean(finger, what) {
  assert.deepEqual(await finger.axe(), [], `${what}: accessibility`);
  assert.deepEqual(finger.faults, [], `${what}: page errors`);
}
