/** 999 B, 12 KB, 3.4 MB: powers of 1,000 as phone makers and carriers count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.max(0, Math.round(bytes))} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 'B';
  for (const next of units) {
    // Rounding is done before the comparison, so that 999,950 B is 1.0 MB and never 1000 KB.
    if (unit !== 'B' && Math.round(value) < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
