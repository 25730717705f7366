//! One replay's transaction in the vault: operations first, then pages in the order they came.

use super::index::Later;
use super::replay::{Replayed, Work};
use super::{held, meta, mirror, overlay, read, settle};
use crate::error::StoreError;
use crate::queue::downloads::{Download, RANK_THUMB};
use crate::queue::own::Own;
use crate::queue::pages::PageBody;
use crate::queue::refused::News;
use crate::queue::{OpState, QueuedOp};
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::merge::{self, Writer};
use ekitei_model::op::OpBody;
use ekitei_model::wire::{Direction, PageHeader};
use ekitei_model::{OpId, Operation, Record, RecordId, Scope};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A record of a page, and the text that it travelled as.
pub(super) struct Line {
    pub record: Record,
    pub text: String,
}

/// The records of a page; `None`: it cannot be opened and its scope is fetched again.
pub(super) type Opened = Option<Vec<Line>>;

/// What the queue has to be told afterwards.
#[derive(Default)]
pub(super) struct Told {
    pub assigned: Option<BTreeSet<Scope>>,
    pub wishes: Vec<Download>,
    pub deleted: Vec<RecordId>,
    /// About one's own messages that the office kept, in the order in which it came.
    pub held: Vec<News>,
    /// Scopes to fetch again from the beginning.
    pub again: Vec<Scope>,
}

pub(super) fn apply(
    tx: &Transaction,
    work: &Work,
    opened: &[Opened],
    done: &mut Replayed,
) -> Result<Told, StoreError> {
    let mut told = Told::default();
    if let Some(credential) = &work.credential {
        meta::set(tx, meta::CREDENTIAL, credential)?;
    }
    meta::set(tx, meta::GENERATION, &work.generation.to_string())?;
    // Records whose overlay changed; their index entries are brought up to date at the end.
    let mut later = Later::default();
    let epoch_no = mirror::epoch_no(tx)?;
    for op_id in &work.dropped {
        drop_op(tx, *op_id, &mut later)?;
    }
    for queued in &work.changes {
        take_op(tx, queued, epoch_no, &mut later)?;
        done.ops += 1;
    }
    let has_overlay: bool =
        tx.query_row("SELECT EXISTS (SELECT 1 FROM ops WHERE state <> 2)", [], |r| r.get(0))?;
    for (page, records) in work.pages.iter().zip(opened) {
        done.pages += 1;
        match &page.body {
            PageBody::Erase => {
                erase(tx, &page.scope, work.keep.get(&page.id).map_or(&[][..], Vec::as_slice), &mut later)?;
                done.erased.push(page.scope.clone());
                // With a section go its rooms.
                told.assigned = Some(BTreeSet::new());
            }
            PageBody::Records { header, .. } => {
                let Some(records) = records else {
                    told.again.push(page.scope.clone());
                    continue;
                };
                for line in records {
                    if take_record(tx, line, epoch_no, has_overlay, &mut later, &mut told)? {
                        done.records += 1;
                    }
                }
                pass(tx, header, epoch_no, has_overlay, &mut later)?;
            }
            PageBody::Own { header, own } => {
                let Some(records) = own_records(tx, header, own)? else {
                    told.again.push(page.scope.clone());
                    continue;
                };
                for line in &records {
                    if take_record(tx, line, epoch_no, has_overlay, &mut later, &mut told)? {
                        done.records += 1;
                    }
                }
                pass(tx, header, epoch_no, has_overlay, &mut later)?;
            }
        }
    }
    later.refresh(tx)?;
    if told.assigned.is_some() {
        told.assigned = Some(read::assigned(tx)?);
    }
    meta::set(tx, meta::QUEUE_ID, &work.queue_id)?;
    meta::set(tx, meta::QUEUE_MARK, &work.newest.to_string())?;
    Ok(told)
}

