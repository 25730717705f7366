// Carries one bridge call to the core: over the loopback host, or over Tauri's IPC when the shell is there.

/** What the core answers when it refuses: a stable code, its parameters, and for which reader it is meant. */
export interface BridgeFault {
  code: string;
  params?: Record<string, string | number>;
  text?: string;
}

export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  constructor(
    readonly code: string,
    readonly params: Readonly<Record<string, string | number>> = {},
    readonly detail?: string,
  ) {
    super(detail ? `${code}: ${detail}` : code);
  }
}

type Answer = { ok: unknown } | { err: BridgeFault };

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

export async function call(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
  const answer = insideTauri() ? await callTauri(name, args) : await callHost(name, args);
  if ('err' in answer) throw new BridgeError(answer.err.code, answer.err.params, answer.err.text);
  return answer.ok;
}

async function callHost(name: string, args: Record<string, unknown>): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch('/bridge', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ call: name, args }),
    });
  } catch {
    throw new BridgeError(HOST_SILENT);
  }
  try {
    return (await response.json()) as Answer;
  } catch {
    throw new BridgeError(HOST_SILENT, {}, `status ${response.status}`);
  }
}

async function callTauri(name: string, args: Record<string, unknown>): Promise<Answer> {
  const tauri = window.__TAURI_INTERNALS__;
  if (!tauri) throw new BridgeError(HOST_SILENT);
  try {
    return (await tauri.invoke('bridge', { call: name, args })) as Answer;
  } catch (refused) {
    // The shell may reject with the fault itself instead of wrapping it.
    if (typeof refused === 'object' && refused !== null && 'code' in refused) return { err: refused as BridgeFault };
    throw new BridgeError(HOST_SILENT, {}, String(refused));
  }
}
