// Requests that make something. When the answer is lost the office may have made it: pressed again with the same words it
// is the same request, under the same ids, and nothing is made twice.
import { ApiError } from './fault';
import { uuidV7 } from '../lib/uuid';

export interface Ids {
  /** Of what is made. */
  id: string;
  op_id: string;
}

const fresh = (): Ids => ({ id: uuidV7(), op_id: uuidV7() });

/** One for each form that makes something. */
export class Making {
  private open: { words: string; ids: Ids } | undefined;

  async ask<T, W>(words: W, request: (words: W & Ids) => Promise<T>): Promise<T> {
    const said = JSON.stringify(words);
    if (this.open?.words !== said) this.open = { words: said, ids: fresh() };
    try {
      const answer = await request({ ...words, ...this.open.ids });
      this.open = undefined;
      return answer;
    } catch (thrown) {
      const isLost = thrown instanceof ApiError && (thrown.status === 0 || thrown.status >= 500);
      if (!isLost) this.open = undefined;
      throw thrown;
    }
  }
}
