// The phone's native half (`plugin:ekitei-native`). In a browser and on a desktop nothing is opened or measured, and the
// answer says so (`stand_in: true`): screens then show what a person can do by hand.
import { call, insideTauri, BridgeError } from './transport';
import type { DeviceFacts, Fault } from '../gen/bridge';

export type SettingsScreen =
  | 'tethering'
  | 'mobile_data'
  | 'wifi'
  | 'battery'
  | 'airplane'
  | 'notifications'
  | 'location'
  | 'app';

export interface Opened {
  /** The screen itself, its parent, or none. A number was handed to the dialler: `true`. */
  opened: 'exact' | 'near' | 'none' | boolean;
  stand_in?: boolean;
}
export interface Captured {
  taken: string[];
  unused: string[];
  stand_in?: boolean;
}
export interface Picked {
  taken: { name: string; bytes: number; type: string }[];
  refused: { name: string; code: string; size_mb?: number | null; limit_mb?: number | null }[];
  stand_in?: boolean;
}
/** What the MDM must have granted; `what` is a key of the catalogue (`grant.…`). */
export interface Grant {
  what: string;
  granted: boolean | null;
  component?: string | null;
  settings?: SettingsScreen | null;
}
export type NativeEvent = 'facts' | 'insets' | 'shutter' | 'share' | 'lock' | 'hidden' | 'shown' | 'mdm' | 'other';

/** A refusal of the phone is a fault like any other. */
async function ask<T>(command: string, args: Record<string, unknown>, standIn: T): Promise<T> {
  const tauri = insideTauri() ? window.__TAURI_INTERNALS__ : undefined;
  if (!tauri) return standIn;
  try {
    return (await tauri.invoke(`plugin:ekitei-native|${command}`, args)) as T;
  } catch (refused) {
    if (typeof refused === 'object' && refused !== null && 'code' in refused) throw new BridgeError(refused as Fault);
    throw new BridgeError({ code: 'native-failed', params: { detail: command }, cure: 'ask' });
  }
}

export const deviceFacts = async (): Promise<DeviceFacts> => (await call('facts')) as DeviceFacts;

export const openSettings = (which: SettingsScreen): Promise<Opened> =>
  ask('settings_open', { which }, { opened: 'none', stand_in: true });

/** Shows the number in the dialler; elsewhere the link `tel:` does. */
export const dial = (tel: string): Promise<Opened> => ask('dial', { tel }, { opened: 'none', stand_in: true });

/** The camera, once for each of `names` (rows of `capture_begin`). */
export const capture = (names: string[]): Promise<Captured> =>
  ask('capture', { names }, { taken: [], unused: names, stand_in: true });

export const pick = (types: string[], limit_bytes: number, several = true): Promise<Picked> =>
  ask('pick', { types, limit_bytes, several }, { taken: [], refused: [], stand_in: true });

/** What another app handed over. */
export const shareTake = (limit_bytes: number): Promise<Picked> =>
  ask('share_take', { limit_bytes }, { taken: [], refused: [], stand_in: true });

/** The volume keys are a shutter (event `shutter`) while this is on. */
export const shutterKeys = (on: boolean): Promise<unknown> => ask('shutter', { on }, {});

export const grants = async (): Promise<Grant[]> =>
  (await ask<{ grants: Grant[] }>('grants', {}, { grants: [] })).grants;

/** The live connection is held in the background while the person is on duty. */
export const duty = (on: boolean): Promise<{ running: boolean; stand_in?: boolean }> =>
  ask('duty', { on }, { running: false, stand_in: true });

/** While a visit is open on screen the phone does not lock itself; leaving the app covers it. */
export const autoLock = (minutes: number, visit_open: boolean, section_minutes?: number): Promise<unknown> =>
  ask('auto_lock', { minutes, section_minutes: section_minutes ?? null, visit_open }, {});

/** Listens to what the phone tells by itself, until the returned function is called. */
export function listenNative(listener: (event: NativeEvent) => void): () => void {
  const tauri = insideTauri() ? window.__TAURI_INTERNALS__ : undefined;
  if (!tauri) return () => undefined;
  const handler = tauri.transformCallback((message) => {
    const what = (message as { payload?: { what?: unknown } }).payload?.what;
    if (typeof what === 'string') listener(what as NativeEvent);
  });
  const registered = tauri.invoke('plugin:event|listen', { event: 'native', target: { kind: 'Any' }, handler });
  return () => {
    void registered.then((eventId) => tauri.invoke('plugin:event|unlisten', { event: 'native', eventId }));
  };
}
