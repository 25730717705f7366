// Inspections as people say them.
import { formatWareki, t, tMaybe, type Standing } from '@ekitei/shared';
import type { AnswerView, InspectionView, PhotoView, SectionView } from '../../api/gen';

const STATES: Record<string, Standing> = {
  draft: { tone: 'plain', icon: 'waiting', label: 'results.state.draft' },
  finished: { tone: 'going', icon: 'check', label: 'results.state.finished' },
  circulated: { tone: 'going', icon: 'send', label: 'results.state.circulated' },
  accepted: { tone: 'ok', icon: 'check-double', label: 'results.state.accepted' },
  returned: { tone: 'warn', icon: 'undo', label: 'results.state.returned' },
};

export const standingOf = (state: string): Standing => STATES[state] ?? { tone: 'plain', icon: 'info', label: 'results.state.draft' };
export const stateWord = (state: string): string => tMaybe(`results.state.${state}`) ?? state;

/** A day as the section writes it. */
export const dayWord = (iso: string): string => (iso ? formatWareki(iso) : '');

/** What a list calls an inspection: of a members-only case its number alone. */
export const titleOf = (of: { title: string; restricted: boolean }): string =>
  of.title || (of.restricted ? t('console.case.restricted') : t('results.untitled'));

/** Findings first: what a head reads before the rest. */
export const failures = (of: InspectionView): AnswerView[] =>
  of.sections.flatMap((section) => section.lines).filter((line) => line.kind === 'ruling' && line.value === 'fail');

/** All photos in the order of the form. */
export const photosOf = (of: InspectionView): PhotoView[] => [
  ...of.sections.flatMap((section) => section.lines).flatMap((line) => line.photos),
  ...of.other_photos,
];

/** Instances of a repeat that ask the same, as one table: a growth survey reads by rows. */
export interface RepeatTable {
  heading: string;
  columns: readonly string[];
  rows: readonly { name: string; lines: readonly (AnswerView | undefined)[] }[];
}
export type Block = { section: SectionView; table?: undefined } | { section?: undefined; table: RepeatTable };

const questionOf = (line: AnswerView): string => line.key.split('@')[0] ?? line.key;
const STEP = ' › ';

/** Pictures and findings need the room of a list. */
const isRow = (section: SectionView): boolean =>
  section.lines.length > 0 && section.lines.every((line) => line.key.includes('@') && line.photos.length === 0 && !line.finding);

export function blocksOf(sections: readonly SectionView[]): Block[] {
  const out: Block[] = [];
  let open: { heading: string; questions: Map<string, string>; rows: { name: string; section: SectionView }[] } | undefined;
  const close = (): void => {
    if (!open) return;
    const { heading, questions, rows } = open;
    open = undefined;
    const [only, second] = rows;
    if (only && !second && only.section.lines.length < 2) return void out.push({ section: only.section });
    const keys = [...questions.keys()];
    out.push({
      table: {
        heading,
        columns: [...questions.values()],
        rows: rows.map(({ name, section }) => ({ name, lines: keys.map((key) => section.lines.find((line) => questionOf(line) === key)) })),
      },
    });
  };
  for (const section of sections) {
    const parts = section.heading.split(STEP);
    const name = parts[parts.length - 1] ?? '';
    // 「株 1」 and 「1株」 are of 「株」.
    const heading = parts.slice(0, -1).join(STEP) || name.replace(/^[\d\s]+|[\d\s]+$/g, '');
    const fits = isRow(section);
    const known = open?.questions;
    const asksTheSame = known && section.lines.some((line) => known.has(questionOf(line)));
    if (open && (!fits || (open.heading !== heading && !asksTheSame))) close();
    if (!fits) {
      out.push({ section });
      continue;
    }
    open ??= { heading, questions: new Map(), rows: [] };
    for (const line of section.lines) open.questions.set(questionOf(line), line.label);
    open.rows.push({ name, section });
  }
  close();
  return out;
}
