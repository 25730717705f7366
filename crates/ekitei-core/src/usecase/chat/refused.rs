//! What the office refused beside messages: a room, a call, an answer. It goes again, or is given up.

use super::change::{drop_uploads, give_up_refused, refused_create, send_again, settled};
use super::{calls, rooms, scope};
use crate::bridge::chat::{CallView, RoomRow};
use crate::open::Open;
use ekitei_model::chat::call::answer_id;
use ekitei_model::chat::room::Type;
use ekitei_model::{Fault, OpId, RecordId, kinds};
use ekitei_store::queue::{blobs, ops};
use ekitei_store::{StoreError, Transaction};

/// # Errors
/// `record-unknown`.
pub fn call_retry(open: &Open, id: RecordId) -> Result<CallView, Fault> {
    open.record_of(id, kinds::CALL)?;
    again(open, &[id, answer_id(id, open.me())])?;
    calls::one(open, id)
}

/// The call, unless it is on its way or the office has it: then what was refused of the answer alone.
///
/// # Errors
/// `record-unknown`.
pub fn call_drop(open: &Open, id: RecordId) -> Result<(), Fault> {
    open.record_of(id, kinds::CALL)?;
    let answer = answer_id(id, open.me());
    let never_made =
        open.queue_write(|tx| Ok(ops::cancel_record(tx, id)? || refused_create(tx, id)?.is_some()))?;
    if never_made {
        return erase(open, &[id, answer]);
    }
    open.queue_write(|tx| give_up_refused(tx, answer))?;
    settled(open)
}

/// # Errors
/// `room-unknown`.
pub fn room_retry(open: &Open, id: RecordId) -> Result<RoomRow, Fault> {
    let mut all = vec![id];
    let members = open.reader().in_scope(&scope(id), &[kinds::ROOM_MEMBER])?;
    all.extend(members.iter().map(|s| s.record.id));
    again(open, &all)?;
    rooms::row(open, id)
}

/// # Errors
/// `room-unknown`; `room-fixed`: two people have one room alone, made anew it would deliver what was given up here.
pub fn room_drop(open: &Open, id: RecordId) -> Result<(), Fault> {
    let known = rooms::known(open, id)?;
    if matches!(known.kind, Type::Own | Type::Direct) || open.queue_read(|c| refused_create(c, id))?.is_none()
    {
        return Err(Fault::ask("room-fixed"));
    }
    let mut all = Vec::new();
    for shown in open.reader().in_scope(&scope(id), &[])? {
        all.push(shown.record.id);
        if shown.record.kind == kinds::CALL {
            all.push(answer_id(shown.record.id, open.me()));
        }
    }
    super::drafts::forget(open, id)?;
    erase(open, &all)
}

fn again(open: &Open, all: &[RecordId]) -> Result<(), Fault> {
    open.queue_write(|tx| send_again(tx, all))?;
    settled(open)?;
    open.shared().wake_by_tap();
    Ok(())
}

/// Nothing of these is left on this phone. What the office keeps for want of its room goes there, in time.
fn erase(open: &Open, all: &[RecordId]) -> Result<(), Fault> {
    let written = all.iter().map(|id| Ok((*id, open.written(*id)?)));
    let written: Vec<(RecordId, Vec<OpId>)> = written.collect::<Result<_, Fault>>()?;
    open.queue_write(|tx| written.iter().try_for_each(|(id, operations)| erase_one(tx, *id, operations)))?;
    settled(open)
}

fn erase_one(tx: &Transaction, id: RecordId, written: &[OpId]) -> Result<(), StoreError> {
    give_up_refused(tx, id)?;
    ops::cancel_record(tx, id)?;
    drop_uploads(tx, id)?;
    for op in written {
        // What is answered lies in the overlay alone; what is on its way comes back answered.
        if ops::by_id(tx, *op)?.is_none() {
            ops::forget(tx, *op)?;
        }
    }
    blobs::forget_record(tx, id)
}
