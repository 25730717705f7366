//! Search across rooms, without a line: any part of a text, by room, sender, day, with pictures.

use super::{Names, author, room_of, rooms};
use crate::bridge::chat::{ChatHit, ChatSearchArgs};
use crate::open::Open;
use crate::view::excerpt;
use ekitei_model::chat::message as field;
use ekitei_model::{Fault, Record, fold};
use ekitei_store::vault::rooms::Wanted;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Of one answer.
const MAX_HITS: usize = 200;
/// Looked at for one answer when conditions beside the words must hold.
const LOOKED_AT: u32 = 5_000;

pub fn search(open: &Open, args: &ChatSearchArgs) -> Result<Vec<ChatHit>, Fault> {
    let limit = (args.limit as usize).clamp(1, MAX_HITS);
    let plain = args.staff.is_none() && args.from.is_none() && args.to.is_none() && !args.photos;
    // One more than wanted costs nothing and those that were taken back fall out.
    let look = if plain { u32::try_from(limit * 2).unwrap_or(LOOKED_AT) } else { LOOKED_AT };
    let wanted = Wanted { query: &args.query, room: args.room };
    let found = open.reader().search_messages(&wanted, look)?;
    let mut names = Names::new(open);
    let rooms = rooms::all(open)?;
    let mut titles: HashMap<_, String> = HashMap::new();
    let query = fold::fold(&args.query);
    let mut hits = Vec::new();
    for record in found.into_iter().map(|s| s.record).filter(|r| fits(open, r, args)).take(limit) {
        let room = room_of(&record)?;
        let Some(known) = rooms.get(&room) else { continue };
        let room_name = match titles.entry(room) {
            Entry::Occupied(title) => title.get().clone(),
            Entry::Vacant(place) => place.insert(rooms::title(known, &mut names)?).clone(),
        };
        hits.push(ChatHit {
            id: record.id,
            room,
            room_name,
            by_name: names.of(author(&record))?,
            by: author(&record).to_owned(),
            excerpt: excerpt(record.text(field::TEXT), &query),
            at: super::view::at(open, &record),
            photos: rooms::number(&record, field::PHOTOS),
        });
    }
    Ok(hits)
}

fn fits(open: &Open, record: &Record, args: &ChatSearchArgs) -> bool {
    let day = super::view::at(open, record).local_date();
    !record.flag(field::UNSENT)
        && args.staff.as_deref().is_none_or(|staff| staff == author(record))
        && args.from.as_deref().is_none_or(|from| from <= day.as_str())
        && args.to.as_deref().is_none_or(|to| day.as_str() <= to)
        && (!args.photos || rooms::number(record, field::PHOTOS) > 0)
}
