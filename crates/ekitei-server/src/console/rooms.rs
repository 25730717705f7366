//! Rooms: the list, making them, who is in them, how far one has read.

use super::apply::{apply, base, done, fields, id_or_new, wrong};
use super::guard::{Input, User};
use super::rooms_people::{SHOWN, count_of, first_of};
use super::rooms_show::{Show, open_room, revs};
use super::views::{
    FaultView, MemberEdit, MessageEdit, NewRoom, OutcomeView, ReadTo, RoomId, RoomKeep, RoomRow, RoomView,
    WithWhom,
};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::chat::code;
use ekitei_model::chat::retention;
use ekitei_model::chat::room::{self, member};
use ekitei_model::kinds;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record, RecordId, Scope, StaffId};
use std::collections::BTreeSet;

/// The person's rooms: 自分宛 first, then by what was said last.
#[utoipa::path(get, path = "/api/rooms", tag = "rooms", responses((status = 200, body = Vec<RoomRow>)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<RoomRow>>> {
    let own = room::self_id(&user.staff.id);
    if app.storage.office_record(own).await?.is_none() {
        make(&app, &user, own, None, [(room::TYPE, room::Type::Own.as_str().into())]).await?;
        invite(&app, &user, own, &user.staff.id, member::ADMIN).await?;
    }
    let show = Show::new(&app, &user);
    let mut rows = Vec::new();
    for line in app.storage.rooms(&user.caller).await? {
        rows.push(show.row(&line).await?);
    }
    let said = |r: &RoomRow| r.last.as_ref().map_or(0, |l| l.received_ms);
    rows.sort_by(|a, b| {
        (b.kind == "self").cmp(&(a.kind == "self")).then(said(b).cmp(&said(a))).then(a.name.cmp(&b.name))
    });
    Ok(Json(rows))
}

async fn make<const N: usize>(
    app: &App,
    user: &User,
    id: RecordId,
    op_id: Option<&str>,
    pairs: [(&str, serde_json::Value); N],
) -> Answer<()> {
    let fields: Fields =
        pairs.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.to_owned(), v)).collect();
    let body = OpBody::Create { kind: kinds::ROOM.to_owned(), scope: Scope::Room(id), parent: None, fields };
    done(&apply(app, user, op_id, id, body, None).await?)
}

async fn invite(app: &App, user: &User, of: RecordId, who: &StaffId, role: &str) -> Answer<()> {
    let fields = Fields::from([
        (member::STAFF.to_owned(), who.as_str().into()),
        (member::ROLE.to_owned(), role.into()),
        (member::STATE.to_owned(), member::MEMBER.into()),
    ]);
    let (id, scope) = (room::member_id(of, who), Scope::Room(of));
    let body = OpBody::Create { kind: kinds::ROOM_MEMBER.to_owned(), scope, parent: None, fields };
    done(&apply(app, user, None, id, body, None).await?)
}

/// A new room. The person looks after it.
#[utoipa::path(post, path = "/api/rooms", tag = "rooms", request_body = NewRoom, responses(
    (status = 200, body = RoomId), (status = 403, body = FaultView),
))]
pub async fn create(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<NewRoom>,
) -> Answer<Json<RoomId>> {
    let kind: room::Type = input.kind.parse().map_err(|_| wrong("type"))?;
    if kind.is_fixed() || input.name.trim().is_empty() {
        return Err(wrong("type"));
    }
    // With who makes it.
    let people: BTreeSet<&str> =
        input.members.iter().map(String::as_str).chain([user.staff.id.as_str()]).collect();
    if people.len() > room::MAX_MEMBERS {
        return Err(Refused::bad(code::ROOM_FULL));
    }
    let id: RecordId = id_or_new(input.id.as_deref())?;
    let sections = (!input.sections.is_empty()).then(|| input.sections.clone());
    make(
        &app,
        &user,
        id,
        input.op_id.as_deref(),
        [
            (room::TYPE, kind.as_str().into()),
            (room::NAME, input.name.trim().into()),
            (room::COLOUR, input.colour.into()),
            (room::HISTORY, input.history.unwrap_or_else(|| room::HISTORY_ALL.to_owned()).into()),
            (room::SECTIONS, sections.into()),
        ],
    )
    .await?;
    invite(&app, &user, id, &user.staff.id, member::ADMIN).await?;
    for who in input.members.iter().filter(|m| *m != user.staff.id.as_str()) {
        known(&app, who).await?;
        invite(&app, &user, id, &StaffId(who.clone()), member::MEMBER).await?;
    }
    Ok(Json(RoomId { room: id.to_string() }))
}

async fn known(app: &App, who: &str) -> Answer<()> {
    match app.storage.staff(&StaffId(who.to_owned())).await? {
        Some(_) => Ok(()),
        None => Err(wrong("staff")),
    }
}

