//! Opening rooms and who is in them. A room and its members are made in the lane of messages, before the first of these.

use super::{people, rooms, scope};
use crate::bridge::chat::{
    ChatGroupArgs, ChatInviteArgs, ChatMemberArgs, ChatOpenArgs, ChatRenameArgs, MembersView, RoomRow,
};
use crate::change::{self, Change};
use crate::open::Open;
use ekitei_model::chat::code;
use ekitei_model::chat::room::{self, Type, member};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Lane, RecordId, StaffId, chat, kinds};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The one-to-one room with a person; with oneself: 自分宛.
///
/// # Errors
/// `record-unknown`: nobody of that id is in the directory.
pub fn direct(open: &Open, args: &ChatOpenArgs) -> Result<RoomRow, Fault> {
    let (me, other) = (open.me().clone(), StaffId::from(args.staff.as_str()));
    if me == other {
        let known = rooms::known(open, room::self_id(&me))?;
        let changes = missing_own(open, &known)?;
        if !changes.is_empty() {
            open.commit(&changes)?;
        }
        return rooms::row(open, known.id);
    }
    open.record_of(kinds::staff_record_id(&other), kinds::STAFF)?;
    let id = room::direct_id(&me, &other);
    if !rooms::all(open)?.contains_key(&id) {
        let mut changes = vec![make(
            open,
            id,
            Type::Direct,
            Fields::from([(room::PAIR.to_owned(), json!(room::pair(&me, &other)))]),
        )];
        changes.extend([&me, &other].map(|staff| join(open, id, staff, false)));
        open.commit(&changes)?;
    }
    rooms::row(open, id)
}

/// What 自分宛 still lacks; nothing for any other room.
pub(super) fn missing_own(open: &Open, known: &rooms::Known) -> Result<Vec<Change>, Fault> {
    if known.kind != Type::Own || open.reader().record(known.id)?.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![make(open, known.id, Type::Own, Fields::new()), join(open, known.id, open.me(), true)])
}

/// # Errors
/// `room-name` without a name, `room-empty` without anybody, `room-full` for too many; `not-allowed`: who leads no section
/// makes no room of several.
pub fn group(open: &Open, args: &ChatGroupArgs) -> Result<RoomRow, Fault> {
    if args.name.trim().is_empty() {
        return Err(Fault::ask("room-name"));
    }
    let me = open.me().clone();
    let mut others: Vec<&String> = args.people.iter().filter(|p| p.as_str() != me.as_str()).collect();
    others.sort();
    others.dedup();
    if others.is_empty() && args.sections.is_empty() {
        return Err(Fault::ask("room-empty"));
    }
    if !args.sections.is_empty() && !chat::leads(open.staff(), &open.now().today()) {
        return Err(Fault::ask("not-allowed"));
    }
    room_for(others.len() + 1)?;
    let id = change::mint();
    let mut fields = Fields::from([
        (room::NAME.to_owned(), json!(args.name.trim())),
        (room::COLOUR.to_owned(), json!(colour(&args.colour))),
        (room::HISTORY.to_owned(), history(args.history)),
    ]);
    let kind = if args.sections.is_empty() { Type::Group } else { Type::Offices };
    if kind == Type::Offices {
        fields.insert(room::SECTIONS.to_owned(), json!(args.sections));
    }
    let mut changes = vec![make(open, id, kind, fields), join(open, id, &me, true)];
    changes.extend(others.into_iter().map(|staff| join(open, id, &staff.as_str().into(), false)));
    open.commit(&changes)?;
    rooms::row(open, id)
}

/// A new 災害ルーム of these sections, which still has to be committed.
///
/// # Errors
/// `room-name`.
pub(super) fn disaster(
    open: &Open,
    name: &str,
    sections: &[String],
) -> Result<(RecordId, Vec<Change>), Fault> {
    if name.trim().is_empty() {
        return Err(Fault::ask("room-name"));
    }
    let id = change::mint();
    let fields = Fields::from([
        (room::NAME.to_owned(), json!(name.trim())),
        (room::COLOUR.to_owned(), json!("red")),
        (room::HISTORY.to_owned(), history(true)),
        (room::SECTIONS.to_owned(), json!(sections)),
    ]);
    Ok((id, vec![make(open, id, Type::Disaster, fields), join(open, id, open.me(), true)]))
}

