//! Push, console, salvage, waiting and quarantine.

use super::codec::{self, number};
use super::load::{load, record, settle, staff};
use super::people::{acl_version, device, epoch};
use super::session::{Go, Params, Session, maybe, one, rows, run};
use crate::error::StorageError;
use crate::plan::access::{self, Sight};
use crate::plan::{self, Needs, Waiting, WorkingSet};
use crate::rows::*;
use deadpool_postgres::Transaction;
use ekitei_model::wire::{PushHeader, PushReply};
use ekitei_model::{Outcome, Record, RecordId};
use uuid::Uuid;

async fn primed(s: &mut Session<'_>, caller: &Caller, ops: &[Incoming]) -> Go<WorkingSet> {
    let mut ws = WorkingSet::default();
    let mut needs = Needs::of_ops(ops.iter().filter(|i| storable(i)).map(|i| (i.op_id, i.op.as_ref())));
    needs.outcomes.extend(ops.iter().map(|i| i.op_id));
    needs.staff.insert(caller.staff.clone());
    load(s, &mut ws, &needs).await?;
    Ok(ws)
}

/// A scope with a zero character cannot even be asked for; the plan refuses it before it needs it.
fn storable(i: &Incoming) -> bool {
    i.op.as_ref().and_then(|o| o.named_scope()).is_none_or(|s| !s.to_string().contains('\0'))
}

pub(super) async fn apply_push(
    s: &mut Session<'_>,
    caller: &Caller,
    header: &PushHeader,
    ops: &[Incoming],
    now_ms: i64,
) -> Go<Pushed> {
    let row = device(&s.tx, caller.device).await?;
    access::may_push(access::known(row.as_ref(), caller)?)?;
    let epoch = epoch(&s.tx).await?;
    access::same_epoch(Some(&header.epoch), &epoch)?;
    access::admit(header, ops.len(), u64::MAX - 1)?;
    let (lane, generation) = (i32::from(u8::from(header.lane)), i64::from(header.generation));
    let key: Params<'_> = &[&caller.device.0, &lane, &generation];
    // The upsert locks the lane's row: batches of one lane follow each other.
    let sql = "INSERT INTO lanes (device, lane, generation, high_water) VALUES ($1, $2, $3, 0)
         ON CONFLICT (device, lane, generation) DO UPDATE SET high_water = lanes.high_water RETURNING high_water";
    let high_water = number(&one(&s.tx, sql, key).await?, 0)?;
    access::admit(header, ops.len(), high_water)?;
    let mut ws = primed(s, caller, ops).await?;
    let plan = |ws: &WorkingSet| plan::push(ws, caller, header, high_water, ops, now_ms);
    let (results, changed) = settle(s, &mut ws, now_ms, plan).await?;
    let high_water = high_water.max(header.first - 1 + ops.len() as u64);
    let acl_version = acl_version(&s.tx, &caller.staff, &caller.today).await?;
    let reply = PushReply { epoch, high_water, acl_version };
    Ok(Pushed { reply, results, touched: changed.touched, jobs: changed.jobs })
}

pub(super) async fn apply_console(
    s: &mut Session<'_>,
    caller: &Caller,
    op: &Incoming,
    now_ms: i64,
) -> Go<Applied> {
    let row = device(&s.tx, caller.device).await?;
    access::may_push(access::known(row.as_ref(), caller)?)?;
    let mut ws = primed(s, caller, std::slice::from_ref(op)).await?;
    let (outcome, changed) = settle(s, &mut ws, now_ms, |ws| plan::console(ws, caller, op, now_ms)).await?;
    Ok(Applied { outcome, changed })
}

pub(super) async fn expire_waiting(s: &mut Session<'_>, before_ms: i64, now_ms: i64) -> Go<u64> {
    let sql =
        format!("SELECT {} FROM waiting WHERE since_ms < $1 ORDER BY arrival FOR UPDATE", codec::WAITING);
    let found: Vec<Waiting> =
        rows(&s.tx, &sql, &[&before_ms]).await?.iter().map(codec::waiting).collect::<Go<_>>()?;
    let mut ws = WorkingSet::default();
    Ok(settle(s, &mut ws, now_ms, |ws| plan::expire(ws, &found, now_ms)).await?.0)
}

