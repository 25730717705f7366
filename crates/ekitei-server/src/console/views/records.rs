//! Cases, visits, notes, photos, conflicts.

use super::NameView;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How far something has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// The record is here, the original is still on the phone.
    Expected,
    /// サーバー到着
    Arrived,
    /// In the shared folder.
    Filed,
    /// 台帳保管済: the case is not filed.
    Kept,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseView {
    pub id: String,
    pub number: String,
    pub name: String,
    pub place: String,
    /// Owning section, full path.
    pub section: String,
    /// `open` | `closed`
    pub state: String,
    pub restricted: bool,
    /// Sections granted access besides the owning one.
    pub sections: Vec<String>,
    pub members: Vec<NameView>,
    pub assignees: Vec<NameView>,
    /// Where files go: `section` | `number` | `none`
    pub filing: String,
    /// Folder below the shared folder; absent when the case is not filed.
    pub folder: Option<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub notes: u64,
    pub photos: PhotoCount,
    pub conflicts: u64,
    /// Last change in the case, ms since 1970.
    pub changed_ms: i64,
    /// The signed-in person may assign, restrict, grant and change the filing.
    pub may_manage: bool,
    /// Base revisions of the editable fields: send back those of the fields that you change.
    pub revs: BTreeMap<String, String>,
}

/// 20/20 事務所に届きました
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct PhotoCount {
    pub total: u64,
    /// Originals that are here.
    pub arrived: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineView {
    pub case: CaseView,
    /// All of them, oldest first; none when an older part was asked for.
    pub visits: Vec<VisitView>,
    /// Of this part, oldest first.
    pub notes: Vec<NoteView>,
    pub photos: Vec<PhotoView>,
    /// Of the whole case, not resolved yet.
    pub conflicts: Vec<ConflictView>,
    /// There is more: ask with this as `before`.
    pub older: Option<u64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitView {
    pub id: String,
    pub case: String,
    pub title: String,
    pub people: Vec<NameView>,
    /// RFC 3339 with offset; absent when not planned.
    pub planned_at: Option<String>,
    /// `planned` → `departed` → `on_site` → `finished` → `accepted`
    pub state: String,
    pub author: NameView,
    pub received_ms: i64,
    /// Base revisions of the editable fields: send back those of the fields that you change.
    pub revs: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoteView {
    pub id: String,
    pub case: Option<String>,
    pub visit: Option<String>,
    pub title: String,
    /// Plain text; show it as text only.
    pub text: String,
    /// Pen strokes `[{points:[[x,y,pressure,ms]…],color,size}]`.
    #[schema(value_type = Option<Object>)]
    pub strokes: Option<Value>,
    pub template: Option<String>,
    pub written_at: String,
    pub finished_at: Option<String>,
    pub author: NameView,
    pub received_ms: i64,
    pub progress: Progress,
    /// Path of the last filed version, and how many there are.
    pub filed: Option<String>,
    pub filed_versions: u64,
    /// Base revisions of the editable fields: send back those of the fields that you change.
    pub revs: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhotoView {
    pub id: String,
    pub case: Option<String>,
    pub visit: Option<String>,
    pub note: Option<String>,
    pub caption: String,
    pub taken_at: String,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    /// Upright, in pixels.
    pub width: u32,
    pub height: u32,
    pub format: String,
    pub author: NameView,
    pub received_ms: i64,
    /// Which files are here: get them at `/api/photos/{id}/{variant}`.
    pub variants: Vec<VariantView>,
    pub progress: Progress,
    pub filed: Option<String>,
    pub filed_at: Option<String>,
    pub backed_up_at: Option<String>,
    /// SHA-256 of the original, hex.
    pub sha256: String,
    /// Base revisions of the editable fields: send back those of the fields that you change.
    pub revs: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VariantView {
    /// `thumb` | `display` | `original`
    pub variant: String,
    pub bytes: u64,
    pub arrived_at: Option<String>,
}

/// One thing that came in, for the live feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedItem {
    pub id: String,
    /// `visit` | `note` | `photo`
    pub kind: String,
    pub case: String,
    pub case_number: String,
    /// Members only: it is named by its number alone, `case_name` and `title` are empty and no picture is shown.
    pub restricted: bool,
    pub case_name: String,
    /// Title, first line or caption.
    pub title: String,
    pub author: NameView,
    pub received_ms: i64,
    pub progress: Progress,
    /// A photo whose thumbnail is here.
    pub thumb: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConflictView {
    pub id: String,
    pub record: String,
    pub record_kind: String,
    pub case: Option<String>,
    /// Number of the case.
    pub case_number: String,
    pub restricted: bool,
    /// Of the record it is about; empty in a list when the case is members-only.
    pub title: String,
    pub field: String,
    /// The value that came second.
    #[schema(value_type = Option<Object>)]
    pub mine: Value,
    /// The value that stands now.
    #[schema(value_type = Option<Object>)]
    pub theirs: Value,
    /// Who wrote the value that came second, and when, by that device's clock (RFC 3339).
    pub by: NameView,
    pub by_at: String,
    /// Who wrote the value that stands, and when. Absent: the office itself.
    pub standing_by: Option<NameView>,
    pub standing_at: Option<String>,
    pub received_ms: i64,
}

/// A change of fields: with `base` = the revisions that the person saw.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Edit {
    /// UUIDv7; give one to make a repeated request harmless.
    pub op_id: Option<String>,
    pub base: BTreeMap<String, String>,
    /// `null` removes a field.
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

/// A new record; the fields are those of its kind (docs/PROTOCOL.md).
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewRecord {
    pub op_id: Option<String>,
    /// UUIDv7; absent: the server mints it.
    pub id: Option<String>,
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    Mine,
    Theirs,
    Both,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Resolve {
    pub choice: Choice,
    pub op_id: Option<String>,
}

/// What became of a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomeView {
    /// The record it made or changed.
    pub record: String,
    /// `applied` | `conflict` | `waiting_parent` | `quarantined` | `gone` | `voided` | `held`
    pub result: String,
    /// Conflicts that it made.
    pub conflicts: Vec<String>,
    /// Why it is in quarantine.
    pub reason: Option<String>,
    /// A message that waits for working hours: until then.
    pub held_until_ms: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Selection {
    /// Photo records, at most 500.
    pub photos: Vec<String>,
}
