//! The texts that both databases keep for small enumerations.

use crate::rows::{CaseFilter, CaseRow, JobKind, QuarantineState};
use ekitei_model::fold::fold;
use ekitei_model::people::{Role, Staff};
use ekitei_model::wire::DeviceState;
use ekitei_model::{Record, kinds};
use std::collections::BTreeSet;

pub(crate) fn of_device_state(s: DeviceState) -> &'static str {
    match s {
        DeviceState::Active => "active",
        DeviceState::DrainOnly => "drain_only",
        DeviceState::Wiped => "wiped",
    }
}
/// An unknown state (a newer program's) reads as the strictest one.
pub(crate) fn device_state(s: &str) -> DeviceState {
    match s {
        "active" => DeviceState::Active,
        "drain_only" => DeviceState::DrainOnly,
        _ => DeviceState::Wiped,
    }
}

pub(crate) fn of_quarantine_state(s: QuarantineState) -> &'static str {
    match s {
        QuarantineState::Open => "open",
        QuarantineState::Released => "released",
        QuarantineState::Closed => "closed",
    }
}
impl std::str::FromStr for QuarantineState {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let all = [Self::Open, Self::Released, Self::Closed];
        all.into_iter().find(|q| of_quarantine_state(*q) == s).ok_or_else(|| s.to_owned())
    }
}

pub(crate) fn of_job_kind(k: JobKind) -> &'static str {
    match k {
        JobKind::FilePhoto => "file_photo",
        JobKind::FileNote => "file_note",
        JobKind::FileInspection => "file_inspection",
    }
}
impl std::str::FromStr for JobKind {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        [Self::FilePhoto, Self::FileNote, Self::FileInspection]
            .into_iter()
            .find(|k| of_job_kind(*k) == s)
            .ok_or_else(|| s.to_owned())
    }
}

/// A conflict that still asks for a decision.
pub(crate) fn unresolved(r: &Record) -> bool {
    r.kind == kinds::CONFLICT && !r.deleted && !r.fields.contains_key(kinds::conflict::RESOLUTION)
}

/// What the search of messages reads. `None`: nothing of this record.
pub(crate) fn folded_message(r: &Record) -> Option<String> {
    let text = if r.deleted { "" } else { r.text(ekitei_model::chat::message::TEXT) };
    (!text.is_empty()).then(|| fold(text))
}

/// Later than any day.
const OPEN_END: &str = "9999-12-31";

/// A person's posts as their table has them: section, role, first and last day; past and future ones too, each once.
pub(crate) fn posts(s: &Staff) -> BTreeSet<[&str; 4]> {
    let mut out = BTreeSet::new();
    for p in &s.posts {
        let (from, to) = (p.from.as_deref().unwrap_or(""), p.to.as_deref().unwrap_or(OPEN_END));
        out.insert([p.section.as_str(), of_role(p.role), from, to]);
    }
    out
}

/// As in a person's JSON.
fn of_role(role: Role) -> &'static str {
    match role {
        Role::Staff => "staff",
        Role::Head => "head",
        Role::Steward => "steward",
        Role::Admin => "admin",
        Role::Audit => "audit",
    }
}

/// What a staff list is searched in.
pub(crate) fn folded_staff(s: &Staff) -> String {
    fold(&format!("{} {} {}", s.id, s.name, s.kana))
}

/// Whether a case belongs into a filtered list.
pub(crate) fn case_fits(case: &Record, filter: &CaseFilter) -> bool {
    use kinds::case as f;
    let state = match case.text(f::STATE) {
        "" => "open",
        s => s,
    };
    let text = filter.text.as_deref().map(fold).unwrap_or_default();
    let within = || {
        fold(&format!("{} {} {}", case.text(f::NUMBER), case.text(f::NAME), case.text(f::PLACE)))
            .contains(&text)
    };
    filter.state.as_deref().is_none_or(|s| s == state)
        && filter.assignee.as_ref().is_none_or(|a| case.list(f::ASSIGNEES).iter().any(|x| x == a.as_str()))
        && (text.is_empty() || within())
}

/// Last changed first, at most `limit`.
pub(crate) fn newest_cases(rows: &mut Vec<CaseRow>, limit: u32) {
    rows.sort_by(|a, b| b.changed_ms.cmp(&a.changed_ms).then_with(|| b.record.cmp(&a.record)));
    rows.truncate(limit as usize);
}

/// Cuts rows that were fetched one too many to `limit`; the last one's place when there were more.
pub(crate) fn cut<T>(rows: &mut Vec<(u64, T)>, limit: u32) -> Option<u64> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    rows.last().filter(|_| more).map(|(place, _)| *place)
}
