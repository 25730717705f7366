//! Record kinds and the names of their fields. A kind that is not listed here stays opaque and travels unchanged.

mod checks;

pub use checks::{checklist, checklist_run, line_check};

use crate::ids::{RecordId, StaffId};
use crate::scope::Scope;

pub const CASE: &str = "case";
/// What a section (or a member of a restricted case) sees of a case without opening it; made by the server.
pub const CASE_HEADER: &str = "case_header";
/// Tells a person's phone to follow a case; made by the server.
pub const ASSIGNMENT: &str = "assignment";
pub const VISIT: &str = "visit";
pub const NOTE: &str = "note";
pub const PHOTO: &str = "photo";
/// An inspection form as its builder sees it; lives in its section.
pub const FORM: &str = "form";
/// One published version of a form in one section (or for all): what phones fill in. Never changes.
pub const FORM_VERSION: &str = "form_version";
/// A part of a large list that a form version selects from.
pub const FORM_LIST: &str = "form_list";
/// A form being filled in, or filled in, in a case.
pub const INSPECTION: &str = "inspection";
/// A change that came after an inspection was finished (child of the inspection); made by the merge.
pub const AMENDMENT: &str = "amendment";
/// The value that came second (child of the record it is about).
pub const CONFLICT: &str = "conflict";
/// A checklist with all its published versions; see [`crate::checklist`].
pub const CHECKLIST: &str = "checklist";
/// One person going through a checklist, step by step.
pub const CHECKLIST_RUN: &str = "checklist_run";
/// What the line to the office was good for, at a place and time; see [`crate::line`].
pub const LINE_CHECK: &str = "line_check";
pub const MARK: &str = "mark";
/// An entry of the directory in `all:`; made by the server.
pub const STAFF: &str = "staff";
/// A section of the directory in `all:`; made by the server.
pub const SECTION: &str = "section";

/// What to do when something happens; see [`crate::help_card`].
pub const HELP_CARD: &str = "help_card";
/// An appointment of one person; made by the server from a file. See [`crate::calendar`].
pub const CALENDAR_EVENT: &str = "calendar_event";
/// The office's holidays; made by the server from a file.
pub const HOLIDAYS: &str = "holidays";

/// Messaging; fields and rules are in [`crate::chat`].
pub const ROOM: &str = "room";
pub const ROOM_MEMBER: &str = "room_member";
/// Tells a person or a section of a room; made by the server.
pub const ROOM_ENTRY: &str = "room_entry";
pub const MESSAGE: &str = "message";
pub const FILE: &str = "file";
pub const REACTION: &str = "reaction";
pub const PIN: &str = "pin";
/// An own message that waits for working hours; made by the server.
pub const HELD: &str = "held";
/// A row of a section's duty roster; see [`crate::chat::quiet`].
pub const DUTY: &str = "duty";
/// When a section or one of its people works; see [`crate::chat::quiet`].
pub const HOURS: &str = "hours";
/// That somebody sent an urgent message; made by the server for the section.
pub const URGENT_USE: &str = "urgent_use";
/// 安否・参集; see [`crate::chat::call`].
pub const CALL: &str = "call";
pub const CALL_ANSWER: &str = "call_answer";
/// That somebody asked for a copy of a room for the record, who allowed it, and when it was taken; stands in the section.
pub const ROOM_EXPORT: &str = "room_export";

/// Kinds that only the server makes and changes.
pub const OFFICE_KINDS: [&str; 9] =
    [CASE_HEADER, ASSIGNMENT, STAFF, SECTION, CALENDAR_EVENT, HOLIDAYS, ROOM_ENTRY, HELD, URGENT_USE];

/// Fields under this prefix are written by the server alone (arrival of bytes, filing, backup).
pub const OFFICE_PREFIX: &str = "office.";
/// Staff id of who brought a record of somebody else back after a restore.
pub const SALVAGED_BY: &str = "office.salvaged_by";

