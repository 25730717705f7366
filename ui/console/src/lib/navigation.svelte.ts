// The one place that touches window.location and the history.
import { hrefOf, parseRoute, type Page, type Query, type Route } from './router';

const state = $state<{ route: Route }>({ route: parseRoute(window.location.hash) });

window.addEventListener('hashchange', () => {
  state.route = parseRoute(window.location.hash);
});

export const route = (): Route => state.route;

export function go(page: Page, id?: string | null, query?: Query): void {
  window.location.hash = hrefOf(page, id, query);
}

/** Names the same screen more exactly (a filter, an open picture) without a new entry in the history. */
export function rename(page: Page, id?: string | null, query?: Query): void {
  const href = hrefOf(page, id, query);
  history.replaceState(history.state, '', href);
  state.route = parseRoute(href);
}
