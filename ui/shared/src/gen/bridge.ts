// Generated from crates/ekitei-core/src/bridge by `cargo run -p ekitei-core --example export_ts`; do not edit.

export type AmendmentView = { id: RecordId, 
/**
 * `proposed` | `accepted` | `rejected`
 */
state: string, by: string, 
/**
 * Field → value.
 */
proposed: Record<string, unknown>, standing: Record<string, unknown>, };

/**
 * A question that is not right yet, with its key as the place to jump to.
 */
export type AnswerFault = { key: AnswerKey, 
/**
 * `answer-missing`, `answer-finding-missing`, `answer-photo-missing`, `answer-refused`, `answer-small`,
 * `answer-large`, `answer-letters`, `answer-choice-gone`; the text is `error.<code>` of the catalogue.
 */
code: string, params: { [key in string]: string }, 
/**
 * The form's own words, if it has any for this.
 */
message: string, label: string, 
/**
 * Where it stands: the labels around it.
 */
group: string, };

/**
 * Usable as the name of a record's field. The key of an instance itself is `repeat@instance`.
 */
export type AnswerKey = string;

export type Battery = { 
/**
 * 0 to 100.
 */
percent: number, charging: boolean, temperature_c: number | null, };

/**
 * The electronic small blackboard (電子小黒板). Empty lines are left out.
 */
export type Board = { case: string, place: string, item: string, 
/**
 * ISO day, shown in the Japanese calendar.
 */
date: string, note: string, corner: Corner, };

/**
 * Where a check ended early.
 */
export type Broken = "name" | "tcp" | "certificate" | "answer" | "refused";

export type CalendarArgs = { 
/**
 * From today on; 1: today alone.
 */
days?: number, };

export type CallAnswerArgs = { call: RecordId, safety?: string, coming?: string, text?: string, };

export type CallOpenArgs = { 
/**
 * Of a 災害ルーム; absent: a new one is made.
 */
room?: RecordId, 
/**
 * Of the new one.
 */
name?: string, text: string, 
/**
 * Full paths of those who are asked.
 */
sections: Array<string>, 
/**
 * `safety`, `coming`
 */
asks: Array<string>, };

export type CallView = { id: RecordId, room: RecordId, text: string, at: Stamp, by_name: string, sections: Array<string>, 
/**
 * `safety`, `coming`
 */
asks: Array<string>, own: boolean, 
/**
 * Of the call; never `held`.
 */
state: MessageState, fault: Fault | null, 
/**
 * Oneself is asked.
 */
asked: boolean, closed: boolean, safety: string | null, coming: string | null, comment: string, 
/**
 * Of one's own answer.
 */
progress: Progress | null, 
/**
 * Why that was refused.
 */
answer_fault: Fault | null, };

export type CaptureArgs = { case: RecordId, visit?: RecordId, place?: InspectionPlace, };

export type CaptureView = { name: string, };

export type CaseCard = { case: CaseRow, entries: Array<TimelineEntry>, photos: PhotoCount, conflicts: number, 
/**
 * There is more: ask with this as `before`.
 */
older: string | null, };

export type CaseCardArgs = { case: RecordId, 
/**
 * Only so many entries, the newest; absent: all.
 */
limit?: number, 
/**
 * `older` of the card before: what comes after it.
 */
before?: string, };

export type CaseListArgs = { 
/**
 * Folded substring of number, name or place; empty: all.
 */
filter?: string, 
/**
 * Only cases whose records are on this phone.
 */
followed_only?: boolean, };

export type CaseRef = { case: RecordId, };

export type CaseRow = { id: RecordId, number: string, 
/**
 * Empty when the case is restricted and this phone does not hold it.
 */
name: string, place: string, section: string, state: string, restricted: boolean, followed: boolean, assigned: boolean, lat: number | null, lon: number | null, };

export type ChangePinArgs = { old: string, new: string, };

export type ChatAnswerArgs = { question: RecordId, 
/**
 * The message that answers it.
 */
answer: RecordId, };

/**
 * Photos of one case, to a room.
 */
export type ChatAskArgs = { room: RecordId, photos: Array<RecordId>, text: string, 
/**
 * 教えて: the answer belongs into the case.
 */
question?: boolean, };

/**
 * A picture or file that goes with what is being written.
 */
export type ChatAttached = { 
/**
 * In the app's inbox.
 */
name: string, 
/**
 * As the person knows it.
 */
label: string, picture: boolean, };

export type ChatBadge = { unread: number, mentions: number, failed: number, };

/**
 * What is being typed in a room. It carries the id that the message will have: sent twice, it is one message.
 */
export type ChatDraft = { message: RecordId, text: string, reply_to: RecordId | null, 
/**
 * What it answers.
 */
reply: QuoteView | null, named: Array<ChatNamed>, urgent: string | null, 
/**
 * As far as they are still on this phone.
 */
attached: Array<ChatAttached>, 
/**
 * As the person knows them: what was attached and is not on this phone any more.
 */
lost: Array<string>, link: ChatLink | null, };

export type ChatDraftArgs = { room: RecordId, text: string, reply_to?: RecordId, named?: Array<ChatNamed>, urgent?: string, attached?: Array<ChatAttached>, link?: ChatLink, };

export type ChatEditArgs = { id: RecordId, text: string, 
/**
 * Staff ids, or `all`; absent: whom it called before.
 */
mentions?: Array<string>, };

export type ChatForwardArgs = { id: RecordId, room: RecordId, };

export type ChatGroupArgs = { name: string, 
/**
 * One of eight; empty: blue.
 */
colour?: string, 
/**
 * Staff ids, without oneself.
 */
people: Array<string>, 
/**
 * Full paths: a room of these sections (所属をまたぐ部屋), with whoever is named beside them.
 */
sections?: Array<string>, 
/**
 * Those who join later read what was before, too.
 */
history?: boolean, };

export type ChatHit = { id: RecordId, room: RecordId, room_name: string, by: string, by_name: string, 
/**
 * Around the first match.
 */
excerpt: string, at: Stamp, photos: number, };

export type ChatInviteArgs = { room: RecordId, people: Array<string>, };

/**
 * Of a case, note, inspection or photo.
 */
export type ChatLink = { kind: string, id: RecordId, label: string, 
/**
 * Of a note or inspection: its case, which a reader may have without it.
 */
case?: RecordId, };

export type ChatMemberArgs = { room: RecordId, staff: string, 
/**
 * Absent: stays.
 */
admin?: boolean, 
/**
 * Takes the person out of the room; oneself: leaves.
 */
leaves?: boolean, };

/**
 * Who was chosen for a text, and by which words the text names them.
 */
export type ChatNamed = { staff: string, name: string, };

export type ChatOpenArgs = { 
/**
 * Staff id; one's own: 自分宛.
 */
staff: string, };

