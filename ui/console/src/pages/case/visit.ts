/** A day as people write it and a time (9:30, 0930, 9時30分) as an instant; undefined when either is unreadable. */
export function plannedAt(day: string, time: string, parseDate: (written: string) => string | undefined): number | undefined {
  const iso = parseDate(day);
  const found = /^(\d{1,2})[:時]?(\d{2})分?$/.exec(time.normalize('NFKC').replace(/\s+/g, ''));
  if (iso === undefined || !found) return undefined;
  const [hour, minute] = [Number(found[1]), Number(found[2])];
  if (hour > 23 || minute > 59) return undefined;
  return new Date(`${iso}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00`).getTime();
}
