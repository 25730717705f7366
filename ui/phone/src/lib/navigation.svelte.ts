// The one place that touches window.location and the history.
import { hrefOf, parseRoute, type Page, type Route } from './router';

const current = $state<{ route: Route }>({ route: parseRoute(window.location.hash) });

/** How many screens lie behind this one; kept in each history entry, so that the phone's back key keeps it right. */
let depth = depthOf() ?? 0;

function depthOf(): number | undefined {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null ? (state as { depth?: number }).depth : undefined;
}

/** Asked before a screen is left, so that what was typed is written first. */
let leaving: (() => void) | undefined;

window.addEventListener('hashchange', () => {
  leaving?.();
  const known = depthOf();
  depth = known ?? depth + 1;
  if (known === undefined) history.replaceState({ depth }, '');
  current.route = parseRoute(window.location.hash);
});

export function route(): Route {
  return current.route;
}

export function onLeaving(flush: () => void): () => void {
  leaving = flush;
  return () => {
    if (leaving === flush) leaving = undefined;
  };
}

export function go(page: Page, id?: string | null, query?: Parameters<typeof hrefOf>[2]): void {
  window.location.hash = hrefOf(page, id, query);
}

/** Names the same screen better (a note that got its id) without drawing it anew. */
export function rename(page: Page, id?: string): void {
  history.replaceState(history.state, '', hrefOf(page, id));
}

/** Away from a screen whose subject is done with: back where one came from, or to `href`. */
export function leaveTo(href: string): void {
  if (depth > 0) history.back();
  else window.location.hash = href;
}

/** For links that lead back: the real way back where there is one, so that the phone's back key agrees. */
export function goBack(event: MouseEvent): void {
  if (depth > 0) {
    event.preventDefault();
    history.back();
  }
}
