// Generated from docs/openapi.json by `npm run gen`; do not edit.

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
  /** Who wrote the value that came second. */
  by: NameView;
  case?: string | null;
  field: string;
  id: string;
  /** The value that came second. */
  mine?: unknown | null;
  /** Who wrote the value that stands: the record's author if nobody changed it. */
  received_ms: number;
  record: string;
  record_kind: string;
  /** The value that stands now. */
  theirs?: unknown | null;
  /** Of the record it is about. */
  title: string;
}

export interface CountsView {
  conflicts_open: number;
  /** Of these, the ones that failed before. */
  jobs_retrying: number;
  /** Files that wait for the shared folder. */
  jobs_waiting: number;
  phones_active: number;
  quarantine_open: number;
  /** The shared folder can be seen at this moment. */
  share_there: boolean;
  uploads_receiving: number;
  waiting_parent: number;
}

/** A change of fields: with `base` = the revisions that the person saw. */
export interface Edit {
  base: Record<string, string>;
  /** `null` removes a field. */
  fields: unknown;
  /** UUIDv7; give one to make a repeated request harmless. */
  op_id?: string | null;
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
  /** Empty for a restricted case. */
  case_name: string;
  case_number: string;
  id: string;
  /** `visit` | `note` | `photo` */
  kind: string;
  progress: Progress;
  received_ms: number;
  /** A photo whose thumbnail is here. */
  thumb: boolean;
  /** Title, first line or caption. */
  title: string;
}

/** A hint on `/api/events`: the scope has news up to `seq`; read again what is shown. */
export interface HintView {
  scope: string;
  seq: number;
  urgent: boolean;
}

export interface MayView {
  /** Belongs to a section, so sees and makes cases. */
  cases: boolean;
  /** Enrol and revoke phones (of the own section, or of all). */
  phones: boolean;
}

/** A person by number and name. */
export interface NameView {
  id: string;
  name: string;
}

export interface NewCode {
  /** Whose phone it will be. */
  staff: string;
}

/** A new record; the fields are those of its kind (docs/PROTOCOL.md). */
export interface NewRecord {
  fields: unknown;
  /** UUIDv7; absent: the server mints it. */
  id?: string | null;
  op_id?: string | null;
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

/** What became of a change. */
export interface OutcomeView {
  /** Conflicts that it made. */
  conflicts: Array<string>;
  /** Why it is in quarantine. */
  reason?: string | null;
  /** The record it made or changed. */
  record: string;
  /** `applied` | `conflict` | `waiting_parent` | `quarantined` | `gone` | `voided` */
  result: string;
}

export interface PersonView {
  extension: string;
  id: string;
  kana: string;
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

export interface PostView {
  /** `staff` | `head` | `steward` | `admin` | `audit` */
  role: string;
  /** Full path, `A振興局/商工労働観光課/指導保安係`. */
  section: string;
}

/** How far something has come. */
export type Progress = "expected" | "arrived" | "filed" | "kept";

export interface QuarantineView {
  bytes: number;
  case?: string | null;
  /** The operation as it came, as text. */
  content: string;
  device: string;
  id: string;
  /** Kind of the record, where the operation names it. */
  kind: string;
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
}

export interface Resolve {
  choice: Choice;
  op_id?: string | null;
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
  /** Not resolved yet. */
  conflicts: Array<ConflictView>;
  notes: Array<NoteView>;
  photos: Array<PhotoView>;
  /** Oldest first. */
  visits: Array<VisitView>;
}

export interface VariantView {
  arrived_at?: string | null;
  bytes: number;
  /** `thumb` | `display` | `original` */
  variant: string;
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
