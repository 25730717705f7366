//! What the office says about one's own messages that it kept for working hours.

use super::recover::kept;
use crate::error::StoreError;
use crate::queue::ops::About;
use crate::queue::refused::{News, Refused};
use ekitei_model::chat::message::held;
use ekitei_model::op::OpBody;
use ekitei_model::{Fault, Lane, OpId, Operation, Outcome, Record, RecordId, Scope, Stamp, kinds};
use rusqlite::Connection;

/// What the queue must hear of it; `None`: the message still waits.
pub(super) fn news(conn: &Connection, of: &Record) -> Result<Option<News>, StoreError> {
    if of.deleted {
        return Ok(Some(News::Over(of.id)));
    }
    let code = of.text(held::REFUSED);
    let (message, room) = (of.text(held::MESSAGE).parse(), of.text(held::ROOM).parse());
    let (Ok(message), Ok(room), false) = (message, room, code.is_empty()) else { return Ok(None) };
    let until = of.text(held::UNTIL).parse::<Stamp>();
    let until_ms = until.map_or(of.received_ms, |s| s.utc_ms);
    let outcome = Outcome::Held { scope: of.scope.clone(), seq: of.seq, until_ms };
    let fault = Fault::ask(code);
    let id: RecordId = message;
    let mut refused = Refused {
        op: from_record(of, id, room),
        ord: None,
        lane: Lane::Chat,
        about: About { scope: Scope::Room(room), kind: kinds::MESSAGE.to_owned() },
        at_ms: of.received_ms,
        outcome,
        fault,
        within: Vec::new(),
    };
    // Written on this phone: in its place, with its time. Changes that the office took up are part of it.
    for k in kept(conn, "record = ?1 AND state = 1", [id.0.into_bytes()])? {
        if matches!(k.op.body, OpBody::Create { .. }) {
            (refused.op.op_id, refused.op.at) = (k.op.op_id, k.op.at);
            (refused.ord, refused.lane, refused.at_ms) = (Some(k.ord), k.lane, k.at_ms);
        } else {
            refused.within.push(k.op.op_id);
        }
    }
    Ok(Some(News::Refused(Box::new(refused))))
}

/// The message as the office kept it, whichever device of the person wrote it.
fn from_record(of: &Record, message: RecordId, room: RecordId) -> Operation {
    let fields = of.fields.get(held::FIELDS).cloned().unwrap_or_default();
    Operation {
        // What a person sends again has an id of its own; to a restored office all their phones send this same one.
        op_id: OpId(RecordId::derived(&["refused", &message.to_string()]).0),
        record: message,
        at: of.created.as_ref().map_or_else(|| Stamp::japan(of.received_ms), |c| c.at),
        body: OpBody::Create {
            kind: kinds::MESSAGE.to_owned(),
            scope: Scope::Room(room),
            parent: None,
            fields: serde_json::from_value(fields).unwrap_or_default(),
        },
    }
}