/// The one-to-one room with somebody; made when it is not there.
#[utoipa::path(post, path = "/api/rooms/direct", tag = "rooms", request_body = WithWhom, responses(
    (status = 200, body = RoomId), (status = 400, body = FaultView),
))]
pub async fn direct(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<WithWhom>,
) -> Answer<Json<RoomId>> {
    let (me, other) = (&user.staff.id, StaffId(input.staff));
    known(&app, other.as_str()).await?;
    if *me == other {
        return Ok(Json(RoomId { room: room::self_id(me).to_string() }));
    }
    let id = room::direct_id(me, &other);
    let fields = [
        (room::TYPE, room::Type::Direct.as_str().into()),
        (room::PAIR, serde_json::json!(room::pair(me, &other))),
    ];
    make(&app, &user, id, None, fields).await?;
    for who in [me, &other] {
        invite(&app, &user, id, who, member::ADMIN).await?;
    }
    Ok(Json(RoomId { room: id.to_string() }))
}

/// One room with its people: those by name, and the first by section, 500 at most.
#[utoipa::path(get, path = "/api/rooms/{room}", tag = "rooms", params(("room" = String, Path)), responses(
    (status = 200, body = RoomView), (status = 404, body = FaultView),
))]
pub async fn one(State(app): State<Shared>, user: User, Path(id): Path<String>) -> Answer<Json<RoomView>> {
    let of = open_room(&app, &user, &id).await?;
    let line = app.storage.room_line(&user.caller, of.id).await?.ok_or_else(Refused::not_found)?;
    let row = Show::new(&app, &user).row(&line).await?;
    let people = first_of(&app, &of, "", SHOWN).await?;
    let revs = revs(&of, &[room::NAME, room::COLOUR, room::HISTORY, room::SECTIONS, room::RETENTION_DAYS]);
    let keep = keep(&app, &of).await?;
    Ok(Json(RoomView { row, history: of.text(room::HISTORY).to_owned(), people, keep, revs }))
}

async fn keep(app: &App, of: &Record) -> Answer<RoomKeep> {
    let rules = crate::retention::of_rooms(&*app.storage).await?;
    let own = room::Type::of(of).and_then(|kind| rules.of(kind).own).map(|(fewest, most)| [fewest, most]);
    Ok(RoomKeep { days: rules.days(of), chosen: retention::chosen(of), own })
}

/// Name, colour, history, sections, days of retention.
#[utoipa::path(patch, path = "/api/rooms/{room}", tag = "rooms", params(("room" = String, Path)),
    request_body = MessageEdit, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn edit(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<MessageEdit>,
) -> Answer<Json<OutcomeView>> {
    let of = open_room(&app, &user, &id).await?;
    let body = OpBody::Patch { base: base(input.base)?, fields: fields(input.fields) };
    apply(&app, &user, input.op_id.as_deref(), of.id, body, Some(&of)).await
}

/// Invite somebody, remove them, leave, or hand the room over.
#[utoipa::path(post, path = "/api/rooms/{room}/members", tag = "rooms", params(("room" = String, Path)),
    request_body = MemberEdit, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn members(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<MemberEdit>,
) -> Answer<Json<OutcomeView>> {
    let of = open_room(&app, &user, &id).await?;
    known(&app, &input.staff).await?;
    let who = StaffId(input.staff);
    let id = room::member_id(of.id, &who);
    let existing = app.storage.office_record(id).await?;
    let mut fields = Fields::new();
    for (name, value) in [(member::ROLE, input.role), (member::STATE, input.state)] {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value.into());
        }
    }
    // Who comes back is a member like any other, whatever they were before.
    let had_left = existing.as_ref().is_some_and(|m| m.text(member::STATE) == member::LEFT);
    if had_left && fields.get(member::STATE).is_some_and(|s| s == member::MEMBER) {
        fields.entry(member::ROLE.to_owned()).or_insert_with(|| member::MEMBER.into());
    }
    let body = match &existing {
        Some(m) => {
            let base = fields.keys().filter_map(|k| Some((k.clone(), m.rev(k)?.op))).collect();
            OpBody::Patch { base, fields }
        }
        None => {
            fields.insert(member::STAFF.to_owned(), who.as_str().into());
            fields.entry(member::STATE.to_owned()).or_insert_with(|| member::MEMBER.into());
            OpBody::Create {
                kind: kinds::ROOM_MEMBER.to_owned(),
                scope: of.scope.clone(),
                parent: None,
                fields,
            }
        }
    };
    let outcome = apply(&app, &user, input.op_id.as_deref(), id, body, existing.as_ref()).await?;
    match &outcome.0.reason {
        Some(code) => Err(Refused::forbidden(code)),
        None => Ok(outcome),
    }
}

/// The own read mark moves on.
#[utoipa::path(post, path = "/api/rooms/{room}/read", tag = "rooms", params(("room" = String, Path)),
    request_body = ReadTo, responses((status = 200, body = OutcomeView), (status = 404, body = FaultView)))]
pub async fn read(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<ReadTo>,
) -> Answer<Json<OutcomeView>> {
    let of = open_room(&app, &user, &id).await?;
    let scope = room::mark_scope(of.id, count_of(&app, &of).await?);
    let record = kinds::mark_id(&scope, &user.staff.id);
    let body = OpBody::Mark { scope, value: input.to };
    apply(&app, &user, input.op_id.as_deref(), record, body, None).await
}
