//! Read marks, who has read, reactions, pins.

use super::rooms::{self, Known};
use super::{author, page, people, room_of, scope};
use crate::bridge::chat::{
    ChatPinArgs, ChatPinRoomArgs, ChatReactArgs, ChatReadArgs, MessageView, ReadersView, RoomRow,
};
use crate::change;
use crate::open::Open;
use ekitei_model::chat::readers::Readers;
use ekitei_model::chat::{message, room};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Lane, Record, RecordId, Scope, StaffId, kinds};
use ekitei_store::queue::ops;
use ekitei_store::vault::rooms::Unread;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

const PINNED: &str = "chat-pinned";

/// Up to where oneself has read.
pub(super) fn read_up_to(open: &Open, id: RecordId) -> Result<u64, Fault> {
    let mut read = 0;
    // The mark of a room that grew large stands elsewhere from then on.
    for scope in [Scope::Room(id), Scope::Tally(id)] {
        let mark = open.reader().record(kinds::mark_id(&scope, open.me()))?;
        read = read.max(mark.as_ref().map_or(0, |s| value(&s.record)));
    }
    Ok(read)
}

fn value(mark: &Record) -> u64 {
    mark.fields.get("value").and_then(Value::as_u64).unwrap_or(0)
}

pub(super) fn unread(open: &Open, id: RecordId) -> Result<Unread, Fault> {
    open.reader().unread(&scope(id), read_up_to(open, id)?, open.me())
}

/// Everything up to this place was seen. Going back is no news.
pub fn read(open: &Open, args: &ChatReadArgs) -> Result<(), Fault> {
    if args.born <= read_up_to(open, args.room)? {
        return Ok(());
    }
    let scope = mark_scope(open, &rooms::known(open, args.room)?)?;
    open.commit(&[change::mark(open.now(), &scope, open.me(), args.born)])
}

fn mark_scope(open: &Open, known: &Known) -> Result<Scope, Fault> {
    // By name is counted at the office; only rooms of sections may be large without being counted.
    let members = match known.sections.is_empty() {
        true => known.members as usize,
        false => people::count(open, known, room::TALLY_OVER)?,
    };
    Ok(room::mark_scope(known.id, members))
}

/// Whether the office alone knows who has read what: marks do not come here, or once did not.
pub(super) fn is_tallied(open: &Open, known: &Known, room: Option<&Record>) -> Result<bool, Fault> {
    let once = room.is_some_and(|r| r.fields.contains_key(room::READS));
    Ok(once || mark_scope(open, known)? != Scope::Room(known.id))
}

/// Who is in the room, and up to where each has read; in a large room nobody's mark is known.
pub(super) fn everybody(open: &Open, known: &Known, room: Option<&Record>) -> Result<Readers, Fault> {
    let marks = open.reader().in_scope(&scope(known.id), &[kinds::MARK])?;
    let read_to: HashMap<&str, u64> = marks.iter().map(|s| (author(&s.record), value(&s.record))).collect();
    // The office says who may read from where.
    let room = room.filter(|r| r.seq > 0);
    let read_to = |who: &StaffId| read_to.get(who.as_str()).copied().unwrap_or(0);
    Ok(Readers::new(room, &people::everybody(open, known)?, read_to, &open.now().today()))
}

/// In a large room, how many have read: by place, as the office counted last.
pub(super) fn counted(room: Option<&Record>) -> Vec<(u64, u32)> {
    let listed = room.and_then(|r| r.fields.get(room::READS)).and_then(Value::as_array);
    let pair = |v: &Value| {
        let count = u32::try_from(v.get(1)?.as_u64()?).ok()?;
        Some((v.get(0)?.as_u64()?, count))
    };
    listed.into_iter().flatten().filter_map(pair).collect()
}

/// Of the message at this place, by these counts; `None`: it is not among the newest any more. One that came after the last
/// count nobody has read as far as is known.
pub(super) fn count_of(counted: &[(u64, u32)], born: u64) -> Option<u32> {
    let newest = counted.iter().map(|(born, _)| *born).max()?;
    if born > newest {
        return Some(0);
    }
    counted.iter().find(|(at, _)| *at == born).map(|(_, count)| *count)
}

