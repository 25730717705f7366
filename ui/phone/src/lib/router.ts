// The phone's screens and their addresses.
import { readAddress, writeAddress, type Address, type Query } from '@ekitei/shared';

export type Page =
  | 'today' | 'cases' | 'case' | 'visit' | 'note' | 'camera' | 'photo'
  | 'inspection' | 'show' | 'marks' | 'paper' | 'scan' | 'own'
  | 'queue' | 'conflicts' | 'search' | 'settings' | 'again'
  | 'help' | 'directory' | 'person'
  | 'checklists' | 'checklist' | 'line'
  | 'chat' | 'room' | 'room-info' | 'chat-new' | 'call-new' | 'chat-find' | 'chat-to';

export interface Route extends Omit<Address, 'name'> {
  page: Page;
}

const PAGES: readonly Page[] = [
  'today', 'cases', 'case', 'visit', 'note', 'camera', 'photo', 'inspection', 'show', 'marks', 'paper', 'scan', 'own', 'queue', 'conflicts', 'search', 'settings', 'again', 'help', 'directory', 'person', 'checklists', 'checklist', 'line',
  'chat', 'room', 'room-info', 'chat-new', 'call-new', 'chat-find', 'chat-to',
];

/** What is not an address leads to Today; its parameters stay (an enrolment link carries server and code). */
export function parseRoute(hash: string): Route {
  const { name, id, query } = readAddress(hash);
  const page = PAGES.find((one) => one === name);
  return page ? { page, id, query } : { page: 'today', id: undefined, query };
}

export const hrefOf = (page: Page, id?: string | null, query?: Query): string => writeAddress(page, id, query);

const CHAT: readonly Page[] = ['chat', 'room', 'room-info', 'chat-new', 'call-new', 'chat-find', 'chat-to'];

/** The tab under which a screen lives. */
export function tabOf(page: Page): 'today' | 'cases' | 'chat' | 'search' | 'queue' {
  if (CHAT.includes(page)) return 'chat';
  if (page === 'cases' || page === 'case' || page === 'photo' || page === 'marks') return 'cases';
  if (page === 'queue' || page === 'conflicts') return 'queue';
  return page === 'search' ? 'search' : 'today';
}
