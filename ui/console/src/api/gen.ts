// Generated from docs/openapi.json by `npm run gen`; do not edit.

export interface Again {
  /** Whom the changed text calls. */
  mentions?: Array<string>;
  op_id?: string | null;
  /** What it says now; absent: as it was. */
  text?: string | null;
}

export interface AmendedView {
  before: string;
  field: string;
  /** Label of the question; empty: the report's text. */
  label: string;
  now: string;
}

export interface AmendmentDecision {
  accept: boolean;
  op_id?: string | null;
}

export interface AmendmentView {
  at: string;
  by: NameView;
  changes: Array<AmendedView>;
  id: string;
  /** `proposed` | `accepted` | `rejected` */
  state: string;
}

export interface AnswerRow {
  answered_ms?: number | null;
  coming?: string | null;
  /** What the person is on duty for now. */
  duty?: string | null;
  extension: string;
  mobile: string;
  person: NameView;
  read: boolean;
  safety?: string | null;
  section: string;
  text: string;
}

export interface AnswerView {
  finding?: string | null;
  key: string;
  /** As in the form: `text`, `ruling`, … */
  kind: string;
  label: string;
  photos: Array<PhotoView>;
  /** As a person reads it; plain text. */
  shown: string;
  /** Of a ruling or choice: the value itself. */
  value?: string | null;
}

export interface AnswersView {
  rows: Array<AnswerRow>;
  /** There are more than one list takes. */
  truncated: boolean;
}

/** What the effect is reckoned with; anybody sees it, heads and stewards change it. */
export interface Assumptions {
  kinds: Array<EffectKind>;
}

export interface Attached {
  id: string;
  /** `photo` | `file` */
  kind: string;
}

export interface BureauTally {
  added: number;
  bureau: string;
  changed: number;
  left: number;
  unchanged: number;
}

/** What a calendar file did; with faults, nothing. */
export interface CalendarImported {
  added: number;
  changed: number;
  faults: Array<LineFault>;
  removed: number;
  unchanged: number;
}

export interface CallView {
  /** `safety` | `coming` */
  asks: Array<string>;
  author: NameView;
  closed_at?: string | null;
  id: string;
  /** The signed-in person may see who answered what. */
  may_see_list: boolean;
  /** The own answer: `{safety, coming, text}` */
  mine?: unknown | null;
  received_ms: number;
  room: string;
  room_name: string;
  /** Full paths of those who are asked. */
  sections: Array<string>;
  /** `{asked, answered, safe, hurt, help, can_go, in_30, cannot, read}` */
  tally: unknown;
  text: string;
}

/** A form that can be filled in for a case, with the code that opens it on a phone. */
export interface CaseFormView {
  /** Id of the form's record. */
  form: string;
  /** `ekitei://form/<form>?case=<number>`, the number percent-encoded. */
  link: string;
  /** The link as a picture (SVG text). */
  qr_svg: string;
  title: string;
  version: number;
}

export interface CaseView {
  assignees: Array<NameView>;
  /** Last change in the case, ms since 1970. */
  changed_ms: number;
  conflicts: number;
  /** Where files go: `section` | `number` | `none` */
  filing: string;
  /** Folder below the shared folder; absent when the case is not filed. */
  folder?: string | null;
  id: string;
  lat?: number | null;
  lon?: number | null;
  /** The signed-in person may assign, restrict, grant and change the filing. */
  may_manage: boolean;
  members: Array<NameView>;
  name: string;
  notes: number;
  number: string;
  photos: PhotoCount;
  place: string;
  restricted: boolean;
  /** Base revisions of the editable fields: send back those of the fields that you change. */
  revs: Record<string, string>;
  /** Owning section, full path. */
  section: string;
  /** Sections granted access besides the owning one. */
  sections: Array<string>;
  /** `open` | `closed` */
  state: string;
}

/** One difference between two definitions. */
export interface ChangeView {
  /** Its label before, where that changed. */
  before?: string | null;
  /** Changed fields of the definition: `label`, `type`, `required` … */
  fields: Array<string>;
  /** Label of the piece as it is now (removed: as it was); empty: the form itself. */
  label: string;
  /** `added` | `removed` | `changed` | `moved` */
  what: string;
}

export interface ChangedPerson {
  fields: Array<FieldChange>;
  id: string;
  name: string;
}

