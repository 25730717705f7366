// The typed way into the core: `core('note_get', { id })`. Names and types are made from the Rust declaration.
import type { Calls } from '../gen/bridge';
import { call } from './transport';

export type CallName = keyof Calls;
export type ArgsOf<K extends CallName> = Calls[K]['args'];
export type ReplyOf<K extends CallName> = Calls[K]['reply'];

type OptionalArgs<K extends CallName> = Record<string, never> extends ArgsOf<K> ? [args?: ArgsOf<K>] : [args: ArgsOf<K>];

export async function core<K extends CallName>(name: K, ...[args]: OptionalArgs<K>): Promise<ReplyOf<K>> {
  return (await call(name, args ?? {})) as ReplyOf<K>;
}
