//! What screens show. Instants are [`Stamp`] texts; amounts carry their unit in the name.

use ekitei_forms::view::FormView;
use ekitei_model::inspection::State;
use ekitei_model::kinds::Variant;
use ekitei_model::{Fault, Lane, RecordId, Stamp};
use ekitei_report::marks::{Board, Marks};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use ts_rs::TS;

pub use super::happening::{
    DirectoryPage, EventCase, EventView, HelpCardView, HelpContact, HelpView, PersonView, RailMark,
};
pub use ekitei_model::phones::PhoneRow;

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, TS)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* })*
    };
}

/// Where an item stands on its way; the words on screen come from the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// 未送信
    Waiting,
    /// Parked: a person must look (see the queue).
    Parked,
    /// サーバー到着
    Arrived,
    /// 事務所に届きました: filed in the shared folder.
    Filed,
    /// 台帳保管済: the case is not filed, the office keeps it.
    Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Never tried.
    Unknown,
    Online,
    Offline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Visit,
    Note,
    Photo,
    Inspection,
}

views! {
    Done {}
    MeView { id: String, name: String, kana: String, sections: Vec<String> }
    WaitingView {
        #[ts(type = "number")] notes: u64,
        #[ts(type = "number")] photos: u64,
        /// All waiting operations and files.
        #[ts(type = "number")] items: u64,
        #[ts(type = "number")] bytes: u64,
        oldest_at: Option<Stamp>,
        #[ts(type = "number")] parked: u64,
    }
    /// Where the phone manager (MDM) wants this phone to be enrolled.
    InvitationView { server: String, code: Option<String> }
    StatusView {
        enrolled: bool,
        locked: bool,
        me: Option<MeView>,
        device_id: Option<String>,
        server: Option<String>,
        waiting: WaitingView,
        line: Line,
        last_contact_at: Option<Stamp>,
        next_try_at: Option<Stamp>,
        /// Why the last try failed, if it did.
        last_fault: Option<Fault>,
        #[ts(type = "number")] conflicts: u64,
        /// The key store tells what protects the keys (`android`, `file`).
        keystore: String,
        /// Things a person should know (a database that was set aside, a skewed clock).
        notices: Vec<Fault>,
        /// Device clock minus office clock at the last contact.
        #[ts(type = "number | null")] skew_ms: Option<i64>,
        /// A finger or a face opens it beside the PIN.
        biometrics: bool,
        /// The screens lock after so many minutes without a touch: by the settings, the MDM and the person's section.
        lock_minutes: u16,
        /// The MDM asks for at least this version before anything is opened; what waits is delivered all the same.
        wants_newer: Option<String>,
        /// Only before enrolment.
        invitation: Option<InvitationView>,
        version: String,
    }
    TodayView {
        today: String,
        visits: Vec<VisitView>,
        cases: Vec<CaseRow>,
        drafts: Vec<NoteView>,
        /// Of today and tomorrow, from the groupware's calendar.
        events: Vec<EventView>,
        /// 安否・参集 that ask oneself and are not over: without an answer, or of the last hours. Newest first.
        calls: Vec<super::chat::CallView>,
        waiting: WaitingView,
        last_contact_at: Option<Stamp>,
    }
    CaseRow {
        id: RecordId,
        number: String,
        /// Empty when the case is restricted and this phone does not hold it.
        name: String,
        place: String,
        section: String,
        state: String,
        restricted: bool,
        followed: bool,
        assigned: bool,
        lat: Option<f64>,
        lon: Option<f64>,
    }
    CaseCard {
        case: CaseRow,
        entries: Vec<TimelineEntry>,
        photos: PhotoCount,
        #[ts(type = "number")] conflicts: u64,
        /// There is more: ask with this as `before`.
        older: Option<String>,
    }
    /// 20/20 事務所に届きました
    PhotoCount {
        #[ts(type = "number")] total: u64,
        #[ts(type = "number")] arrived: u64,
        /// Filed, or kept where the case is not filed.
        #[ts(type = "number")] at_office: u64,
    }
    TimelineEntry {
        kind: EntryKind,
        at: Stamp,
        /// Of the visit it belongs to.
        visit: Option<RecordId>,
        note: Option<NoteView>,
        photo: Option<PhotoView>,
        visit_view: Option<VisitView>,
        inspection: Option<InspectionRow>,
    }
    VisitView {
        id: RecordId,
        case: RecordId,
        case_number: String,
        case_name: String,
        place: String,
        title: String,
        planned_at: Option<Stamp>,
        state: String,
        people: Vec<String>,
        progress: Progress,
    }
    NoteView {
        id: RecordId,
        /// `None`: a draft of one's own, not in a case yet.
        case: Option<RecordId>,
        visit: Option<RecordId>,
        title: String,
        text: String,
        #[ts(type = "any")] strokes: Option<Value>,
        template: Option<String>,
        written_at: Stamp,
        finished_at: Option<Stamp>,
        author: String,
        progress: Progress,
        conflicted: bool,
    }
    VariantView { variant: Variant, progress: Progress, #[ts(type = "number")] bytes: u64, on_phone: bool }
    PhotoView {
        id: RecordId,
        case: Option<RecordId>,
        visit: Option<RecordId>,
        note: Option<RecordId>,
        caption: String,
        taken_at: Stamp,
        width: u32,
        height: u32,
        lat: Option<f64>,
        lon: Option<f64>,
        author: String,
        /// Of the photo as a whole: the original's.
        progress: Progress,
        variants: Vec<VariantView>,
        /// Of an inspection: the key of the question it belongs to, and what it is there.
        item: Option<String>,
        role: Option<String>,
        /// What lies over it; the original stays untouched.
        marks: Marks,
        board: Option<Board>,
        /// The layer is there and cannot be read here: what it blacks out is not known, so the picture is shown to nobody.
        unreadable: bool,
        /// Below the shared folder, once filed.
        filed: Option<String>,
        /// `photo_add` met the same bytes in this case: nothing was added, this is the one that was there.
        already_there: bool,
    }
    /// A form that may be filled in: the newest version that has come to this phone.
    FormRow {
        /// Of the version.
        id: RecordId,
        form: String,
        #[ts(type = "number")] version: u64,
        title: String,
    }
    /// A form of a visit, and what has been begun of it.
    VisitForm {
        form: String,
        /// Absent: it has not come to this phone.
        form_version: Option<RecordId>,
        title: String,
        inspection: Option<InspectionRow>,
    }
    InspectionRow {
        id: RecordId,
        form: String,
        title: String,
        visit: Option<RecordId>,
        state: State,
        /// Staff id.
        inspector: String,
        started_at: Option<Stamp>,
        finished_at: Option<Stamp>,
        progress: Progress,
    }
    InspectionView {
        row: InspectionRow,
        case: RecordId,
        case_number: String,
        case_name: String,
        /// Absent: its form has not come to this phone yet.
        form: Option<FormView>,
        /// 所見
        report: String,
        returned_reason: String,
        /// Staff id.
        accepted_by: String,
        /// Below the shared folder, once filed.
        filed: String,
        /// Photos, signatures and files, by the key of their question.
        photos: BTreeMap<String, Vec<PhotoView>>,
        last: Option<LastVisitView>,
        amendments: Vec<AmendmentView>,
    }
    /// What the last inspection by the same form left beside today's.
    LastVisitView {
        id: RecordId,
        at: Option<Stamp>,
        photos: BTreeMap<String, Vec<PhotoView>>,
        /// Findings, by their key: they are no questions of today while nothing fails.
        findings: BTreeMap<String, String>,
    }
    AmendmentView {
        id: RecordId,
        /// `proposed` | `accepted` | `rejected`
        state: String,
        by: String,
        /// Field → value.
        #[ts(type = "Record<string, unknown>")] proposed: Value,
        #[ts(type = "Record<string, unknown>")] standing: Value,
    }
    CaptureView { name: String }
    /// The texts of the codes in a picture.
    CodesView { codes: Vec<String> }
    QueueRow {
        /// Stable while it waits; for retry and cancel.
        item: String,
        lane: Lane,
        /// `note`, `photo`, `visit`, `conflict`, … or a variant's file: `thumb`, `display`, `original`.
        what: String,
        title: String,
        case_number: String,
        since: Stamp,
        #[ts(type = "number")] bytes: u64,
        /// Bytes the office has of it.
        #[ts(type = "number")] sent_bytes: u64,
        /// Has been in a batch: it can no longer be cancelled.
        frozen: bool,
        /// Why it is parked.
        parked: Option<Fault>,
    }
    QueueView { rows: Vec<QueueRow>, waiting: WaitingView, next_try_at: Option<Stamp>, last_fault: Option<Fault> }
    ConflictView {
        id: RecordId,
        record: RecordId,
        record_kind: String,
        case: Option<RecordId>,
        title: String,
        field: String,
        #[ts(type = "any")] mine: Value,
        #[ts(type = "any")] theirs: Value,
        /// Staff id and name of who wrote the value that came second, and when by their clock.
        by: String,
        by_name: String,
        by_at: Option<Stamp>,
        /// Whether the value that came second is this phone's.
        own: bool,
        /// Who wrote the value that stands, and when by their clock; absent: the office itself, or not known here.
        standing_name: Option<String>,
        standing_at: Option<Stamp>,
    }
    SearchHit {
        id: RecordId,
        kind: String,
        case: Option<RecordId>,
        /// Of a message.
        room: Option<RecordId>,
        case_number: String,
        title: String,
        /// Around the first match.
        excerpt: String,
        at: Stamp,
    }
    SyncView {
        /// Nothing waits any more.
        drained: bool,
        #[ts(type = "number")] sent_ops: u64,
        #[ts(type = "number")] sent_files: u64,
        #[ts(type = "number")] received: u64,
        #[ts(type = "number")] sent_bytes: u64,
        #[ts(type = "number")] received_bytes: u64,
        #[ts(type = "number")] elapsed_ms: u64,
        /// When the last of what waited was answered, from the call on; what was fetched later is not in it.
        #[ts(type = "number | null")] drained_after_ms: Option<u64>,
        waiting: WaitingView,
        fault: Option<Fault>,
    }
    DraftView { #[ts(type = "any")] value: Value }
}
