// Zoom and pan are the same on phone and PC.
export { bounded, FIT, fitted, MOST_ZOOM as MOST, zoomedAt, type View, type ViewSize as Size } from '@ekitei/shared';

/** The neighbours of a picture in its row; undefined at the ends. */
export function neighbours<T extends { id: string }>(row: readonly T[], id: string): { before?: T; after?: T; at: number } {
  const at = row.findIndex((one) => one.id === id);
  return { before: at > 0 ? row[at - 1] : undefined, after: at >= 0 ? row[at + 1] : undefined, at };
}
