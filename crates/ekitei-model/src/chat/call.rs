//! 安否・参集: a call to sections and what each person answers.

use crate::people::Staff;
use crate::record::Record;
use crate::{RecordId, StaffId};

pub const TEXT: &str = "text";
/// Full paths of those who are asked.
pub const SECTIONS: &str = "sections";
/// Some of [`ASKS`].
pub const ASKS_FIELD: &str = "asks";
/// Office: `{asked, answered, safe, hurt, help, can_go, in_30, cannot, read}`, at most every 5 s.
pub const TALLY: &str = "office.tally";
/// [`crate::Stamp`] text; set when it is over.
pub const CLOSED_AT: &str = "closed_at";

/// 安否, 参集
pub const ASKS: [&str; 2] = ["safety", "coming"];

/// Fields of a `call_answer`.
pub mod answer {
    /// One of [`super::SAFETY`].
    pub const SAFETY: &str = "safety";
    /// One of [`super::COMING`].
    pub const COMING: &str = "coming";
    pub const TEXT: &str = "text";
}

/// 無事 · 軽傷 · 要救助
pub const SAFETY: [&str; 3] = ["safe", "hurt", "help"];
/// 出られる · 30分 · 不可
pub const COMING: [&str; 3] = ["can_go", "in_30", "cannot"];

/// An answer's word as the office's papers have it; of what is none, nothing.
pub fn word(value: &str) -> &'static str {
    match value {
        "safe" => "無事",
        "hurt" => "軽傷",
        "help" => "要救助",
        "can_go" => "出られる",
        "in_30" => "30分",
        "cannot" => "不可",
        _ => "",
    }
}

pub fn answer_id(call: RecordId, staff: &StaffId) -> RecordId {
    RecordId::derived(&["call_answer", &call.to_string(), staff.as_str()])
}

/// Whether the person is among those asked.
pub fn is_asked(call: &Record, staff: &Staff, today: &str) -> bool {
    let sections = call.list(SECTIONS);
    staff.sections_on(today).any(|s| sections.iter().any(|c| c == s))
}
