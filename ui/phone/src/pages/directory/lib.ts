// A window into a list of any length: which rows stand in the document, and which parts of it must be asked for.

/** Asked for at once. */
export const PAGE = 24;
/** Kept in the document above and below what is seen. */
const MARGIN = 4;

export interface View {
  first: number;
  /** Exclusive. */
  last: number;
}

/** Rows that a scroller shows, of `total` rows of `rowPx` height that begin `topPx` above (negative: below) its upper edge. */
export function viewOf(topPx: number, heightPx: number, rowPx: number, total: number): View {
  if (rowPx <= 0 || total <= 0) return { first: 0, last: 0 };
  const at = (px: number): number => Math.max(0, Math.min(total, Math.floor(px / rowPx)));
  return { first: Math.max(0, at(topPx) - MARGIN), last: Math.min(total, at(topPx + heightPx) + 1 + MARGIN) };
}

/** Pages (by their first row) that a view needs. */
export function pagesOf(view: View): number[] {
  const out: number[] = [];
  if (view.first >= view.last) return out;
  for (let from = view.first - (view.first % PAGE); from < view.last; from += PAGE) out.push(from);
  return out;
}

/** The last part of a section's path, and what stands before it. */
export function sectionOf(path: string): { name: string; over: string } {
  const parts = path.split('/');
  return { name: parts[parts.length - 1] ?? '', over: parts.slice(0, -1).join(' ') };
}
