/** Before the nth try to reach the server again: 1 s, then up to 30 s, spread so that many PCs do not come at once. */
export function pauseMs(tries: number, random: number): number {
  const most = Math.min(30_000, 1_000 * 2 ** Math.min(tries, 10));
  return Math.round(most / 2 + (most / 2) * random);
}
