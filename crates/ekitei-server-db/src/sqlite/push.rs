//! Push, console, salvage, waiting and quarantine.

use super::codec;
use super::load::{load, record, settle, staff};
use super::people::{acl_version, device, epoch};
use crate::error::{Result, StorageError};
use crate::plan::access::{self, Sight};
use crate::plan::{self, Needs, Waiting, WorkingSet};
use crate::rows::*;
use ekitei_model::wire::{PushHeader, PushReply};
use ekitei_model::{Outcome, Record, RecordId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

fn primed(db: &Connection, caller: &Caller, ops: &[Incoming]) -> Result<WorkingSet> {
    let mut ws = WorkingSet::default();
    let mut needs = Needs::of_ops(ops.iter().map(|i| (i.op_id, i.op.as_ref())));
    needs.staff.insert(caller.staff.clone());
    load(db, &mut ws, &needs)?;
    Ok(ws)
}

pub(super) fn apply_push(
    db: &Connection,
    caller: &Caller,
    header: &PushHeader,
    ops: &[Incoming],
    now_ms: i64,
) -> Result<Pushed> {
    let row = device(db, caller.device)?;
    access::may_push(access::known(row.as_ref(), caller)?)?;
    let epoch = epoch(db)?;
    access::same_epoch(Some(&header.epoch), &epoch)?;
    let key = params![caller.device.0.into_bytes(), u8::from(header.lane), header.generation];
    let high_water = db
        .prepare_cached("SELECT high_water FROM lanes WHERE device = ?1 AND lane = ?2 AND generation = ?3")?
        .query_row(key, |r| codec::number(r, 0))
        .optional()?
        .unwrap_or(0);
    access::admit(header, ops.len(), high_water)?;
    let mut ws = primed(db, caller, ops)?;
    let (results, changed) =
        settle(db, &mut ws, now_ms, |ws| plan::push(ws, caller, header, high_water, ops, now_ms))?;
    let high_water = high_water.max(header.first - 1 + ops.len() as u64);
    let acl_version = acl_version(db, &caller.staff, &caller.today)?;
    let reply = PushReply { epoch, high_water, acl_version };
    Ok(Pushed { reply, results, touched: changed.touched, jobs: changed.jobs })
}

pub(super) fn apply_console(db: &Connection, caller: &Caller, op: &Incoming, now_ms: i64) -> Result<Applied> {
    let row = device(db, caller.device)?;
    access::may_push(access::known(row.as_ref(), caller)?)?;
    let mut ws = primed(db, caller, std::slice::from_ref(op))?;
    let (outcome, changed) = settle(db, &mut ws, now_ms, |ws| plan::console(ws, caller, op, now_ms))?;
    Ok(Applied { outcome, changed })
}

pub(super) fn expire_waiting(db: &Connection, before_ms: i64, now_ms: i64) -> Result<u64> {
    let sql = format!("SELECT {} FROM waiting WHERE since_ms < ?1 ORDER BY arrival", codec::WAITING);
    let rows: Vec<Waiting> =
        db.prepare_cached(&sql)?.query_map([before_ms], codec::waiting)?.collect::<rusqlite::Result<_>>()?;
    Ok(settle(db, &mut WorkingSet::default(), now_ms, |ws| plan::expire(ws, &rows, now_ms))?.0)
}

pub(super) fn salvage(db: &Connection, caller: &Caller, records: &[Record], now_ms: i64) -> Result<u64> {
    let row = device(db, caller.device)?;
    access::may_push(access::known(row.as_ref(), caller)?)?;
    Ok(settle(db, &mut WorkingSet::default(), now_ms, |ws| plan::salvage(ws, caller, records, now_ms))?.0)
}

pub(super) fn find_entry(db: &Connection, id: Uuid) -> Result<Option<QuarantineRow>> {
    let sql = format!("SELECT {} FROM quarantine WHERE id = ?1", codec::QUARANTINE);
    Ok(db.prepare_cached(&sql)?.query_row([id.into_bytes()], codec::quarantine).optional()?)
}

/// How much of the entry the caller sees.
pub(super) fn sight(db: &Connection, caller: &Caller, row: &QuarantineRow) -> Result<Option<Sight>> {
    let Some(reader) = staff(db, &caller.staff)? else { return Ok(None) };
    let case = row.scope.owner().map(|id| record(db, id)).transpose()?.flatten();
    let writer = staff(db, &row.staff)?;
    Ok(access::sight(row, case.as_ref(), writer.as_ref(), &reader, &caller.today))
}

fn open_entry(db: &Connection, caller: &Caller, id: Uuid) -> Result<QuarantineRow> {
    let row = find_entry(db, id)?.ok_or_else(|| StorageError::refused("quarantine-unknown"))?;
    match sight(db, caller, &row)? {
        None => Err(StorageError::refused("quarantine-unknown")),
        Some(Sight::Veiled) => Err(StorageError::refused("not-readable")),
        Some(Sight::Whole) if row.state != QuarantineState::Open => {
            Err(StorageError::refused("quarantine-settled"))
        }
        Some(Sight::Whole) => Ok(row),
    }
}

pub(super) fn quarantine_release(db: &Connection, caller: &Caller, id: Uuid, now_ms: i64) -> Result<Applied> {
    let row = open_entry(db, caller, id)?;
    let bringer = device(db, row.device)?.map_or_else(|| row.staff.clone(), |d| d.staff);
    let mut ws = WorkingSet::default();
    let (outcome, changed) =
        settle(db, &mut ws, now_ms, |ws| plan::release(ws, &row, &bringer, caller, now_ms))?;
    let outcome: Outcome = outcome.ok_or_else(|| StorageError::refused("quarantine-unknown"))?;
    Ok(Applied { outcome, changed })
}

pub(super) fn export_step(
    db: &Connection,
    caller: &Caller,
    id: RecordId,
    step: &ExportStep,
    now_ms: i64,
) -> Result<Changed> {
    let row = device(db, caller.device)?;
    access::may_push(access::known(row.as_ref(), caller)?)?;
    let mut ws = WorkingSet::default();
    let (done, changed) = settle(db, &mut ws, now_ms, |ws| plan::export_step(ws, caller, id, step, now_ms))?;
    done.map(|()| changed).map_err(StorageError::refused)
}

pub(super) fn quarantine_close(db: &Connection, caller: &Caller, id: Uuid, now_ms: i64) -> Result<()> {
    let row = open_entry(db, caller, id)?;
    db.prepare_cached(
        "UPDATE quarantine SET state = 'closed', settled_by = ?2, settled_ms = ?3 WHERE id = ?1",
    )?
    .execute(params![row.id.into_bytes(), caller.staff.as_str(), now_ms])?;
    Ok(())
}
