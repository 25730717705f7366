// The one place that touches window.location and the history.
import { hrefOf, parseRoute, type Page, type Query, type Route } from './router';
import { arrive, startScroll } from './scroll';

const current = $state<{ route: Route }>({ route: parseRoute(window.location.hash) });

/** An entry of the history that was shown before carries a mark. */
const isMarked = (): boolean => (history.state as { shown?: boolean } | null)?.shown === true;
const mark = (): void => history.replaceState({ shown: true }, '');

startScroll();
mark();
window.addEventListener('hashchange', () => {
  const next = parseRoute(window.location.hash);
  const moved = next.page !== current.route.page || next.id !== current.route.id;
  if (moved) arrive(window.location.hash, isMarked());
  mark();
  current.route = next;
});

export const route = (): Route => current.route;

export function go(page: Page, id?: string | null, query?: Query): void {
  window.location.hash = hrefOf(page, id, query);
}

/** Names the same screen more exactly (a filter, an open picture) without a new entry in the history. */
export function rename(page: Page, id?: string | null, query?: Query): void {
  const href = hrefOf(page, id, query);
  // The person has gone on: the event that tells so is on its way, or a screen that is being left speaks late.
  const isSame = (other: Route): boolean => other.page === page && (other.id ?? null) === (id ?? null);
  if (!isSame(parseRoute(window.location.hash)) || !isSame(current.route)) return;
  history.replaceState(history.state, '', href);
  current.route = parseRoute(href);
}
