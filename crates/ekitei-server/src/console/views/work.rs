//! What waits and what needs a person.

use super::NameView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the office itself stands, and what the signed-in person's own lists hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountsView {
    /// Files that wait for the shared folder.
    pub jobs_waiting: u64,
    /// Of these, the ones that failed before.
    pub jobs_retrying: u64,
    /// The shared folder can be seen at this moment.
    pub share_there: bool,
    pub uploads_receiving: u64,
    /// As many as `/api/quarantine` lists.
    pub quarantine_open: u64,
    /// As many as `/api/conflicts` lists.
    pub conflicts_open: u64,
    /// Operations of the person, and of the people they look after, whose record has not come yet.
    pub waiting_parent: u64,
    /// For administrators.
    pub phones_active: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineView {
    pub id: String,
    /// It may be of a members-only case: `op`, `kind`, `title` and `content` are empty, and it is not theirs to settle.
    pub veiled: bool,
    /// Its text is in the catalogue under `quarantine.<reason>`.
    pub reason: String,
    pub scope: String,
    pub case: Option<String>,
    pub record: Option<String>,
    /// `create` | `patch` | … ; empty when it cannot be read.
    pub op: String,
    /// Kind of the record, where the operation names it.
    pub kind: String,
    /// Title, text or caption of what it carries.
    pub title: String,
    pub person: NameView,
    /// After a restore: who brought it back, where that is somebody else. They do not take it in themselves.
    pub brought_by: Option<NameView>,
    pub may_release: bool,
    pub device: String,
    pub since_ms: i64,
    pub bytes: u64,
    /// The operation as it came, as text.
    pub content: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Settlement {
    /// Apply it in the right of the signed-in person.
    Release,
    /// Looked at and set aside; the bytes stay.
    Close,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Settle {
    pub action: Settlement,
}

/// An error: its text is in the catalogue under `error.<code>`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaultView {
    pub code: String,
    pub params: std::collections::BTreeMap<String, String>,
    /// `retry` | `wait` | `ask`
    pub cure: String,
}

/// A hint on `/api/events`: the scope has news up to `seq`; read again what is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct HintView {
    pub scope: String,
    pub seq: u64,
    pub urgent: bool,
}
