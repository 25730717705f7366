//! What becomes of an own message after it was written: a waiting one changes its row, one in flight or delivered is
//! followed by an operation of its own.

use super::{own, page};
use crate::bridge::chat::{ChatEditArgs, MessageView};
use crate::change::{self, Change, mint_op};
use crate::open::Open;
use ekitei_model::chat::message as field;
use ekitei_model::op::OpBody;
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Lane, OpId, Record, RecordId, kinds};
use ekitei_store::queue::uploads::UploadState;
use ekitei_store::queue::{OpState, blobs, ops, uploads};
use ekitei_store::{Connection, StoreError, Transaction};
use serde_json::{Value, json};

/// # Errors
/// `not-author`, `message-empty`, `message-too-long`, `message-unsent`.
pub fn edit(open: &Open, args: &ChatEditArgs) -> Result<MessageView, Fault> {
    let record = own(open, args.id)?.record;
    if record.flag(field::UNSENT) {
        return Err(Fault::ask("message-unsent"));
    }
    if args.text.trim().is_empty() {
        return Err(Fault::ask("message-empty"));
    }
    if args.text.chars().count() > field::MAX_TEXT_CHARS {
        return Err(Fault::ask("message-too-long").with("limit", field::MAX_TEXT_CHARS));
    }
    let mut fields = Fields::from([(field::TEXT.to_owned(), json!(args.text))]);
    let many = record.list(field::MENTIONS).len() > field::CALLED_SHOWN;
    if let Some(named) = args.mentions.as_ref().filter(|_| !many) {
        let named = if named.is_empty() { Value::Null } else { json!(named) };
        fields.insert(field::MENTIONS.to_owned(), named);
    }
    let same = fields.iter().all(|(name, value)| record.fields.get(name).unwrap_or(&Value::Null) == value);
    if correct(open, &record, &fields)? {
        return page::message(open, args.id);
    }
    // What nobody has seen is not marked as edited.
    if !same && !open.queue_read(|c| is_unsent_row(c, args.id))? {
        fields.insert(field::EDITED_AT.to_owned(), json!(open.now().stamp()));
    }
    open.patch(&record, fields)?;
    page::message(open, args.id)
}

fn is_unsent_row(conn: &Connection, id: RecordId) -> Result<bool, StoreError> {
    let first = ops::of_record(conn, id)?.into_iter().next();
    Ok(first.is_some_and(|q| q.state == OpState::Open && matches!(q.op.body, OpBody::Create { .. })))
}

/// What was refused is corrected and goes again, with all that was refused of it. `false`: the message was not.
pub(super) fn correct(open: &Open, record: &Record, fields: &Fields) -> Result<bool, Fault> {
    let Some(change) = change::patch(open.now(), record, None, fields.clone()) else { return Ok(false) };
    let all = whole(open, record)?;
    let corrected = open.queue_write(|tx| {
        let Some(refused) = refused_create(tx, record.id)? else { return Ok(false) };
        Ok(ops::correct(tx, refused, &change.op)? && send_again(tx, &all).map(|()| true)?)
    })?;
    if corrected {
        settled(open)?;
        open.shared().wake_by_tap();
    }
    Ok(corrected)
}

/// The operation that makes the record, if it was refused: the office has nothing of it then.
pub(super) fn refused_create(conn: &Connection, id: RecordId) -> Result<Option<OpId>, StoreError> {
    let create = ops::of_record(conn, id)?.into_iter().find(|q| matches!(q.op.body, OpBody::Create { .. }));
    let refused = create.filter(|q| matches!(q.state, OpState::Parked | OpState::Refused));
    Ok(refused.map(|q| q.op.op_id))
}

/// 送信取消: one that waits was never sent; one that the office keeps back is never delivered; anything else stays as a
/// line that says so.
///
/// # Errors
/// `not-author`.
pub fn unsend(open: &Open, id: RecordId) -> Result<(), Fault> {
    let shown = match own(open, id) {
        Err(unknown) if unknown.code == "record-unknown" => return unsend_held(open, id),
        shown => shown?,
    };
    let hanging = hanging(open, &shown.record)?;
    let taken_back = open.queue_write(|tx| {
        if !ops::cancel_record(tx, id)? {
            return Ok(false);
        }
        // Nothing may wait at the office for a message that never comes.
        hanging.iter().try_for_each(|child| ops::cancel_record(tx, *child).map(drop))?;
        Ok(true)
    })?;
    if taken_back {
        return settled(open);
    }
    if open.queue_read(|c| refused_create(c, id))?.is_some() {
        return drop_failed(open, id);
    }
    open.queue_write(|tx| {
        give_up_refused(tx, id)?;
        hanging.iter().try_for_each(|child| drop_uploads(tx, *child))
    })?;
    if shown.record.born_seq == 0 && shown.held_until_ms.is_some() {
        return open.commit(&[change::delete(open.now(), &shown.record)]);
    }
    open.patch(&shown.record, Fields::from([(field::UNSENT.to_owned(), json!(true))]))
}

/// One that another device of the person wrote and the office holds: this phone knows of it by that alone.
fn unsend_held(open: &Open, id: RecordId) -> Result<(), Fault> {
    let held = open.record_of(field::held_id(id), kinds::HELD)?.record;
    let message = Record { id, kind: kinds::MESSAGE.to_owned(), ..held };
    open.commit(&[change::delete(open.now(), &message).in_lane(Lane::Chat)])
}

