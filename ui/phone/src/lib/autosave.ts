// Every keystroke is durable within 300 ms and when the screen is left. Pure of Svelte, with its clock passed in.

export const AUTOSAVE_DELAY_MS = 250;

export interface Timer {
  set: (run: () => void, delayMs: number) => unknown;
  clear: (handle: unknown) => void;
}

export const BROWSER_TIMER: Timer = {
  set: (run, delayMs) => setTimeout(run, delayMs),
  clear: (handle) => clearTimeout(handle as number),
};

export type SaveState = 'saved' | 'pending' | 'saving' | 'failed';

/**
 * Keeps at most one write under way and always writes the newest value. The delay counts from the first unsaved
 * keystroke, not the last: somebody who types without a pause is saved too.
 */
export class Autosave<T> {
  private value: T | undefined;
  private handle: unknown;
  private running: Promise<void> | undefined;
  private failedOnce = false;

  constructor(
    private readonly write: (value: T) => Promise<void>,
    private readonly onState: (state: SaveState) => void = () => undefined,
    private readonly timer: Timer = BROWSER_TIMER,
  ) {}

  touch(value: T): void {
    this.value = value;
    if (!this.running) this.onState('pending');
    if (this.handle === undefined) {
      this.handle = this.timer.set(() => {
        this.handle = undefined;
        void this.flush();
      }, AUTOSAVE_DELAY_MS);
    }
  }

  /** Resolves when everything touched so far is written, or a write has failed (the value is then kept for the next try). */
  async flush(): Promise<boolean> {
    if (this.handle !== undefined) {
      this.timer.clear(this.handle);
      this.handle = undefined;
    }
    while (this.running) await this.running;
    if (this.value === undefined) return !this.failedOnce;
    this.running = this.writeNewest();
    await this.running;
    return this.value === undefined ? !this.failedOnce : this.failedOnce ? false : this.flush();
  }

  /** Forgets what has not been written (the note was deleted). */
  drop(): void {
    if (this.handle !== undefined) this.timer.clear(this.handle);
    this.handle = undefined;
    this.value = undefined;
  }

  private async writeNewest(): Promise<void> {
    const value = this.value as T;
    this.value = undefined;
    this.onState('saving');
    try {
      await this.write(value);
      this.failedOnce = false;
      this.onState(this.value === undefined ? 'saved' : 'pending');
    } catch {
      this.failedOnce = true;
      // A newer value typed meanwhile replaces the one that failed.
      this.value ??= value;
      this.onState('failed');
      if (this.handle === undefined) {
        this.handle = this.timer.set(() => {
          this.handle = undefined;
          void this.flush();
        }, 2_000);
      }
    } finally {
      this.running = undefined;
    }
  }
}