export type ChatPinArgs = { id: RecordId, on: boolean, };

export type ChatPinRoomArgs = { room: RecordId, on: boolean, };

export type ChatReactArgs = { id: RecordId, mark: string, };

export type ChatReadArgs = { room: RecordId, born: number, };

export type ChatRenameArgs = { room: RecordId, name: string, colour: string, 
/**
 * Absent: stays.
 */
history?: boolean, 
/**
 * Full paths; absent: stay.
 */
sections?: Array<string>, };

/**
 * Every condition that is given must hold; none at all: the newest.
 */
export type ChatSearchArgs = { query?: string, room?: RecordId, 
/**
 * Staff id of the sender.
 */
staff?: string, 
/**
 * Local days, `2026-11-21`, both included.
 */
from?: string, to?: string, photos?: boolean, limit?: number, };

export type ChatSendArgs = { room: RecordId, text?: string, 
/**
 * Names in the app's inbox, in the order they will be shown.
 */
photos?: Array<string>, files?: Array<string>, reply_to?: RecordId, 
/**
 * Staff ids, or `all`.
 */
mentions?: Array<string>, 
/**
 * 緊急: why, in a few words.
 */
urgent?: string, 
/**
 * A work stamp instead of words.
 */
stamp?: string, link?: ChatLink, 
/**
 * It is what is being written in this room: the draft goes with it. Anything else leaves the draft as it is.
 */
draft?: boolean, };

/**
 * Which checklist, for what. Without a visit the run is the section's.
 */
export type ChecklistArgs = { checklist: RecordId, visit?: RecordId, 
/**
 * Absent: as it was the last time.
 */
site?: Site, place?: string, 
/**
 * The person has looked at it for so long already.
 */
shown_ms?: number, };

export type ChecklistRow = { id: RecordId, 
/**
 * `departure` | `tethering` | `on_site` | `return` | `year_end` | `outage` | `other`
 */
purpose: string, title: string, variant: string, version: number, layout: Layout, steps: number, 
/**
 * One's own run that is not finished.
 */
open_run: RecordId | null, 
/**
 * One's own last finished run.
 */
last_at: Stamp | null, };

export type ChoiceView = { value: string, label: string, };

/**
 * A part of a long list.
 */
export type ChoicesView = { choices: Array<ChoiceView>, 
/**
 * All that fit the filter and the search.
 */
count: number, };

/**
 * A name in the app's inbox; the file is gone afterwards.
 */
export type CodeReadArgs = { name: string, };

/**
 * The texts of the codes in a picture.
 */
export type CodesView = { codes: Array<string>, };

export type Colour = "red" | "yellow" | "blue" | "white" | "black";

export type ConflictResolveArgs = { id: RecordId, 
/**
 * `mine` | `theirs` | `both`
 */
choice: string, };

export type ConflictView = { id: RecordId, record: RecordId, record_kind: string, case: RecordId | null, title: string, field: string, mine: any, theirs: any, 
/**
 * Staff id and name of who wrote the value that came second, and when by their clock.
 */
by: string, by_name: string, by_at: Stamp | null, 
/**
 * Whether the value that came second is this phone's.
 */
own: boolean, 
/**
 * Who wrote the value that stands, and when by their clock; absent: the office itself, or not known here.
 */
standing_name: string | null, standing_at: Stamp | null, };

/**
 * Whom to call, and when somebody is there. The outside number and the extension are different things.
 */
export type Contact = { label: string, number: string, extension: string, 
/**
 * `08:45`; absent: from the beginning of the day. A span that ends before it begins runs over midnight.
 */
from?: string, to?: string, days: Days, };

export type Corner = "top_left" | "top_right" | "bottom_left" | "bottom_right";

/**
 * An error answers one question: retry, wait, or ask a person?
 */
export type Cure = "retry" | "wait" | "ask";

/**
 * On which days a contact answers.
 */
export type Days = "all" | "weekdays" | "holidays" | "closed";

/**
 * One look at the device. Unknown names are passed over: a newer native half may say more.
 */
export type DeviceFacts = { battery: Battery | null, network: Network, airplane: boolean | null, mobile_data: boolean | null, hotspot: Hotspot, storage_free_bytes: number | null, 
/**
 * Version of the web view that shows the screens, for example `119.0.6045.193`.
 */
webview: string | null, position: Position | null, insets: DeviceInsets | null, 
/**
 * No phone said this: sliders of the demonstration, or a desktop.
 */
stand_in: boolean, };

/**
 * One installation of the app, or one console sign-in.
 */
export type DeviceId = string;

/**
 * What system bars, cut-outs and the keyboard cover, in CSS pixels.
 */
export type DeviceInsets = { top: number, right: number, bottom: number, left: number, keyboard: number, };

export type DeviceState = "active" | "drain_only" | "wiped";

/**
 * A part of the directory. Without a query in the order of the readings, else those first whose name or reading begins
 * with it.
 */
export type DirectoryPage = { total: number, from: number, people: Array<PersonView>, 
/**
 * Where each row of the syllabary begins; only without a query.
 */
rail: Array<RailMark>, };

export type DirectoryPageArgs = { 
/**
 * Words that must all be in a person's entry; empty: everybody.
 */
query?: string, from?: number, count?: number, };

export type Done = Record<symbol, never>;

export type DraftArgs = { key: string, value: any, };

export type DraftKey = { key: string, };

export type DraftView = { value: any, };

/**
 * A checklist whose time has come.
 */
export type DueRow = { checklist: RecordId, purpose: string, title: string, 
/**
 * The visit that it is for.
 */
visit: RecordId | null, visit_title: string, planned_at: Stamp | null, tomorrow: boolean, 
/**
 * Visits of that day.
 */
visits: number, open_run: RecordId | null, };

export type EnrolAgainArgs = { code: string, 
/**
 * Absent: where it was before.
 */
server?: string, 
/**
 * With `server`: as in `enrol`.
 */
ca_pem?: string, 
/**
 * What the office sees in its list of phones.
 */
model?: string, };

export type EnrolArgs = { 
/**
 * `https://…`, or `http://127.0.0.1:port` in development.
 */
server: string, code: string, pin: string, 
/**
 * The office's own certificate authority, when it has one: PEM, or pins of its key (`sha256/…`), one a line.
 */
ca_pem?: string, 
/**
 * What the office sees in its list of phones.
 */
model?: string, };

export type EntryKind = "visit" | "note" | "photo" | "inspection";

/**
 * A value with XPath's conversions.
 */
export type Evaluated = { text: string, 
/**
 * Null: not a number.
 */
number: number | null, truth: boolean, 
/**
 * Of a node-set: its members.
 */
count: number | null, };

/**
 * One hint, as it travels to a screen.
 */
