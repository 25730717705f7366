//! Search across rooms, without a line: any part of a text, by room, sender, day, with pictures.

use super::{Names, author, room_of, rooms};
use crate::bridge::chat::{ChatHit, ChatSearchArgs};
use crate::open::Open;
use crate::view::excerpt;
use ekitei_model::calendar::days_after;
use ekitei_model::chat::message as field;
use ekitei_model::{Fault, Record, Stamp, fold};
use ekitei_store::vault::rooms::Wanted;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Of one answer.
const MAX_HITS: usize = 200;

pub fn search(open: &Open, args: &ChatSearchArgs) -> Result<Vec<ChatHit>, Fault> {
    let limit = (args.limit as usize).clamp(1, MAX_HITS);
    let wanted = Wanted {
        query: &args.query,
        room: args.room,
        staff: args.staff.as_deref(),
        from_ms: args.from.as_deref().and_then(|day| midnight_ms(open, day, 0)),
        to_ms: args.to.as_deref().and_then(|day| midnight_ms(open, day, 1)),
        photos: args.photos,
    };
    // What only this phone has may fall out below.
    let found = open.reader().search_messages(&wanted, u32::try_from(limit * 2).unwrap_or(u32::MAX))?;
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

/// The beginning of the day that comes so many days after `day`, here; milliseconds since 1970 UTC.
fn midnight_ms(open: &Open, day: &str, days: i32) -> Option<i64> {
    let utc: Stamp = format!("{}T00:00:00+00:00", days_after(day, days)).parse().ok()?;
    Some(utc.utc_ms - i64::from(open.now().at(utc.utc_ms).offset_min) * 60_000)
}
