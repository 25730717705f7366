// Instants cross the bridge as RFC 3339 text with the local offset kept, `2026-11-21T10:05:00.000+09:00`.

/** UTC milliseconds; NaN for text that is no instant. */
export function stampMs(stamp: string): number {
  return Date.parse(stamp);
}

/** An instant as the core writes it, in this device's zone. */
export function stampNow(instantMs: number = Date.now()): string {
  const offsetMin = -new Date(instantMs).getTimezoneOffset();
  const local = new Date(instantMs + offsetMin * 60_000).toISOString().slice(0, -1);
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(offsetMin);
  return `${local}${offsetMin < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