export type Event = { "kind": "changed", changed: Topic, } | { "kind": "status" };

export type EventCase = { id: RecordId, number: string, };

/**
 * An appointment on one day: one that lasts several days is there for each of them.
 */
export type EventView = { id: RecordId, 
/**
 * The local day that it is shown under, `2026-11-21`.
 */
day: string, title: string, place: string, starts_at: Stamp, 
/**
 * Exclusive.
 */
ends_at: Stamp, all_day: boolean, 
/**
 * The case whose number it names, if one on this phone is.
 */
case: EventCase | null, 
/**
 * The visit that was made from it.
 */
visit: RecordId | null, };

export type EventVisitArgs = { id: RecordId, 
/**
 * Absent: the case whose number the appointment names.
 */
case?: RecordId, };

/**
 * A stable code with parameters; its text comes from the message catalogue under `error.<code>`.
 */
export type Fault = { code: string, params?: { [key in string]: string }, cure: Cure, };

export type FileView = { id: RecordId, name: string, bytes: number, media_type: string, progress: Progress, on_phone: boolean, };

/**
 * What finishing would do.
 */
export type FinishCheck = { 
/**
 * Nothing stands in the way.
 */
ready: boolean, faults: Array<AnswerFault>, left_out: Array<LeftOut>, };

/**
 * A finished inspection's content.
 */
export type Finished = { form: string, version: number, 
/**
 * Answers of questions that apply.
 */
answers: Record<string, unknown>, 
/**
 * Calculated values and facts as they are now (fields `c.`).
 */
calculated: Record<string, unknown>, 
/**
 * Keys of answers that were left out.
 */
left_out: Array<AnswerKey>, 
/**
 * The report's draft; the text that a person wrote counts more.
 */
report: string, };

/**
 * What can be asked of an open form. JSON: `{"call": "set", "key": "fence", "answer": "ok"}`.
 */
export type FormCall = { "call": "view" } | { "call": "page", page: number, } | { "call": "set", key: AnswerKey, answer: unknown, 
/**
 * The time, when it has gone on since opening.
 */
now?: string, } | { "call": "add_instance", repeat: string, 
/**
 * Instance id of the repeat around it; empty at the outermost level.
 */
parent?: string, id: string, } | { "call": "remove_instance", key: AnswerKey, } | { "call": "receive", answers?: Record<string, unknown>, instances?: Record<string, number | null>, } | { "call": "choices", key: AnswerKey, search?: string, from?: number, limit?: number, } | { "call": "missing" } | { "call": "rest_preview" } | { "call": "rest_apply", keys: Array<AnswerKey>, } | { "call": "draft", key?: AnswerKey, } | { "call": "evaluate", key?: AnswerKey, expression: string, } | { "call": "finish_check" } | { "call": "finish", now?: string, };

/**
 * What a call changed: what to store, and what to draw anew.
 */
export type FormChange = { 
/**
 * Fields `a.<key>` to store; null takes away.
 */
answers: Record<string, unknown>, 
/**
 * Fields `r.<key>` to store: the place of an instance; null takes it away.
 */
instances: Record<string, number | null>, 
/**
 * Questions that look different now, without what is within them.
 */
items: Array<ItemView>, 
/**
 * Questions appeared, vanished, or instances came or went: fetch the page again.
 */
reshaped: boolean, progress: FormProgress, };

/**
 * How far a form, or a part of it, is filled.
 */
export type FormProgress = { 
/**
 * Questions that are asked now.
 */
asked: number, answered: number, 
/**
 * Required and not answered.
 */
missing: number, 
/**
 * Answered, but not as the form wants it.
 */
wrong: number, };

/**
 * JSON: `{"reply": "changed", "answers": {…}, …}`.
 */
export type FormReply = { "reply": "form" } & FormView | { "reply": "page" } & PageView | { "reply": "changed" } & FormChange | { "reply": "choices" } & ChoicesView | { "reply": "missing", faults: Array<AnswerFault>, progress: FormProgress, } | { "reply": "rest", items: Array<RestItem>, } | { "reply": "draft", text: string, } | { "reply": "evaluated" } & Evaluated | { "reply": "finish_check" } & FinishCheck | { "reply": "finished" } & Finished;

/**
 * A form that may be filled in: the newest version that has come to this phone.
 */
export type FormRow = { 
/**
 * Of the version.
 */
id: RecordId, form: string, version: number, title: string, };

export type FormView = { form: string, version: number, title: string, pages: Array<PageInfo>, progress: FormProgress, };

export type ForwardView = { by_name: string, at: Stamp | null, room_name: string, };

export type HelpCardView = { 
/**
 * `lost` | `stolen` | `damaged` | `outage`
 */
purpose: string, 
/**
 * Empty: for all.
 */
section: string, steps: Array<string>, 
/**
 * Those who answer now come first.
 */
contacts: Array<HelpContact>, };

export type HelpContact = { contact: Contact, 
/**
 * Somebody answers there now.
 */
now: boolean, };

/**
 * What to do now, by the clock.
 */
export type HelpView = { now: Stamp, 
/**
 * Whether the office works at this hour.
 */
working: boolean, 
/**
 * A section's own card before the one for all.
 */
cards: Array<HelpCardView>, };

export type Hotspot = "on" | "off" | "unknown";

export type InspectionBeginArgs = { case: RecordId, visit?: RecordId, form_version: RecordId, };

/**
 * One call to the engine.
 */
export type InspectionCallArgs = { id: RecordId, call: FormCall, };

/**
 * Where in an inspection a picture belongs.
 */
export type InspectionPlace = { inspection: RecordId, 
/**
 * Key of the question.
 */
item: string, 
/**
 * `photo` | `signature` | `drawing` | `file`
 */
role: string, };

export type InspectionReportArgs = { id: RecordId, text: string, };

export type InspectionRow = { id: RecordId, form: string, title: string, visit: RecordId | null, state: State, 
/**
 * Staff id.
 */
inspector: string, started_at: Stamp | null, finished_at: Stamp | null, progress: Progress, };

export type InspectionView = { row: InspectionRow, case: RecordId, case_number: string, case_name: string, 
/**
 * Absent: its form has not come to this phone yet.
 */
form: FormView | null, 
/**
 * 所見
 */
report: string, returned_reason: string, 
/**
 * Staff id.
 */
accepted_by: string, 
/**
 * Below the shared folder, once filed.
 */
filed: string, 
/**
 * Photos, signatures and files, by the key of their question.
 */
photos: { [key in string]: Array<PhotoView> }, last: LastVisitView | null, amendments: Array<AmendmentView>, };

export type InstanceView = { 
/**
 * `repeat@instance`
 */
key: AnswerKey, label: string, items: Array<ItemView>, };

/**
 * Where the phone manager (MDM) wants this phone to be enrolled.
 */
