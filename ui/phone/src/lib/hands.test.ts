import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { announceWriter, someoneWrites, watchHands } from './hands';

let told: number;
let unsaved: boolean;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal('window', new EventTarget());
  told = 0;
  unsaved = false;
  stop = watchHands({ touch: () => (told += 1), unsaved: () => unsaved });
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const hand = (name = 'pointerdown'): boolean => window.dispatchEvent(new Event(name));

test('nobody is here: nothing is told', () => {
  vi.advanceTimersByTime(600_000);
  expect(told).toBe(0);
});

test('a hand is told of at once, many in a row seldom, the last one too', () => {
  hand();
  expect(told).toBe(1);
  for (let ms = 0; ms < 9_000; ms += 100) {
    vi.advanceTimersByTime(100);
    hand('pointermove');
  }
  expect(told).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(told).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(told).toBe(2);
});

test('keys, pen and scrolling are hands', () => {
  for (const [at, name] of ['keydown', 'input', 'pointermove', 'wheel', 'touchstart', 'scroll'].entries()) {
    vi.advanceTimersByTime(10_000);
    hand(name);
    expect(told, name).toBe(at + 1);
  }
});

test('what is not saved keeps the phone open without any hand', () => {
  unsaved = true;
  vi.advanceTimersByTime(600_000);
  expect(told).toBe(60);
  unsaved = false;
  vi.advanceTimersByTime(600_000);
  expect(told).toBe(60);
});

test('after the end nothing is told any more', () => {
  stop();
  hand();
  vi.advanceTimersByTime(60_000);
  expect(told).toBe(0);
});

test('a screen that writes is asked as long as it is there', () => {
  let dirty = true;
  const forget = announceWriter(() => dirty);
  expect(someoneWrites()).toBe(true);
  dirty = false;
  expect(someoneWrites()).toBe(false);
  dirty = true;
  forget();
  expect(someoneWrites()).toBe(false);
});
