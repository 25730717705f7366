//! 安否・参集, duty rosters and working hours, exports of rooms.

use super::NameView;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct CallView {
    pub id: String,
    pub room: String,
    pub room_name: String,
    pub text: String,
    /// Full paths of those who are asked.
    pub sections: Vec<String>,
    /// `safety` | `coming`
    pub asks: Vec<String>,
    pub author: NameView,
    pub received_ms: i64,
    pub closed_at: Option<String>,
    /// `{asked, answered, safe, hurt, help, can_go, in_30, cannot, read}`
    #[schema(value_type = Object)]
    pub tally: Value,
    /// The own answer: `{safety, coming, text}`
    #[schema(value_type = Option<Object>)]
    pub mine: Option<Value>,
    /// The signed-in person may see who answered what.
    pub may_see_list: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewCall {
    pub id: Option<String>,
    pub op_id: Option<String>,
    /// A disaster room.
    pub room: String,
    pub text: String,
    pub sections: Vec<String>,
    pub asks: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewAnswer {
    pub op_id: Option<String>,
    /// `safe` | `hurt` | `help`
    pub safety: Option<String>,
    /// `can_go` | `in_30` | `cannot`
    pub coming: Option<String>,
    pub text: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AnswersView {
    pub rows: Vec<AnswerRow>,
    /// There are more than one list takes.
    pub truncated: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnswerRow {
    pub person: NameView,
    pub section: String,
    pub extension: String,
    pub mobile: String,
    pub safety: Option<String>,
    pub coming: Option<String>,
    pub text: String,
    pub answered_ms: Option<i64>,
    pub read: bool,
    /// What the person is on duty for now.
    pub duty: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TimesView {
    pub section: String,
    pub may_manage: bool,
    pub duty: Vec<DutyRow>,
    pub hours: Vec<HoursRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DutyRow {
    pub id: String,
    pub staff: NameView,
    /// RFC 3339; the end is exclusive.
    pub from: String,
    pub to: String,
    pub what: String,
    pub revs: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HoursRow {
    pub id: String,
    /// Absent: everybody of the section who has none of their own.
    pub staff: Option<NameView>,
    /// `{mon: [["08:45","17:30"]…]…}`
    #[schema(value_type = Option<Object>)]
    pub days: Option<Value>,
    /// `[[from, to]…]`, RFC 3339
    #[schema(value_type = Option<Object>)]
    pub shifts: Option<Value>,
    pub revs: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDuty {
    pub id: Option<String>,
    pub op_id: Option<String>,
    pub section: String,
    pub staff: String,
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub what: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewHours {
    pub op_id: Option<String>,
    pub section: String,
    #[serde(default)]
    pub staff: String,
    #[schema(value_type = Option<Object>)]
    pub days: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub shifts: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UrgentRow {
    pub message: String,
    pub room: String,
    /// Empty when the room is not the reader's.
    pub room_name: String,
    pub staff: NameView,
    pub reason: String,
    pub at_ms: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportAsked {
    pub id: Option<String>,
    pub op_id: Option<String>,
    pub reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExportRow {
    pub id: String,
    pub room: String,
    pub room_name: String,
    pub reason: String,
    pub asked_by: NameView,
    pub asked_ms: i64,
    /// `asked` | `approved` | `downloaded`
    pub state: String,
    pub approved_by: Option<NameView>,
    pub may_approve: bool,
    /// Their own request, which they might allow if somebody else had asked.
    pub for_another: bool,
    pub may_download: bool,
    /// Each time it was taken, in order.
    pub taken: Vec<ExportTaken>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExportTaken {
    pub by: NameView,
    pub at_ms: i64,
    /// Of the file that was given out, hex.
    pub sha256: String,
}
