//! Who is in a room and how far each has read. A disaster room may hold the whole prefecture: how many there are is
//! counted, the first of them are shown, and who has read is worked out once for everybody who looks.

use super::guard::User;
use super::rooms_show::open_room;
use super::views::{FaultView, NameView, RoomPerson};
use crate::app::{App, Shared};
use crate::fault::Answer;
use axum::Json;
use axum::extract::{Path, Query, State};
use ekitei_model::chat::readers::Readers;
use ekitei_model::chat::room::{self, member};
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, StaffId};
use ekitei_server_db::{Circle, MarkRow, TALLY_EVERY_MS};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::IntoParams;

/// People of a room that are shown: everybody who is in it by name, and the first by section.
pub const SHOWN: u32 = 500;
const _: () = assert!(SHOWN as usize >= room::MAX_MEMBERS);
const FOUND: u32 = 20;

/// How many are in the room today, by name and by section.
///
/// # Errors
/// The database did not answer.
pub async fn count_of(app: &App, of: &Record) -> Answer<usize> {
    if of.list(room::SECTIONS).is_empty() {
        return Ok(of.list(room::MEMBERS).len());
    }
    let count = app.storage.count_inside(&Circle::of(of, &app.clock.today())).await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The first of them whose name, reading or number has this text in it, those by name before those by section.
///
/// # Errors
/// The database did not answer.
pub async fn first_of(app: &App, of: &Record, text: &str, limit: u32) -> Answer<Vec<RoomPerson>> {
    let admins = of.list(room::ADMINS);
    let found = app.storage.inside(&Circle::of(of, &app.clock.today()), text, limit).await?;
    let person = |(who, by_name): (Staff, bool)| {
        let role = match (by_name, admins.iter().any(|a| a == who.id.as_str())) {
            (true, true) => member::ADMIN,
            (true, false) => member::MEMBER,
            _ => "section",
        };
        RoomPerson { person: NameView { id: who.id.0, name: who.name }, role: role.to_owned() }
    };
    Ok(found.into_iter().map(person).collect())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Part of name, reading or number.
    #[serde(default)]
    q: String,
}

/// People of a room, at most 20: of a large one the list of its people holds only the first.
#[utoipa::path(get, path = "/api/rooms/{room}/people", tag = "rooms", params(("room" = String, Path), PeopleQuery),
    responses((status = 200, body = Vec<RoomPerson>), (status = 404, body = FaultView)))]
pub async fn search(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Query(query): Query<PeopleQuery>,
) -> Answer<Json<Vec<RoomPerson>>> {
    let of = open_room(&app, &user, &id).await?;
    first_of(&app, &of, query.q.trim(), FOUND).await.map(Json)
}

/// Everybody in a room today, each once, how far they have read, and when they did.
pub struct Everybody {
    pub people: BTreeMap<StaffId, Staff>,
    pub marks: BTreeMap<StaffId, MarkRow>,
    pub readers: Readers,
}

/// # Errors
/// The database did not answer.
pub async fn everybody(app: &App, of: &Record) -> Answer<Everybody> {
    let today = app.clock.today();
    let mut people = BTreeMap::new();
    for section in of.list(room::SECTIONS) {
        for person in app.storage.people_of_section(&section).await? {
            if person.sections_on(&today).any(|s| s == section) {
                people.insert(person.id.clone(), person);
            }
        }
    }
    let by_name = of.list(room::MEMBERS).into_iter().map(StaffId).collect();
    for person in app.storage.people(by_name).await? {
        people.insert(person.id.clone(), person);
    }
    let marks = app.storage.office_marks(of.id).await?;
    let marks: BTreeMap<StaffId, MarkRow> = marks.into_iter().map(|m| (m.staff.clone(), m)).collect();
    let read_to = |who: &StaffId| marks.get(who).map_or(0, |m| m.to);
    let readers = Readers::new(Some(of), people.values(), read_to, &today);
    Ok(Everybody { people, marks, readers })
}

/// Who has read in the large rooms, as somebody saw it last.
#[derive(Default)]
pub struct LargeRooms(Mutex<HashMap<RecordId, Arc<tokio::sync::Mutex<Option<Seen>>>>>);

struct Seen {
    /// Changes of the room, and what its members are told of the counts.
    seq: u64,
    today: String,
    at_ms: i64,
    readers: Arc<Readers>,
}

/// More rooms are not remembered at once.
const REMEMBERED: usize = 64;

/// Who has read in the room; of a large one at most [`TALLY_EVERY_MS`] old, as its members' phones see it.
///
/// # Errors
/// The database did not answer.
pub async fn readers_of(app: &App, of: &Record) -> Answer<Arc<Readers>> {
    if count_of(app, of).await? <= room::TALLY_OVER {
        return Ok(Arc::new(everybody(app, of).await?.readers));
    }
    let place = {
        let mut rooms = app.large_rooms.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.len() >= REMEMBERED && !rooms.contains_key(&of.id) {
            rooms.clear();
        }
        Arc::clone(rooms.entry(of.id).or_default())
    };
    // Who comes meanwhile waits for the same.
    let mut seen = place.lock().await;
    let (now_ms, today) = (app.now_ms(), app.clock.today());
    let fresh = |s: &&Seen| {
        s.seq == of.seq && s.today == today && (s.at_ms..s.at_ms + TALLY_EVERY_MS).contains(&now_ms)
    };
    if let Some(known) = seen.as_ref().filter(fresh) {
        return Ok(Arc::clone(&known.readers));
    }
    let readers = Arc::new(everybody(app, of).await?.readers);
    *seen = Some(Seen { seq: of.seq, today, at_ms: now_ms, readers: Arc::clone(&readers) });
    Ok(readers)
}
