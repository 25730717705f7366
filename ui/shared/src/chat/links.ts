// What a message points to, and what it is called there. Pure.
import { linkWord, type Linked } from './marks';

/** A case, note or inspection; of what is in a case, the case too. */
export interface Pointer extends Linked {
  id: string;
  case?: string;
}

export interface Case {
  id: string;
  number: string;
  name: string;
  restricted?: boolean;
}

/** A case that a message may point to, as its screen names it. */
export interface CaseOffer extends Case {
  title: string;
  text: string;
  /** Where it stands alone. */
  whole: string;
}

export interface EntryOffer {
  kind: 'note' | 'inspection';
  id: string;
  title: string;
  /** ISO, or none. */
  day: string;
}

/** What only its people may know of a case stays out of rooms. */
export const linkToCase = (of: Case): Pointer => ({ kind: 'case', id: of.id, label: of.restricted || of.name === '' ? of.number : `${of.number} ${of.name}` });

/** A note or inspection by its case's number; of a restricted case by nothing more. */
export function linkToEntry(of: Case, kind: 'note' | 'inspection', id: string, title: string): Pointer {
  return { kind, id, label: of.restricted ? of.number : `${of.number} ${title || linkWord(kind)}`, case: of.id };
}