export interface ChecklistRowView {
  /** The draft says something else than the last published version. */
  changed: boolean;
  id: string;
  may_edit: boolean;
  /** `departure` | `tethering` | `on_site` | `return` | `year_end` | `outage` | `other` */
  purpose: string;
  received_ms: number;
  /** Section that owns it, full path; empty: for all. */
  section: string;
  /** `draft` | `published` | `withdrawn` */
  state: string;
  steps: number;
  title: string;
  /** For whom or when, in a few words. */
  variant: string;
  /** Last published version; 0: none yet. */
  version: number;
}

export interface ChecklistView {
  definition: unknown;
  /** `item` is `step N` or `warning N`, from 0. */
  problems: Array<ProblemView>;
  /** Base revision of the definition: send it back with a change. */
  rev?: string | null;
  row: ChecklistRowView;
}

export type Choice = "mine" | "theirs" | "both";

/** A one-time code, shown once. */
export interface CodeView {
  code: string;
  expires_ms: number;
  /** What the QR code says: address and code. */
  link: string;
  /** The QR code as an SVG image. */
  qr_svg: string;
  /** The address that the phone dials. */
  server: string;
}

export interface ConflictView {
  /** Who wrote the value that came second, and when, by that device's clock (RFC 3339). */
  by: NameView;
  by_at: string;
  case?: string | null;
  /** Number of the case. */
  case_number: string;
  field: string;
  id: string;
  /** The value that came second. */
  mine?: unknown | null;
  received_ms: number;
  record: string;
  record_kind: string;
  restricted: boolean;
  standing_at?: string | null;
  standing_by?: NameView | null;
  /** The value that stands now. */
  theirs?: unknown | null;
  /** Of the record it is about; empty in a list when the case is members-only. */
  title: string;
}

export type ContactDays = "all" | "weekdays" | "holidays" | "closed";

export interface ContactInput {
  days: ContactDays;
  extension?: string;
  from?: string | null;
  label: string;
  number?: string;
  to?: string | null;
}

export interface ContactView {
  days: ContactDays;
  extension: string;
  /** `08:45` */
  from?: string | null;
  label: string;
  /** Somebody answers there now. */
  now: boolean;
  number: string;
  to?: string | null;
}

export interface CopyForm {
  section: string;
}

/** How the office itself stands, and what the signed-in person's own lists hold. */
export interface CountsView {
  /** As many as `/api/conflicts` lists. */
  conflicts_open: number;
  /** Of these, the ones that failed before. */
  jobs_retrying: number;
  /** Files that wait for the shared folder. */
  jobs_waiting: number;
  /** For administrators. */
  phones_active?: number | null;
  /** As many as `/api/quarantine` lists. */
  quarantine_open: number;
  /** The shared folder can be seen at this moment. */
  share_there: boolean;
  uploads_receiving: number;
  /** Operations of the person, and of the people they look after, whose record has not come yet. */
  waiting_parent: number;
}

export interface Decide {
  decision: Decision;
  op_id?: string | null;
  /** Must be given to return it. */
  reason?: string | null;
}

export type Decision = "accept" | "return";

export interface DirectoryImported {
  added: number;
  changed: number;
  /** People whose posts were ended. */
  left: number;
  unchanged: number;
}

/** A part of the directory, in the order of the readings. */
export interface DirectoryView {
  /** First parts of the paths of all sections. */
  bureaus: Array<string>;
  people: Array<PersonView>;
  /** How many people fit. */
  total: number;
}

export interface DutyRow {
  /** RFC 3339; the end is exclusive. */
  from: string;
  id: string;
  revs: Record<string, string>;
  staff: NameView;
  to: string;
  what: string;
}

/** A change of fields: with `base` = the revisions that the person saw. */
export interface Edit {
  base: Record<string, string>;
  /** `null` removes a field. */
  fields: unknown;
  /** UUIDv7; give one to make a repeated request harmless. */
  op_id?: string | null;
}

/** One kind of inspection in the effect chart: what it cost on paper, and what it costs now. */
export interface EffectKind {
  /** Forms that count here (ids of their records). */
  forms: Array<string>;
  /** Hours a year that retyping took. */
  hours_before: number;
  /** Minutes of retyping for one inspection on paper, and of finishing one now. */
  minutes_before: number;
  minutes_now: number;
  name: string;
}