export type InvitationView = { server: string, code: string | null, };

/**
 * A question, group or repeat as it looks now. Hidden ones are not among the items of a page.
 */
export type ItemView = { key: AnswerKey, 
/**
 * `text`, `ruling`, `group`, … as in the definition.
 */
type: string, label: string, hint?: string, unit?: string, appearance?: string, 
/**
 * `false` only where a single changed question is told of: it does not apply any more.
 */
relevant: boolean, required: boolean, read_only: boolean, 
/**
 * Computed: shown, never typed.
 */
computed: boolean, 
/**
 * As stored; null when unanswered.
 */
answer: unknown, 
/**
 * As a person reads it: 和暦, labels, units.
 */
shown: string, fault?: AnswerFault, 
/**
 * The last visit's answer.
 */
last?: unknown, last_shown?: string, choices?: Array<ChoiceView>, 
/**
 * How many there are in all, when they are too many to carry.
 */
choice_count?: number, scale?: Scale, phrases?: Array<string>, max_count?: number, 
/**
 * A draft can be asked for.
 */
has_draft?: boolean, 
/**
 * Of a ruling's finding and photos: the ruling's key. They follow it in the list.
 */
part_of?: AnswerKey, 
/**
 * 年度 of a date, 令和8年度.
 */
fiscal_year?: string, 
/**
 * Of a group or matrix.
 */
items?: Array<ItemView>, 
/**
 * Of a repeat.
 */
instances?: Array<InstanceView>, 
/**
 * Of a repeat: a count decides, nobody adds or removes.
 */
counted?: boolean, };

/**
 * How a fact stands against what the step asks.
 */
export type Judged = { 
/**
 * Absent: not known here, a person ticks it.
 */
holds: boolean | null, 
/**
 * `82 %`, `12,400 MB`, `on`, `off`; empty: not known.
 */
value: string, };

export type Lane = number;

export type LastLine = { 
/**
 * Empty: it has no words (pictures, a stamp), or was taken back.
 */
text: string, by: string, by_name: string, own: boolean, at: Stamp, photos: number, files: number, stamp: string | null, unsent: boolean, };

/**
 * What the last inspection by the same form left beside today's.
 */
export type LastVisitView = { id: RecordId, at: Stamp | null, photos: { [key in string]: Array<PhotoView> }, 
/**
 * Findings, by their key: they are no questions of today while nothing fails.
 */
findings: { [key in string]: string }, };

export type Layout = "list" | "guided";

/**
 * An answer that the finished record will not have.
 */
export type LeftOut = { key: AnswerKey, label: string, shown: string, 
/**
 * `hidden`: its question does not apply at present; `no-place`: its question or instance is not in this form.
 */
reason: string, };

/**
 * How much the line is good for.
 */
export type Level = "none" | "chat" | "slow" | "good";

export type Line = "unknown" | "online" | "offline";

export type LineCheckArgs = { 
/**
 * Absent: that of the visit, or none.
 */
place?: string, visit?: RecordId, 
/**
 * The run that it is a step of.
 */
run?: RecordId, 
/**
 * A PC may join by a code.
 */
pair?: boolean, };

export type LineCheckView = { id: RecordId, at: Stamp, place: string, visit: RecordId | null, by: string, by_name: string, own: boolean, lat: number | null, lon: number | null, 
/**
 * Six digits for the PC, as long as they are good.
 */
code: string | null, joined: boolean, phone: Measured, verdict: Verdict, pc: Measured | null, pc_verdict: Verdict | null, progress: Progress, };

export type LinkView = { kind: string, id: RecordId, label: string, case: RecordId | null, };

export type Mark = { "kind": "arrow", from: Spot, to: Spot, colour: Colour, thickness: Thickness, } | { "kind": "box", area: Patch, colour: Colour, thickness: Thickness, } | { "kind": "text", at: Spot, text: string, colour: Colour, thickness: Thickness, } | { "kind": "black_out", area: Patch, };

/**
 * The marks of one photo.
 */
export type Marks = { marks: Array<Mark>, };

export type MeView = { id: string, name: string, kana: string, sections: Array<string>, };

/**
 * Amounts are absent where they were not measured: the step did not take place, or the time was over.
 */
export type Measured = { name_ms: number | null, tcp_ms: number | null, tls_ms: number | null, 
/**
 * From the question to the first byte of the answer.
 */
first_ms: number | null, 
/**
 * Bits a second.
 */
down_bps: number | null, up_bps: number | null, 
/**
 * Share of packets that had to be sent again, 0 to 1, as far as a program sees it: small questions whose answer
 * stalled.
 */
loss: number | null, error: Broken | null, 
/**
 * The whole check, and what it cost.
 */
took_ms: number, bytes: number, };

export type MemberView = { staff: string, name: string, section: string, admin: boolean, by_section: boolean, };

export type MembersView = { room: RoomRow, members: Array<MemberView>, admin: boolean, 
/**
 * Those who join later read what was before, too.
 */
history: boolean, 
/**
 * Full paths of those whose people are in it.
 */
sections: Array<string>, 
/**
 * Oneself may say which those are.
 */
chooses_sections: boolean, };

export type MentionView = { staff: string, name: string, };

/**
 * How far an own message has come; a message of another is `sent`.
 */
export type MessageState = "waiting" | "held" | "sent" | "failed";

export type MessageView = { id: RecordId, room: RecordId, 
/**
 * Its place in the room; 0: none yet.
 */
born: number, by: string, by_name: string, own: boolean, 
/**
 * When it came to the office; until then, when it was written.
 */
at: Stamp, written_at: Stamp, text: string, state: MessageState, held_until: Stamp | null, 
/**
 * Another of one's devices wrote it and the office holds it: here it can be read and taken back alone.
 */
elsewhere: boolean, fault: Fault | null, 
/**
 * Taken back: nothing of it is left.
 */
unsent: boolean, edited: boolean, 
/**
 * 緊急: why.
 */
urgent: string | null, stamp: string | null, reply: QuoteView | null, mentions: Array<MentionView>, 
/**
 * Calls on oneself.
 */
mentioned: boolean, photos: Array<PhotoView>, files: Array<FileView>, 
/**
 * Pictures and files that have not come yet.
 */
missing: number, reactions: Array<ReactionView>, pinned: boolean, link: LinkView | null, forward: ForwardView | null, question: QuestionView | null, 
/**
 * It is the answer that the asker chose.
 */
chosen: boolean, 
/**
 * How many others have read it; absent: nobody counts it.
 */
reads: number | null, };

/**
 * The line as the system sees it; whether the office answers is `StatusView.line`.
 */
export type Network = { kind: NetworkKind, 
/**
 * The system reached something beyond the access point. A closed network may never validate.
 */
validated: boolean | null, metered: boolean | null, };