pub mod case {
    pub const NUMBER: &str = "number";
    pub const NAME: &str = "name";
    /// Owning section, full path.
    pub const SECTION: &str = "section";
    pub const PLACE: &str = "place";
    pub const LAT: &str = "lat";
    pub const LON: &str = "lon";
    /// `open` | `closed`
    pub const STATE: &str = "state";
    /// Members only: lists and file names show the number, not the name.
    pub const RESTRICTED: &str = "restricted";
    /// Sections granted access, full paths. Ignored while restricted.
    pub const SECTIONS: &str = "sections";
    /// Persons granted access.
    pub const MEMBERS: &str = "members";
    /// Persons who work on it; they follow it on their phones and have access.
    pub const ASSIGNEES: &str = "assignees";
    /// `section` | `number` | `none`; see [`crate::filing::Policy`].
    pub const FILING: &str = "filing";
    /// Server: the people of its visits that are not accepted yet. They may read it for so long, unless it is
    /// members-only.
    pub const VISITORS: &str = "office.visitors";
}

pub mod visit {
    pub const TITLE: &str = "title";
    pub const PEOPLE: &str = "people";
    /// [`crate::Stamp`] text.
    pub const PLANNED_AT: &str = "planned_at";
    /// `planned` → `departed` → `on_site` → `finished` → `accepted`
    pub const STATE: &str = "state";
    /// Ids of the forms (not of their versions) that it is planned with.
    pub const FORMS: &str = "forms";
    /// The appointment that it was made from (record id).
    pub const EVENT: &str = "event";
    pub const STATES: [&str; 5] = ["planned", "departed", "on_site", "finished", ACCEPTED];
    /// The office has what it wants of it: the visit is over.
    pub const ACCEPTED: &str = "accepted";
}

pub mod note {
    pub const TITLE: &str = "title";
    pub const TEXT: &str = "text";
    /// Pen strokes: `[{"points":[[x,y,pressure,ms]…],"color":…,"size":…}]`
    pub const STROKES: &str = "strokes";
    /// `home_visit` | `inspection_memo` | `phone_call` | absent
    pub const TEMPLATE: &str = "template";
    pub const VISIT: &str = "visit";
    /// When the writer wrote it ([`crate::Stamp`] text).
    pub const WRITTEN_AT: &str = "written_at";
    /// Set when finished; each new value is a new version for filing.
    pub const FINISHED_AT: &str = "finished_at";
    /// Server: path of the last filed version, and how many there are.
    pub const FILED: &str = "office.filed";
    pub const FILED_AT: &str = "office.filed_at";
    pub const FILED_VERSIONS: &str = "office.filed_versions";
}

pub mod photo {
    pub const CAPTION: &str = "caption";
    pub const VISIT: &str = "visit";
    pub const NOTE: &str = "note";
    /// [`crate::Stamp`] text: EXIF time if there is one, else the shutter's.
    pub const TAKEN_AT: &str = "taken_at";
    pub const LAT: &str = "lat";
    pub const LON: &str = "lon";
    /// On a child of an inspection: the answer's key it belongs to, and what it is there:
    /// `photo` | `signature` | `drawing` | `file`.
    pub const ITEM: &str = "item";
    pub const ROLE: &str = "role";
    /// Arrows, boxes, texts, black-outs and the small blackboard: layers beside the untouched original.
    pub const MARKS: &str = "marks";
    pub const BOARD: &str = "board";
    /// The name the file had, shown only.
    pub const FILE_NAME: &str = "file_name";
    /// `jpeg` | `png` | `webp`
    pub const FORMAT: &str = "format";
    pub const WIDTH: &str = "width";
    pub const HEIGHT: &str = "height";
    /// SHA-256 of the plain bytes, hex, per variant: `sha256.original`, `sha256.display`, `sha256.thumb`.
    pub fn sha256(variant: super::Variant) -> String {
        format!("sha256.{}", variant.as_str())
    }
    /// Plain length per variant.
    pub fn bytes(variant: super::Variant) -> String {
        format!("bytes.{}", variant.as_str())
    }
    /// Server: when the variant arrived and was verified ([`crate::Stamp`] text).
    pub fn arrived(variant: super::Variant) -> String {
        format!("office.{}_at", variant.as_str())
    }
    /// Server: path below the shared folder, frozen at the first filing.
    pub const FILED: &str = "office.filed";
    pub const FILED_AT: &str = "office.filed_at";
    /// Server: kept in the register only (the case is not filed).
    pub const KEPT_AT: &str = "office.kept_at";
    /// Server: the original is in a backup; the phone may let go of it.
    pub const BACKED_UP_AT: &str = "office.backed_up_at";
}

