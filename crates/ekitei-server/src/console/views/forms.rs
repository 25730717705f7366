//! Inspection forms as their builder sees them.

use super::NameView;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct FormRowView {
    pub id: String,
    /// Section that owns the form, full path.
    pub section: String,
    pub title: String,
    /// `draft` | `published` | `withdrawn`
    pub state: String,
    /// Last published version; 0: none yet.
    pub version: u64,
    /// Made from the section's own sheet, which it fills.
    pub own_sheet: bool,
    pub may_edit: bool,
    pub received_ms: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FormDraftView {
    pub id: String,
    pub section: String,
    pub title: String,
    pub state: String,
    pub version: u64,
    /// The definition (`FormDef`).
    #[schema(value_type = Object)]
    pub definition: Value,
    /// Question → worksheet and cells of the own sheet.
    #[schema(value_type = Object)]
    pub sheet_map: Value,
    pub own_sheet: bool,
    /// Sections it is published to, full paths; `*`: all.
    pub targets: Vec<String>,
    pub problems: Vec<ProblemView>,
    pub may_edit: bool,
    /// Base revision of the definition: send it back with a change.
    pub rev: Option<String>,
}

/// Why a definition is no form; the text is `error.<code>`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemView {
    pub code: String,
    /// Id of the piece.
    pub item: Option<String>,
    pub field: Option<String>,
    pub params: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewForm {
    /// Minted by the caller, or absent.
    pub id: Option<String>,
    /// Full path of the section that will own it.
    pub section: String,
    #[schema(value_type = Object)]
    pub definition: Value,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SaveForm {
    pub op_id: Option<String>,
    pub rev: Option<String>,
    #[schema(value_type = Object)]
    pub definition: Value,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct PublishForm {
    /// Sections, full paths; `*`: all (administrators).
    pub targets: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CopyForm {
    pub section: String,
}

/// A look at a list of a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListRowsView {
    pub columns: Vec<String>,
    /// The first rows; one cell a column.
    pub rows: Vec<Vec<String>>,
    /// Of the whole list.
    pub count: u64,
}

/// A draft made of the section's own sheet, and what the sheet's reader was not sure of.
#[derive(Debug, Serialize, ToSchema)]
pub struct FromSheetView {
    pub form: FormDraftView,
    /// Codes (`sheet-…`) of what a person should look at.
    pub notices: Vec<String>,
}

/// How a form came to be what it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionsView {
    /// What the draft changes over the last published version; of a form never published: nothing.
    pub draft: Vec<ChangeView>,
    /// Newest first.
    pub versions: Vec<VersionView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    pub version: u64,
    /// RFC 3339
    pub published_at: String,
    pub by: Option<NameView>,
    /// Sections that it was published to, full paths; `*`: all.
    pub targets: Vec<String>,
    /// Nobody begins with it any more.
    pub withdrawn: bool,
    /// Over the version before; of the first: nothing.
    pub changes: Vec<ChangeView>,
}

/// One difference between two definitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangeView {
    /// `added` | `removed` | `changed` | `moved`
    pub what: String,
    /// Label of the piece as it is now (removed: as it was); empty: the form itself.
    pub label: String,
    /// Its label before, where that changed.
    pub before: Option<String>,
    /// Changed fields of the definition: `label`, `type`, `required` …
    pub fields: Vec<String>,
}

/// A form that can be filled in for a case, with the code that opens it on a phone.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseFormView {
    /// Id of the form's record.
    pub form: String,
    pub title: String,
    pub version: u64,
    /// `ekitei://form/<form>?case=<number>`, the number percent-encoded.
    pub link: String,
    /// The link as a picture (SVG text).
    pub qr_svg: String,
}