export type NetworkKind = "none" | "wifi" | "mobile" | "ethernet" | "unknown";

export type NotePublishArgs = { id: RecordId, case: RecordId, };

export type NoteSaveArgs = { id?: RecordId, case?: RecordId, visit?: RecordId, title?: string, text?: string, 
/**
 * Pen strokes; see `note.strokes` in the protocol.
 */
strokes?: any, template?: string, };

export type NoteView = { id: RecordId, 
/**
 * `None`: a draft of one's own, not in a case yet.
 */
case: RecordId | null, visit: RecordId | null, title: string, text: string, strokes: any, template: string | null, written_at: Stamp, finished_at: Stamp | null, author: string, progress: Progress, conflicted: boolean, };

export type Nothing = Record<symbol, never>;

export type NumberArgs = { number: string, };

/**
 * A group of the outermost level, or the questions between two of them.
 */
export type PageInfo = { 
/**
 * Place among the pages, from 0.
 */
page: number, label: string, progress: FormProgress, };

export type PageView = { page: number, label: string, items: Array<ItemView>, };

/**
 * A rectangle on the upright picture, corners in any order.
 */
export type Patch = { from: Spot, to: Spot, };

export type PersonRef = { staff: string, };

export type PersonView = { id: string, name: string, kana: string, 
/**
 * Of the first post held today.
 */
section: string, role: string, 
/**
 * All sections with a post held today.
 */
sections: Array<string>, 
/**
 * 内線: within the offices.
 */
extension: string, 
/**
 * The number of the person's office phone; empty: none.
 */
mobile: string, };

export type PhoneCutArgs = { id: DeviceId, 
/**
 * Also erase what is on it, unsent work too; else it may still deliver.
 */
wipe?: boolean, };

export type PhoneFindArgs = { 
/**
 * Part of the owner's name, reading or number.
 */
query: string, };

/**
 * A phone of somebody whom the caller looks after.
 */
export type PhoneRow = { id: DeviceId, staff: StaffId, name: string, model: string, state: DeviceState, 
/**
 * 0: never.
 */
last_seen_ms: number, 
/**
 * As the phone last reported: what would be lost with it.
 */
waiting_items: number, waiting_bytes: number, };

export type PhotoAddArgs = { 
/**
 * Names in the app's inbox (never paths).
 */
names: Array<string>, case?: RecordId, visit?: RecordId, note?: RecordId, caption?: string, place?: InspectionPlace, };

export type PhotoCaptionArgs = { id: RecordId, caption: string, };

/**
 * 20/20 事務所に届きました
 */
export type PhotoCount = { total: number, arrived: number, 
/**
 * Filed, or kept where the case is not filed.
 */
at_office: number, };

/**
 * What lies over a photo; the whole layer, not a change of it.
 */
export type PhotoMarksArgs = { id: RecordId, marks: Marks, board: Board | null, };

export type PhotoPlaceArgs = { id: RecordId, case: RecordId, };

export type PhotoView = { id: RecordId, case: RecordId | null, visit: RecordId | null, note: RecordId | null, caption: string, taken_at: Stamp, width: number, height: number, lat: number | null, lon: number | null, author: string, 
/**
 * Of the photo as a whole: the original's.
 */
progress: Progress, variants: Array<VariantView>, 
/**
 * Of an inspection: the key of the question it belongs to, and what it is there.
 */
item: string | null, role: string | null, 
/**
 * What lies over it; the original stays untouched.
 */
marks: Marks, board: Board | null, 
/**
 * The layer is there and cannot be read here: what it blacks out is not known, so the picture is shown to nobody.
 */
unreadable: boolean, 
/**
 * Below the shared folder, once filed.
 */
filed: string | null, 
/**
 * `photo_add` met the same bytes in this case: nothing was added, this is the one that was there.
 */
already_there: boolean, };

export type PinArgs = { pin: string, };

/**
 * Degrees (WGS 84) and metres.
 */
export type Position = { lat: number, lon: number, accuracy_m: number, at: Stamp, };

/**
 * Where an item stands on its way; the words on screen come from the catalogue.
 */
export type Progress = "waiting" | "parked" | "arrived" | "filed" | "kept";

/**
 * 教えて, about a case.
 */
export type QuestionView = { case: RecordId, case_number: string, 
/**
 * The message that answered it.
 */
answer: RecordId | null, };

export type QueueItemRef = { 
/**
 * Absent: everything.
 */
item?: string, };

export type QueueRow = { 
/**
 * Stable while it waits; for retry and cancel.
 */
item: string, lane: Lane, 
/**
 * `note`, `photo`, `visit`, `conflict`, … or a variant's file: `thumb`, `display`, `original`.
 */
what: string, title: string, case_number: string, since: Stamp, bytes: number, 
/**
 * Bytes the office has of it.
 */
sent_bytes: number, 
/**
 * Has been in a batch: it can no longer be cancelled.
 */
frozen: boolean, 
/**
 * Why it is parked.
 */
parked: Fault | null, };

export type QueueView = { rows: Array<QueueRow>, waiting: WaitingView, next_try_at: Stamp | null, last_fault: Fault | null, };

/**
 * A message in a word or two: what it says, or else what it carries.
 */
export type QuoteView = { id: RecordId, by_name: string, text: string, stamp: string | null, photos: number, files: number, 
/**
 * Of its first file, where that has come.
 */
file_name: string | null, unsent: boolean, question: boolean, 
/**
 * One's own words.
 */
own: boolean, };

export type RailMark = { 
/**
 * あ か さ た な は ま や ら わ, or `他`
 */
row: string, 
/**
 * Of the first person.
 */
at: number, };

export type ReactionView = { mark: string, own: boolean, names: Array<string>, };

/**
 * Who has read a message, and who has not.
 */
export type ReadersView = { read: Array<MemberView>, 
/**
 * Empty where it is not known.
 */
unread: Array<MemberView>, 
/**
 * Both lists are whole. In a large room they are not.
 */
complete: boolean, 
/**
 * In a large room how many have read one of its newest messages; of an older one nobody counts that.
 */
count: number | null, };

/**
 * One record (case, visit, note, photo …).
 */
export type RecordId = string;

export type RecordRef = { id: RecordId, };

/**
 * A ruling that is still open.
 */
export type RestItem = { key: AnswerKey, label: string, group: string, };

export type RoomArgs = { room: RecordId, 
/**
 * The newest so many; with `from` so many from there on.
 */
limit?: number, 
/**
 * The part of the room around this message.
 */
at?: RecordId, 
/**
 * The part around the first unread message, where there is one.
 */
unread?: boolean, 
/**
 * The part that begins at this place.
 */
from?: number, 
/**
 * So many messages before `from`, too.
 */
back?: number, };

export type RoomRef = { room: RecordId, };