/// What the operations of this phone made at the office. `None`: one of them is not here; the scope is fetched again.
fn own_records(tx: &Transaction, header: &PageHeader, own: &Own) -> Result<Option<Vec<Line>>, StoreError> {
    let by = Writer { device: own.device, staff: &own.staff };
    let first = (header.next + 1).saturating_sub(own.ops.len() as u64);
    let mut find = tx.prepare_cached("SELECT body FROM ops WHERE op_id = ?1")?;
    let mut lines = Vec::with_capacity(own.ops.len());
    for (seq, op_id) in (first..).zip(&own.ops) {
        let body: Option<String> = find.query_row([op_id.0.into_bytes()], |r| r.get(0)).optional()?;
        let op: Option<Operation> = body.map(|b| serde_json::from_str(&b)).transpose()?;
        let Some(record) = op.and_then(|op| merge::as_written(&op, by, seq, own.received_ms)) else {
            return Ok(None);
        };
        lines.push(Line { text: serde_json::to_string(&record)?, record });
    }
    Ok(Some(lines))
}

/// The vault stands behind the page now; answered operations that it shows leave the overlay.
fn pass(
    tx: &Transaction,
    header: &PageHeader,
    epoch_no: i64,
    has_overlay: bool,
    later: &mut Later,
) -> Result<(), StoreError> {
    move_on(tx, header, epoch_no)?;
    let passed = match header.direction {
        Direction::After => header.next,
        Direction::Before if header.more => 0,
        Direction::Before => header.head,
    };
    if has_overlay && passed > 0 {
        for id in settle::scope(tx, &header.scope, passed, epoch_no)? {
            later.touched(id);
        }
    }
    Ok(())
}

fn drop_op(tx: &Transaction, op_id: OpId, later: &mut Later) -> Result<(), StoreError> {
    let mut statement =
        tx.prepare_cached("DELETE FROM ops WHERE op_id = ?1 RETURNING record, draft, about")?;
    let mut rows = statement.query([op_id.0.into_bytes()])?;
    while let Some(row) = rows.next()? {
        for column in 0..3 {
            let id: Option<[u8; 16]> = row.get(column)?;
            if let Some(bytes) = id {
                later.touched(RecordId(Uuid::from_bytes(bytes)));
            }
        }
    }
    Ok(())
}

fn take_op(tx: &Transaction, queued: &QueuedOp, epoch_no: i64, later: &mut Later) -> Result<(), StoreError> {
    let op = &queued.op;
    if matches!(op.body, OpBody::Void { .. }) {
        return Ok(());
    }
    if queued.hidden {
        return drop_op(tx, op.op_id, later);
    }
    let draft = match &op.body {
        OpBody::Publish { draft, .. } => Some(*draft),
        _ => None,
    };
    let about = overlay::about(tx, op, &queued.about.kind)?;
    let position = queued.outcome.as_ref().and_then(|o| o.feed_position());
    let state = match queued.state {
        OpState::Open | OpState::Frozen => 0,
        OpState::Answered => 1,
        OpState::Parked | OpState::Refused => 3,
    };
    let body = serde_json::to_string(op)?;
    // An answer changes what is shown only when the operation leaves the overlay.
    let only_answered = state == 1 && is_known(tx, op.op_id, &body)?;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO ops
         (op_id, ord, record, draft, about, scope, kind, lane, body, at_ms, state, outcome, out_scope, out_seq, answered_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?
    .execute(params![
        op.op_id.0.into_bytes(),
        queued.ord,
        op.record.0.into_bytes(),
        draft.map(|d| d.0.into_bytes()),
        about.map(|a| a.0.into_bytes()),
        queued.about.scope.to_string(),
        queued.about.kind,
        u8::from(queued.lane),
        body,
        queued.at_ms,
        state,
        queued.outcome.as_ref().map(serde_json::to_string).transpose()?,
        position.map(|(scope, _)| scope.to_string()),
        position.map(|(_, seq)| seq),
        queued.answered_ms
    ])?;
    let settled = state == 1 && settle::record(tx, op.record, epoch_no)?;
    if only_answered && !settled {
        return Ok(());
    }
    for id in [Some(op.record), draft, about].into_iter().flatten() {
        later.touched(id);
    }
    Ok(())
}

/// Whether the vault has this operation waiting, with these bytes.
fn is_known(conn: &Connection, op_id: OpId, body: &str) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM ops WHERE op_id = ?1 AND body = ?2 AND state = 0)")?
        .query_row(params![op_id.0.into_bytes(), body], |r| r.get(0))?)
}

