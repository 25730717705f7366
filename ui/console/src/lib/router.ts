// The office's screens and their addresses.
import { readAddress, writeAddress, type Address, type Query } from '@ekitei/shared';

export type { Query };

export type Page = 'feed' | 'cases' | 'case' | 'acceptance' | 'results' | 'inspection' | 'effect' | 'forms' | 'form' | 'conflicts' | 'quarantine' | 'phones' | 'directory' | 'help' | 'checklists' | 'checklist' | 'line' | 'chat' | 'calls' | 'times' | 'settings';

/** Screens with an entry of their own in the navigation. */
export type Tab = Exclude<Page, 'case' | 'inspection' | 'effect' | 'form' | 'checklist' | 'line' | 'calls' | 'times'>;

export interface Route extends Omit<Address, 'name'> {
  page: Page;
}

const PAGES: readonly Page[] = ['feed', 'cases', 'case', 'acceptance', 'results', 'inspection', 'effect', 'forms', 'form', 'conflicts', 'quarantine', 'phones', 'directory', 'help', 'checklists', 'checklist', 'line', 'chat', 'calls', 'times', 'settings'];

/** What is not an address leads to the feed. */
export function parseRoute(hash: string): Route {
  const { name, id, query } = readAddress(hash);
  const page = PAGES.find((one) => one === name);
  if (!page) return { page: 'feed', id: undefined, query: {} };
  if (!id && (page === 'case' || page === 'inspection' || page === 'form' || page === 'checklist')) return { page: tabOf(page), id: undefined, query: {} };
  return { page, id, query };
}

export const hrefOf = (page: Page, id?: string | null, query?: Query): string => writeAddress(page, id, query);

/** The entry of the navigation under which a screen lives. */
export function tabOf(page: Page): Tab {
  if (page === 'case') return 'cases';
  if (page === 'form') return 'forms';
  if (page === 'checklist' || page === 'line') return 'checklists';
  if (page === 'calls' || page === 'times') return 'chat';
  return page === 'inspection' || page === 'effect' ? 'results' : page;
}
