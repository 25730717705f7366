//! What screens pass in.

use ekitei_forms::facade::Call as FormCall;
use ekitei_model::{DeviceId, RecordId, Stamp};
use ekitei_report::marks::{Board, Marks};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

pub use super::happening::{
    CalendarArgs, DirectoryPageArgs, EventVisitArgs, PersonRef, PhoneCutArgs, PhoneFindArgs,
};

macro_rules! args {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* })*
    };
}

args! {
    Nothing {}
    EnrolArgs {
        /// `https://…`, or `http://127.0.0.1:port` in development.
        server: String,
        code: String,
        pin: String,
        /// The office's own certificate authority, when it has one: PEM, or pins of its key (`sha256/…`), one a line.
        #[serde(default)] #[ts(optional)] ca_pem: Option<String>,
        /// What the office sees in its list of phones.
        #[serde(default)] #[ts(optional)] model: Option<String>,
    }
    EnrolAgainArgs {
        code: String,
        /// Absent: where it was before.
        #[serde(default)] #[ts(optional)] server: Option<String>,
        /// With `server`: as in `enrol`.
        #[serde(default)] #[ts(optional)] ca_pem: Option<String>,
        /// What the office sees in its list of phones.
        #[serde(default)] #[ts(optional)] model: Option<String>,
    }
    PinArgs { pin: String }
    ChangePinArgs { old: String, new: String }
    CaseListArgs {
        /// Folded substring of number, name or place; empty: all.
        #[serde(default)] #[ts(as = "Option<_>", optional)] filter: String,
        /// Only cases whose records are on this phone.
        #[serde(default)] #[ts(as = "Option<_>", optional)] followed_only: bool,
    }
    CaseRef { case: RecordId }
    CaseCardArgs {
        case: RecordId,
        /// Only so many entries, the newest; absent: all.
        #[serde(default)] #[ts(optional)] limit: Option<u32>,
        /// `older` of the card before: what comes after it.
        #[serde(default)] #[ts(optional)] before: Option<String>,
    }
    NumberArgs { number: String }
    RecordRef { id: RecordId }
    VisitCreateArgs {
        case: RecordId,
        title: String,
        planned_at: Stamp,
        /// Staff ids; empty: oneself.
        #[serde(default)] #[ts(as = "Option<_>", optional)] people: Vec<String>,
        /// Forms that will be filled in (`FormRow.form`).
        #[serde(default)] #[ts(as = "Option<_>", optional)] forms: Vec<String>,
    }
    VisitStateArgs { id: RecordId, state: String }
    /// What is absent stays.
    VisitChangeArgs {
        id: RecordId,
        #[serde(default)] #[ts(optional)] title: Option<String>,
        #[serde(default)] #[ts(optional)] planned_at: Option<Stamp>,
        /// Staff ids, at least one.
        #[serde(default)] #[ts(optional)] people: Option<Vec<String>>,
    }
    NoteSaveArgs {
        #[serde(default)] #[ts(optional)] id: Option<RecordId>,
        #[serde(default)] #[ts(optional)] case: Option<RecordId>,
        #[serde(default)] #[ts(optional)] visit: Option<RecordId>,
        #[serde(default)] #[ts(optional)] title: Option<String>,
        #[serde(default)] #[ts(optional)] text: Option<String>,
        /// Pen strokes; see `note.strokes` in the protocol.
        #[serde(default)] #[ts(optional, type = "any")] strokes: Option<Value>,
        #[serde(default)] #[ts(optional)] template: Option<String>,
    }
    NotePublishArgs { id: RecordId, case: RecordId }
    DraftKey { key: String }
    DraftArgs { key: String, #[ts(type = "any")] value: Value }
    CaptureArgs {
        case: RecordId,
        #[serde(default)] #[ts(optional)] visit: Option<RecordId>,
        #[serde(default)] #[ts(optional)] place: Option<InspectionPlace>,
    }
    /// Where in an inspection a picture belongs.
    InspectionPlace {
        inspection: RecordId,
        /// Key of the question.
        item: String,
        /// `photo` | `signature` | `drawing` | `file`
        role: String,
    }
    PhotoAddArgs {
        /// Names in the app's inbox (never paths).
        names: Vec<String>,
        #[serde(default)] #[ts(optional)] case: Option<RecordId>,
        #[serde(default)] #[ts(optional)] visit: Option<RecordId>,
        #[serde(default)] #[ts(optional)] note: Option<RecordId>,
        #[serde(default)] #[ts(as = "Option<_>", optional)] caption: String,
        #[serde(default)] #[ts(optional)] place: Option<InspectionPlace>,
    }
    InspectionBeginArgs {
        case: RecordId,
        #[serde(default)] #[ts(optional)] visit: Option<RecordId>,
        form_version: RecordId,
    }
    /// One call to the engine.
    InspectionCallArgs { id: RecordId, call: FormCall }
    InspectionReportArgs { id: RecordId, text: String }
    PhotoCaptionArgs { id: RecordId, caption: String }
    /// What lies over a photo; the whole layer, not a change of it.
    PhotoMarksArgs { id: RecordId, marks: Marks, board: Option<Board> }
    PhotoPlaceArgs { id: RecordId, case: RecordId }
    /// A name in the app's inbox; the file is gone afterwards.
    CodeReadArgs { name: String }
    QueueItemRef {
        /// Absent: everything.
        #[serde(default)] #[ts(optional)] item: Option<String>,
    }
    ConflictResolveArgs {
        id: RecordId,
        /// `mine` | `theirs` | `both`
        choice: String,
    }
    SearchArgs { query: String, #[serde(default = "fifty")] #[ts(as = "Option<_>", optional)] limit: u32 }
    SyncArgs { #[serde(default = "minute")] #[ts(as = "Option<_>", optional)] deadline_s: u32 }
    Settings {
        /// `ja` | `en`
        language: String,
        /// `light` | `outdoor`
        theme: String,
        glove: bool,
        /// 100, 150 or 200 percent.
        text_percent: u16,
        /// The phone locks itself after so many minutes without a touch: 1, 5 or 15.
        #[serde(default = "five")] lock_minutes: u16,
    }
    /// Identifies the installation in lists.
    DeviceRef { device: DeviceId }
}

fn fifty() -> u32 {
    50
}
fn minute() -> u32 {
    60
}
fn five() -> u16 {
    5
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "ja".into(),
            theme: "light".into(),
            glove: false,
            text_percent: 100,
            lock_minutes: five(),
        }
    }
}