/// Everything that hangs on a message. Of others' reactions and pins nothing is in this phone's queue.
fn hanging(open: &Open, message: &Record) -> Result<Vec<RecordId>, Fault> {
    const KINDS: [&str; 4] = [kinds::PHOTO, kinds::FILE, kinds::REACTION, kinds::PIN];
    let found = open.reader().hanging(&message.scope, &[message.id], &KINDS)?;
    Ok(found.into_values().flatten().map(|s| s.record.id).collect())
}

/// The message and everything that hangs on it, in the order in which it goes.
fn whole(open: &Open, message: &Record) -> Result<Vec<RecordId>, Fault> {
    Ok(std::iter::once(message.id).chain(hanging(open, message)?).collect())
}

/// Bytes that are not on their way need not go any more.
pub(super) fn drop_uploads(tx: &Transaction, record: RecordId) -> Result<(), StoreError> {
    for upload in uploads::of_record(tx, record)? {
        match uploads::cancel(tx, upload.item) {
            Ok(()) | Err(StoreError::Frozen) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// 再送: everything of the message that was refused goes again, in its order.
pub fn retry(open: &Open, id: RecordId) -> Result<MessageView, Fault> {
    let all = whole(open, &own(open, id)?.record)?;
    open.queue_write(|tx| send_again(tx, &all))?;
    settled(open)?;
    open.shared().wake_by_tap();
    page::message(open, id)
}

pub(super) fn send_again(tx: &Transaction, all: &[RecordId]) -> Result<(), StoreError> {
    for record in all {
        for queued in ops::of_record(tx, *record)? {
            if matches!(queued.state, OpState::Parked | OpState::Refused) {
                ops::unpark(tx, queued.op.op_id, mint_op())?;
            }
        }
        for upload in uploads::of_record(tx, *record)? {
            if upload.state == UploadState::Parked {
                uploads::unpark(tx, upload.item)?;
            }
        }
    }
    Ok(())
}

/// 削除: what was refused of the message is given up. The message itself goes with all that hangs on it unless the office
/// has it.
pub fn drop_failed(open: &Open, id: RecordId) -> Result<(), Fault> {
    let all = whole(open, &own(open, id)?.record)?;
    let told = kept_at_the_office(open, id)?;
    let mut waiting_there = Vec::new();
    for record in all.iter().filter(|r| told.is_some() && **r != id) {
        waiting_there.push((*record, open.written(*record)?));
    }
    open.queue_write(|tx| {
        let never_made = refused_create(tx, id)?.is_some();
        for record in &all {
            give_up_refused(tx, *record)?;
            give_up_files(tx, *record, never_made && *record != id)?;
        }
        // What is answered lies in the overlay alone: it waits at the office, and goes there with the message.
        for (record, written) in &waiting_there {
            for op in written {
                if ops::by_id(tx, *op)?.is_none() {
                    ops::forget(tx, *op)?;
                }
            }
            blobs::forget_record(tx, *record)?;
        }
        told.iter().try_for_each(|c| ops::enqueue(tx, &c.op, c.lane, &c.about, open.now().ms()).map(drop))
    })?;
    settled(open)?;
    if told.is_some() {
        open.shared().wake_by_tap();
    }
    Ok(())
}

/// What tells the office that a message which it refused when its time had come is given up. `None`: it keeps none.
pub fn kept_at_the_office(open: &Open, id: RecordId) -> Result<Option<Change>, Fault> {
    let held = open.reader().record(field::held_id(id))?.map(|s| s.record);
    let refused = held.filter(|h| h.kind == kinds::HELD && h.fields.contains_key(field::held::REFUSED));
    Ok(refused.map(|held| {
        let message = Record { id, kind: kinds::MESSAGE.to_owned(), ..held };
        change::delete(open.now(), &message).in_lane(Lane::Chat)
    }))
}

pub(super) fn give_up_refused(tx: &Transaction, record: RecordId) -> Result<(), StoreError> {
    for queued in ops::of_record(tx, record)? {
        let refused = matches!(queued.state, OpState::Parked | OpState::Refused);
        // An earlier one of the same record may have taken it along.
        if refused && ops::by_id(tx, queued.op.op_id)?.is_some() {
            ops::cancel(tx, queued.op.op_id)?;
        }
    }
    Ok(())
}

/// Files that were refused; with `all` what has not begun, too, and the record that they belong to.
fn give_up_files(tx: &Transaction, record: RecordId, all: bool) -> Result<(), StoreError> {
    for upload in uploads::of_record(tx, record)? {
        if upload.state == UploadState::Parked {
            uploads::cancel(tx, upload.item)?;
        }
    }
    if all {
        drop_uploads(tx, record)?;
        ops::cancel_record(tx, record)?;
    }
    Ok(())
}

pub(super) fn settled(open: &Open) -> Result<(), Fault> {
    open.replay()?;
    open.cases_changed();
    open.shared().changed(crate::bridge::Topic::Queue);
    open.shared().tell(crate::bridge::Event::Status);
    Ok(())
}
