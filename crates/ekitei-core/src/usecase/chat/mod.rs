//! Messaging on the phone: rooms and messages are records like any other; what is sent waits in the same outbox.

mod calls;
mod change;
mod drafts;
mod page;
mod people;
mod reading;
mod refused;
mod rooms;
mod search;
mod send;
mod share;
mod start;
mod view;

pub use calls::{answer as call_answer, of_today as calls_of_today, open as call_open};
pub use change::{drop_failed, edit, kept_at_the_office, retry, unsend};
pub use drafts::save as draft;
pub use page::room;
pub use people::{members, sections};
pub use reading::{pin, pin_room, react, read, readers};
pub use refused::{call_drop, call_retry, room_drop, room_retry};
pub use rooms::{badge, list};
pub use search::search;
pub use send::send;
pub use share::{answer, ask, forward};
pub use start::{direct, group, invite, member, rename};

use crate::open::Open;
use crate::reader::Reader;
use ekitei_model::chat::message;
use ekitei_model::{Fault, Record, RecordId, Scope, StaffId, kinds};
use ekitei_store::vault::Shown;
use std::collections::HashMap;

/// Names from the directory, each looked up once.
struct Names<'a> {
    reader: Reader<'a>,
    known: HashMap<String, String>,
}

impl<'a> Names<'a> {
    fn new(open: &'a Open) -> Self {
        Self { reader: open.reader(), known: HashMap::new() }
    }

    fn of(&mut self, staff: &str) -> Result<String, Fault> {
        if let Some(name) = self.known.get(staff) {
            return Ok(name.clone());
        }
        let name = self.reader.name_of(staff)?;
        self.known.insert(staff.to_owned(), name.clone());
        Ok(name)
    }
}

fn scope(room: RecordId) -> Scope {
    Scope::Room(room)
}

fn author(record: &Record) -> &str {
    message::author(record).map_or("", StaffId::as_str)
}

/// A message of one's own.
///
/// # Errors
/// `record-unknown`, `not-author`.
fn own(open: &Open, id: RecordId) -> Result<Shown, Fault> {
    let shown = open.record_of(id, kinds::MESSAGE)?;
    if author(&shown.record) == open.me().as_str() { Ok(shown) } else { Err(Fault::ask("not-author")) }
}

/// The room that a message is in.
fn room_of(record: &Record) -> Result<RecordId, Fault> {
    match record.scope {
        Scope::Room(room) => Ok(room),
        _ => Err(Fault::ask("record-unknown")),
    }
}
