//! Counts of what many answer or have read: members get numbers, not everybody's answers.

use super::super::{Planned, Planner, WorkingSet};
use ekitei_model::RecordId;
use serde_json::Value;

/// Numbers for the records that they stand in: `(record, field, value)`. Says how many changed.
pub(crate) fn tally(
    ws: &WorkingSet,
    numbers: &[(RecordId, &'static str, Value)],
    now_ms: i64,
) -> Planned<u64> {
    let mut p = Planner::new(ws, now_ms, "");
    let mut changed = 0;
    for (record, field, value) in numbers {
        if let Ok(true) = p.office_set(*record, vec![((*field).to_owned(), value.clone())]) {
            changed += 1;
        }
    }
    p.finish(changed)
}
