//! Finding messages across rooms, and who has read one.

use super::apply::wrong;
use super::convert;
use super::guard::{Input, User};
use super::rooms_messages::say;
use super::rooms_people::{SHOWN, everybody};
use super::rooms_show::{Show, open_message, open_room};
use super::views::{
    FaultView, MessageHit, NameView, NewMessage, OutcomeView, ReaderView, ReadersView, Remind,
};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, Query, State};
use ekitei_model::chat::{message, room};
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, StaffId, Stamp};
use ekitei_server_db::MessageFilter;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::IntoParams;

const HITS: u32 = 50;
const MOST_HITS: u32 = 200;
const DAY_MS: i64 = 24 * 3_600_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Part of the text, from one character; width, case and kana do not matter.
    q: Option<String>,
    room: Option<String>,
    from_staff: Option<String>,
    /// First and last day, ISO.
    from: Option<String>,
    to: Option<String>,
    /// Any value: only messages with photos.
    photos: Option<String>,
    limit: Option<u32>,
}

/// Messages of the person's rooms, newest first.
#[utoipa::path(get, path = "/api/messages/search", tag = "rooms", params(SearchQuery),
    responses((status = 200, body = Vec<MessageHit>), (status = 400, body = FaultView)))]
pub async fn search(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<SearchQuery>,
) -> Answer<Json<Vec<MessageHit>>> {
    let filter = filter(&query)?;
    let limit = query.limit.unwrap_or(HITS).clamp(1, MOST_HITS);
    let show = Show::new(&app, &user);
    let mut rooms: BTreeMap<RecordId, Record> = BTreeMap::new();
    let mut out = Vec::new();
    for text in app.storage.search_messages(&user.caller, &filter, limit).await? {
        let m = convert::record(&text)?;
        let Some(id) = m.scope.owner() else { continue };
        if let std::collections::btree_map::Entry::Vacant(free) = rooms.entry(id) {
            free.insert(open_room(&app, &user, &id.to_string()).await?);
        }
        let Some(of) = rooms.get(&id) else { continue };
        out.push(MessageHit {
            message: show.alone(&m).await?,
            room: id.to_string(),
            room_name: of.text(room::NAME).to_owned(),
            room_type: of.text(room::TYPE).to_owned(),
        });
    }
    Ok(Json(out))
}

fn filter(query: &SearchQuery) -> Answer<MessageFilter> {
    let given = |t: &Option<String>| t.clone().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let day_ms = |name: &str, text: Option<String>| -> Answer<Option<i64>> {
        let Some(text) = text else { return Ok(None) };
        let stamp = format!("{text}T00:00:00+09:00").parse::<Stamp>().map_err(|_| wrong(name))?;
        Ok(Some(stamp.utc_ms))
    };
    let room = given(&query.room).map(|r| r.parse().map_err(|_| wrong("room"))).transpose()?;
    Ok(MessageFilter {
        text: given(&query.q),
        room,
        from_staff: given(&query.from_staff).map(StaffId),
        from_ms: day_ms("from", given(&query.from))?,
        to_ms: day_ms("to", given(&query.to))?.map(|ms| ms + DAY_MS),
        photos: query.photos.is_some(),
    })
}

/// Who has read an own message, and who has not.
#[utoipa::path(get, path = "/api/messages/{message}/readers", tag = "rooms", params(("message" = String, Path)),
    responses((status = 200, body = ReadersView), (status = 404, body = FaultView)))]
pub async fn readers(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<ReadersView>> {
    let m = open_message(&app, &user, &id).await?;
    let split = split(&app, &user, &m).await?;
    let read = split.read.iter().take(SHOWN as usize);
    let unread = split.unread.iter().take(SHOWN as usize);
    Ok(Json(ReadersView {
        read: read.map(|(who, at_ms)| ReaderView { person: name_of(who), at_ms: *at_ms }).collect(),
        read_total: split.read.len() as u64,
        unread: unread.map(name_of).collect(),
        unread_total: split.unread.len() as u64,
        total: (split.read.len() + split.unread.len()) as u64,
    }))
}

fn name_of(who: &Staff) -> NameView {
    NameView { id: who.id.to_string(), name: who.name.clone() }
}

/// Of those for whom a message is, in the directory's order.
struct Split {
    read: Vec<(Staff, i64)>,
    unread: Vec<Staff>,
}

async fn split(app: &App, user: &User, m: &Record) -> Answer<Split> {
    let of = m.scope.owner().ok_or_else(Refused::not_found)?;
    let of = open_room(app, user, &of.to_string()).await?;
    let all = everybody(app, &of).await?;
    let (read, unread) = all.readers.split(m);
    let in_order = |ids: Vec<&StaffId>| {
        let mut people: Vec<Staff> = ids.into_iter().filter_map(|id| all.people.get(id).cloned()).collect();
        people.sort_by(|a, b| (&a.kana, &a.id).cmp(&(&b.kana, &b.id)));
        people
    };
    let at = |who: &StaffId| all.marks.get(who).map_or(0, |mark| mark.at_ms);
    let read = in_order(read)
        .into_iter()
        .map(|who| {
            let at_ms = at(&who.id);
            (who, at_ms)
        })
        .collect();
    Ok(Split { read, unread: in_order(unread) })
}

/// More are not called one by one: everybody's phone keeps the list.
const CALLED: usize = 2_000;

/// Tells those who have not read an own message once more, as a phone does: an answer to it that calls them, with the
/// words of its writer and no stamp, which would acknowledge something. A dozen are named in it; many are called without,
/// and the whole room when nobody has read it or thousands have not.
#[utoipa::path(post, path = "/api/messages/{message}/renotify", tag = "rooms", params(("message" = String, Path)),
    request_body = Remind, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn renotify(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Remind>,
) -> Answer<Json<OutcomeView>> {
    let m = open_message(&app, &user, &id).await?;
    if message::author(&m) != Some(&user.staff.id) {
        return Err(Refused::forbidden("not-author"));
    }
    if input.text.trim().is_empty() {
        return Err(wrong("text"));
    }
    let Split { read, unread } = split(&app, &user, &m).await?;
    if unread.is_empty() {
        return Err(Refused::conflict("everybody-read"));
    }
    let of = m.scope.owner().ok_or_else(Refused::not_found)?;
    let of = open_room(&app, &user, &of.to_string()).await?;
    let words = input.text.trim();
    let few = unread.len() <= message::NAMED_IN_TEXT;
    let named: Vec<String> = unread.iter().map(|who| format!("@{}", who.name)).collect();
    let whole = !few && (read.is_empty() || unread.len() > CALLED);
    let mentions = if whole {
        vec![message::EVERYBODY.to_owned()]
    } else {
        unread.into_iter().map(|who| who.id.0).collect()
    };
    let again = NewMessage {
        op_id: input.op_id,
        text: if few { format!("{}\n{words}", named.join(" ")) } else { words.to_owned() },
        reply_to: Some(m.id.to_string()),
        mentions,
        ..NewMessage::default()
    };
    say(&app, &user, &of, again).await
}
