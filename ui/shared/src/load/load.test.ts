import { expect, test } from 'vitest';
import { loadFrom } from './load.svelte';

/** Questions whose answers come when the test says so. */
function held() {
  const answers: ((text: string) => void)[] = [];
  const ask = (): Promise<string> => new Promise((resolve) => answers.push(resolve));
  const loaded = loadFrom({ beat: () => 0, faultOf: (thrown) => ({ code: String(thrown) }) as never }, ask);
  return { loaded, answers };
}

test('who asked first and is overtaken waits for what is shown', async () => {
  const { loaded, answers } = held();
  const seen: (string | undefined)[] = [];
  const first = loaded.reload().then(() => seen.push(loaded.value));
  const second = loaded.reload().then(() => seen.push(loaded.value));
  answers[0]?.('old');
  await Promise.resolve();
  expect(loaded.value).toBeUndefined();
  answers[1]?.('new');
  await Promise.all([first, second]);
  expect(seen).toEqual(['new', 'new']);
});

test('a late answer changes nothing', async () => {
  const { loaded, answers } = held();
  const first = loaded.reload();
  const second = loaded.reload();
  answers[1]?.('new');
  await second;
  answers[0]?.('old');
  await first;
  expect(loaded.value).toBe('new');
});
