// Reads from the office server.
import { loadFrom, type Loaded } from '@ekitei/shared';
import { faultOf } from '../api/fault';
import { beat, beatBesideRooms } from '../api/live.svelte';

/** Again whenever something came that was not said in a room. */
export const load = <T>(ask: () => Promise<T>): Loaded<T> => loadFrom({ beat: beatBesideRooms, faultOf }, ask);

/** What stands in rooms: calls, and copies that were asked for. */
export const loadOfRooms = <T>(ask: () => Promise<T>): Loaded<T> => loadFrom({ beat, faultOf }, ask);
