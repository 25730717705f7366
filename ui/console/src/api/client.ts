// One request to the office server. A session that ended in between is renewed by the person, then the request goes on.
import { faultFrom, offline } from './fault';
import { heard, silent } from './line.svelte';
import { signedInAgain } from '../lib/session.svelte';

/** Longer than any answer of the JSON API needs, until its last byte. */
const PATIENCE_MS = 20_000;
/** A file takes its time: the office works on it, and a weak line carries 4 bytes a millisecond. */
const FILE_PATIENCE_MS = 120_000;
const SLOWEST_BYTES_A_MS = 4;

interface Options {
  body?: unknown;
  /** Answers "not signed in" as a fault instead of asking the person to sign in. */
  anonymous?: boolean;
  /** The body is this file. */
  file?: Blob;
  /** 0: no limit, because the answer is a file. */
  patienceMs?: number;
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const text = await send(method, path, options, (response) => response.text());
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export const requestFile = (path: string, body: unknown): Promise<Blob> => send('POST', path, { body, patienceMs: 0 }, (response) => response.blob());

export const sendFile = <T>(path: string, file: Blob, method = 'POST'): Promise<T> =>
  request<T>(method, path, { file, patienceMs: FILE_PATIENCE_MS + file.size / SLOWEST_BYTES_A_MS });

/** A file that the server names. */
export function getFile(path: string): Promise<{ bytes: Blob; name: string }> {
  return send('GET', path, { patienceMs: 0 }, async (response) => {
    const said = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '');
    return { bytes: await response.blob(), name: said?.[1] ? decodeURIComponent(said[1]) : 'ekitei' };
  });
}

type Read<T> = (response: Response) => Promise<T>;

async function send<T>(method: string, path: string, options: Options, read: Read<T>): Promise<T> {
  for (;;) {
    const answer = await once(method, path, options, read);
    if ('value' in answer) return answer.value;
    if (answer.status === 401 && !options.anonymous) await signedInAgain();
    else throw faultFrom(answer.status, plain(answer.refusal));
  }
}

function plain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One try. An answer whose rest does not come is none: whoever waits for it would wait for ever. */
async function once<T>(method: string, path: string, { body, file, patienceMs = PATIENCE_MS }: Options, read: Read<T>): Promise<{ value: T } | { status: number; refusal: string }> {
  const stop = new AbortController();
  const timer = patienceMs > 0 ? setTimeout(() => stop.abort(), patienceMs) : undefined;
  try {
    const response = await fetch(`/api${path}`, {
      method,
      signal: stop.signal,
      headers: file ? { 'content-type': 'application/octet-stream' } : body === undefined ? {} : { 'content-type': 'application/json' },
      body: file ?? (body === undefined ? null : JSON.stringify(body)),
    });
    const answer = response.ok ? { value: await read(response) } : { status: response.status, refusal: await response.text() };
    heard();
    return answer;
  } catch {
    silent();
    throw offline();
  } finally {
    clearTimeout(timer);
  }
}