export interface EffectKindView {
  assumed: EffectKind;
  /** Inspections of this fiscal year that went to a head. */
  inspections: number;
  saved_minutes: number;
}

export interface EffectView {
  /** Fiscal year that is counted, `2026` = April 2026 to March 2027. */
  fiscal_year: number;
  kinds: Array<EffectKindView>;
  may_edit: boolean;
}

/** An appointment; instants are RFC 3339 texts. */
export interface EventView {
  all_day: boolean;
  ends_at: string;
  place: string;
  starts_at: string;
  title: string;
}

export interface ExportAsked {
  id?: string | null;
  op_id?: string | null;
  reason: string;
}

export interface ExportRow {
  approved_by?: NameView | null;
  asked_by: NameView;
  asked_ms: number;
  /** Their own request, which they might allow if somebody else had asked. */
  for_another: boolean;
  id: string;
  may_approve: boolean;
  may_download: boolean;
  reason: string;
  room: string;
  room_name: string;
  /** `asked` | `approved` | `downloaded` */
  state: string;
  /** Each time it was taken, in order. */
  taken: Array<ExportTaken>;
}

export interface ExportTaken {
  at_ms: number;
  by: NameView;
  /** Of the file that was given out, hex. */
  sha256: string;
}

/** An error: its text is in the catalogue under `error.<code>`. */
export interface FaultView {
  code: string;
  /** `retry` | `wait` | `ask` */
  cure: string;
  params: Record<string, string>;
}

/** One thing that came in, for the live feed. */
export interface FeedItem {
  author: NameView;
  case: string;
  case_name: string;
  case_number: string;
  id: string;
  /** `visit` | `note` | `photo` */
  kind: string;
  progress: Progress;
  received_ms: number;
  /** Members only: it is named by its number alone, `case_name` and `title` are empty and no picture is shown. */
  restricted: boolean;
  /** A photo whose thumbnail is here. */
  thumb: boolean;
  /** Title, first line or caption. */
  title: string;
}

/** One field of a person who changes: `name`, `kana`, `posts`, `extension`, `mobile`. */
export interface FieldChange {
  after: string;
  before: string;
  field: string;
}

export interface FormDraftView {
  /** The definition (`FormDef`). */
  definition: unknown;
  id: string;
  may_edit: boolean;
  own_sheet: boolean;
  problems: Array<ProblemView>;
  /** Base revision of the definition: send it back with a change. */
  rev?: string | null;
  section: string;
  /** Question → worksheet and cells of the own sheet. */
  sheet_map: unknown;
  state: string;
  /** Sections it is published to, full paths; `*`: all. */
  targets: Array<string>;
  title: string;
  version: number;
}

export interface FormRowView {
  id: string;
  may_edit: boolean;
  /** Made from the section's own sheet, which it fills. */
  own_sheet: boolean;
  received_ms: number;
  /** Section that owns the form, full path. */
  section: string;
  /** `draft` | `published` | `withdrawn` */
  state: string;
  title: string;
  /** Last published version; 0: none yet. */
  version: number;
}

export interface ForwardView {
  at: string;
  from: NameView;
  room_name: string;
}

/** A draft made of the section's own sheet, and what the sheet's reader was not sure of. */
export interface FromSheetView {
  form: FormDraftView;
  /** Codes (`sheet-…`) of what a person should look at. */
  notices: Array<string>;
}

export interface HandOver {
  op_id?: string | null;
  /** Staff number of who goes on with it. */
  staff: string;
}

export interface HeldView {
  files: Array<RoomFile>;
  files_expected: number;
  forward?: ForwardView | null;
  /** `{kind, id, label}` */
  link?: unknown | null;
  /** At most 100. */
  mentions: Array<NameView>;
  mentions_all: boolean;
  /** Id that the message will have. */
  message: string;
  photos: Array<RoomPhoto>;
  /** How many were attached; fewer may have come. */
  photos_expected: number;
  question?: QuestionView | null;
  /** Why it was not delivered when its time had come: it waits until it is sent again or taken back. */
  refused?: string | null;
  reply?: ReplyView | null;
  stamp?: string | null;
  text: string;
  until_ms: number;
  urgent?: string | null;
}

/** The whole card; the first keeping makes it. */
export interface HelpCardInput {
  base?: Record<string, string>;
  contacts: Array<ContactInput>;
  section?: string;
  steps: Array<string>;
}

