// The cell that the big keypad writes into; one at a time on a screen.
import type { ItemView } from '@ekitei/shared';
import { keyed } from './lib';

export interface Cell {
  item: ItemView;
  /** What is said above the keys. */
  label: string;
  write: (text: string) => void;
  /** Leads to the next cell; undefined: this was the last. */
  next: () => Promise<void>;
}

const state = $state<{ cell: Cell | undefined; text: string }>({ cell: undefined, text: '' });
let touched = false;
/** Keys pressed while the next cell is on its way (a row is being added): they belong to that one. */
let ahead: string[] | undefined;

export const keypad = {
  get cell(): Cell | undefined {
    return state.cell;
  },
  get text(): string {
    return state.text;
  },
  open(cell: Cell, text: string): void {
    this.keep();
    state.cell = cell;
    state.text = text;
    touched = false;
    const keys = ahead ?? [];
    ahead = undefined;
    for (const [at, key] of keys.entries()) {
      if (key === 'next') {
        // Whatever follows belongs to the cell after this.
        void this.next(keys.slice(at + 1));
        return;
      }
      if (key === 'close') {
        this.close();
        return;
      }
      this.press(key);
    }
  },
  press(key: string): void {
    if (ahead) {
      ahead.push(key);
      return;
    }
    // The first digit after opening replaces what stood there; deleting changes it.
    const from = !touched && /^\d$/.test(key) ? '' : state.text;
    touched = true;
    state.text = keyed(from, key);
    this.soon();
  },
  /** Sent 300 ms after a key, when the next cell is opened, and when the screen is left. */
  soon(): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => this.keep(), 300);
  },
  keep(): void {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    if (!state.cell || state.text === sent.get(state.cell)) return;
    if (!touched || state.text === '-') return;
    sent.set(state.cell, state.text);
    state.cell.write(state.text);
  },
  async next(pressed: string[] = []): Promise<void> {
    if (ahead) {
      ahead.push('next');
      return;
    }
    const from = state.cell;
    this.keep();
    ahead = [...pressed];
    await from?.next();
    if (state.cell !== from) return;
    // No cell came: the keys have nowhere to go.
    const closed = ahead?.includes('close');
    ahead = undefined;
    if (closed) this.close();
  },
  close(): void {
    if (ahead) {
      // What was typed for the cell that is on its way is kept before it closes.
      ahead.push('close');
      return;
    }
    this.leave();
  },
  /** The table is gone. */
  leave(): void {
    this.keep();
    ahead = undefined;
    state.cell = undefined;
  },
};

let timer: ReturnType<typeof setTimeout> | undefined;
const sent = new WeakMap<Cell, string>();
