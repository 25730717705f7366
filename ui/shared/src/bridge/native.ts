// The phone's native half (`plugin:ekitei-native`). In a browser and on a desktop nothing is opened or measured, and the
// answer says so (`stand_in: true`): screens then show what a person can do by hand.
import { call, insideTauri, invoke, played, BridgeError } from './transport';
import type { DeviceFacts, Fault, StatusView } from '../gen/bridge';

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

declare global {
  interface Window {
    /** Set before the screens start: this browser plays a phone, and the loopback host answers in its place (`/native`). */
    __EKITEI_PLAYS_PHONE__?: true;
  }
}

export const playsPhone = (): boolean => typeof window !== 'undefined' && window.__EKITEI_PLAYS_PHONE__ === true;

/** A refusal of the phone is a fault like any other. */
async function ask<T>(command: string, args: Record<string, unknown>, standIn: T): Promise<T> {
  const tauri = insideTauri() ? window.__TAURI_INTERNALS__ : undefined;
  if (!tauri) return playsPhone() ? ((await played(command, args)) as T) : standIn;
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

/** The live connection is held in the background while the person is on duty; without `on` it is only told. */
export const duty = (on?: boolean): Promise<{ running: boolean; stand_in?: boolean }> =>
  ask('duty', { on: on ?? null }, { running: false, stand_in: true });

/** While a visit is open on screen the phone does not lock itself; leaving the app covers it. */
export const autoLock = (minutes: number, visit_open: boolean): Promise<unknown> =>
  ask('auto_lock', { minutes, visit_open }, {});

export interface Keystore {
  biometrics: 'ready' | 'none_enrolled' | 'none';
  stand_in?: boolean;
}
export const keystoreStatus = (): Promise<Keystore> => ask('keystore_status', {}, { biometrics: 'none', stand_in: true });

/** The phone's own lock, asked for again: its key store answers for some hours afterwards. */
export const keystoreConfirm = (title: string): Promise<unknown> => ask('keystore_confirm', { title }, {});

/** A finger or a face beside the PIN. The key goes between core and phone, never through here. */
export const setBiometrics = (pin: string, title: string): Promise<StatusView> => ofShell('biometrics_set', { pin, title });
export const unlockWithBiometrics = (title: string): Promise<StatusView> => ofShell('biometrics_unlock', { title });
export const forgetBiometrics = (): Promise<StatusView> => ofShell('biometrics_forget', {});

async function ofShell(command: string, args: Record<string, unknown>): Promise<StatusView> {
  if (playsPhone()) return (await played(command, args)) as StatusView;
  const answer = await invoke(command, args);
  if ('err' in answer) throw new BridgeError(answer.err);
  return answer.ok as StatusView;
}

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
