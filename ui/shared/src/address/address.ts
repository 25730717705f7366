// An address of a screen: everything after #, `#/NAME/ID?QUERY`, so that a reload or a killed process comes back to
// the same place. Which names there are is a matter of the front end.

export type Query = Readonly<Record<string, string | null | undefined>>;

export interface Address {
  /** The empty text when the address names none. */
  name: string;
  id: string | undefined;
  query: Readonly<Record<string, string>>;
}

export function readAddress(hash: string): Address {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id] = path.split('/');
  return { name, id: id ? decoded(id) : undefined, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** Broken escapes stay as they are: a mistyped address must not stop the screens. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function writeAddress(name: string, id?: string | null, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) search.set(key, value);
  const tail = search.toString();
  return `#/${name}${id ? `/${encodeURIComponent(id)}` : ''}${tail ? `?${tail}` : ''}`;
}
