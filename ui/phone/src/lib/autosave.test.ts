import { describe, expect, it } from 'vitest';
import { AUTOSAVE_DELAY_MS, Autosave, type SaveState, type Timer } from './autosave';

/** Time that moves only when the test says so. */
function handTimer(): Timer & { advance: (ms: number) => void } {
  let now = 0;
  let last = 0;
  const due = new Map<number, { at: number; run: () => void }>();
  return {
    set: (run, delayMs) => {
      last += 1;
      due.set(last, { at: now + delayMs, run });
      return last;
    },
    clear: (handle) => due.delete(handle as number),
    advance: (ms) => {
      now += ms;
      for (const [handle, { at, run }] of [...due]) {
        if (at <= now && due.delete(handle)) run();
      }
    },
  };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('Autosave', () => {
  it('writes within 300 ms although typing never pauses', async () => {
    const timer = handTimer();
    const written: string[] = [];
    const save = new Autosave<string>((value) => Promise.resolve(void written.push(value)), undefined, timer);
    let text = '';
    for (let elapsed = 0; elapsed < 1000; elapsed += 50) {
      text += 'あ';
      save.touch(text);
      timer.advance(50);
      await settle();
    }
    expect(AUTOSAVE_DELAY_MS).toBeLessThanOrEqual(300);
    expect(written.length).toBeGreaterThanOrEqual(3);
    expect(await save.flush()).toBe(true);
    expect(written[written.length - 1]).toBe(text);
  });

  it('never has two writes under way and ends with the newest value', async () => {
    const timer = handTimer();
    const written: number[] = [];
    let under = 0;
    let most = 0;
    let open: (() => void) | undefined;
    const save = new Autosave<number>(async (value) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise<void>((resolve) => (open = resolve));
      written.push(value);
      under -= 1;
    }, undefined, timer);
    save.touch(1);
    timer.advance(300);
    await settle();
    save.touch(2);
    save.touch(3);
    const flushed = save.flush();
    open?.();
    await settle();
    open?.();
    expect(await flushed).toBe(true);
    expect(written).toEqual([1, 3]);
    expect(most).toBe(1);
  });

  it('keeps the value of a failed write and says so', async () => {
    const timer = handTimer();
    const states: SaveState[] = [];
    const written: string[] = [];
    let broken = true;
    const save = new Autosave<string>(
      (value) => (broken ? Promise.reject(new Error('full')) : Promise.resolve(void written.push(value))),
      (state) => states.push(state),
      timer,
    );
    save.touch('a');
    expect(await save.flush()).toBe(false);
    expect(states[states.length - 1]).toBe('failed');
    broken = false;
    timer.advance(2_000);
    await settle();
    expect(written).toEqual(['a']);
    expect(states[states.length - 1]).toBe('saved');
  });

  it('forgets on drop', async () => {
    const timer = handTimer();
    const written: string[] = [];
    const save = new Autosave<string>((value) => Promise.resolve(void written.push(value)), undefined, timer);
    save.touch('a');
    save.drop();
    timer.advance(10_000);
    await save.flush();
    expect(written).toEqual([]);
  });
});
