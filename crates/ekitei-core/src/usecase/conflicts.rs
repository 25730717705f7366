//! Two values for one field: a person chooses, on the phone or on the PC; the first choice wins.

use crate::bridge::args::ConflictResolveArgs;
use crate::bridge::views::ConflictView;
use crate::open::Open;
use crate::view;
use ekitei_model::kinds::{self, conflict as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId};
use ekitei_store::vault::Shown;
use serde_json::json;
use std::collections::HashSet;

pub fn is_open(record: &Record) -> bool {
    record.kind == kinds::CONFLICT && record.text(field::RESOLUTION).is_empty()
}

/// The records that have an unresolved conflict.
pub fn open_in(records: &[Shown]) -> HashSet<RecordId> {
    records.iter().filter(|s| is_open(&s.record)).filter_map(|s| s.record.parent).collect()
}

pub fn list(open: &Open) -> Result<Vec<ConflictView>, Fault> {
    let reader = open.reader();
    let mut out = Vec::new();
    for Shown { record, .. } in reader.open_conflicts()? {
        let parent = record.parent.map(|p| reader.record(p)).transpose()?.flatten();
        let parent = parent.as_ref().map(|s| &s.record);
        out.push(view::conflict(&record, parent, open.device(), |staff| reader.name_of(staff))?);
    }
    Ok(out)
}

pub fn resolve(open: &Open, args: &ConflictResolveArgs) -> Result<(), Fault> {
    if !matches!(args.choice.as_str(), "mine" | "theirs" | "both") {
        return Err(Fault::ask("choice-unknown"));
    }
    let record = open.record_of(args.id, kinds::CONFLICT)?.record;
    if !is_open(&record) {
        return Ok(());
    }
    open.patch(&record, Fields::from([(field::RESOLUTION.into(), json!(args.choice))]))
}