/// # Errors
/// `room-full`: more than a room takes by name.
fn room_for(people: usize) -> Result<(), Fault> {
    if people > room::MAX_MEMBERS {
        return Err(Fault::ask(code::ROOM_FULL));
    }
    Ok(())
}

fn colour(wanted: &str) -> &str {
    if wanted.is_empty() { room::COLOURS[0] } else { wanted }
}

fn make(open: &Open, id: RecordId, kind: Type, mut fields: Fields) -> Change {
    fields.insert(room::TYPE.to_owned(), json!(kind.as_str()));
    change::create(open.now(), id, kinds::ROOM, &scope(id), fields).in_lane(Lane::Chat)
}

fn join(open: &Open, id: RecordId, staff: &StaffId, admin: bool) -> Change {
    let fields = Fields::from([
        (member::STAFF.to_owned(), json!(staff)),
        (member::ROLE.to_owned(), json!(if admin { member::ADMIN } else { member::MEMBER })),
        (member::STATE.to_owned(), json!(member::MEMBER)),
    ]);
    let record = room::member_id(id, staff);
    change::create(open.now(), record, kinds::ROOM_MEMBER, &scope(id), fields).in_lane(Lane::Chat)
}

fn history(all: bool) -> Value {
    json!(if all { room::HISTORY_ALL } else { room::HISTORY_JOINED })
}

/// # Errors
/// `room-name` without a name; `room-empty`: a room of sections keeps one at least; `not-allowed`: who may not make a room of
/// these sections does not change them.
pub fn rename(open: &Open, args: &ChatRenameArgs) -> Result<RoomRow, Fault> {
    if args.name.trim().is_empty() {
        return Err(Fault::ask("room-name"));
    }
    let record = open.record_of(args.room, kinds::ROOM)?.record;
    let mut fields = Fields::from([
        (room::NAME.to_owned(), json!(args.name.trim())),
        (room::COLOUR.to_owned(), json!(colour(&args.colour))),
    ]);
    if let Some(all) = args.history {
        fields.insert(room::HISTORY.to_owned(), history(all));
    }
    if let Some(sections) = &args.sections {
        if sections.is_empty() {
            return Err(Fault::ask("room-empty"));
        }
        if record.list(room::SECTIONS) != *sections {
            let kind = Type::of(&record).unwrap_or(Type::Group);
            if !chat::chooses_sections(kind, open.staff(), &open.now().today()) {
                return Err(Fault::ask("not-allowed"));
            }
            fields.insert(room::SECTIONS.to_owned(), json!(sections));
        }
    }
    open.patch(&record, fields)?;
    rooms::row(open, args.room)
}

/// Those who left before come back.
///
/// # Errors
/// `room-full`: with them there would be too many.
pub fn invite(open: &Open, args: &ChatInviteArgs) -> Result<MembersView, Fault> {
    let named = people::named(open, args.room)?;
    let new = args.people.iter().filter(|p| !named.contains(*p)).collect::<HashSet<_>>().len();
    if new > 0 {
        room_for(named.len() + new)?;
    }
    let mut changes = Vec::new();
    for staff in &args.people {
        let staff = StaffId::from(staff.as_str());
        let there = open.reader().record(room::member_id(args.room, &staff))?;
        match there {
            Some(shown) => {
                let mirrored = open.reader().mirrored(shown.record.id)?;
                let mut back = Fields::from([(member::STATE.to_owned(), json!(member::MEMBER))]);
                if shown.record.text(member::STATE) == member::LEFT {
                    // Like any other, whatever they were before.
                    back.insert(member::ROLE.to_owned(), json!(member::MEMBER));
                }
                changes.extend(change::patch(open.now(), &shown.record, mirrored.as_ref(), back));
            }
            None => changes.push(join(open, args.room, &staff, false)),
        }
    }
    if !changes.is_empty() {
        open.commit(&changes)?;
    }
    people::members(open, args.room)
}

/// Leaving, taking out, handing the administration over.
pub fn member(open: &Open, args: &ChatMemberArgs) -> Result<(), Fault> {
    let id = room::member_id(args.room, &args.staff.as_str().into());
    let record = open.record_of(id, kinds::ROOM_MEMBER)?.record;
    let mut fields = Fields::new();
    if let Some(admin) = args.admin {
        let role = if admin { member::ADMIN } else { member::MEMBER };
        fields.insert(member::ROLE.to_owned(), json!(role));
    }
    if args.leaves {
        fields.insert(member::STATE.to_owned(), json!(member::LEFT));
    }
    open.patch(&record, fields)
}
