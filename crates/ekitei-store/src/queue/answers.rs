//! What the office answered.

use super::ops::next_changes;
use crate::error::StoreError;
use ekitei_model::op::OpBody;
use ekitei_model::wire::PushResult;
use ekitei_model::{Fault, Lane, Operation, Outcome};
use rusqlite::{OptionalExtension, Transaction, params};

/// Stores one outcome per operation. Answers to operations that are not waiting in this lane and generation any more
/// (a repeated answer, an answer from before an epoch change) change nothing. Returns how many were taken.
pub fn record_outcomes(
    tx: &Transaction,
    lane: Lane,
    generation: u32,
    results: &[PushResult],
    now_ms: i64,
) -> Result<u64, StoreError> {
    let mut taken = 0;
    let first_change = next_changes(tx, results.len())?;
    for (change, result) in (first_change..).zip(results) {
        let row: Option<(i64, String, bool)> = tx
            .prepare_cached(
                "SELECT ord, body, answered_ms IS NOT NULL FROM ops WHERE op_id = ?1 AND state = 1 AND lane = ?2 AND generation = ?3",
            )?
            .query_row(params![result.op_id.0.into_bytes(), u8::from(lane), generation], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?))
            })
            .optional()?;
        let Some((ord, body, taken_before)) = row else { continue };
        let fault = refusal(&result.outcome, &body, taken_before)?;
        tx.prepare_cached(
            "UPDATE ops SET state = ?2, outcome = ?3, answered_ms = ?4, fault = ?5, change = ?6 WHERE ord = ?1",
        )?
        .execute(params![
            ord,
            if fault.is_some() { 4 } else { 2 },
            serde_json::to_string(&result.outcome)?,
            now_ms,
            fault.map(|f| serde_json::to_string(&f)).transpose()?,
            change
        ])?;
        taken += 1;
    }
    // Everything below the first unanswered one is answered.
    tx.prepare_cached(
        "UPDATE lanes SET acked = coalesce(
           (SELECT min(op_seq) - 1 FROM ops
            WHERE lane = ?1 AND generation = ?2 AND op_seq > acked AND op_seq IS NOT NULL AND state = 1),
           next_seq - 1)
         WHERE lane = ?1 AND generation = ?2",
    )?
    .execute(params![u8::from(lane), generation])?;
    Ok(taken)
}

/// Why a person should look at an answered operation. `taken_before`: the office had taken it before it was restored;
/// that it now comes after the record's deletion (a draft after its publishing) is only the order of coming back.
fn refusal(outcome: &Outcome, body: &str, taken_before: bool) -> Result<Option<Fault>, StoreError> {
    Ok(match outcome {
        Outcome::Quarantined { reason } => Some(Fault::ask(reason)),
        Outcome::Gone { .. } if !taken_before => {
            let op: Operation = serde_json::from_str(body)?;
            let writes = !matches!(op.body, OpBody::Delete | OpBody::Mark { .. } | OpBody::Void { .. });
            writes.then(|| Fault::ask("gone"))
        }
        _ => None,
    })
}
