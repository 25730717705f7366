// Shapes of the messaging API: those of docs/openapi.json, with the parts that it leaves open.
import type * as gen from './gen';

export type { AnswerRow, AnswersView, DutyRow, ExportRow, LastLine, ReadersView, RoomPerson, RoomPhoto, RoomRow, UrgentRow } from './gen';
export type Outcome = gen.OutcomeView;

export interface HeldView extends Omit<gen.HeldView, 'link'> {
  link?: Link | null;
}

export interface RoomView extends gen.RoomRow {
  history: string;
  people: gen.RoomPerson[];
  keep: gen.RoomKeep;
  revs: Record<string, string>;
}

/** A case, note, inspection or photo; of what is in a case, the case too. */
export interface Link {
  kind: string;
  id: string;
  label: string;
  case?: string | null;
}

/** Counts that are not there yet are none. */
export type CallTally = Partial<Record<'asked' | 'answered' | 'safe' | 'hurt' | 'help' | 'can_go' | 'in_30' | 'cannot' | 'read', number>>;

export interface CallView extends Omit<gen.CallView, 'tally' | 'mine'> {
  tally: CallTally;
  mine?: { safety?: string | null; coming?: string | null; text?: string | null } | null;
}

export interface MessageView extends Omit<gen.MessageView, 'link' | 'call'> {
  link?: Link | null;
  call?: CallView | null;
}

export interface MessagePage extends Omit<gen.MessagePage, 'messages' | 'held'> {
  messages: MessageView[];
  held: HeldView[];
}

export interface MessageHit extends Omit<gen.MessageHit, 'message'> {
  message: MessageView;
}

/** By weekday: spans of "HH:MM". */
export type Days = Record<string, [string, string][]>;

export interface HoursRow extends Omit<gen.HoursRow, 'days' | 'shifts'> {
  days?: Days | null;
  shifts?: [string, string][] | null;
}

export interface TimesView extends Omit<gen.TimesView, 'hours'> {
  hours: HoursRow[];
}

/** What a message says; its id and operation are minted by this side. */
export interface NewMessage {
  id: string;
  op_id: string;
  text: string;
  reply_to?: string | undefined;
  mentions?: string[] | undefined;
  urgent?: string | undefined;
  stamp?: string | undefined;
  link?: Link | undefined;
  forward?: { from_staff: string; at: string; room_name: string } | undefined;
  photos?: number | undefined;
  files?: number | undefined;
  shared?: string[] | undefined;
  question?: { case: string } | undefined;
}