pub mod form {
    pub const TITLE: &str = "title";
    /// The definition (`ekitei-forms`), as the builder left it.
    pub const DEFINITION: &str = "definition";
    /// `draft` | `published` | `withdrawn`
    pub const STATE: &str = "state";
    /// The last published version; absent: none yet.
    pub const VERSION: &str = "version";
    /// Scopes it is published to, as texts.
    pub const TARGETS: &str = "targets";
    /// The section's own sheet: SHA-256 of the .xlsx, hex.
    pub const SHEET: &str = "sheet";
    /// Which answer goes into which cells of the sheet.
    pub const SHEET_MAP: &str = "sheet_map";
}

pub mod form_version {
    /// Id of the form's record.
    pub const FORM: &str = "form";
    pub const VERSION: &str = "version";
    pub const TITLE: &str = "title";
    pub const DEFINITION: &str = "definition";
    /// [`crate::Stamp`] text.
    pub const PUBLISHED_AT: &str = "published_at";
    /// Not offered for new inspections any more.
    pub const WITHDRAWN_AT: &str = "withdrawn_at";
}

pub mod form_list {
    /// Id of the form's record.
    pub const FORM: &str = "form";
    /// Names the list's content; see `ekitei-forms`.
    pub const DIGEST: &str = "digest";
    /// Place of this piece, from 0.
    pub const NUMBER: &str = "number";
    /// Rows of cells, all texts: `[["01", "…"], …]`.
    pub const ROWS: &str = "rows";
}

pub mod inspection {
    /// Id of the form's record, and of the version it was begun with.
    pub const FORM: &str = "form";
    pub const FORM_VERSION: &str = "form_version";
    pub const TITLE: &str = "title";
    pub const VISIT: &str = "visit";
    /// Staff id.
    pub const INSPECTOR: &str = "inspector";
    /// `draft` → `finished` → `circulated` → `accepted`, or back as `returned`; see [`crate::inspection`].
    pub const STATE: &str = "state";
    /// How often it was opened again; a change with a higher number was made after opening it again.
    pub const REOPENED: &str = "reopened";
    /// One field an answer: `a.` and the answer's key.
    pub const ANSWER: &str = "a.";
    /// One field an instance of a repeat: `r.<repeat>.<instance>`, its place among the others; removed with null.
    pub const INSTANCE: &str = "r.";
    /// Calculated values as they were at the finish.
    pub const CALCULATED: &str = "c.";
    /// Text of the report (所見), drafted from the findings, edited by a person.
    pub const REPORT: &str = "report.text";
    /// Keys of hidden answers that the finish left out.
    pub const LEFT_OUT: &str = "left_out";
    /// [`crate::Stamp`] texts.
    pub const STARTED_AT: &str = "started_at";
    pub const FINISHED_AT: &str = "finished_at";
    pub const CIRCULATED_AT: &str = "circulated_at";
    pub const ACCEPTED_AT: &str = "accepted_at";
    pub const ACCEPTED_BY: &str = "accepted_by";
    /// Why the head sent it back.
    pub const RETURNED_REASON: &str = "returned_reason";
    /// Server: paths of report and ledger below the shared folder, and when.
    pub const FILED: &str = "office.filed";
    pub const FILED_AT: &str = "office.filed_at";
    pub const FILED_VERSIONS: &str = "office.filed_versions";
    /// Server: names what the filed papers say, so that the same is not filed twice.
    pub const FILED_CONTENT: &str = "office.filed_content";
    /// Server: paths of papers that newer ones stand for now; they are people's and stay.
    pub const FILED_BEFORE: &str = "office.filed_before";
    /// Server: those of them that show what was blacked out later.
    pub const FILED_BARE: &str = "office.filed_bare";
    /// Server: the case is not filed; the papers are made when somebody asks for them.
    pub const KEPT_AT: &str = "office.kept_at";
}

pub mod amendment {
    /// Field of the inspection → proposed value.
    pub const PROPOSED: &str = "proposed";
    /// Field of the inspection → value that stood.
    pub const STANDING: &str = "standing";
    /// `proposed` | `accepted` | `rejected`; the first decision wins.
    pub const STATE: &str = "state";
    pub const BY_STAFF: &str = "by_staff";
}

pub mod conflict {
    pub const FIELD: &str = "field";
    /// The value that came second.
    pub const MINE: &str = "mine";
    /// The value that stood when it came.
    pub const THEIRS: &str = "theirs";
    pub const BY_STAFF: &str = "by_staff";
    pub const BY_DEVICE: &str = "by_device";
    /// Server: who wrote the value that stood (staff id), when by their clock ([`crate::Stamp`] text), and the
    /// operation: it tells whether that value still stands. Absent: the office itself.
    pub const THEIRS_STAFF: &str = "theirs_staff";
    pub const THEIRS_AT: &str = "theirs_at";
    pub const THEIRS_OP: &str = "theirs_op";
    /// `mine` | `theirs` | `both`; the first resolution wins.
    pub const RESOLUTION: &str = "resolution";
}

