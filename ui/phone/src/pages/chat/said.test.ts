import type { MessageView } from '@ekitei/shared';
import { expect, it } from 'vitest';
import { saidOf } from './said';

const message = (change: Partial<MessageView>): MessageView =>
  ({ by_name: '見本 花子', text: '', at: '2026-11-21T14:00:00.000+09:00', written_at: '2026-11-21T10:00:00.000+09:00', born: 1, files: [], reactions: [], ...change }) as MessageView;

it('of what has not arrived only the time of writing is known, and said once', () => {
  expect(saidOf(message({})).writtenMs).toBe(Date.parse('2026-11-21T10:00:00+09:00'));
  expect(saidOf(message({ born: 0 })).writtenMs).toBeUndefined();
});

it('a file is saved once it is here', () => {
  const file = { id: 'f-1', name: 'まとめ.txt', bytes: 9, on_phone: false, progress: 'waiting' } as unknown as MessageView['files'][number];
  const saved = (files: MessageView['files']): boolean[] => (saidOf(message({ files })).files ?? []).map((one) => one.onkeep !== undefined);
  expect(saved([file, { ...file, on_phone: true }, { ...file, progress: 'arrived' }])).toEqual([false, true, true]);
});
