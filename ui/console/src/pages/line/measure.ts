// What a browser can measure of its line to the office: the ways there as its own clocks tell, small questions, and
// both directions, begun small. Bounded like the phone's check.
import { request } from '../../api/client';

export interface Measured {
  name_ms?: number;
  tcp_ms?: number;
  tls_ms?: number;
  first_ms?: number;
  up_bps?: number;
  down_bps?: number;
  loss?: number;
  error?: 'answer' | 'tcp';
  took_ms: number;
  bytes: number;
}

const WITHIN_MS = 9_500;
const PINGS = 12;
const PING_FOR_MS = 2_500;
const STALL_MS = 180;
const FIRST_BYTES = 16 * 1024;
const MOST_BYTES = 1024 * 1024;
const SECOND_FOR_MS = 1_200;

/** Share of packets lost when `stalled` of `asked` questions stalled: each is two packets. */
export function lossOf(stalled: number, asked: number): number {
  return asked === 0 ? 0 : Math.round((1 - Math.sqrt(1 - Math.min(stalled, asked) / asked)) * 100) / 100;
}

/** Bits a second of what came after the first piece, or of the whole where it came in one. */
export function rateOf(total: number, afterFirst: number, spreadMs: number, elapsedMs: number, answerMs: number): number {
  const spread = afterFirst * 4 >= total && spreadMs >= 1;
  return Math.max(1, Math.round(((spread ? afterFirst : total) * 8_000) / (spread ? spreadMs : Math.max(elapsedMs - answerMs, 0.2))));
}

function noise(bytes: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(out.subarray(at, Math.min(at + 65_536, bytes)));
  return out;
}

async function down(bytes: number, answerMs: number): Promise<number> {
  const begun = performance.now();
  const response = await fetch(`/api/line/down?bytes=${bytes}`, { cache: 'no-store' });
  if (!response.ok || !response.body) throw new Error(String(response.status));
  const pieces = response.body.getReader();
  let total = 0;
  let first = 0;
  let at = 0;
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) break;
    total += value.length;
    if (at === 0) { at = performance.now(); first = value.length; }
  }
  const ended = performance.now();
  return rateOf(total, total - first, ended - at, ended - begun, answerMs);
}

async function up(bytes: number, answerMs: number): Promise<number> {
  const begun = performance.now();
  const response = await fetch('/api/line/up', { method: 'POST', body: noise(bytes), headers: { 'content-type': 'application/octet-stream' } });
  if (!response.ok) throw new Error(String(response.status));
  const told = (await response.json()) as { bytes: number; first_bytes: number; spread_us: number };
  return rateOf(told.bytes, told.bytes - told.first_bytes, told.spread_us / 1000, performance.now() - begun, answerMs);
}

/** Of the page's own first request: later ones reuse its connection. */
function wayThere(): Pick<Measured, 'name_ms' | 'tcp_ms' | 'tls_ms'> {
  const entry = performance.getEntriesByType('navigation')[0] as PerformanceResourceTiming | undefined;
  if (!entry || entry.connectEnd <= entry.connectStart) return {};
  const secure = entry.secureConnectionStart > 0;
  return {
    name_ms: Math.round(entry.domainLookupEnd - entry.domainLookupStart),
    tcp_ms: Math.round((secure ? entry.secureConnectionStart : entry.connectEnd) - entry.connectStart),
    ...(secure ? { tls_ms: Math.round(entry.connectEnd - entry.secureConnectionStart) } : {}),
  };
}

export async function measure(): Promise<Measured> {
  const begun = performance.now();
  const left = (): number => WITHIN_MS - (performance.now() - begun);
  const found: Measured = { ...wayThere(), took_ms: 0, bytes: 0 };
  try {
    let best = Infinity;
    let stalled = 0;
    let asked = 0;
    while (asked < PINGS && performance.now() - begun < PING_FOR_MS) {
      const at = performance.now();
      await request<void>('GET', '/line/ping');
      const took = performance.now() - at;
      asked += 1;
      if (took > best + STALL_MS) stalled += 1;
      else if (best > took + STALL_MS && best !== Infinity) stalled = asked - 1;
      best = Math.min(best, took);
      if (best > 1000) break;
    }
    found.first_ms = Math.max(1, Math.round(best));
    if (asked > 2) found.loss = lossOf(stalled, asked);
    for (const [field, transfer] of [['up_bps', up], ['down_bps', down]] as const) {
      let bytes = FIRST_BYTES;
      for (let round = 0; round < 2; round += 1) {
        if (left() < best + (round > 0 ? SECOND_FOR_MS : 0)) break;
        const rate = await transfer(bytes, best);
        found[field] = rate;
        found.bytes += bytes;
        bytes = Math.min(Math.round((rate * SECOND_FOR_MS) / 8_000), MOST_BYTES);
        if (bytes < 2 * FIRST_BYTES) break;
      }
    }
  } catch {
    if (found.first_ms === undefined) found.error = 'answer';
  }
  found.took_ms = Math.round(performance.now() - begun);
  return found;
}