export interface HelpCardView {
  /** Revisions for the next change. */
  base: Record<string, string>;
  contacts: Array<ContactView>;
  id: string;
  /** `lost` | `stolen` | `damaged` | `outage` */
  purpose: string;
  /** Empty: for all; else of this section. */
  section: string;
  steps: Array<string>;
}

/** What to do when something happens. */
export interface HelpView {
  cards: Array<HelpCardView>;
  /** Local days. */
  holidays: Array<string>;
  /** Cards and holidays for all. */
  may_edit: boolean;
  /** The office's clock. */
  now_ms: number;
  /** Sections whose own cards this person keeps. */
  sections: Array<string>;
  /** Whether the office works now. */
  working: boolean;
}

/** A hint on `/api/events`: the scope has news up to `seq`; read again what is shown. */
export interface HintView {
  scope: string;
  seq: number;
  urgent: boolean;
}

export interface HistoryView {
  /** RFC 3339 */
  at: string;
  by?: NameView | null;
  /** `begun` | `handed_over` | `finished` | `circulated` | `returned` | `accepted` | `filed` */
  what: string;
}

export interface HolidaysView {
  days: Array<string>;
  faults: Array<LineFault>;
}

export interface HoursRow {
  /** `{mon: [["08:45","17:30"]…]…}` */
  days?: unknown | null;
  id: string;
  revs: Record<string, string>;
  /** `[[from, to]…]`, RFC 3339 */
  shifts?: unknown | null;
  staff?: NameView | null;
}

/** Nothing has been changed yet. */
export interface ImportPreview {
  /** At most 200 each; the sums are the bureaus'. */
  added: Array<ListedPerson>;
  bureaus: Array<BureauTally>;
  changed: Array<ChangedPerson>;
  /** Names what was shown here; the import must bring it back. Empty: nothing can be imported. */
  digest: string;
  /** Then nothing else is told. */
  faults: Array<LineFault>;
  left: Array<ListedPerson>;
  unchanged: number;
}

/** An inspection in a table. Of a members-only case title and name are empty. */
export interface InspectionRow {
  /** Amendments that nobody has decided. */
  amendments: number;
  answers: number;
  /** Papers that show what was blacked out later lie in the shared folder still. */
  bare: boolean;
  case: string;
  case_name: string;
  case_number: string;
  circulated_at?: string | null;
  /** Day on which it was begun, ISO. */
  day: string;
  /** Rulings that failed. */
  failed: number;
  filed_versions: number;
  /** Ids of the form's record and of the version it was begun with. */
  form: string;
  form_version: string;
  id: string;
  inspector: NameView;
  received_ms: number;
  restricted: boolean;
  /** Section that owns the case, full path. */
  section: string;
  /** `draft` | `finished` | `circulated` | `accepted` | `returned` */
  state: string;
  title: string;
}

export interface InspectionView {
  /** Newest first. */
  amendments: Array<AmendmentView>;
  /** Of the questions that apply. */
  answered: number;
  asked: number;
  /** Paths of older papers below the shared folder that show what was blacked out later, as far as they lie there. */
  bare: Array<string>;
  case: string;
  case_name: string;
  case_number: string;
  day: string;
  /** Paths of the last filed papers below the shared folder. */
  filed: Array<string>;
  filed_versions: number;
  form: string;
  /** Oldest first. */
  history: Array<HistoryView>;
  id: string;
  inspector: NameView;
  /** The signed-in person decides about its amendments. */
  may_amend: boolean;
  /** The signed-in person may accept or return it now. */
  may_decide: boolean;
  /** The signed-in person may give it to another inspector now. */
  may_hand_over: boolean;
  /** Photos that belong to no question. */
  other_photos: Array<PhotoView>;
  received_ms: number;
  /** 所見; plain text. */
  report: string;
  restricted: boolean;
  returned_reason?: string | null;
  section: string;
  sections: Array<SectionView>;
  state: string;
  title: string;
  version: number;
}

export interface JoinLine {
  /** Six digits. */
  code: string;
}

export interface LastLine {
  author: NameView;
  files: number;
  id: string;
  photos: number;
  received_ms: number;
  stamp?: string | null;
  text: string;
  unsent: boolean;
}

