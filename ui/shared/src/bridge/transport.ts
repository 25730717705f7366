// Carries one bridge call to the core: over the loopback host, or over Tauri's IPC when the shell is there.
import type { Fault } from '../gen/bridge';

/** The core refused, or did not answer. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  constructor(readonly fault: Fault) {
    super(fault.code);
  }
}

/** Whatever was thrown, as the one shape that screens put into words. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof BridgeError) return thrown.fault;
  return { code: 'screen-fault', params: { detail: thrown instanceof Error ? thrown.message : String(thrown) }, cure: 'ask' };
}

type Answer = { ok: unknown } | { err: Fault };

interface TauriInternals {
  invoke: (command: string, args: Record<string, unknown>) => Promise<unknown>;
  transformCallback: (callback: (payload: unknown) => void, once?: boolean) => number;
}

declare global {
  interface Window {
    __TAURI_INTERNALS__?: TauriInternals;
  }
}

export const insideTauri = (): boolean => typeof window !== 'undefined' && window.__TAURI_INTERNALS__ !== undefined;

/** The only code this side mints: the host itself did not answer (restarting, or the page outlived it). */
export const HOST_SILENT = 'host-silent';

function silent(detail?: string): BridgeError {
  return new BridgeError({ code: HOST_SILENT, params: detail ? { detail } : {}, cure: 'retry' });
}

export async function call(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
  const answer = insideTauri() ? await callTauri(name, args) : await callHost(name, args);
  if ('err' in answer) throw new BridgeError(answer.err);
  return answer.ok;
}

/** In UTF-8 three bytes each, and several calls may be under way. */
const KEEPALIVE_LETTERS = 8_000;

const callHost = (name: string, args: Record<string, unknown>): Promise<Answer> => post('/bridge', { call: name, args });

/** One command of a played phone (see native.ts). */
export async function played(command: string, args: Record<string, unknown>): Promise<unknown> {
  const answer = await post(`/native/${command}`, args);
  if ('err' in answer) throw new BridgeError(answer.err);
  return answer.ok;
}

async function post(path: string, message: Record<string, unknown>): Promise<Answer> {
  let response: Response;
  const body = JSON.stringify(message);
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      // The last words of a page that is being closed still go out (browsers allow 64 KiB for that).
      keepalive: body.length < KEEPALIVE_LETTERS,
    });
  } catch {
    throw silent();
  }
  try {
    return (await response.json()) as Answer;
  } catch {
    throw silent(`status ${response.status}`);
  }
}

async function callTauri(name: string, args: Record<string, unknown>): Promise<Answer> {
  return invoke('bridge', { call: name, args });
}

export async function invoke(command: string, args: Record<string, unknown>): Promise<Answer> {
  const tauri = window.__TAURI_INTERNALS__;
  if (!tauri) throw silent();
  try {
    return (await tauri.invoke(command, args)) as Answer;
  } catch (refused) {
    // The shell may reject with the fault itself instead of wrapping it.
    if (typeof refused === 'object' && refused !== null && 'code' in refused) return { err: refused as Fault };
    throw silent(String(refused));
  }
}

/** The shell's own dialogue for pictures: their bytes go past the web view. Answers names in the inbox. */
export async function pickPhotos(): Promise<string[]> {
  const answer = await invoke('pick_photos', {});
  if ('err' in answer) throw new BridgeError(answer.err);
  const names: unknown = Array.isArray(answer.ok) ? answer.ok : (answer.ok as { names?: unknown } | null)?.names;
  return Array.isArray(names) ? names.filter((one): one is string => typeof one === 'string') : [];
}
