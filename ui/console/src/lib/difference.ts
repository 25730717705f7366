// Two texts side by side, line by line.

export interface Line {
  text: string;
  /** The other side does not have it. */
  only: boolean;
}

export interface Sides {
  left: Line[];
  right: Line[];
}

/** Beyond this, lines are compared by place: the exact comparison takes the product of both. */
const MOST_LINES = 800;

/** Marks the lines that only one side has (longest common subsequence). */
export function difference(left: string, right: string): Sides {
  const [a, b] = [left.split(/\r?\n/), right.split(/\r?\n/)];
  if (a.length > MOST_LINES || b.length > MOST_LINES) {
    return { left: a.map((text, at) => ({ text, only: text !== b[at] })), right: b.map((text, at) => ({ text, only: text !== a[at] })) };
  }
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const of = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? of(i + 1, j + 1) + 1 : Math.max(of(i + 1, j), of(i, j + 1));
    }
  }
  const sides: Sides = { left: [], right: [] };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [one, other] = [a[i], b[j]];
    if (one !== undefined && other !== undefined && one === other) {
      sides.left.push({ text: one, only: false });
      sides.right.push({ text: other, only: false });
      i += 1;
      j += 1;
    } else if (one !== undefined && (other === undefined || of(i + 1, j) >= of(i, j + 1))) {
      sides.left.push({ text: one, only: true });
      i += 1;
    } else {
      sides.right.push({ text: other ?? '', only: true });
      j += 1;
    }
  }
  return sides;
}