/// The files of a photo.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    Thumb,
    Display,
    Original,
}

impl Variant {
    pub const ALL: [Variant; 3] = [Variant::Thumb, Variant::Display, Variant::Original];

    pub fn as_str(self) -> &'static str {
        match self {
            Variant::Thumb => "thumb",
            Variant::Display => "display",
            Variant::Original => "original",
        }
    }

    /// The lane its bytes use: thumbnails go with the records.
    pub fn lane(self) -> crate::Lane {
        match self {
            Variant::Thumb => crate::Lane::Records,
            Variant::Display => crate::Lane::Display,
            Variant::Original => crate::Lane::Originals,
        }
    }
}

impl std::str::FromStr for Variant {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Variant::ALL.into_iter().find(|v| v.as_str() == s).ok_or_else(|| format!("no variant {s:?}"))
    }
}

/// The hash (hex) that a record names for its bytes; empty: it has none of this variant. A file has an original only.
pub fn hash_of(record: &crate::Record, variant: Variant) -> &str {
    match (record.kind.as_str(), variant) {
        (FILE, Variant::Original) => record.text(crate::chat::message::file::SHA256),
        (FILE, _) => "",
        _ => record.text(&photo::sha256(variant)),
    }
}

/// How many bytes a record says that it has of this variant; 0: it does not say.
pub fn bytes_of(record: &crate::Record, variant: Variant) -> u64 {
    let name = match record.kind.as_str() {
        FILE => crate::chat::message::file::BYTES.to_owned(),
        _ => photo::bytes(variant),
    };
    record.fields.get(&name).and_then(serde_json::Value::as_u64).unwrap_or(0)
}

/// The header of `case` in `scope` (a section's or a member's).
pub fn header_id(case: RecordId, scope: &Scope) -> RecordId {
    RecordId::derived(&["case_header", &case.to_string(), &scope.to_string()])
}

/// The assignment of `case` to `staff`.
pub fn assignment_id(case: RecordId, staff: &StaffId) -> RecordId {
    RecordId::derived(&["assignment", &case.to_string(), staff.as_str()])
}

/// One conflict per record, field and device.
pub fn conflict_id(record: RecordId, field: &str, device: crate::DeviceId) -> RecordId {
    RecordId::derived(&["conflict", &record.to_string(), field, &device.to_string()])
}

/// Version `version` of `form` in `scope`.
pub fn form_version_id(form: RecordId, version: u64, scope: &Scope) -> RecordId {
    RecordId::derived(&["form_version", &form.to_string(), &version.to_string(), &scope.to_string()])
}

/// A piece of the list with this content, for the versions of `form` in `scope`.
pub fn form_list_id(form: RecordId, scope: &Scope, digest: &str, number: u32) -> RecordId {
    RecordId::derived(&["form_list", &form.to_string(), &scope.to_string(), digest, &number.to_string()])
}

/// What the operation `op` proposes for a finished `inspection`.
pub fn amendment_id(inspection: RecordId, op: crate::OpId) -> RecordId {
    RecordId::derived(&["amendment", &inspection.to_string(), &op.to_string()])
}

/// One read mark per scope and person.
pub fn mark_id(scope: &Scope, staff: &StaffId) -> RecordId {
    RecordId::derived(&["mark", &scope.to_string(), staff.as_str()])
}

/// The directory entry of a person.
pub fn staff_record_id(staff: &StaffId) -> RecordId {
    RecordId::derived(&["staff", staff.as_str()])
}

/// The text fields that the search index reads, by kind.
pub fn searchable(kind: &str) -> &'static [&'static str] {
    match kind {
        NOTE => &[note::TITLE, note::TEXT],
        PHOTO => &[photo::CAPTION],
        VISIT => &[visit::TITLE],
        INSPECTION => &[inspection::TITLE, inspection::REPORT],
        CASE | CASE_HEADER => &[case::NUMBER, case::NAME, case::PLACE],
        MESSAGE => &[crate::chat::message::TEXT],
        _ => &[],
    }
}