fn take_record(
    tx: &Transaction,
    line: &Line,
    epoch_no: i64,
    has_overlay: bool,
    later: &mut Later,
    told: &mut Told,
) -> Result<bool, StoreError> {
    let record = &line.record;
    // Also for a page that is applied a second time (killed before the queue was told): nothing of this may be missed.
    match record.kind.as_str() {
        kinds::ASSIGNMENT | kinds::ROOM_ENTRY => told.assigned = Some(BTreeSet::new()),
        kinds::PHOTO | kinds::FILE if record.deleted => told.deleted.push(record.id),
        kinds::HELD => told.held.extend(held::news(tx, record)?),
        kinds::PHOTO => told.wishes.extend(wish(record, Variant::Thumb, RANK_THUMB)),
        _ => {}
    }
    if !mirror::put(tx, record, &line.text, epoch_no)? {
        return Ok(false);
    }
    if has_overlay {
        settle::record(tx, record.id, epoch_no)?;
    }
    if has_overlay && overlay::any(tx, record.id)? {
        later.touched(record.id);
    } else {
        later.mirrored(record);
    }
    Ok(true)
}

/// The download of a variant that the office has; `None` when it has not (yet).
pub fn wish(record: &Record, variant: Variant, rank: u8) -> Option<Download> {
    let sha256 = record.text(&photo::sha256(variant));
    if sha256.is_empty() || record.text(&photo::arrived(variant)).is_empty() {
        return None;
    }
    Some(Download {
        record: record.id,
        variant,
        scope: record.scope.clone(),
        sha256: sha256.to_owned(),
        plain_bytes: record.fields.get(&photo::bytes(variant)).and_then(|v| v.as_u64()).unwrap_or(0),
        rank,
    })
}

fn erase(tx: &Transaction, scope: &Scope, keep: &[OpId], later: &mut Later) -> Result<(), StoreError> {
    let kept = keep.iter().map(|id| id.0.into_bytes()).collect::<BTreeSet<_>>();
    let text = scope.to_string();
    let ids: Vec<[u8; 16]> = tx
        .prepare_cached("SELECT op_id FROM ops WHERE scope = ?1")?
        .query_map([&text], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    for id in ids {
        if kept.contains(&id) {
            let record: [u8; 16] = tx
                .prepare_cached("SELECT record FROM ops WHERE op_id = ?1")?
                .query_row([id], |r| r.get(0))?;
            later.touched(RecordId(Uuid::from_bytes(record)));
        } else {
            drop_op(tx, OpId(Uuid::from_bytes(id)), later)?;
        }
    }
    mirror::erase(tx, scope)
}

/// The vault's own position: what is applied, where the queue's cursor says what is fetched.
fn move_on(tx: &Transaction, header: &PageHeader, epoch_no: i64) -> Result<(), StoreError> {
    let scope = header.scope.to_string();
    match header.direction {
        Direction::Before => tx
            .prepare_cached(
                "INSERT INTO scopes VALUES (?1, ?2, ?3, ?3, ?4)
                 ON CONFLICT (scope) DO UPDATE SET complete = max(complete, excluded.complete)",
            )?
            .execute(params![scope, epoch_no, header.head, !header.more])?,
        Direction::After => tx
            .prepare_cached(
                "UPDATE scopes SET after = max(after, ?2), head = max(head, ?3) WHERE scope = ?1",
            )?
            .execute(params![scope, header.next, header.head])?,
    };
    Ok(())
}
