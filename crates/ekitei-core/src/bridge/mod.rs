//! The bridge: the one typed call surface between a screen and the core. Declared once, here; `src-tauri` and
//! `ekitei-field` carry it unchanged, TypeScript gets its types from [`typescript`].
//!
//! A call is `{"call": name, "args": {…}}`; the answer `{"ok": value}` or `{"err": Fault}`. Calls block (they touch the
//! database): shells run them on a blocking thread.

pub mod args;
pub mod chat;
mod chat_args;
pub mod checks;
pub mod event;
pub mod happening;
mod typescript;
pub mod views;

use crate::facts::DeviceFacts;
use args::*;
use chat::*;
use checks::*;
use ekitei_forms::facade::Reply as FormReply;
use ekitei_model::Fault;
use serde_json::Value;
use views::*;

pub use event::{Event, Topic};
pub use typescript::typescript;

macro_rules! calls {
    ($($(#[doc = $doc:literal])* $name:ident($args:ty) -> $reply:ty;)*) => {
        /// What the core answers to. One method a call.
        pub trait Surface {
            $($(#[doc = $doc])* fn $name(&self, args: $args) -> Result<$reply, Fault>;)*
        }

        /// Runs one call by name. Unknown names and malformed arguments are faults (`call-unknown`, `call-malformed`).
        pub fn dispatch<S: Surface + ?Sized>(surface: &S, call: &str, args: Value) -> Result<Value, Fault> {
            match call {
                $(stringify!($name) => {
                    let args: $args = serde_json::from_value(args)
                        .map_err(|e| Fault::ask("call-malformed").with("call", call).with("detail", e))?;
                    let reply = surface.$name(args)?;
                    serde_json::to_value(reply).map_err(|e| Fault::ask("internal").with("detail", e))
                })*
                _ => Err(Fault::ask("call-unknown").with("call", call)),
            }
        }

        /// The names of all calls.
        pub const CALLS: &[&str] = &[$(stringify!($name)),*];

        /// Shows every argument and reply type to `visitor`.
        fn visit_types(visitor: &mut impl ts_rs::TypeVisitor) {
            $(visitor.visit::<$args>(); visitor.visit::<$reply>();)*
        }

        /// The TypeScript interface `Calls`: name → arguments and reply.
        fn calls_interface(config: &ts_rs::Config) -> String {
            use ts_rs::TS as _;
            let mut out = String::from("export interface Calls {\n");
            $(
                $(out.push_str(&format!("  /** {} */\n", $doc.trim()));)*
                out.push_str(&format!(
                    "  {}: {{ args: {}; reply: {} }};\n",
                    stringify!($name), <$args>::name(config), <$reply>::name(config)
                ));
            )*
            out.push_str("}\n");
            out
        }
    };
}

calls! {
    /// Everything the frame around each screen shows. Works locked and before enrolment.
    status(Nothing) -> StatusView;
    /// Joins this installation to an office with a one-time code, sets the PIN and ends with a first sync.
    enrol(EnrolArgs) -> StatusView;
    /// The office was restored and has forgotten this phone: a new code brings it back with everything unsent.
    enrol_again(EnrolAgainArgs) -> StatusView;
    unlock(PinArgs) -> StatusView;
    lock(Nothing) -> StatusView;
    /// Hands are on the screens, or something is not saved yet: the minutes until the phone locks itself begin anew.
    touch(Nothing) -> Done;
    change_pin(ChangePinArgs) -> Done;
    /// A lost PIN: gives up the vault, keeps the queue, which is delivered under the old device id.
    forget_pin(Nothing) -> StatusView;

    today(Nothing) -> TodayView;
    case_list(CaseListArgs) -> Vec<CaseRow>;
    /// A case and what happened in it, newest first; counts are of the whole case.
    case_card(CaseCardArgs) -> CaseCard;
    /// Follow by number: its records come to this phone.
    case_follow(NumberArgs) -> CaseRow;
    case_unfollow(CaseRef) -> Done;
    visit_create(VisitCreateArgs) -> VisitView;
    visit_state(VisitStateArgs) -> VisitView;
    /// Title, time or people of a visit that is not finished.
    visit_change(VisitChangeArgs) -> VisitView;
    /// Takes back a planned visit that nobody has set out for.
    visit_cancel(RecordRef) -> Done;

    note_get(RecordRef) -> NoteView;
    /// Makes a note (no `id`) or changes one. Without a case it is a draft of one's own.
    note_save(NoteSaveArgs) -> NoteView;
    /// Finishes a note: it will be filed.
    note_finish(RecordRef) -> NoteView;
    note_delete(RecordRef) -> Done;
    /// Puts a draft without a case into one.
    note_publish(NotePublishArgs) -> NoteView;
    /// What is being typed, by a key of the screen's choice; durable when the call returns.
    draft_save(DraftArgs) -> Done;
    draft_load(DraftKey) -> DraftView;
    draft_drop(DraftKey) -> Done;

    /// The forms that this phone may fill in.
    form_list(Nothing) -> Vec<FormRow>;
    /// The forms of a visit: planned ones, and what was begun.
    visit_forms(RecordRef) -> Vec<VisitForm>;
    /// Begins an inspection, or finds the one that is open for the same visit and form.
    inspection_begin(InspectionBeginArgs) -> InspectionView;
    inspection_get(RecordRef) -> InspectionView;
    inspection_list(CaseRef) -> Vec<InspectionRow>;
    /// One call to the form's engine; what it changes is durable when the call returns.
    inspection_call(InspectionCallArgs) -> FormReply;
    /// A value for a finished inspection (`set`): its head decides about it.
    inspection_propose(InspectionCallArgs) -> Done;
    /// Locks it with a snapshot of what was calculated.
    inspection_finish(RecordRef) -> InspectionView;
    /// 回付: hands it to the section head.
    inspection_circulate(RecordRef) -> InspectionView;
    inspection_reopen(RecordRef) -> InspectionView;
    inspection_report(InspectionReportArgs) -> InspectionView;

    /// Before the camera opens: a row that survives a kill. The returned name is where the camera writes.
    capture_begin(CaptureArgs) -> CaptureView;
    /// The QR codes in an inbox file, which is not kept.
    code_read(CodeReadArgs) -> CodesView;
    /// Takes the named inbox files as photographs: check, hash, derive, seal, queue.
    photo_add(PhotoAddArgs) -> Vec<PhotoView>;
    photo_get(RecordRef) -> PhotoView;
    photo_caption(PhotoCaptionArgs) -> PhotoView;
    /// Marks, black-outs and the small blackboard, in a layer beside the untouched picture.
    photo_marks(PhotoMarksArgs) -> PhotoView;
    /// One's own photos that are in no case yet, newest first.
    photo_own(Nothing) -> Vec<PhotoView>;
    /// Puts one of them into a case; it gets a new id.
    photo_place(PhotoPlaceArgs) -> PhotoView;
    photo_delete(RecordRef) -> Done;
    photo_list(CaseRef) -> Vec<PhotoView>;

    /// The checklists in use.
    checklist_list(Nothing) -> Vec<ChecklistRow>;
    /// Checklists whose time has come: before departure, before the year ends.
    checklist_due(Nothing) -> Vec<DueRow>;
    /// What a run would be, or one's own that is open.
    checklist_preview(ChecklistArgs) -> RunView;
    /// Begins a run, or finds one's own that is open for the same visit.
    checklist_begin(ChecklistArgs) -> RunView;
    checklist_run(RecordRef) -> RunView;
    /// Writes steps of one's own run; what is written never changes.
    checklist_steps(RunStepsArgs) -> RunView;
    /// Ends the run: facts as they are now, what nobody ticked as skipped.
    checklist_finish(RecordRef) -> RunView;
    /// Measures the line to the office; at most ten seconds.
    line_check(LineCheckArgs) -> LineCheckView;
    line_check_get(RecordRef) -> LineCheckView;
    /// What was measured before, newest first.
    line_checks(Nothing) -> Vec<LineCheckView>;

    /// 自分宛 on top, then pinned ones, then by what was said last.
    chat_rooms(Nothing) -> Vec<RoomRow>;
    chat_badge(Nothing) -> ChatBadge;
    /// The newest messages of a room, own waiting ones at the end.
    chat_room(RoomArgs) -> RoomView;
    /// The one-to-one room with a person; it is made when there is none.
    chat_open(ChatOpenArgs) -> RoomRow;
    chat_group(ChatGroupArgs) -> RoomRow;
    /// What a room of several sections is made of.
    chat_sections(Nothing) -> SectionsView;
    chat_rename(ChatRenameArgs) -> RoomRow;
    chat_members(RoomRef) -> MembersView;
    chat_invite(ChatInviteArgs) -> MembersView;
    /// Leaving, taking out, handing the administration over.
    chat_member(ChatMemberArgs) -> Done;
    chat_pin_room(ChatPinRoomArgs) -> RoomRow;
    /// What is being typed; durable when the call returns.
    chat_draft(ChatDraftArgs) -> Done;
    chat_send(ChatSendArgs) -> MessageView;
    chat_edit(ChatEditArgs) -> MessageView;
    /// 送信取消: takes a waiting or held message back; of a sent one a line remains.
    chat_unsend(RecordRef) -> Done;
    /// 再送 of a message that was refused.
    chat_retry(RecordRef) -> MessageView;
    /// 削除 of a message that was refused.
    chat_drop(RecordRef) -> Done;
    /// Sets a reaction or work stamp on a message, or takes one's own back.
    chat_react(ChatReactArgs) -> MessageView;
    chat_pin(ChatPinArgs) -> MessageView;
    chat_read(ChatReadArgs) -> Done;
    chat_readers(RecordRef) -> ReadersView;
    chat_forward(ChatForwardArgs) -> MessageView;
    /// 教えて: asks a room about photos of a case.
    chat_ask(ChatAskArgs) -> MessageView;
    /// Which message answered one's question; the office writes it into the case.
    chat_answer(ChatAnswerArgs) -> MessageView;
    chat_search(ChatSearchArgs) -> Vec<ChatHit>;
    /// 安否・参集: asks whole sections, at any hour. Who leads a section may.
    call_open(CallOpenArgs) -> CallView;
    /// One's own answer to a 安否・参集 call.
    call_answer(CallAnswerArgs) -> CallView;
    /// 再送 of a call that was refused, or of one's own refused answer to it.
    call_retry(RecordRef) -> CallView;
    /// 削除 of the same.
    call_drop(RecordRef) -> Done;
    /// 再送 of a room that the office did not make.
    room_retry(RecordRef) -> RoomRow;
    /// 削除 of such a room, with everything that was written into it.
    room_drop(RecordRef) -> Done;

    queue(Nothing) -> QueueView;
    /// Try again now: everything, or one parked item.
    queue_retry(QueueItemRef) -> QueueView;
    /// Drops one item that has not been in a batch yet, or a parked one after a person's decision.
    queue_cancel(QueueItemRef) -> QueueView;
    conflicts(Nothing) -> Vec<ConflictView>;
    conflict_resolve(ConflictResolveArgs) -> Done;
    search(SearchArgs) -> Vec<SearchHit>;
    directory(SearchArgs) -> Vec<PersonView>;
    /// A part of the directory, for a list of any length.
    directory_page(DirectoryPageArgs) -> DirectoryPage;
    person(PersonRef) -> PersonView;
    /// What to do when something happened, by the clock. Works locked: a colleague's phone lies at hand.
    help(Nothing) -> HelpView;
    /// Phones of people whom one looks after, asked from the office now.
    phone_find(PhoneFindArgs) -> Vec<PhoneRow>;
    /// Cuts a phone off: it reads nothing any more.
    phone_cut(PhoneCutArgs) -> Done;
    /// Appointments of today and the days after it.
    calendar(CalendarArgs) -> Vec<EventView>;
    /// Makes a visit of an appointment, or finds the one that was made of it.
    event_visit(EventVisitArgs) -> VisitView;
    /// One round of the engine now; returns when the outbox is empty, the deadline is over, or the line fails.
    sync_now(SyncArgs) -> SyncView;
    /// What the device says about itself (battery, line, hotspot, storage); works locked.
    facts(Nothing) -> DeviceFacts;
    settings_get(Nothing) -> Settings;
    settings_set(Settings) -> Settings;
}
