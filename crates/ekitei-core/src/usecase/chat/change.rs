//! What becomes of an own message after it was written: a waiting one changes its row, one in flight or delivered is
//! followed by an operation of its own.

use super::{own, page};
use crate::bridge::chat::{ChatEditArgs, MessageView};
use crate::change::{self, mint_op};
use crate::open::Open;
use ekitei_model::chat::message as field;
use ekitei_model::op::OpBody;
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId, kinds};
use ekitei_store::queue::uploads::UploadState;
use ekitei_store::queue::{OpState, ops, uploads};
use ekitei_store::{StoreError, Transaction};
use serde_json::json;

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
    // What nobody has seen is not marked as edited.
    if !open.queue_read(|c| is_unsent_row(c, args.id))? && record.text(field::TEXT) != args.text {
        fields.insert(field::EDITED_AT.to_owned(), json!(open.now().stamp()));
    }
    open.patch(&record, fields)?;
    page::message(open, args.id)
}

fn is_unsent_row(conn: &ekitei_store::Connection, id: RecordId) -> Result<bool, StoreError> {
    let first = ops::of_record(conn, id)?.into_iter().next();
    Ok(first.is_some_and(|q| q.state == OpState::Open && matches!(q.op.body, OpBody::Create { .. })))
}

/// 送信取消: one that waits was never sent; one that the office keeps back is never delivered; anything else stays as a
/// line that says so.
///
/// # Errors
/// `not-author`.
pub fn unsend(open: &Open, id: RecordId) -> Result<(), Fault> {
    let shown = own(open, id)?;
    let children = children(open, &shown.record)?;
    let taken_back = open.queue_write(|tx| {
        if !ops::cancel_record(tx, id)? {
            return Ok(false);
        }
        children.iter().try_for_each(|child| ops::cancel_record(tx, *child).map(drop))?;
        Ok(true)
    })?;
    if taken_back {
        return settled(open);
    }
    if shown.parked && shown.record.born_seq == 0 {
        return drop_failed(open, id);
    }
    open.queue_write(|tx| children.iter().try_for_each(|child| drop_uploads(tx, *child)))?;
    if shown.record.born_seq == 0 && shown.held_until_ms.is_some() {
        return open.commit(&[change::delete(open.now(), &shown.record)]);
    }
    open.patch(&shown.record, Fields::from([(field::UNSENT.to_owned(), json!(true))]))
}

/// Pictures and files of a message.
fn children(open: &Open, message: &Record) -> Result<Vec<RecordId>, Fault> {
    let found = open.reader().hanging(&message.scope, &[message.id], &[kinds::PHOTO, kinds::FILE])?;
    Ok(found.into_values().flatten().map(|s| s.record.id).collect())
}

/// Bytes that are not on their way need not go any more.
fn drop_uploads(tx: &Transaction, record: RecordId) -> Result<(), StoreError> {
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
    let record = own(open, id)?.record;
    let mut all = vec![id];
    all.extend(children(open, &record)?);
    open.queue_write(|tx| {
        for record in &all {
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
    })?;
    settled(open)?;
    open.shared().wake_by_tap();
    page::message(open, id)
}

/// 削除: what was refused of the message is given up. The message itself goes with it unless the office has it.
pub fn drop_failed(open: &Open, id: RecordId) -> Result<(), Fault> {
    let record = own(open, id)?.record;
    let mut all = children(open, &record)?;
    all.push(id);
    open.queue_write(|tx| {
        for record in &all {
            for queued in ops::of_record(tx, *record)? {
                let refused = matches!(queued.state, OpState::Parked | OpState::Refused);
                // An earlier one of the same record may have taken it along.
                if refused && ops::by_id(tx, queued.op.op_id)?.is_some() {
                    ops::cancel(tx, queued.op.op_id)?;
                }
            }
        }
        Ok(())
    })?;
    if record.born_seq == 0 {
        open.queue_write(|tx| {
            for child in all.iter().filter(|child| **child != id) {
                drop_uploads(tx, *child)?;
                ops::cancel_record(tx, *child)?;
            }
            Ok(())
        })?;
    }
    settled(open)
}

fn settled(open: &Open) -> Result<(), Fault> {
    open.replay()?;
    open.cases_changed();
    open.shared().changed(crate::bridge::Topic::Queue);
    open.shared().tell(crate::bridge::Event::Status);
    Ok(())
}
