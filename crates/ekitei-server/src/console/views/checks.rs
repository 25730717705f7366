//! Checklists, their runs and line checks as the console shows them.

use super::{NameView, ProblemView};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct ChecklistRowView {
    pub id: String,
    /// Section that owns it, full path; empty: for all.
    pub section: String,
    /// `departure` | `tethering` | `on_site` | `return` | `year_end` | `outage` | `other`
    pub purpose: String,
    pub title: String,
    /// For whom or when, in a few words.
    pub variant: String,
    /// `draft` | `published` | `withdrawn`
    pub state: String,
    /// Last published version; 0: none yet.
    pub version: u64,
    pub steps: usize,
    /// The draft says something else than the last published version.
    pub changed: bool,
    pub may_edit: bool,
    pub received_ms: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChecklistView {
    pub row: ChecklistRowView,
    #[schema(value_type = Object)]
    pub definition: Value,
    /// `item` is `step N` or `warning N`, from 0.
    pub problems: Vec<ProblemView>,
    /// Base revision of the definition: send it back with a change.
    pub rev: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewChecklist {
    /// Minted by the caller, or absent.
    pub id: Option<String>,
    /// Full path of the section that will own it; empty: for all (administrators).
    pub section: String,
    pub title: String,
    pub purpose: String,
    #[schema(value_type = Object)]
    pub definition: Option<Value>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SaveChecklist {
    pub op_id: Option<String>,
    pub rev: Option<String>,
    pub title: String,
    pub variant: String,
    pub purpose: String,
    #[schema(value_type = Object)]
    pub definition: Value,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RunsView {
    pub runs: u32,
    pub finished: u32,
    /// From begin to end, of finished runs.
    pub median_ms: Option<u64>,
    /// Of the newest version in its order, then those of older ones.
    pub steps: Vec<RunStepView>,
    pub newest: Vec<RunRowView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RunStepView {
    pub key: String,
    pub title: String,
    pub done: u32,
    pub failed: u32,
    pub skipped: u32,
    /// The phone knew it by itself.
    pub fact: u32,
    pub median_ms: Option<u64>,
    /// What was written where it failed, newest first.
    pub notes: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RunRowView {
    pub id: String,
    pub by: NameView,
    pub place: String,
    /// RFC 3339
    pub started_at: String,
    pub finished: bool,
    pub took_ms: Option<u64>,
    pub version: u64,
    /// Steps written.
    pub steps: usize,
    /// Titles of those that failed.
    pub failed: Vec<String>,
}

/// A line check; numbers as the model's `Measured`, sentences as its `Verdict` (text: `verdict.<code>`).
#[derive(Debug, Serialize, ToSchema)]
pub struct LineCheckView {
    pub id: String,
    /// RFC 3339
    pub at: String,
    pub place: String,
    pub by: NameView,
    #[schema(value_type = Object)]
    pub phone: Value,
    #[schema(value_type = Object)]
    pub verdict: Value,
    /// Null: no PC joined, or it has not measured yet.
    #[schema(value_type = Option<Object>)]
    pub pc: Value,
    #[schema(value_type = Option<Object>)]
    pub pc_verdict: Value,
    pub received_ms: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct JoinLine {
    /// Six digits.
    pub code: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct PcMeasured {
    #[schema(value_type = Object)]
    pub measured: Value,
}

/// How bytes arrived at the office.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineReceivedView {
    pub bytes: u64,
    pub first_bytes: u64,
    pub spread_us: u64,
}
