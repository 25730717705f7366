import { expect, it } from 'vitest';
import { ApiError, offline } from './fault';
import { Making, type Ids } from './making';

const refusedWith = (status: number): ApiError => new ApiError({ code: 'not-allowed', params: {}, cure: 'ask' }, status);

it('keeps the ids of a request whose answer was lost, as long as it says the same', async () => {
  const making = new Making();
  const seen: Ids[] = [];
  const ask = (text: string, thrown?: unknown): Promise<unknown> =>
    making.ask({ text }, ({ id, op_id, text: said }) => {
      expect(said).toBe(text);
      seen.push({ id, op_id });
      return thrown ? Promise.reject(thrown as Error) : Promise.resolve('made');
    });
  await expect(ask('訓練', offline())).rejects.toThrow();
  await expect(ask('訓練', refusedWith(503))).rejects.toThrow();
  await expect(ask('訓練')).resolves.toBe('made');
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
  // Made, refused or put differently: the next is another one.
  await ask('訓練');
  await expect(ask('本番', refusedWith(403))).rejects.toThrow();
  await expect(ask('本番', offline())).rejects.toThrow();
  await ask('本番です');
  expect(new Set(seen.map((one) => one.id)).size).toBe(5);
  expect(new Set(seen.map((one) => one.op_id)).size).toBe(5);
});