/** What a message may carry, as the office judges it. */
export interface LimitsView {
  file_bytes: number;
  /** All files of one message. */
  files_bytes: number;
  photo_bytes: number;
  text_chars: number;
}

/** A line check; numbers as the model's `Measured`, sentences as its `Verdict` (text: `verdict.<code>`). */
export interface LineCheckView {
  /** RFC 3339 */
  at: string;
  by: NameView;
  id: string;
  /** Null: no PC joined, or it has not measured yet. */
  pc?: unknown | null;
  pc_verdict?: unknown | null;
  phone: unknown;
  place: string;
  received_ms: number;
  verdict: unknown;
}

/** What is wrong in which line of a file; 0: the whole file. */
export interface LineFault {
  /** In the message catalogue under `error.<code>`. */
  code: string;
  line: number;
  params: Record<string, string>;
}

/** How bytes arrived at the office. */
export interface LineReceivedView {
  bytes: number;
  first_bytes: number;
  spread_us: number;
}

/** A look at a list of a form. */
export interface ListRowsView {
  columns: Array<string>;
  /** Of the whole list. */
  count: number;
  /** The first rows; one cell a column. */
  rows: Array<Array<string>>;
}

/** A person as the list writes them. */
export interface ListedPerson {
  extension: string;
  id: string;
  kana: string;
  mobile: string;
  name: string;
  sections: Array<string>;
}

export interface MarkAnswer {
  answer: string;
  op_id?: string | null;
}

export interface MayView {
  /** Keeps what is for all: directory, help cards, holidays. */
  admin: boolean;
  /** Belongs to a section, so sees and makes cases. */
  cases: boolean;
  /** Enrol and revoke phones (of the own section, or of all). */
  phones: boolean;
}

export interface MemberEdit {
  op_id?: string | null;
  /** `admin` | `member` */
  role?: string | null;
  staff: string;
  /** `member` | `left` */
  state?: string | null;
}

export interface MessageEdit {
  base?: Record<string, string>;
  fields: unknown;
  op_id?: string | null;
}

export interface MessageHit {
  message: MessageView;
  room: string;
  room_name: string;
  room_type: string;
}

export interface MessagePage {
  held: Array<HeldView>;
  /** Oldest first. */
  messages: Array<MessageView>;
  newer?: number | null;
  /** There are more: ask with this as `before` (`after`). */
  older?: number | null;
  /** Ids of pinned messages. */
  pins: Array<string>;
  read_to: number;
}

export interface MessageView {
  answer_to?: string | null;
  author: NameView;
  /** Its place in the room for ever. */
  born_seq: number;
  call?: CallView | null;
  edited: boolean;
  files: Array<RoomFile>;
  files_expected: number;
  forward?: ForwardView | null;
  id: string;
  /** `{kind, id, label}` */
  link?: unknown | null;
  /** At most 100. */
  mentions: Array<NameView>;
  mentions_all: boolean;
  mentions_me: boolean;
  mine: boolean;
  photos: Array<RoomPhoto>;
  /** How many were attached; fewer may have come. */
  photos_expected: number;
  pinned: boolean;
  question?: QuestionView | null;
  reactions: Array<ReactionView>;
  read_of: number;
  /** Others who have read it, of how many; own messages only. */
  readers: number;
  received_ms: number;
  reply?: ReplyView | null;
  /** Base revisions of the editable fields. */
  revs: Record<string, string>;
  room: string;
  stamp?: string | null;
  text: string;
  unsent: boolean;
  /** 緊急: the reason. */
  urgent?: string | null;
  /** The writer's clock, RFC 3339. */
  written_at: string;
}

/** Inspections of a form that went to a head, per month. */
export interface MonthCount {
  accepted: number;
  /** Id of the form's record. */
  form: string;
  inspections: number;
  /** `2026-11` */
  month: string;
}

/** A person by number and name. */
export interface NameView {
  id: string;
  name: string;
}

export interface NewAnswer {
  /** `can_go` | `in_30` | `cannot` */
  coming?: string | null;
  op_id?: string | null;
  /** `safe` | `hurt` | `help` */
  safety?: string | null;
  text?: string | null;
}

export interface NewCall {
  asks: Array<string>;
  id?: string | null;
  op_id?: string | null;
  /** A disaster room. */
  room: string;
  sections: Array<string>;
  text: string;
}

