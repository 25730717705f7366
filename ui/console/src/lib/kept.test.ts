import { beforeEach, expect, it, vi } from 'vitest';
import { forgetOthers, keep, recall } from './kept';

class Memory {
  private all = new Map<string, string>();
  get length(): number {
    return this.all.size;
  }
  key = (at: number): string | null => [...this.all.keys()][at] ?? null;
  getItem = (key: string): string | null => this.all.get(key) ?? null;
  setItem = (key: string, value: string): unknown => this.all.set(key, value);
  removeItem = (key: string): unknown => this.all.delete(key);
}

beforeEach(() => vi.stubGlobal('sessionStorage', new Memory()));

it('what one person writes is theirs alone', () => {
  keep('s-1', 'chat-drafts', { room: 'さっきの件' });
  expect(recall('s-1', 'chat-drafts')).toEqual({ room: 'さっきの件' });
  expect(recall('s-11', 'chat-drafts')).toBeUndefined();
  expect(recall(undefined, 'chat-drafts')).toBeUndefined();
});

it('stays when the same person signs in again, and goes when another one does or nobody is left', () => {
  keep('s-1', 'chat-drafts', 'mine');
  keep('s-11', 'chat-drafts', 'other');
  forgetOthers('s-1');
  expect(recall('s-1', 'chat-drafts')).toBe('mine');
  expect(recall('s-11', 'chat-drafts')).toBeUndefined();
  forgetOthers();
  expect(recall('s-1', 'chat-drafts')).toBeUndefined();
});

it('a storage that is full or broken stops nobody', () => {
  vi.stubGlobal('sessionStorage', { getItem: () => '{', setItem: () => { throw new Error('full'); } });
  expect(() => keep('s-1', 'chat-drafts', 1)).not.toThrow();
  expect(recall('s-1', 'chat-drafts')).toBeUndefined();
});