/**
 * A room of the list. 自分宛 is always there, the others as soon as they have come.
 */
export type RoomRow = { id: RecordId, type: Type, 
/**
 * Of a one-to-one room the other's name; empty: 自分宛.
 */
name: string, colour: string, 
/**
 * People by name; members by section are not counted.
 */
members: number, unread: number, 
/**
 * Of these, the ones that call on oneself.
 */
mentions: number, 
/**
 * Put on top of the list on this phone.
 */
pinned: boolean, 
/**
 * What is being typed; empty: nothing.
 */
draft: string, 
/**
 * Own messages and calls that nobody else can have yet.
 */
waiting: number, failed: number, 
/**
 * Why the office did not make it: nothing of it leaves this phone.
 */
fault: Fault | null, last: LastLine | null, };

export type RoomView = { room: RoomRow, 
/**
 * In the room's order; own waiting ones at the end.
 */
messages: Array<MessageView>, 
/**
 * There are older ones: ask from the first with `back`, or for more of the newest.
 */
older: boolean, 
/**
 * There are newer ones: what is shown is a part in the middle. Own waiting ones stand at the end alone.
 */
newer: boolean, 
/**
 * Up to where oneself has read.
 */
read: number, 
/**
 * Place of the first unread message, shown or not.
 */
unread_from: number | null, 
/**
 * Of the newest message that has a place in the room: what `chat_read` is told.
 */
newest: number, 
/**
 * 「ここから未読」, where that message is among those shown.
 */
first_unread: RecordId | null, pins: Array<QuoteView>, draft: ChatDraft | null, 
/**
 * 安否・参集, newest first.
 */
calls: Array<CallView>, 
/**
 * Oneself looks after the room.
 */
admin: boolean, 
/**
 * Outside working hours: what is not urgent may be delivered in the morning only.
 */
quiet: boolean, };

export type RunStepsArgs = { id: RecordId, steps: Array<StepArgs>, };

/**
 * A run, or what one would be before it is begun (without an id).
 */
export type RunView = { id: RecordId | null, checklist: RecordId, version: number, purpose: string, title: string, variant: string, layout: Layout, visit: RecordId | null, place: string, site: Site | null, 
/**
 * The sorts of site that change anything.
 */
sites: Array<Site>, season: Season, started_at: Stamp | null, finished_at: Stamp | null, 
/**
 * Staff id; of others' runs nothing can be written.
 */
by: string, own: boolean, steps: Array<StepView>, 
/**
 * What does not work on the way, with the alternative.
 */
warnings: Array<Warning>, progress: Progress, };

/**
 * The words of a ruling.
 */
export type Scale = "conform" | "good";

export type SearchArgs = { query: string, limit?: number, };

export type SearchHit = { id: RecordId, kind: string, case: RecordId | null, 
/**
 * Of a message.
 */
room: RecordId | null, case_number: string, title: string, 
/**
 * Around the first match.
 */
excerpt: string, at: Stamp, };

export type Season = "spring" | "summer" | "autumn" | "winter";

export type SectionsView = { 
/**
 * Oneself may make a room of several sections.
 */
may_make: boolean, 
/**
 * Full paths, of everybody in the directory.
 */
sections: Array<string>, };

export type Settings = { 
/**
 * `ja` | `en`
 */
language: string, 
/**
 * `light` | `outdoor`
 */
theme: string, glove: boolean, 
/**
 * 100, 150 or 200 percent.
 */
text_percent: number, 
/**
 * The phone locks itself after so many minutes without a touch: 1, 5 or 15.
 */
lock_minutes: number, };

/**
 * Settings screens that a shell may be able to open.
 */
export type SettingsScreen = "tethering" | "mobile_data" | "wifi" | "battery" | "airplane";

export type Site = "outdoor" | "indoor" | "no_signal";

/**
 * A point on the upright picture: 0 is left or top, 1 right or bottom.
 */
export type Spot = { x: number, y: number, };

/**
 * A member of staff, as the prefecture numbers them.
 */
export type StaffId = string;

/**
 * An instant and the offset of the place where it was taken. On the wire: RFC 3339 with milliseconds,
 * `2026-11-21T10:05:00.000+09:00`. A device's stamp is shown, never trusted for order.
 */
export type Stamp = string;

/**
 * Where an inspection stands.
 */
export type State = "draft" | "finished" | "circulated" | "accepted" | "returned";

export type StatusView = { enrolled: boolean, locked: boolean, me: MeView | null, device_id: string | null, server: string | null, waiting: WaitingView, line: Line, last_contact_at: Stamp | null, next_try_at: Stamp | null, 
/**
 * Why the last try failed, if it did.
 */
last_fault: Fault | null, conflicts: number, 
/**
 * The key store tells what protects the keys (`android`, `file`).
 */
keystore: string, 
/**
 * Things a person should know (a database that was set aside, a skewed clock).
 */
notices: Array<Fault>, 
/**
 * Device clock minus office clock at the last contact.
 */
skew_ms: number | null, 
/**
 * A finger or a face opens it beside the PIN.
 */
biometrics: boolean, 
/**
 * The screens lock after so many minutes without a touch: by the settings, the MDM and the person's section.
 */
lock_minutes: number, 
/**
 * The MDM asks for at least this version before anything is opened; what waits is delivered all the same.
 */
wants_newer: string | null, 
/**
 * Only before enrolment.
 */
invitation: InvitationView | null, version: string, };

export type StepArgs = { key: string, 
/**
 * `done` | `failed` | `skipped`
 */
result: StepResult, 
/**
 * Since the step was shown.
 */
ms: number, note?: string, };

/**
 * What became of one step.
 */
export type StepDone = { at: Stamp, 
/**
 * Since the step was shown.
 */
ms: number, result: StepResult, 
/**
 * What the person wrote or chose, or why it failed.
 */
note?: string, 
/**
 * What the phone knew, as it was shown.
 */
fact?: string, };

export type StepKind = "tick" | "fact" | "line_check" | "choice" | "text";

export type StepResult = "done" | "failed" | "skipped" | "fact";

export type StepView = { key: string, title: Words, help: Words | null, picture: string | null, kind: StepKind, settings: SettingsScreen | null, options: Array<Words>, 
/**
 * What the phone knows about it now.
 */
judged: Judged | null, done: StepDone | null, };

export type SyncArgs = { deadline_s?: number, };

export type SyncView = { 
/**
 * Nothing waits any more.
 */
drained: boolean, sent_ops: number, sent_files: number, received: number, sent_bytes: number, received_bytes: number, elapsed_ms: number, 
/**
 * When the last of what waited was answered, from the call on; what was fetched later is not in it.
 */
drained_after_ms: number | null, waiting: WaitingView, fault: Fault | null, };

export type Thickness = "thin" | "medium" | "thick";

