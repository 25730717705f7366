import type { NoteView } from '@ekitei/shared';
import { describe, expect, it } from 'vitest';
import type { Timer } from '../../lib/autosave';
import { NoteKeeper } from './keeper';
import { EMPTY, type NoteContent } from './lib';

const text = (value: string): NoteContent => ({ ...EMPTY, text: value });

/** Records what reached the core, in order. */
function record(broken: { on: boolean } = { on: false }) {
  const log: string[] = [];
  // The long pause that commits by itself never comes here.
  const due = new Map<number, () => void>();
  let last = 0;
  const timer: Timer = {
    set: (run, delayMs) => {
      last += 1;
      if (delayMs < 5_000) due.set(last, run);
      return last;
    },
    clear: (handle) => due.delete(handle as number),
  };
  const calls = {
    save: (id: string | undefined, changed: Partial<NoteContent>) => {
      if (broken.on) return Promise.reject(new Error('locked'));
      log.push(`save ${id ?? 'new'} ${JSON.stringify(changed)}`);
      return Promise.resolve({ id: id ?? 'n1' } as NoteView);
    },
    saveDraft: (id: string, content: NoteContent) => Promise.resolve(void log.push(`draft ${id} ${content.text}`)),
    dropDraft: (id: string) => Promise.resolve(void log.push(`drop ${id}`)),
  };
  const tick = async (): Promise<void> => {
    const runs = [...due.values()];
    due.clear();
    for (const run of runs) run();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { log, calls, timer, tick };
}

describe('NoteKeeper', () => {
  it('makes no note of nothing', async () => {
    const { log, calls, timer } = record();
    const keeper = new NoteKeeper(calls, undefined, EMPTY, () => undefined, () => undefined, timer);
    keeper.touch(text('  '));
    expect(await keeper.commit()).toBe(true);
    expect(log).toEqual([]);
  });

  it('creates with the first keystroke, drafts the following, commits on leaving', async () => {
    const { log, calls, timer, tick } = record();
    const keeper = new NoteKeeper(calls, undefined, EMPTY, () => undefined, () => undefined, timer);
    keeper.touch(text('湧'));
    await tick();
    keeper.touch(text('湧水'));
    await tick();
    keeper.touch(text('湧水あり'));
    expect(keeper.dirty || keeper.id !== undefined).toBe(true);
    expect(await keeper.commit()).toBe(true);
    expect(log[0]).toContain('save new');
    expect(log.slice(1)).toEqual(['draft n1 湧水', 'draft n1 湧水あり', 'save n1 {"text":"湧水あり"}', 'drop n1']);
    expect(keeper.dirty).toBe(false);
  });

  it('sends only what changed', async () => {
    const { log, calls, timer } = record();
    const keeper = new NoteKeeper(calls, 'n7', { ...EMPTY, title: 'A', text: 'b' }, () => undefined, () => undefined, timer);
    keeper.touch({ ...EMPTY, title: 'A', text: 'bc' });
    await keeper.commit();
    expect(log).toEqual(['save n7 {"text":"bc"}']);
  });

  it('does not write twice when two reasons to commit come together', async () => {
    const { log, calls, timer, tick } = record();
    const keeper = new NoteKeeper(calls, 'n7', EMPTY, () => undefined, () => undefined, timer);
    keeper.touch(text('a'));
    await tick();
    keeper.touch(text('ab'));
    expect(await Promise.all([keeper.commit(), keeper.commit()])).toEqual([true, true]);
    expect(log).toEqual(['save n7 {"text":"a"}', 'draft n7 ab', 'save n7 {"text":"ab"}', 'drop n7']);
  });

  it('keeps the draft when the record cannot be written', async () => {
    const broken = { on: false };
    const { log, calls, timer, tick } = record(broken);
    const keeper = new NoteKeeper(calls, 'n7', EMPTY, () => undefined, () => undefined, timer);
    keeper.touch(text('a'));
    await keeper.commit();
    keeper.touch(text('ab'));
    await tick();
    keeper.touch(text('abc'));
    await tick();
    broken.on = true;
    expect(await keeper.commit()).toBe(false);
    expect(keeper.dirty).toBe(true);
    expect(log.some((line) => line.startsWith('drop'))).toBe(false);
    broken.on = false;
    expect(await keeper.commit()).toBe(true);
    expect(log.slice(-2)).toEqual(['save n7 {"text":"abc"}', 'drop n7']);
  });
});
