// One request to the office server. A session that ended in between is renewed by the person, then the request goes on.
import { faultFrom, offline } from './fault';
import { heard, silent } from './line.svelte';
import { signedInAgain } from '../lib/session.svelte';

/** Longer than any answer of the JSON API needs; a zip has no limit. */
const PATIENCE_MS = 20_000;

interface Options {
  body?: unknown;
  /** Answers "not signed in" as a fault instead of asking the person to sign in. */
  anonymous?: boolean;
  /** No time limit: the answer is a file. */
  patient?: boolean;
  /** The body is this file. */
  file?: Blob;
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export async function requestFile(path: string, body: unknown): Promise<Blob> {
  const response = await send('POST', path, { body, patient: true });
  return response.blob().catch(() => {
    throw offline();
  });
}

export async function sendFile<T>(path: string, file: Blob, method = 'POST'): Promise<T> {
  return (await (await send(method, path, { file, patient: true })).json()) as T;
}

/** A file that the server names. */
export async function getFile(path: string): Promise<{ bytes: Blob; name: string }> {
  const response = await send('GET', path, { patient: true });
  const said = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '');
  const bytes = await response.blob().catch(() => {
    throw offline();
  });
  return { bytes, name: said?.[1] ? decodeURIComponent(said[1]) : 'ekitei' };
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  for (;;) {
    const response = await once(method, path, options);
    if (response.ok) return response;
    const fault = faultFrom(response.status, await response.json().catch(() => undefined));
    if (response.status === 401 && !options.anonymous) {
      await signedInAgain();
      continue;
    }
    throw fault;
  }
}

async function once(method: string, path: string, { body, patient, file }: Options): Promise<Response> {
  const stop = new AbortController();
  const timer = patient ? undefined : setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const response = await fetch(`/api${path}`, {
      method,
      signal: stop.signal,
      headers: file ? { 'content-type': 'application/octet-stream' } : body === undefined ? {} : { 'content-type': 'application/json' },
      body: file ?? (body === undefined ? null : JSON.stringify(body)),
    });
    heard();
    return response;
  } catch {
    silent();
    throw offline();
  } finally {
    clearTimeout(timer);
  }
}
