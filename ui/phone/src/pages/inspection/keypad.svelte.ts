// The cell that the big keypad writes into; one at a time on a screen.
import type { ItemView } from '@ekitei/shared';
import { keyed } from './lib';

export interface Cell {
  item: ItemView;
  /** What is said above the keys. */
  label: string;
  write: (text: string) => void;
  /** Leads to the next cell; undefined: this was the last. */
  next: () => void;
}

const state = $state<{ cell: Cell | undefined; text: string }>({ cell: undefined, text: '' });
let touched = false;

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
  },
  press(key: string): void {
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
  next(): void {
    this.keep();
    state.cell?.next();
  },
  close(): void {
    this.keep();
    state.cell = undefined;
  },
};

let timer: ReturnType<typeof setTimeout> | undefined;
const sent = new WeakMap<Cell, string>();
