/* tslint:disable */
/* eslint-disable */

/**
 * An open form. The texts are those of `ekitei_forms::facade`.
 */
export class OpenForm {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * What opening put in by itself: `Changed`, to store before the first call.
     */
    begun(): string;
    /**
     * `{"call": …}` → `{"ok": {"reply": …}}` or `{"err": Fault}`.
     */
    call(call: string): string;
    /**
     * `definition`: FormDef; `opening`: Opening. Throws the fault's JSON as a text.
     */
    constructor(definition: string, opening: string);
}

/**
 * All that is wrong with a definition: `{"ok": {"items": n}}` or `{"problems": […]}`.
 */
export function check(definition: string): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_openform_free: (a: number, b: number) => void;
    readonly check: (a: number, b: number) => [number, number];
    readonly openform_begun: (a: number) => [number, number];
    readonly openform_call: (a: number, b: number, c: number) => [number, number];
    readonly openform_new: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
