let last = 0;

/** An id for a label and its control; unique within this page. */
export function uid(prefix: string): string {
  last += 1;
  return `${prefix}-${last}`;
}
