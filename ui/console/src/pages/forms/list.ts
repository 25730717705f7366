// A large list of a form: a CSV goes to the office, the first rows come back to be looked at.
import type { Piece } from './lib';

/** Loads a CSV as the list of this question. Throws the office's fault. */
export type LoadList = (piece: Piece, file: File) => Promise<void>;

/** The office takes no larger one. */
export const CSV_LIMIT_MB = 30;

/** A name for the question's list that the definition does not have yet; a question keeps its own. */
export function listName(piece: Piece, taken: readonly string[]): string {
  if (piece.list) return piece.list;
  for (let n = 0; ; n += 1) {
    const name = n === 0 ? `list_${piece.id}` : `list_${piece.id}_${n + 1}`;
    if (!taken.includes(name)) return name;
  }
}