export interface NewChecklist {
  definition: unknown;
  /** Minted by the caller, or absent. */
  id?: string | null;
  purpose: string;
  /** Full path of the section that will own it; empty: for all (administrators). */
  section: string;
  title: string;
}

export interface NewCode {
  /** Whose phone it will be. */
  staff: string;
}

export interface NewDuty {
  from: string;
  id?: string | null;
  op_id?: string | null;
  section: string;
  staff: string;
  to: string;
  what?: string;
}

export interface NewForm {
  definition: unknown;
  /** Minted by the caller, or absent. */
  id?: string | null;
  /** Full path of the section that will own it. */
  section: string;
}

export interface NewHours {
  days?: unknown | null;
  op_id?: string | null;
  section: string;
  shifts?: unknown | null;
  staff?: string;
}

export interface NewMessage {
  answer_to?: string | null;
  files?: number;
  forward?: unknown | null;
  id?: string | null;
  link?: unknown | null;
  mentions?: Array<string>;
  op_id?: string | null;
  /** How many attachments follow. */
  photos?: number;
  /** `{case}` */
  question?: unknown | null;
  reply_to?: string | null;
  /** Photo records of cases or rooms to be shared with it. */
  shared?: Array<string>;
  stamp?: string | null;
  text?: string;
  urgent?: string | null;
}

/** A new record; the fields are those of its kind (docs/PROTOCOL.md). */
export interface NewRecord {
  fields: unknown;
  /** UUIDv7; absent: the server mints it. */
  id?: string | null;
  op_id?: string | null;
}

export interface NewRoom {
  colour?: string | null;
  /** `all` | `joined` */
  history?: string | null;
  id?: string | null;
  /** Staff ids. */
  members?: Array<string>;
  name: string;
  op_id?: string | null;
  sections?: Array<string>;
  /** `group` | `offices` | `disaster` */
  type: string;
}

export interface NoteView {
  author: NameView;
  case?: string | null;
  /** Path of the last filed version, and how many there are. */
  filed?: string | null;
  filed_versions: number;
  finished_at?: string | null;
  id: string;
  progress: Progress;
  received_ms: number;
  /** Base revisions of the editable fields: send back those of the fields that you change. */
  revs: Record<string, string>;
  /** Pen strokes `[{points:[[x,y,pressure,ms]…],color,size}]`. */
  strokes?: unknown | null;
  template?: string | null;
  /** Plain text; show it as text only. */
  text: string;
  title: string;
  visit?: string | null;
  written_at: string;
}

export interface Once {
  op_id?: string | null;
}

/** What became of a change. */
export interface OutcomeView {
  /** Conflicts that it made. */
  conflicts: Array<string>;
  /** A message that waits for working hours: until then. */
  held_until_ms?: number | null;
  /** Why it is in quarantine. */
  reason?: string | null;
  /** The record it made or changed. */
  record: string;
  /** `applied` | `conflict` | `waiting_parent` | `quarantined` | `gone` | `voided` | `held` */
  result: string;
}

export interface PcMeasured {
  measured: unknown;
}

export interface PersonView {
  extension: string;
  id: string;
  kana: string;
  /** Empty: none. */
  mobile: string;
  name: string;
  /** Held today. */
  posts: Array<PostView>;
}

export type PhoneState = "active" | "drain_only" | "wiped";

export interface PhoneView {
  /** Version of the app; empty before its first report. */
  app: string;
  enrolled_ms: number;
  id: string;
  /** 0: never. */
  last_seen_ms: number;
  model: string;
  /** 0: nothing waits. */
  oldest_ms: number;
  person: NameView;
  state: PhoneState;
  waiting_bytes: number;
  /** As the phone last reported. */
  waiting_items: number;
}

/** 20/20 事務所に届きました */
export interface PhotoCount {
  /** Originals that are here. */
  arrived: number;
  total: number;
}

export interface PhotoView {
  author: NameView;
  backed_up_at?: string | null;
  caption: string;
  case?: string | null;
  filed?: string | null;
  filed_at?: string | null;
  format: string;
  height: number;
  id: string;
  lat?: number | null;
  lon?: number | null;
  note?: string | null;
  progress: Progress;
  received_ms: number;
  /** Base revisions of the editable fields: send back those of the fields that you change. */
  revs: Record<string, string>;
  /** SHA-256 of the original, hex. */
  sha256: string;
  taken_at: string;
  /** Which files are here: get them at `/api/photos/{id}/{variant}`. */
  variants: Array<VariantView>;
  visit?: string | null;
  /** Upright, in pixels. */
  width: number;
}