pub fn readers(open: &Open, id: RecordId) -> Result<ReadersView, Fault> {
    let record = open.record_of(id, kinds::MESSAGE)?.record;
    let room = room_of(&record)?;
    let known = rooms::known(open, room)?;
    let in_room = open.reader().record(room)?.map(|s| s.record);
    let counted = counted(in_room.as_ref());
    let all = everybody(open, &known, in_room.as_ref())?;
    let (have, have_not) = all.split(&record);
    let [have, have_not] =
        [have, have_not].map(|side| side.into_iter().map(StaffId::as_str).collect::<HashSet<_>>());
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    for member in people::list(open, &known)? {
        if have.contains(member.staff.as_str()) {
            read.push(member);
        } else if have_not.contains(member.staff.as_str()) {
            unread.push(member);
        }
    }
    let count = count_of(&counted, record.born_seq).filter(|_| record.born_seq > 0);
    let complete = !is_tallied(open, &known, in_room.as_ref())?;
    if !complete {
        // Whose mark is not here may have read it.
        unread.clear();
    }
    Ok(ReadersView { read, unread, complete, count })
}

/// Sets a mark on a message, or takes one's own back.
///
/// # Errors
/// `chat-field`: no such mark.
pub fn react(open: &Open, args: &ChatReactArgs) -> Result<MessageView, Fault> {
    if !message::is_mark(&args.mark) {
        return Err(Fault::ask("chat-field"));
    }
    let target = open.record_of(args.id, kinds::MESSAGE)?.record;
    let id = message::reaction_id(args.id, open.me(), &args.mark);
    let there = open.reader().record(id)?.map(|s| s.record);
    let fields = Fields::from([(message::reaction::MARK.to_owned(), json!(args.mark))]);
    toggle(open, &target, id, kinds::REACTION, there, fields, None)?;
    page::message(open, args.id)
}

pub fn pin(open: &Open, args: &ChatPinArgs) -> Result<MessageView, Fault> {
    let target = open.record_of(args.id, kinds::MESSAGE)?.record;
    let id = message::pin_id(args.id);
    let there = open.reader().record(id)?.map(|s| s.record);
    toggle(open, &target, id, kinds::PIN, there, Fields::new(), Some(args.on))?;
    page::message(open, args.id)
}

/// `on`: `None` turns it over. What the office was never told of is taken back as if it had never been.
fn toggle(
    open: &Open,
    target: &Record,
    id: RecordId,
    kind: &str,
    there: Option<Record>,
    fields: Fields,
    on: Option<bool>,
) -> Result<(), Fault> {
    const OFF: &str = message::reaction::OFF;
    let is_on = there.as_ref().is_some_and(|r| !r.flag(OFF));
    let wanted = on.unwrap_or(!is_on);
    if wanted == is_on {
        return Ok(());
    }
    let Some(there) = there else {
        let create = change::create_under(open.now(), id, kind, &target.scope, Some(target.id), fields);
        return open.commit(&[create.in_lane(Lane::Chat)]);
    };
    if !wanted && open.queue_write(|tx| ops::cancel_record(tx, id))? {
        open.replay()?;
        open.cases_changed();
        return Ok(());
    }
    open.patch(&there, Fields::from([(OFF.to_owned(), json!(!wanted))]))
}

/// Put on top of the list on this phone.
pub(super) fn pinned_rooms(open: &Open) -> Result<Vec<RecordId>, Fault> {
    let value = open.draft_load(PINNED)?.unwrap_or_default();
    Ok(serde_json::from_value(value).unwrap_or_default())
}

pub fn pin_room(open: &Open, args: &ChatPinRoomArgs) -> Result<RoomRow, Fault> {
    let mut pinned = pinned_rooms(open)?;
    pinned.retain(|r| *r != args.room);
    if args.on {
        pinned.push(args.room);
    }
    open.draft_save(PINNED, &json!(pinned))?;
    open.cases_changed();
    rooms::row(open, args.room)
}
