import { stampMs, type EventView, type VisitView } from '@ekitei/shared';

const OVER = ['finished', 'accepted'];

/**
 * The visit that the buttons below are for: the one that is under way, else the next planned one of today, else the
 * last planned one that is late. Undefined when none is left.
 */
export function nextVisit(visits: readonly VisitView[], nowMs: number): VisitView | undefined {
  const open = visits.filter((visit) => !OVER.includes(visit.state));
  const under = open.find((visit) => visit.state === 'on_site') ?? open.find((visit) => visit.state === 'departed');
  if (under) return under;
  const timed = [...open].sort((one, other) => plannedMs(one) - plannedMs(other));
  // Half an hour late is still on the way there.
  const ahead = timed.find((visit) => plannedMs(visit) > nowMs - 30 * 60_000);
  return ahead ?? timed[timed.length - 1];
}

function plannedMs(visit: VisitView): number {
  return visit.planned_at ? stampMs(visit.planned_at) : Number.MAX_SAFE_INTEGER;
}

/** Earliest first; those without a time last. */
export function inOrder(visits: readonly VisitView[]): VisitView[] {
  return [...visits].sort((one, other) => plannedMs(one) - plannedMs(other));
}

/** 10:00〜11:30; 終日; the beginning alone of what has no length or ends on another day. */
export function whenOf(
  event: Pick<EventView, 'day' | 'starts_at' | 'ends_at' | 'all_day'>,
  time: (stamp: string) => string,
  words: { allDay: string; span: (from: string, to: string) => string },
): string {
  const dayOf = (stamp: string): string => stamp.slice(0, 10);
  // A day in the middle of something long.
  if (event.all_day || dayOf(event.starts_at) < event.day) return words.allDay;
  const from = time(event.starts_at);
  if (event.ends_at === event.starts_at || dayOf(event.ends_at) !== event.day) return from;
  return words.span(from, time(event.ends_at));
}
