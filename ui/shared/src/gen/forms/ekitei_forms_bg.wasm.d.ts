/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_openform_free: (a: number, b: number) => void;
export const check: (a: number, b: number) => [number, number];
export const openform_begun: (a: number) => [number, number];
export const openform_call: (a: number, b: number, c: number) => [number, number];
export const openform_new: (a: number, b: number, c: number, d: number) => [number, number, number];
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __externref_table_dealloc: (a: number) => void;
export const __wbindgen_start: () => void;