export interface Pinning {
  off?: boolean;
  op_id?: string | null;
}

export interface PostView {
  /** `staff` | `head` | `steward` | `admin` | `audit` */
  role: string;
  /** Full path, `A振興局/商工労働観光課/指導保安係`. */
  section: string;
}

/** Why a definition is no form; the text is `error.<code>`. */
export interface ProblemView {
  code: string;
  field?: string | null;
  /** Id of the piece. */
  item?: string | null;
  params: Record<string, string>;
}

/** How far something has come. */
export type Progress = "expected" | "arrived" | "filed" | "kept";

export interface PublishForm {
  /** Sections, full paths; `*`: all (administrators). */
  targets: Array<string>;
}

export interface QuarantineView {
  brought_by?: NameView | null;
  bytes: number;
  case?: string | null;
  /** The operation as it came, as text. */
  content: string;
  device: string;
  id: string;
  /** Kind of the record, where the operation names it. */
  kind: string;
  may_release: boolean;
  /** `create` | `patch` | … ; empty when it cannot be read. */
  op: string;
  person: NameView;
  /** Its text is in the catalogue under `quarantine.<reason>`. */
  reason: string;
  record?: string | null;
  scope: string;
  since_ms: number;
  /** Title, text or caption of what it carries. */
  title: string;
  /** It may be of a members-only case: `op`, `kind`, `title` and `content` are empty, and it is not theirs to settle. */
  veiled: boolean;
}

export interface QuestionView {
  /** Id of the message that answered it. */
  answered?: string | null;
  case: string;
  /** The signed-in person asked. */
  may_mark: boolean;
}

export interface React {
  mark: string;
  off?: boolean;
  op_id?: string | null;
}

export interface ReactionView {
  mark: string;
  mine: boolean;
  people: Array<NameView>;
}

export interface ReadTo {
  op_id?: string | null;
  /** `born_seq` */
  to: number;
}

export interface ReaderView {
  at_ms: number;
  person: NameView;
}

export interface ReadersView {
  /** At most 500 of `read_total`, in the directory's order. */
  read: Array<ReaderView>;
  read_total: number;
  /** Both together. */
  total: number;
  /** At most 500 of `unread_total`, in the directory's order. */
  unread: Array<NameView>;
  unread_total: number;
}

export interface Remind {
  op_id?: string | null;
  /** What they are told, in the writer's language. The names of a few are put before it; many are called without. */
  text: string;
}

export interface ReplyView {
  author: NameView;
  /** Of its first file. */
  file_name?: string | null;
  files: number;
  id: string;
  photos: number;
  /** What stands for it where it has no words. */
  stamp?: string | null;
  text: string;
  /** A question of one's own that has no answer yet. */
  unanswered: boolean;
  unsent: boolean;
}

export interface Resolve {
  choice: Choice;
  op_id?: string | null;
}

export interface RoomFile {
  bytes: number;
  here: boolean;
  id: string;
  name: string;
  /** Media type. */
  type: string;
}

export interface RoomId {
  room: string;
}

/** How long the room keeps what is said in it. */
export interface RoomKeep {
  /** Days that the room has chosen for itself. */
  chosen?: number | null;
  /** Days; null: for ever. */
  days?: number | null;
  /** Fewest and most days that it may choose; null: it has no say. */
  own?: Array<number> | null;
}

export interface RoomPerson {
  person: NameView;
  /** `admin` | `member` | `section` */
  role: string;
}

export interface RoomPhoto {
  bytes: number;
  display: boolean;
  file_name: string;
  height: number;
  id: string;
  original: boolean;
  /** Which of its files are here. */
  thumb: boolean;
  width: number;
}

