//! What waits, how much, why; try again; take back. Works locked, then without titles.

use super::status;
use crate::bridge::event::Topic;
use crate::bridge::views::{QueueRow, QueueView};
use crate::change::{self, Change, mint_op};
use crate::shared::Shared;
use crate::view;
use ekitei_model::op::OpBody;
use ekitei_model::{Fault, OpId, RecordId};
use ekitei_store::queue::{self, QueueItem, ops, refused, uploads};
use std::collections::HashMap;

pub fn queue(shared: &Shared) -> Result<QueueView, Fault> {
    let line = shared.line()?;
    let rows = shared.queue_read(queue::view::rows)?;
    let mut titles = Titles::new(shared)?;
    let rows = rows.into_iter().map(|row| titles.row(shared, row)).collect::<Result<_, _>>()?;
    Ok(QueueView {
        rows,
        waiting: status::waiting(shared)?,
        next_try_at: line.next_try_ms.map(|ms| shared.now().at(ms)),
        last_fault: line.last_fault,
    })
}

/// Titles and case numbers, read once a record.
struct Titles<'a> {
    open: Option<crate::open::Open<'a>>,
    numbers: HashMap<RecordId, String>,
    known: HashMap<RecordId, String>,
}

impl<'a> Titles<'a> {
    fn new(shared: &'a Shared) -> Result<Self, Fault> {
        let open = shared.open_if_unlocked()?;
        let cases = open.as_ref().map(super::cases::rows).transpose()?.unwrap_or_default();
        let numbers = cases.into_iter().map(|c| (c.id, c.number)).collect();
        Ok(Self { open, numbers, known: HashMap::new() })
    }

    fn title(&mut self, record: RecordId) -> Result<String, Fault> {
        let Some(open) = &self.open else { return Ok(String::new()) };
        if let Some(title) = self.known.get(&record) {
            return Ok(title.clone());
        }
        let title = open.reader().record(record)?.map(|s| view::title(&s.record)).unwrap_or_default();
        self.known.insert(record, title.clone());
        Ok(title)
    }

    fn row(&mut self, shared: &Shared, row: queue::QueueRow) -> Result<QueueRow, Fault> {
        let title = if row.hidden { String::new() } else { self.title(row.record)? };
        let case_number = row.scope.case().and_then(|c| self.numbers.get(&c)).filter(|_| !row.hidden);
        Ok(QueueRow {
            item: row.item.to_string(),
            lane: row.lane,
            what: row.variant.map_or(row.kind, |v| v.as_str().to_owned()),
            title,
            case_number: case_number.cloned().unwrap_or_default(),
            since: shared.now().at(row.since_ms),
            bytes: row.bytes,
            sent_bytes: row.sent_bytes,
            frozen: row.frozen,
            parked: row.parked,
        })
    }
}

/// Everything now, or one parked item again.
pub fn retry(shared: &Shared, item: Option<&str>) -> Result<QueueView, Fault> {
    if let Some(text) = item {
        let item = parse(text)?;
        shared.queue_write(|tx| match item {
            QueueItem::Op(op) => ops::unpark(tx, op, mint_op()),
            QueueItem::File(file) => uploads::unpark(tx, file),
        })?;
        after(shared)?;
    }
    shared.wake_by_tap();
    queue(shared)
}

/// # Errors
/// `op-frozen` when it is on its way already.
pub fn cancel(shared: &Shared, item: Option<&str>) -> Result<QueueView, Fault> {
    let item = parse(item.ok_or_else(|| Fault::ask("queue-item-unknown"))?)?;
    let told = match item {
        QueueItem::Op(op) => kept_at_the_office(shared, op)?,
        QueueItem::File(_) => None,
    };
    let now_ms = shared.now().ms();
    shared.queue_write(|tx| {
        match item {
            QueueItem::Op(op) => ops::cancel(tx, op)?,
            QueueItem::File(file) => uploads::cancel(tx, file)?,
        }
        told.iter().try_for_each(|c| ops::enqueue(tx, &c.op, c.lane, &c.about, now_ms).map(drop))
    })?;
    after(shared)?;
    queue(shared)
}

/// A message that the office refused when its time had come waits there, too: that it is given up must be told.
fn kept_at_the_office(shared: &Shared, op: OpId) -> Result<Option<Change>, Fault> {
    let row = shared.queue_read(|c| ops::by_id(c, op))?;
    let Some(row) = row.filter(|q| matches!(q.op.body, OpBody::Create { .. })) else { return Ok(None) };
    if let Some(open) = shared.open_if_unlocked()? {
        return super::chat::kept_at_the_office(&open, row.op.record);
    }
    let there = shared.queue_read(|c| refused::is_kept_there(c, row.op.record))?;
    Ok(there.then(|| change::delete_of(shared.now(), row.op.record, row.about).in_lane(row.lane)))
}

fn parse(text: &str) -> Result<QueueItem, Fault> {
    text.parse().map_err(|_| Fault::ask("queue-item-unknown"))
}

fn after(shared: &Shared) -> Result<(), Fault> {
    if let Some(open) = shared.open_if_unlocked()? {
        open.replay()?;
    }
    shared.changed(Topic::Queue);
    shared.changed(Topic::Cases);
    Ok(())
}
