// Inspections as people say them.
import { formatWareki, t, tMaybe, type Standing } from '@ekitei/shared';
import type { AnswerView, InspectionView, PhotoView } from '../../api/gen';

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
