// Room for a table beside the navigation, or a narrow window that shows cards.
const media = window.matchMedia('(min-width: 961px)');
const current = $state({ wide: media.matches });
media.addEventListener('change', () => (current.wide = media.matches));

export const isWide = (): boolean => current.wide;
