// The office's screens and their addresses.
import { readAddress, writeAddress, type Address, type Query } from '@ekitei/shared';

export type { Query };

export type Page = 'feed' | 'cases' | 'case' | 'conflicts' | 'quarantine' | 'phones' | 'settings';

export interface Route extends Omit<Address, 'name'> {
  page: Page;
}

const PAGES: readonly Page[] = ['feed', 'cases', 'case', 'conflicts', 'quarantine', 'phones', 'settings'];

/** What is not an address leads to the feed. */
export function parseRoute(hash: string): Route {
  const { name, id, query } = readAddress(hash);
  const page = PAGES.find((one) => one === name);
  if (!page || (page === 'case' && !id)) return { page: page ? 'cases' : 'feed', id: undefined, query: {} };
  return { page, id, query };
}

export const hrefOf = (page: Page, id?: string | null, query?: Query): string => writeAddress(page, id, query);

/** The entry of the navigation under which a screen lives. */
export const tabOf = (page: Page): Exclude<Page, 'case'> => (page === 'case' ? 'cases' : page);
