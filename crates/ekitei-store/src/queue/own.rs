//! Own writes that need not be read back: where the office has made the record just as it was written, and nothing else
//! of the scope came between, the cursor passes it and the vault makes the record itself.

use super::cursors::{self, Cursor};
use super::pages::{self, is_followed};
use crate::error::StoreError;
use ekitei_model::wire::{Direction, Epoch, PageHeader, PushResult};
use ekitei_model::{DeviceId, OpId, Outcome, Scope, StaffId};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

/// The records of a page that never travelled: what `ops` made, one after the other, up to the page's `next`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    pub device: DeviceId,
    pub staff: StaffId,
    /// When the office had them, milliseconds since 1970.
    pub received_ms: i64,
    pub ops: Vec<OpId>,
}

/// Takes what an answer says of records that stand as they were written. In the transaction that records the outcomes.
pub fn take(
    tx: &Transaction,
    epoch: &Epoch,
    device: DeviceId,
    staff: &StaffId,
    results: &[PushResult],
) -> Result<(), StoreError> {
    let mut rest = results;
    while let Some(result) = rest.first() {
        let Some((scope, first, received_ms)) = written(result) else {
            rest = &rest[1..];
            continue;
        };
        let follows = |(seq, r): &(u64, &PushResult)| written(r) == Some((scope, *seq, received_ms));
        let (run, others) = rest.split_at((first..).zip(rest).take_while(follows).count());
        rest = others;
        let last = first + run.len() as u64 - 1;
        let Some(cursor) = cursors::get(tx, scope)? else { continue };
        if cursor.after + 1 != first || !is_followed(tx, scope)? {
            // Something else came between, or nothing of the scope is here: it is read like everything else.
            continue;
        }
        let ops = run.iter().map(|r| r.op_id).collect();
        let own = Own { device, staff: staff.clone(), received_ms, ops };
        pages::put_own(tx, epoch, &header(scope, &cursor, last, run.len()), &own)?;
    }
    Ok(())
}

/// Scope, place and time of a record that stands as written.
fn written(result: &PushResult) -> Option<(&Scope, u64, i64)> {
    match (&result.outcome, result.written_ms) {
        (Outcome::Applied { scope, seq: seq @ 1.. }, Some(ms)) => Some((scope, *seq, ms)),
        _ => None,
    }
}

fn header(scope: &Scope, cursor: &Cursor, last: u64, count: usize) -> PageHeader {
    PageHeader {
        scope: scope.clone(),
        direction: Direction::After,
        next: last,
        head: cursor.head.max(last),
        more: false,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        denied: false,
    }
}
