//! A room as it is read: the newest messages in the room's order, own waiting ones at the end.

use super::view::{Around, view};
use super::{Names, calls, drafts, people, reading, room_of, rooms, scope};
use crate::bridge::chat::{MessageView, PinView, RoomArgs, RoomView};
use crate::open::Open;
use crate::usecase::help;
use ekitei_model::chat::message as field;
use ekitei_model::chat::room::Type;
use ekitei_model::{Fault, RecordId, kinds};
use ekitei_store::vault::Shown;

/// Most messages of one answer.
const MOST: u64 = 2_000;
/// Shown before a message that was looked for.
const BEFORE: u64 = 15;

/// # Errors
/// `room-unknown`.
pub fn room(open: &Open, args: &RoomArgs) -> Result<RoomView, Fault> {
    let known = rooms::known(open, args.room)?;
    let room = rooms::row_of_known(open, &known)?;
    let scope = scope(args.room);
    let reader = open.reader();
    let back_to = match args.at {
        Some(id) => reader.messages_from_end(&scope, id)?.map_or(0, |n| n + BEFORE),
        None => 0,
    };
    let limit = u64::from(args.limit).max(back_to).clamp(1, MOST);
    let (shown, older) = reader.messages(&scope, usize::try_from(limit).unwrap_or(usize::MAX))?;
    let mut names = Names::new(open);
    let mut around = Around::of(open, args.room, &shown)?;
    let mut messages = Vec::with_capacity(shown.len());
    for one in &shown {
        messages.push(view(open, one, &mut around, &mut names)?);
    }
    messages.extend(super::view::held_elsewhere(open, args.room, &shown, &mut names)?);
    let unread = reading::unread(open, args.room)?;
    let first = |s: &&Shown| {
        let of_another = super::author(&s.record) != open.me().as_str();
        of_another && unread.first_born.is_some_and(|born| s.record.born_seq >= born)
    };
    Ok(RoomView {
        newest: reader.newest_message(&scope)?,
        first_unread: shown.iter().find(first).map(|s| s.record.id),
        pins: pins(open, args.room, &mut names)?,
        draft: drafts::load(open, args.room)?,
        calls: calls::of_room(open, args.room)?,
        admin: people::is_admin(open, args.room)?,
        quiet: !matches!(known.kind, Type::Own | Type::Disaster) && !help::help(open.shared())?.working,
        room,
        messages,
        older,
    })
}

/// One message as its room shows it.
///
/// # Errors
/// `record-unknown`.
pub(super) fn message(open: &Open, id: RecordId) -> Result<MessageView, Fault> {
    let shown = open.record_of(id, kinds::MESSAGE)?;
    let room = room_of(&shown.record)?;
    let mut around = Around::of(open, room, std::slice::from_ref(&shown))?;
    view(open, &shown, &mut around, &mut Names::new(open))
}

fn pins(open: &Open, room: RecordId, names: &mut Names) -> Result<Vec<PinView>, Fault> {
    let mut pins = Vec::new();
    for pin in open.reader().in_scope(&scope(room), &[kinds::PIN])? {
        let Some(id) = pin.record.parent.filter(|_| !pin.record.flag(field::pin::OFF)) else { continue };
        let Some(message) = open.reader().record(id)?.map(|s| s.record) else { continue };
        if message.flag(field::UNSENT) {
            continue;
        }
        let by_name = names.of(super::author(&message))?;
        pins.push(PinView { id, text: message.text(field::TEXT).to_owned(), by_name });
    }
    Ok(pins)
}
