//! Record kinds and the names of their fields. A kind that is not listed here stays opaque and travels unchanged.

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
/// The value that came second (child of the record it is about).
pub const CONFLICT: &str = "conflict";
pub const MARK: &str = "mark";
/// An entry of the directory in `all:`; made by the server.
pub const STAFF: &str = "staff";
/// A section of the directory in `all:`; made by the server.
pub const SECTION: &str = "section";

/// Kinds that only the server makes and changes.
pub const OFFICE_KINDS: [&str; 4] = [CASE_HEADER, ASSIGNMENT, STAFF, SECTION];

/// Fields under this prefix are written by the server alone (arrival of bytes, filing, backup).
pub const OFFICE_PREFIX: &str = "office.";

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
}

pub mod visit {
    pub const TITLE: &str = "title";
    pub const PEOPLE: &str = "people";
    /// [`crate::Stamp`] text.
    pub const PLANNED_AT: &str = "planned_at";
    /// `planned` → `departed` → `on_site` → `finished` → `accepted`
    pub const STATE: &str = "state";
    pub const STATES: [&str; 5] = ["planned", "departed", "on_site", "finished", "accepted"];
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

pub mod conflict {
    pub const FIELD: &str = "field";
    /// The value that came second.
    pub const MINE: &str = "mine";
    /// The value that stood when it came.
    pub const THEIRS: &str = "theirs";
    pub const BY_STAFF: &str = "by_staff";
    pub const BY_DEVICE: &str = "by_device";
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
        CASE | CASE_HEADER => &[case::NUMBER, case::NAME, case::PLACE],
        _ => &[],
    }
}
