// Hints from the core that something changed. A lost hint is harmless: screens read again when they are shown.
import { insideTauri } from './transport';

/** `changed` names what a screen may want to read again; absent when only the state of the line did. */
export interface Hint {
  changed?: string;
}
export type Listener = (hint: Hint) => void;

/** Listens until the returned function is called. Reconnects by itself (EventSource does). */
export function listen(listener: Listener): () => void {
  return insideTauri() ? listenTauri(listener) : listenHost(listener);
}

function deliver(listener: Listener, data: unknown): void {
  const changed = typeof data === 'object' && data !== null ? (data as { changed?: unknown }).changed : undefined;
  listener(typeof changed === 'string' ? { changed } : {});
}

function listenHost(listener: Listener): () => void {
  const source = new EventSource('/events');
  source.onmessage = (message: MessageEvent<string>) => {
    try {
      deliver(listener, JSON.parse(message.data));
    } catch {
      // A hint that cannot be read is a lost hint.
    }
  };
  return () => source.close();
}

function listenTauri(listener: Listener): () => void {
  const tauri = window.__TAURI_INTERNALS__;
  if (!tauri) return () => undefined;
  const handler = tauri.transformCallback((message) => {
    deliver(listener, (message as { payload?: unknown }).payload);
  });
  const registered = tauri.invoke('plugin:event|listen', { event: 'ekitei', target: { kind: 'Any' }, handler });
  return () => {
    void registered.then((eventId) => tauri.invoke('plugin:event|unlisten', { event: 'ekitei', eventId }));
  };
}