export type TimelineEntry = { kind: EntryKind, at: Stamp, 
/**
 * Of the visit it belongs to.
 */
visit: RecordId | null, note: NoteView | null, photo: PhotoView | null, visit_view: VisitView | null, inspection: InspectionRow | null, };

export type TodayView = { today: string, visits: Array<VisitView>, cases: Array<CaseRow>, drafts: Array<NoteView>, 
/**
 * Of today and tomorrow, from the groupware's calendar.
 */
events: Array<EventView>, 
/**
 * 安否・参集 that ask oneself and are not over: without an answer, or of the last hours. Newest first.
 */
calls: Array<CallView>, waiting: WaitingView, last_contact_at: Stamp | null, };

/**
 * What may look different now.
 */
export type Topic = "cases" | "queue" | "conflicts" | "directory" | "settings";

export type Type = "self" | "direct" | "group" | "section" | "offices" | "disaster";

/**
 * The files of a photo.
 */
export type Variant = "thumb" | "display" | "original";

export type VariantView = { variant: Variant, progress: Progress, bytes: number, on_phone: boolean, };

/**
 * The sentence, as a key of the catalogue (`verdict.<code>`) with its parameters.
 */
export type Verdict = { level: Level, code: string, params: { [key in string]: string }, };

/**
 * What is absent stays.
 */
export type VisitChangeArgs = { id: RecordId, title?: string, planned_at?: Stamp, 
/**
 * Staff ids, at least one.
 */
people?: Array<string>, };

export type VisitCreateArgs = { case: RecordId, title: string, planned_at: Stamp, 
/**
 * Staff ids; empty: oneself.
 */
people?: Array<string>, 
/**
 * Forms that will be filled in (`FormRow.form`).
 */
forms?: Array<string>, };

/**
 * A form of a visit, and what has been begun of it.
 */
export type VisitForm = { form: string, 
/**
 * Absent: it has not come to this phone.
 */
form_version: RecordId | null, title: string, inspection: InspectionRow | null, };

export type VisitStateArgs = { id: RecordId, state: string, };

export type VisitView = { id: RecordId, case: RecordId, case_number: string, case_name: string, place: string, title: string, planned_at: Stamp | null, state: string, people: Array<string>, progress: Progress, };

export type WaitingView = { notes: number, photos: number, 
/**
 * All waiting operations and files.
 */
items: number, bytes: number, oldest_at: Stamp | null, parked: number, };

/**
 * What does not work (over tethering, in an outage), and what to do in its place.
 */
export type Warning = { what: Words, instead: Words, };

/**
 * A text in both languages; English may be absent.
 */
export type Words = { ja: string, en?: string, };

