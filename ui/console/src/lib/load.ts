// Reads from the office server.
import { loadFrom, type Loaded } from '@ekitei/shared';
import { faultOf } from '../api/fault';
import { beat } from '../api/live.svelte';

export const load = <T>(ask: () => Promise<T>): Loaded<T> => loadFrom({ beat, faultOf }, ask);
