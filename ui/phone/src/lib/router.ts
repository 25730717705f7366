// Addresses of screens: everything after #, so that a reload or a killed process comes back to the same place.

export type Page =
  | 'today' | 'cases' | 'case' | 'visit' | 'note' | 'camera' | 'photo'
  | 'queue' | 'conflicts' | 'search' | 'settings' | 'again';

export interface Route {
  page: Page;
  /** The part after the page, if any. */
  id: string | undefined;
  query: Readonly<Record<string, string>>;
}

const PAGES: readonly Page[] = [
  'today', 'cases', 'case', 'visit', 'note', 'camera', 'photo', 'queue', 'conflicts', 'search', 'settings', 'again',
];

/** What is not an address leads to Today; its parameters stay (an enrolment link carries server and code). */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id] = path.split('/');
  const page = PAGES.find((one) => one === name);
  const query = Object.fromEntries(new URLSearchParams(search));
  if (!page) return { page: 'today', id: undefined, query };
  return { page, id: id ? safeDecode(id) : undefined, query };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function hrefOf(page: Page, id?: string | null, query: Readonly<Record<string, string | null | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const tail = search.toString();
  return `#/${page}${id ? `/${encodeURIComponent(id)}` : ''}${tail ? `?${tail}` : ''}`;
}

/** The tab under which a screen lives. */
export function tabOf(page: Page): 'today' | 'cases' | 'search' | 'queue' {
  if (page === 'cases' || page === 'case' || page === 'photo') return 'cases';
  if (page === 'queue' || page === 'conflicts') return 'queue';
  return page === 'search' ? 'search' : 'today';
}
