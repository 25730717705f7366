//! Inspection forms as their builder sees them.

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
pub struct CheckForm {
    #[schema(value_type = Object)]
    pub definition: Value,
}

/// One call to the engine over given answers: the preview and the test run.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RunForm {
    #[schema(value_type = Object)]
    pub definition: Value,
    /// Nothing was answered yet: defaults are put in.
    #[serde(default)]
    pub new: bool,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Value>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub instances: BTreeMap<String, Value>,
    /// As the engine's façade takes it; absent: none.
    #[schema(value_type = Option<Object>)]
    pub call: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Everything that is answered after the call.
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Value>,
    #[schema(value_type = Object)]
    pub instances: BTreeMap<String, Value>,
    /// Pages with their questions, as the phone shows them.
    #[schema(value_type = Vec<Object>)]
    pub pages: Vec<Value>,
    /// What the call said; a refusal under `err`.
    #[schema(value_type = Object)]
    pub reply: Value,
    /// What stands in the way of finishing.
    #[schema(value_type = Vec<Object>)]
    pub missing: Vec<Value>,
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

/// A draft made of the section's own sheet, and what the sheet's reader was not sure of.
#[derive(Debug, Serialize, ToSchema)]
pub struct FromSheetView {
    pub form: FormDraftView,
    /// Codes (`sheet-…`) of what a person should look at.
    pub notices: Vec<String>,
}