/** What the core answers to: name → arguments and reply. */
export interface Calls {
  /** Everything the frame around each screen shows. Works locked and before enrolment. */
  status: { args: Nothing; reply: StatusView };
  /** Joins this installation to an office with a one-time code, sets the PIN and ends with a first sync. */
  enrol: { args: EnrolArgs; reply: StatusView };
  /** The office was restored and has forgotten this phone: a new code brings it back with everything unsent. */
  enrol_again: { args: EnrolAgainArgs; reply: StatusView };
  unlock: { args: PinArgs; reply: StatusView };
  lock: { args: Nothing; reply: StatusView };
  /** Hands are on the screens, or something is not saved yet: the minutes until the phone locks itself begin anew. */
  touch: { args: Nothing; reply: Done };
  change_pin: { args: ChangePinArgs; reply: Done };
  /** A lost PIN: gives up the vault, keeps the queue, which is delivered under the old device id. */
  forget_pin: { args: Nothing; reply: StatusView };
  today: { args: Nothing; reply: TodayView };
  case_list: { args: CaseListArgs; reply: Array<CaseRow> };
  /** A case and what happened in it, newest first; counts are of the whole case. */
  case_card: { args: CaseCardArgs; reply: CaseCard };
  /** Follow by number: its records come to this phone. */
  case_follow: { args: NumberArgs; reply: CaseRow };
  case_unfollow: { args: CaseRef; reply: Done };
  visit_create: { args: VisitCreateArgs; reply: VisitView };
  visit_state: { args: VisitStateArgs; reply: VisitView };
  /** Title, time or people of a visit that is not finished. */
  visit_change: { args: VisitChangeArgs; reply: VisitView };
  /** Takes back a planned visit that nobody has set out for. */
  visit_cancel: { args: RecordRef; reply: Done };
  note_get: { args: RecordRef; reply: NoteView };
  /** Makes a note (no `id`) or changes one. Without a case it is a draft of one's own. */
  note_save: { args: NoteSaveArgs; reply: NoteView };
  /** Finishes a note: it will be filed. */
  note_finish: { args: RecordRef; reply: NoteView };
  note_delete: { args: RecordRef; reply: Done };
  /** Puts a draft without a case into one. */
  note_publish: { args: NotePublishArgs; reply: NoteView };
  /** What is being typed, by a key of the screen's choice; durable when the call returns. */
  draft_save: { args: DraftArgs; reply: Done };
  draft_load: { args: DraftKey; reply: DraftView };
  draft_drop: { args: DraftKey; reply: Done };
  /** The forms that this phone may fill in. */
  form_list: { args: Nothing; reply: Array<FormRow> };
  /** The forms of a visit: planned ones, and what was begun. */
  visit_forms: { args: RecordRef; reply: Array<VisitForm> };
  /** Begins an inspection, or finds the one that is open for the same visit and form. */
  inspection_begin: { args: InspectionBeginArgs; reply: InspectionView };
  inspection_get: { args: RecordRef; reply: InspectionView };
  inspection_list: { args: CaseRef; reply: Array<InspectionRow> };
  /** One call to the form's engine; what it changes is durable when the call returns. */
  inspection_call: { args: InspectionCallArgs; reply: FormReply };
  /** A value for a finished inspection (`set`): its head decides about it. */
  inspection_propose: { args: InspectionCallArgs; reply: Done };
  /** Locks it with a snapshot of what was calculated. */
  inspection_finish: { args: RecordRef; reply: InspectionView };
  /** 回付: hands it to the section head. */
  inspection_circulate: { args: RecordRef; reply: InspectionView };
  inspection_reopen: { args: RecordRef; reply: InspectionView };
  inspection_report: { args: InspectionReportArgs; reply: InspectionView };
  /** Before the camera opens: a row that survives a kill. The returned name is where the camera writes. */
  capture_begin: { args: CaptureArgs; reply: CaptureView };
  /** The QR codes in an inbox file, which is not kept. */
  code_read: { args: CodeReadArgs; reply: CodesView };
  /** Takes the named inbox files as photographs: check, hash, derive, seal, queue. */
  photo_add: { args: PhotoAddArgs; reply: Array<PhotoView> };
  photo_get: { args: RecordRef; reply: PhotoView };
  photo_caption: { args: PhotoCaptionArgs; reply: PhotoView };
  /** Marks, black-outs and the small blackboard, in a layer beside the untouched picture. */
  photo_marks: { args: PhotoMarksArgs; reply: PhotoView };
  /** One's own photos that are in no case yet, newest first. */
  photo_own: { args: Nothing; reply: Array<PhotoView> };
  /** Puts one of them into a case; it gets a new id. */
  photo_place: { args: PhotoPlaceArgs; reply: PhotoView };
  photo_delete: { args: RecordRef; reply: Done };
  photo_list: { args: CaseRef; reply: Array<PhotoView> };
  /** The checklists in use. */
  checklist_list: { args: Nothing; reply: Array<ChecklistRow> };
  /** Checklists whose time has come: before departure, before the year ends. */
  checklist_due: { args: Nothing; reply: Array<DueRow> };
  /** What a run would be, or one's own that is open. */
  checklist_preview: { args: ChecklistArgs; reply: RunView };
  /** Begins a run, or finds one's own that is open for the same visit. */
  checklist_begin: { args: ChecklistArgs; reply: RunView };
  checklist_run: { args: RecordRef; reply: RunView };
  /** Writes steps of one's own run; what is written never changes. */
  checklist_steps: { args: RunStepsArgs; reply: RunView };
  /** Ends the run: facts as they are now, what nobody ticked as skipped. */
  checklist_finish: { args: RecordRef; reply: RunView };
  /** Measures the line to the office; at most ten seconds. */
  line_check: { args: LineCheckArgs; reply: LineCheckView };
  line_check_get: { args: RecordRef; reply: LineCheckView };
  /** What was measured before, newest first. */
  line_checks: { args: Nothing; reply: Array<LineCheckView> };
  /** 自分宛 on top, then pinned ones, then by what was said last. */
  chat_rooms: { args: Nothing; reply: Array<RoomRow> };
  chat_badge: { args: Nothing; reply: ChatBadge };
  /** The newest messages of a room, own waiting ones at the end. */
  chat_room: { args: RoomArgs; reply: RoomView };
  /** The one-to-one room with a person; it is made when there is none. */
  chat_open: { args: ChatOpenArgs; reply: RoomRow };
  chat_group: { args: ChatGroupArgs; reply: RoomRow };
  /** What a room of several sections is made of. */
  chat_sections: { args: Nothing; reply: SectionsView };
  chat_rename: { args: ChatRenameArgs; reply: RoomRow };
  chat_members: { args: RoomRef; reply: MembersView };
  chat_invite: { args: ChatInviteArgs; reply: MembersView };
  /** Leaving, taking out, handing the administration over. */
  chat_member: { args: ChatMemberArgs; reply: Done };
  chat_pin_room: { args: ChatPinRoomArgs; reply: RoomRow };
  /** What is being typed; durable when the call returns. */
  chat_draft: { args: ChatDraftArgs; reply: Done };
  chat_send: { args: ChatSendArgs; reply: MessageView };
  chat_edit: { args: ChatEditArgs; reply: MessageView };
  /** 送信取消: takes a waiting or held message back; of a sent one a line remains. */
  chat_unsend: { args: RecordRef; reply: Done };
  /** 再送 of a message that was refused. */
  chat_retry: { args: RecordRef; reply: MessageView };
  /** 削除 of a message that was refused. */
  chat_drop: { args: RecordRef; reply: Done };
  /** Sets a reaction or work stamp on a message, or takes one's own back. */
  chat_react: { args: ChatReactArgs; reply: MessageView };
  chat_pin: { args: ChatPinArgs; reply: MessageView };
  chat_read: { args: ChatReadArgs; reply: Done };
  chat_readers: { args: RecordRef; reply: ReadersView };
  chat_forward: { args: ChatForwardArgs; reply: MessageView };
  /** 教えて: asks a room about photos of a case. */
  chat_ask: { args: ChatAskArgs; reply: MessageView };
  /** Which message answered one's question; the office writes it into the case. */
  chat_answer: { args: ChatAnswerArgs; reply: MessageView };
  chat_search: { args: ChatSearchArgs; reply: Array<ChatHit> };
  /** 安否・参集: asks whole sections, at any hour. Who leads a section may. */
  call_open: { args: CallOpenArgs; reply: CallView };
  /** One's own answer to a 安否・参集 call. */
  call_answer: { args: CallAnswerArgs; reply: CallView };
  /** 再送 of a call that was refused, or of one's own refused answer to it. */
  call_retry: { args: RecordRef; reply: CallView };
  /** 削除 of the same. */
  call_drop: { args: RecordRef; reply: Done };
  /** 再送 of a room that the office did not make. */
  room_retry: { args: RecordRef; reply: RoomRow };
  /** 削除 of such a room, with everything that was written into it. */
  room_drop: { args: RecordRef; reply: Done };
  queue: { args: Nothing; reply: QueueView };
  /** Try again now: everything, or one parked item. */
  queue_retry: { args: QueueItemRef; reply: QueueView };
  /** Drops one item that has not been in a batch yet, or a parked one after a person's decision. */
  queue_cancel: { args: QueueItemRef; reply: QueueView };
  conflicts: { args: Nothing; reply: Array<ConflictView> };
  conflict_resolve: { args: ConflictResolveArgs; reply: Done };
  search: { args: SearchArgs; reply: Array<SearchHit> };
  directory: { args: SearchArgs; reply: Array<PersonView> };
  /** A part of the directory, for a list of any length. */
  directory_page: { args: DirectoryPageArgs; reply: DirectoryPage };
  person: { args: PersonRef; reply: PersonView };
  /** What to do when something happened, by the clock. Works locked: a colleague's phone lies at hand. */
  help: { args: Nothing; reply: HelpView };
  /** Phones of people whom one looks after, asked from the office now. */
  phone_find: { args: PhoneFindArgs; reply: Array<PhoneRow> };
  /** Cuts a phone off: it reads nothing any more. */
  phone_cut: { args: PhoneCutArgs; reply: Done };
  /** Appointments of today and the days after it. */
  calendar: { args: CalendarArgs; reply: Array<EventView> };
  /** Makes a visit of an appointment, or finds the one that was made of it. */
  event_visit: { args: EventVisitArgs; reply: VisitView };
  /** One round of the engine now; returns when the outbox is empty, the deadline is over, or the line fails. */
  sync_now: { args: SyncArgs; reply: SyncView };
  /** What the device says about itself (battery, line, hotspot, storage); works locked. */
  facts: { args: Nothing; reply: DeviceFacts };
  settings_get: { args: Nothing; reply: Settings };
  settings_set: { args: Settings; reply: Settings };
}
