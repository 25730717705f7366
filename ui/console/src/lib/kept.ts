// What one person is writing in this tab, so that a reload loses nothing. It lies in the tab's own storage, under the
// person's id, and is gone with the tab, with signing out, and as soon as somebody else signs in here.
const key = (person: string, what: string): string => `ekitei.${person}.${what}`;

export function keep(person: string | undefined, what: string, value: unknown): void {
  if (!person) return;
  try {
    sessionStorage.setItem(key(person, what), JSON.stringify(value));
  } catch {
    // Full or switched off: it is still in memory, and leaving the page asks first.
  }
}

/** What lies there, of whatever shape; nothing: undefined. */
export function recall(person: string | undefined, what: string): unknown {
  if (!person) return undefined;
  try {
    const text = sessionStorage.getItem(key(person, what));
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

/** Nothing of anybody but `person` stays in this tab. */
export function forgetOthers(person = ''): void {
  try {
    const all = Array.from({ length: sessionStorage.length }, (_, at) => sessionStorage.key(at) ?? '');
    for (const one of all) if (one.startsWith('ekitei.') && (person === '' || !one.startsWith(key(person, '')))) sessionStorage.removeItem(one);
  } catch {
    // Switched off: nothing lies there.
  }
}
