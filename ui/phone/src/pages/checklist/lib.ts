// What the checklist screens compute.
import { t, tMaybe, type DueRow, type LineCheckView, type RunView, type Site, type StepArgs, type StepView } from '@ekitei/shared';

/** What a person has said about a step, before the run is written. */
export type Mark = Pick<StepArgs, 'result' | 'ms' | 'note'>;
export type Marks = Readonly<Record<string, Mark>>;

/** The phone knows it by itself; no person ticks it. */
export const isKnown = (step: StepView): boolean => typeof step.judged?.holds === 'boolean';

/** Steps that wait for a person. */
export const openSteps = (run: RunView, marks: Marks): StepView[] => run.steps.filter((step) => !step.done && !isKnown(step) && !marks[step.key]);

/** All that is still open becomes done; the time since the last tick is shared among them. */
export function allDone(run: RunView, marks: Marks, ms: number): Marks {
  const open = openSteps(run, marks).filter((step) => step.kind !== 'text' && step.kind !== 'choice');
  const each = open.length === 0 ? 0 : Math.round(ms / open.length);
  return { ...marks, ...Object.fromEntries(open.map((step) => [step.key, { result: 'done', ms: each, note: '' } satisfies Mark])) };
}

/** A second tap takes the tick back: nothing is written before the end. */
export function toggled(marks: Marks, key: string, result: Mark['result'], ms: number, note = ''): Marks {
  const { [key]: before, ...others } = marks;
  return before?.result === result && note === '' ? others : { ...others, [key]: { result, ms, note } };
}

export const stepsOf = (marks: Marks): StepArgs[] => Object.entries(marks).map(([key, mark]) => ({ key, result: mark.result, ms: mark.ms, note: mark.note ?? '' }));

export const siteLabel = (site: Site): string => tMaybe(`checks.site.${site}`) ?? site;

/** `62 %`, `オン`: what the phone knows, in the language of the screen. */
export function factText(value: string): string {
  if (value === 'on' || value === 'off') return tMaybe(`checks.${value}`) ?? value;
  return value;
}

export const draftKey = (checklist: string, visit: string | undefined): string => `checklist.${checklist}.${visit ?? ''}`;

/** What the row on Today says below its title. */
export function dueText(row: DueRow, at: (stamp: string) => string): string {
  if (!row.visit) return t('checks.due-year-end');
  const when = row.planned_at ? at(row.planned_at) : '';
  const first = [when, row.visit_title].filter(Boolean).join(' ');
  const text = row.tomorrow ? t('checks.due-tomorrow', { visit: first }) : t('checks.due-today', { visit: first });
  return row.visits > 1 ? `${text} ${t('checks.due-more', { n: row.visits - 1 })}` : text;
}

/** Places in the order of their last check, each with its checks. */
export function byPlace(checks: readonly LineCheckView[]): { place: string; checks: LineCheckView[] }[] {
  const found = new Map<string, LineCheckView[]>();
  for (const check of checks) found.set(check.place, [...(found.get(check.place) ?? []), check]);
  return [...found].map(([place, of]) => ({ place, checks: of }));
}

export type Tone = 'ok' | 'warn' | 'plain' | 'bad' | 'going';
export function levelMark(level: LineCheckView['verdict']['level']): { tone: Tone; icon: 'ok' | 'clock' | 'note' | 'offline'; label: string } {
  if (level === 'good') return { tone: 'ok', icon: 'ok', label: t('line.level.good') };
  if (level === 'slow') return { tone: 'warn', icon: 'clock', label: t('line.level.slow') };
  if (level === 'chat') return { tone: 'warn', icon: 'note', label: t('line.level.chat') };
  return { tone: 'plain', icon: 'offline', label: t('line.level.none') };
}