/** A room in the person's list. */
export interface RoomRow {
  colour: string;
  head: number;
  /** Own messages that wait for working hours. */
  held: number;
  id: string;
  last?: LastLine | null;
  /** The signed-in person looks after the room. */
  may_manage: boolean;
  /** By name and by section. */
  members: number;
  /** One of the unread messages calls on the person. */
  mentioned: boolean;
  /** Empty for `self` and `direct`. */
  name: string;
  /** `born_seq` of the own read mark, and of the newest message. */
  read_to: number;
  /** Full paths. */
  sections: Array<string>;
  /** `self` | `direct` | `group` | `section` | `offices` | `disaster` */
  type: string;
  /** At most 100. */
  unread: number;
  with?: NameView | null;
}

export type RoomView = unknown;

export interface RunRowView {
  by: NameView;
  /** Titles of those that failed. */
  failed: Array<string>;
  finished: boolean;
  id: string;
  place: string;
  /** RFC 3339 */
  started_at: string;
  /** Steps written. */
  steps: number;
  took_ms?: number | null;
  version: number;
}

export interface RunStepView {
  done: number;
  /** The phone knew it by itself. */
  fact: number;
  failed: number;
  key: string;
  median_ms?: number | null;
  /** What was written where it failed, newest first. */
  notes: Array<string>;
  skipped: number;
  title: string;
}

export interface RunsView {
  finished: number;
  /** From begin to end, of finished runs. */
  median_ms?: number | null;
  newest: Array<RunRowView>;
  runs: number;
  /** Of the newest version in its order, then those of older ones. */
  steps: Array<RunStepView>;
}

export interface SaveChecklist {
  definition: unknown;
  op_id?: string | null;
  purpose: string;
  rev?: string | null;
  title: string;
  variant: string;
}

export interface SaveForm {
  definition: unknown;
  op_id?: string | null;
  rev?: string | null;
}

export interface SectionView {
  /** Labels of what is around, outermost first; empty: none. */
  heading: string;
  lines: Array<AnswerView>;
}

export interface Selection {
  /** Photo records, at most 500. */
  photos: Array<string>;
}

/** Who is signed in and what they may do here. */
export interface SessionView {
  /** Absolute end, ms since 1970. */
  expires_ms: number;
  /** Without a request for so long the session ends earlier. */
  idle_ms: number;
  limits: LimitsView;
  may: MayView;
  now_ms: number;
  person: PersonView;
  server_name: string;
  version: string;
}

export interface SetPhoneState {
  state: PhoneState;
}

export interface Settle {
  action: Settlement;
}

export type Settlement = "release" | "close";

export interface SignIn {
  password: string;
  /** Staff number. */
  staff: string;
}

export interface TimelineView {
  case: CaseView;
  /** Of the whole case, not resolved yet. */
  conflicts: Array<ConflictView>;
  /** Of this part, oldest first. */
  notes: Array<NoteView>;
  /** There is more: ask with this as `before`. */
  older?: number | null;
  photos: Array<PhotoView>;
  /** All of them, oldest first; none when an older part was asked for. */
  visits: Array<VisitView>;
}

export interface TimesView {
  duty: Array<DutyRow>;
  hours: Array<HoursRow>;
  may_manage: boolean;
  section: string;
}

export interface UrgentRow {
  at_ms: number;
  message: string;
  reason: string;
  room: string;
  /** Empty when the room is not the reader's. */
  room_name: string;
  staff: NameView;
}

export interface VariantView {
  arrived_at?: string | null;
  bytes: number;
  /** `thumb` | `display` | `original` */
  variant: string;
}

export interface VersionView {
  by?: NameView | null;
  /** Over the version before; of the first: nothing. */
  changes: Array<ChangeView>;
  /** RFC 3339 */
  published_at: string;
  /** Sections that it was published to, full paths; `*`: all. */
  targets: Array<string>;
  version: number;
  /** Nobody begins with it any more. */
  withdrawn: boolean;
}

/** How a form came to be what it is. */
export interface VersionsView {
  /** What the draft changes over the last published version; of a form never published: nothing. */
  draft: Array<ChangeView>;
  /** Newest first. */
  versions: Array<VersionView>;
}

export interface VisitView {
  author: NameView;
  case: string;
  id: string;
  people: Array<NameView>;
  /** RFC 3339 with offset; absent when not planned. */
  planned_at?: string | null;
  received_ms: number;
  /** Base revisions of the editable fields: send back those of the fields that you change. */
  revs: Record<string, string>;
  /** `planned` → `departed` → `on_site` → `finished` → `accepted` */
  state: string;
  title: string;
}

export interface WithWhom {
  staff: string;
}
