//! Inspections, their amendments and what is decided about them.

use super::{NameView, PhotoView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An inspection in a table. Of a members-only case title and name are empty.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionRow {
    pub id: String,
    pub case: String,
    pub case_number: String,
    pub case_name: String,
    pub restricted: bool,
    /// Section that owns the case, full path.
    pub section: String,
    /// Ids of the form's record and of the version it was begun with.
    pub form: String,
    pub form_version: String,
    pub title: String,
    /// `draft` | `finished` | `circulated` | `accepted` | `returned`
    pub state: String,
    pub inspector: NameView,
    /// Day on which it was begun, ISO.
    pub day: String,
    pub answers: u64,
    /// Rulings that failed.
    pub failed: u64,
    /// Amendments that nobody has decided.
    pub amendments: u64,
    pub filed_versions: u64,
    /// Papers that show what was blacked out later lie in the shared folder still.
    pub bare: bool,
    pub received_ms: i64,
    pub circulated_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InspectionView {
    pub id: String,
    pub case: String,
    pub case_number: String,
    pub case_name: String,
    pub restricted: bool,
    pub section: String,
    pub form: String,
    pub version: u64,
    pub title: String,
    pub state: String,
    pub inspector: NameView,
    pub day: String,
    /// 所見; plain text.
    pub report: String,
    pub returned_reason: Option<String>,
    /// Of the questions that apply.
    pub answered: u64,
    pub asked: u64,
    pub sections: Vec<SectionView>,
    /// Photos that belong to no question.
    pub other_photos: Vec<PhotoView>,
    /// Newest first.
    pub amendments: Vec<AmendmentView>,
    /// Oldest first.
    pub history: Vec<HistoryView>,
    /// Paths of the last filed papers below the shared folder.
    pub filed: Vec<String>,
    pub filed_versions: u64,
    /// Paths of older papers below the shared folder that show what was blacked out later, as far as they lie there.
    pub bare: Vec<String>,
    /// The signed-in person may accept or return it now.
    pub may_decide: bool,
    /// The signed-in person decides about its amendments.
    pub may_amend: bool,
    /// The signed-in person may give it to another inspector now.
    pub may_hand_over: bool,
    pub received_ms: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SectionView {
    /// Labels of what is around, outermost first; empty: none.
    pub heading: String,
    pub lines: Vec<AnswerView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnswerView {
    pub key: String,
    /// As in the form: `text`, `ruling`, …
    pub kind: String,
    pub label: String,
    /// As a person reads it; plain text.
    pub shown: String,
    /// Of a ruling or choice: the value itself.
    pub value: Option<String>,
    pub finding: Option<String>,
    pub photos: Vec<PhotoView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AmendmentView {
    pub id: String,
    pub by: NameView,
    pub at: String,
    /// `proposed` | `accepted` | `rejected`
    pub state: String,
    pub changes: Vec<AmendedView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AmendedView {
    pub field: String,
    /// Label of the question; empty: the report's text.
    pub label: String,
    pub before: String,
    pub now: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryView {
    /// `begun` | `handed_over` | `finished` | `circulated` | `returned` | `accepted` | `filed`
    pub what: String,
    /// RFC 3339
    pub at: String,
    /// Absent: the office itself.
    pub by: Option<NameView>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Accept,
    Return,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Decide {
    pub op_id: Option<String>,
    pub decision: Decision,
    /// Must be given to return it.
    pub reason: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct AmendmentDecision {
    pub op_id: Option<String>,
    pub accept: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct HandOver {
    pub op_id: Option<String>,
    /// Staff number of who goes on with it.
    pub staff: String,
}

/// Inspections of a form that went to a head, per month.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthCount {
    /// Id of the form's record.
    pub form: String,
    /// `2026-11`
    pub month: String,
    pub inspections: u64,
    pub accepted: u64,
}

/// One kind of inspection in the effect chart: what it cost on paper, and what it costs now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EffectKind {
    pub name: String,
    /// Hours a year that retyping took.
    pub hours_before: f64,
    /// Minutes of retyping for one inspection on paper, and of finishing one now.
    pub minutes_before: f64,
    pub minutes_now: f64,
    /// Forms that count here (ids of their records).
    pub forms: Vec<String>,
}

/// What the effect is reckoned with; anybody sees it, heads and stewards change it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Assumptions {
    pub kinds: Vec<EffectKind>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EffectView {
    pub kinds: Vec<EffectKindView>,
    /// Fiscal year that is counted, `2026` = April 2026 to March 2027.
    pub fiscal_year: i32,
    pub may_edit: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EffectKindView {
    pub assumed: EffectKind,
    /// Inspections of this fiscal year that went to a head.
    pub inspections: u64,
    pub saved_minutes: f64,
}
