//! A room as it is read: a part of it in the room's order, own waiting ones at the end.

use super::view::{Around, view};
use super::{Names, calls, drafts, people, reading, room_of, rooms, scope};
use crate::bridge::chat::{MessageView, QuoteView, RoomArgs, RoomView};
use crate::open::Open;
use crate::usecase::help;
use ekitei_model::chat::message as field;
use ekitei_model::chat::room::Type;
use ekitei_model::{Fault, RecordId, Scope, kinds};
use ekitei_store::vault::Shown;
use ekitei_store::vault::rooms::Part;

/// Most messages of one answer.
const MOST: u64 = 2_000;
/// Shown before a message that was looked for, or the first unread one.
const BEFORE: u32 = 15;
/// Where no more follow it, all of them are shown.
const TO_THE_END: u64 = 200;

/// # Errors
/// `room-unknown`.
pub fn room(open: &Open, args: &RoomArgs) -> Result<RoomView, Fault> {
    let known = rooms::known(open, args.room)?;
    let room = rooms::row_of_known(open, &known)?;
    let scope = scope(args.room);
    let reader = open.reader();
    let unread = reading::unread(open, args.room)?;
    let Part { messages: shown, older, newer } = part(open, &scope, args, unread.first_born)?;
    let mut names = Names::new(open);
    let mut around = Around::of(open, &known, &shown)?;
    let mut messages = Vec::with_capacity(shown.len());
    for one in &shown {
        messages.push(view(open, one, &mut around, &mut names)?);
    }
    if !newer {
        messages.extend(super::view::held_elsewhere(open, &known, &shown, &mut names)?);
    }
    let first = |s: &&Shown| unread.first_born == Some(s.record.born_seq);
    Ok(RoomView {
        newest: reader.newest_message(&scope)?,
        first_unread: shown.iter().find(first).map(|s| s.record.id),
        unread_from: unread.first_born,
        read: reading::read_up_to(open, args.room)?,
        pins: pins(open, args.room, &mut names)?,
        draft: drafts::shown(open, args.room, &mut names)?,
        calls: calls::of_room(open, args.room)?,
        admin: people::is_admin(open, args.room)?,
        quiet: !matches!(known.kind, Type::Own | Type::Disaster) && !help::help(open.shared())?.working,
        room,
        messages,
        older,
        newer,
    })
}

/// What of the room is shown. What is not far from its end is shown to the end.
fn part(open: &Open, scope: &Scope, args: &RoomArgs, unread: Option<u64>) -> Result<Part, Fault> {
    let reader = open.reader();
    let many = |n: u64| usize::try_from(n.clamp(1, MOST)).unwrap_or(usize::MAX);
    let limit = u64::from(args.limit);
    if let Some(from) = args.from {
        let from = reader.place_before(scope, from, args.back)?;
        return reader.messages_part(scope, from, many(limit.saturating_add(args.back.into())));
    }
    let wanted = match args.at {
        Some(id) => reader.message_place(scope, id)?,
        None => unread.filter(|_| args.unread),
    };
    let mut newest = limit;
    if let Some(born) = wanted {
        let back_to = reader.messages_from(scope, born)?.saturating_add(BEFORE.into());
        if back_to > limit.max(TO_THE_END) {
            let from = reader.place_before(scope, born, BEFORE)?;
            return reader.messages_part(scope, from, many(limit.saturating_add(BEFORE.into())));
        }
        newest = limit.max(back_to);
    }
    let (messages, older) = reader.messages(scope, many(newest))?;
    Ok(Part { messages, older, newer: false })
}

/// One message as its room shows it.
///
/// # Errors
/// `record-unknown`.
pub(super) fn message(open: &Open, id: RecordId) -> Result<MessageView, Fault> {
    let shown = open.record_of(id, kinds::MESSAGE)?;
    let room = room_of(&shown.record)?;
    let mut around = Around::of(open, &rooms::known(open, room)?, std::slice::from_ref(&shown))?;
    view(open, &shown, &mut around, &mut Names::new(open))
}

fn pins(open: &Open, room: RecordId, names: &mut Names) -> Result<Vec<QuoteView>, Fault> {
    let mut pins = Vec::new();
    for pin in open.reader().in_scope(&scope(room), &[kinds::PIN])? {
        let Some(id) = pin.record.parent.filter(|_| !pin.record.flag(field::pin::OFF)) else { continue };
        let Some(message) = open.reader().record(id)?.map(|s| s.record) else { continue };
        if message.flag(field::UNSENT) {
            continue;
        }
        pins.push(super::view::quote(open, &message, names)?);
    }
    Ok(pins)
}