pub(super) async fn salvage(
    s: &mut Session<'_>,
    caller: &Caller,
    records: &[Record],
    now_ms: i64,
) -> Go<u64> {
    let row = device(&s.tx, caller.device).await?;
    access::may_push(access::known(row.as_ref(), caller)?)?;
    let mut ws = WorkingSet::default();
    Ok(settle(s, &mut ws, now_ms, |ws| plan::salvage(ws, caller, records, now_ms)).await?.0)
}

/// How much of the entry the caller sees.
pub(super) async fn sight(tx: &Transaction<'_>, caller: &Caller, row: &QuarantineRow) -> Go<Option<Sight>> {
    let Some(reader) = staff(tx, &caller.staff).await? else { return Ok(None) };
    let case = match row.scope.owner() {
        Some(id) => record(tx, id).await?,
        None => None,
    };
    let writer = staff(tx, &row.staff).await?;
    Ok(access::sight(row, case.as_ref(), writer.as_ref(), &reader, &caller.today))
}

pub(super) async fn find_entry(tx: &Transaction<'_>, id: Uuid) -> Go<Option<QuarantineRow>> {
    let sql = format!("SELECT {} FROM quarantine WHERE id = $1", codec::QUARANTINE);
    maybe(tx, &sql, &[&id]).await?.map(|row| codec::quarantine(&row)).transpose()
}

async fn open_entry(s: &Session<'_>, caller: &Caller, id: Uuid) -> Go<QuarantineRow> {
    let unknown = || StorageError::refused("quarantine-unknown");
    let sql = format!("SELECT {} FROM quarantine WHERE id = $1 FOR UPDATE", codec::QUARANTINE);
    let row = maybe(&s.tx, &sql, &[&id]).await?.ok_or_else(unknown)?;
    let row = codec::quarantine(&row)?;
    match sight(&s.tx, caller, &row).await? {
        None => Err(unknown().into()),
        Some(Sight::Veiled) => Err(StorageError::refused("not-readable").into()),
        Some(Sight::Whole) if row.state != QuarantineState::Open => {
            Err(StorageError::refused("quarantine-settled").into())
        }
        Some(Sight::Whole) => Ok(row),
    }
}

pub(super) async fn quarantine_release(
    s: &mut Session<'_>,
    caller: &Caller,
    id: Uuid,
    now_ms: i64,
) -> Go<Applied> {
    let row = open_entry(s, caller, id).await?;
    let bringer = device(&s.tx, row.device).await?.map_or_else(|| row.staff.clone(), |d| d.staff);
    let mut ws = WorkingSet::default();
    let plan = |ws: &WorkingSet| plan::release(ws, &row, &bringer, caller, now_ms);
    let (outcome, changed) = settle(s, &mut ws, now_ms, plan).await?;
    let outcome: Outcome = outcome.ok_or_else(|| StorageError::refused("quarantine-unknown"))?;
    Ok(Applied { outcome, changed })
}

pub(super) async fn export_step(
    s: &mut Session<'_>,
    caller: &Caller,
    id: RecordId,
    step: &ExportStep,
    now_ms: i64,
) -> Go<Changed> {
    let row = device(&s.tx, caller.device).await?;
    access::may_push(access::known(row.as_ref(), caller)?)?;
    let mut ws = WorkingSet::default();
    let plan = |ws: &WorkingSet| plan::export_step(ws, caller, id, step, now_ms);
    let (done, changed) = settle(s, &mut ws, now_ms, plan).await?;
    done.map(|()| changed).map_err(|code| StorageError::refused(code).into())
}

pub(super) async fn quarantine_close(s: &mut Session<'_>, caller: &Caller, id: Uuid, now_ms: i64) -> Go<()> {
    let row = open_entry(s, caller, id).await?;
    let sql = "UPDATE quarantine SET state = 'closed', settled_by = $2, settled_ms = $3 WHERE id = $1";
    run(&s.tx, sql, &[&row.id, &caller.staff.as_str(), &now_ms]).await?;
    Ok(())
}
