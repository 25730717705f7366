// The name of the open screen, for the tab.
const current = $state({ title: '' });

export const pageTitle = (): string => current.title;

export function setPageTitle(title: string): void {
  current.title = title;
}
