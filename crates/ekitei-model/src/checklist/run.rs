//! Who may write definitions, and that a run only grows.

use super::{PURPOSES, parse};
use crate::kinds::{checklist, checklist_run as field};
use crate::people::Staff;
use crate::record::{Fields, Record};
use crate::rules::leads_there;
use crate::{OpBody, Operation, RecordId, StaffId, Stamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepResult {
    Done,
    Failed,
    Skipped,
    /// The phone knew it by itself.
    Fact,
}

/// What became of one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StepDone {
    pub at: Stamp,
    /// Since the step was shown.
    #[ts(type = "number")]
    pub ms: u64,
    pub result: StepResult,
    /// What the person wrote or chose, or why it failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What the phone knew, as it was shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fact: String,
}

const MAX_NOTE_CHARS: usize = 1_000;
/// A step that was shown for longer was forgotten, and says nothing about itself.
pub(super) const MAX_STEP_MS: u64 = 24 * 3_600_000;

pub fn is_open(run: &Record) -> bool {
    run.text(field::FINISHED_AT).is_empty()
}

/// The steps that have been written, by key. What cannot be read is left out.
pub fn steps_done(run: &Record) -> BTreeMap<String, StepDone> {
    let steps = run.fields.iter().filter_map(|(name, value)| {
        let key = name.strip_prefix(field::STEP)?;
        Some((key.to_owned(), serde_json::from_value(value.clone()).ok()?))
    });
    steps.collect()
}

/// Why the step may not be written any more.
///
/// # Errors
/// `run-finished`, `step-taken`.
pub fn may_set(run: &Record, key: &str) -> Result<(), &'static str> {
    if !is_open(run) {
        return Err("run-finished");
    }
    let taken = run.fields.contains_key(&format!("{}{key}", field::STEP));
    if taken { Err("step-taken") } else { Ok(()) }
}

/// Definitions are written by those who lead the section (for all: administrators). What is published never changes.
pub fn refuse(op: &Operation, target: Option<&Record>, staff: &Staff, today: &str) -> Option<&'static str> {
    if !leads_there(op, target, staff, today) {
        return Some("not-allowed");
    }
    let version = |fields: &Fields| fields.get(checklist::VERSION).and_then(Value::as_u64).unwrap_or(0);
    let before = target.map_or(0, |t| version(&t.fields));
    let fields = match &op.body {
        OpBody::Delete => return (before > 0).then_some("checklist-published"),
        OpBody::Create { fields, .. } | OpBody::Publish { fields, .. } | OpBody::Patch { fields, .. } => {
            fields
        }
        OpBody::Mark { .. } | OpBody::Void { .. } => return None,
    };
    let known = |name: &str, words: &[&str]| {
        fields.get(name).is_none_or(|v| v.as_str().is_some_and(|text| words.contains(&text)))
    };
    if !known(checklist::PURPOSE, &PURPOSES) || !known(checklist::STATE, &["draft", "published", "withdrawn"])
    {
        return Some("checklist-malformed");
    }
    let after = if fields.contains_key(checklist::VERSION) { version(fields) } else { before };
    if after < before || after > before + 1 {
        return Some("checklist-version");
    }
    for (name, value) in fields {
        let Some(n) = name.strip_prefix("definition.") else { continue };
        let standing = target.and_then(|t| t.fields.get(name));
        if standing.is_some_and(|s| s != value) {
            return Some("checklist-published");
        }
        if standing.is_none() && (n != after.to_string() || after == before) {
            return Some("checklist-version");
        }
        if parse(value).is_err() {
            return Some("checklist-malformed");
        }
    }
    let missing = after > before && !fields.contains_key(&checklist::published(after));
    missing.then_some("checklist-version")
}

/// A run is written by the person who makes it, grows step by step, and ends once. `by` is the writer.
pub fn refuse_run(body: &OpBody, target: Option<&Record>, by: &StaffId) -> Option<&'static str> {
    match (body, target) {
        (OpBody::Create { fields, .. } | OpBody::Publish { fields, .. }, _) => {
            let named = fields.get(field::CHECKLIST).and_then(Value::as_str).unwrap_or_default();
            if named.parse::<RecordId>().is_err() || !steps_are_sound(fields) {
                return Some("run-malformed");
            }
            let own = fields.get(field::BY).and_then(Value::as_str) == Some(by.as_str());
            (!own).then_some("not-allowed")
        }
        (OpBody::Patch { fields, .. }, Some(run)) => {
            let changed: Vec<&String> =
                fields.keys().filter(|k| run.fields.get(*k) != fields.get(*k)).collect();
            if run.text(field::BY) != by.as_str() {
                return Some("not-allowed");
            }
            let grows = |k: &&String| k.starts_with(field::STEP) || k.as_str() == field::FINISHED_AT;
            if !changed.iter().all(grows) {
                return Some("append-only");
            }
            if changed.iter().any(|k| run.fields.contains_key(*k)) {
                return Some("step-taken");
            }
            if !changed.is_empty() && !is_open(run) {
                return Some("run-finished");
            }
            (!steps_are_sound(fields)).then_some("run-malformed")
        }
        (OpBody::Delete, _) => Some("append-only"),
        _ => None,
    }
}

fn steps_are_sound(fields: &Fields) -> bool {
    let mut steps = fields.iter().filter(|(name, _)| name.starts_with(field::STEP));
    let finished = fields
        .get(field::FINISHED_AT)
        .is_none_or(|v| v.as_str().is_some_and(|text| text.is_empty() || text.parse::<Stamp>().is_ok()));
    finished
        && steps.all(|(_, value)| {
            serde_json::from_value::<StepDone>(value.clone())
                .is_ok_and(|s| s.ms <= MAX_STEP_MS && s.note.chars().count() <= MAX_NOTE_CHARS)
        })
}
