export const STATES = ['planned', 'departed', 'on_site', 'finished', 'accepted'] as const;
export type VisitState = (typeof STATES)[number];

/** The one step that comes next by hand; acceptance is the office's. */
export function nextState(state: string): VisitState | undefined {
  const at = STATES.indexOf(state as VisitState);
  return at >= 0 && at < 3 ? STATES[at + 1] : undefined;
}

/** What nobody has set out for may be taken back. */
export const mayCancel = (state: string): boolean => state === 'planned';

/** A local day and a time of day as an instant; undefined for a time that does not exist. */
export function plannedStamp(iso: string, time: string, write: (instantMs: number) => string): string | undefined {
  const found = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time.normalize('NFKC').trim());
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0] = iso.split('-').map(Number);
  return write(new Date(year, month - 1, day, Number(found[1]), Number(found[2])).getTime());
}
