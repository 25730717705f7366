// Addresses of screens: everything after #, so that a reload comes back to the same place.

export type Page = 'feed' | 'cases' | 'case' | 'conflicts' | 'quarantine' | 'phones' | 'settings';

export interface Route {
  page: Page;
  /** The part after the page, if any. */
  id: string | undefined;
  query: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | null | undefined>>;

const PAGES: readonly Page[] = ['feed', 'cases', 'case', 'conflicts', 'quarantine', 'phones', 'settings'];

/** What is not an address leads to the feed. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id] = path.split('/');
  const page = PAGES.find((one) => one === name);
  if (!page || (page === 'case' && !id)) return { page: page ? 'cases' : 'feed', id: undefined, query: {} };
  return { page, id: id ? safeDecode(id) : undefined, query: Object.fromEntries(new URLSearchParams(search)) };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function hrefOf(page: Page, id?: string | null, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const tail = search.toString();
  return `#/${page}${id ? `/${encodeURIComponent(id)}` : ''}${tail ? `?${tail}` : ''}`;
}

/** The entry of the navigation under which a screen lives. */
export const tabOf = (page: Page): Exclude<Page, 'case'> => (page === 'case' ? 'cases' : page);
