// Reads from the core.
import { faultOf, loadFrom, type Loaded } from '@ekitei/shared';
import { beat } from './status.svelte';

export const load = <T>(ask: () => Promise<T>): Loaded<T> => loadFrom({ beat, faultOf }, ask);
