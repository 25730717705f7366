//! Messages: reading a part of a room, writing, changing, reacting.

use super::apply::{apply, base, done, fields, id_or_new, readable, wrong};
use super::guard::{Input, User};
use super::rooms_show::{Show, open_message, open_room, own_held};
use super::views::{
    Again, FaultView, MarkAnswer, MessageEdit, MessagePage, MessageView, NewMessage, Once, OutcomeView,
    Pinning, React,
};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, Query, State};
use ekitei_model::chat::message::{self, pin, reaction};
use ekitei_model::kinds;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record, RecordId};
use ekitei_server_db::RoomAsk;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

const PAGE: u32 = 50;
const LONGEST_PAGE: u32 = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Messages born before this number, or after it.
    before: Option<u64>,
    after: Option<u64>,
    /// A number or the id of a message: a page with it in the middle.
    around: Option<String>,
    /// At most so many, 50 if absent, 200 at most.
    limit: Option<u32>,
}

/// A part of a room; without a place the newest.
#[utoipa::path(get, path = "/api/rooms/{room}/messages", tag = "rooms", params(("room" = String, Path), PageQuery),
    responses((status = 200, body = MessagePage), (status = 404, body = FaultView)))]
pub async fn page(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Answer<Json<MessagePage>> {
    let of = open_room(&app, &user, &id).await?;
    let ask = match (query.before, query.after, query.around) {
        (Some(n), _, _) => RoomAsk::Before(n),
        (_, Some(n), _) => RoomAsk::After(n),
        (_, _, Some(text)) => RoomAsk::Around(match text.parse() {
            Ok(n) => n,
            Err(_) => open_message(&app, &user, &text).await?.born_seq,
        }),
        _ => RoomAsk::Newest,
    };
    let limit = query.limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
    let page = app.storage.room_page(&user.caller, of.id, ask, limit).await?;
    Show::new(&app, &user).page(page).await.map(Json)
}

/// One message with what hangs on it.
#[utoipa::path(get, path = "/api/messages/{message}", tag = "rooms", params(("message" = String, Path)),
    responses((status = 200, body = MessageView), (status = 404, body = FaultView)))]
pub async fn one(State(app): State<Shared>, user: User, Path(id): Path<String>) -> Answer<Json<MessageView>> {
    let m = open_message(&app, &user, &id).await?;
    Show::new(&app, &user).alone(&m).await.map(Json)
}

/// Says something. Outside working hours it may wait: `held`, with the time.
#[utoipa::path(post, path = "/api/rooms/{room}/messages", tag = "rooms", params(("room" = String, Path)),
    request_body = NewMessage, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn send(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<NewMessage>,
) -> Answer<Json<OutcomeView>> {
    let of = open_room(&app, &user, &id).await?;
    say(&app, &user, &of, input).await
}

/// # Errors
/// 400 for nothing to say, 403 with the rule's code.
pub async fn say(app: &App, user: &User, of: &Record, input: NewMessage) -> Answer<Json<OutcomeView>> {
    let id: RecordId = id_or_new(input.id.as_deref())?;
    let shared = input.shared.iter().map(|s| s.parse().map_err(|_| wrong("shared")));
    let shared: Vec<RecordId> = shared.collect::<Answer<_>>()?;
    let photos = input.photos + shared.len() as u64;
    let some = |text: Option<String>| text.map_or(Value::Null, Value::from);
    let count = |n: u64| if n == 0 { Value::Null } else { n.into() };
    let empty = input.text.trim().is_empty() && photos + input.files == 0;
    if empty && input.stamp.is_none() && input.link.is_none() && input.forward.is_none() {
        return Err(wrong("text"));
    }
    let all = [
        (message::TEXT, input.text.into()),
        (message::REPLY_TO, some(input.reply_to)),
        (message::MENTIONS, if input.mentions.is_empty() { Value::Null } else { input.mentions.into() }),
        (message::URGENT, some(input.urgent)),
        (message::STAMP, some(input.stamp)),
        (message::LINK, input.link.unwrap_or_default()),
        (message::FORWARD, input.forward.unwrap_or_default()),
        (message::PHOTOS, count(photos)),
        (message::FILES, count(input.files)),
        (message::QUESTION, input.question.unwrap_or_default()),
        (message::ANSWER_TO, some(input.answer_to)),
    ];
    let fields: Fields =
        all.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.to_owned(), v)).collect();
    for source in &shared {
        // Said before anything is written, not found in quarantine afterwards.
        readable(app, user, &source.to_string()).await?;
    }
    let (kind, scope) = (kinds::MESSAGE.to_owned(), of.scope.clone());
    let body = OpBody::Create { kind, scope: scope.clone(), parent: None, fields };
    let said = apply(app, user, input.op_id.as_deref(), id, body, None).await?;
    for source in shared {
        // The same ids for a repeated request.
        let names = [id.to_string(), source.to_string()];
        let photo = RecordId::derived(&["shared", &names[0], &names[1]]);
        let op = RecordId::derived(&["shared-op", &names[0], &names[1]]).to_string();
        let fields = Fields::from([(message::SOURCE.to_owned(), source.to_string().into())]);
        let kind = kinds::PHOTO.to_owned();
        let body = OpBody::Create { kind, scope: scope.clone(), parent: Some(id), fields };
        done(&apply(app, user, Some(&op), photo, body, None).await?)?;
    }
    Ok(said)
}

/// Change text or mentions of an own message, or announce fewer attachments than could be sent. Mentions of one that calls
/// more people than are shown stay.
#[utoipa::path(patch, path = "/api/messages/{message}", tag = "rooms", params(("message" = String, Path)),
    request_body = MessageEdit, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn edit(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<MessageEdit>,
) -> Answer<Json<OutcomeView>> {
    let Own { id, target, calls } = own(&app, &user, &id).await?;
    let mut changes = fields(input.fields);
    if calls > message::CALLED_SHOWN {
        changes.remove(message::MENTIONS);
    }
    const COUNTS: [&str; 2] = [message::PHOTOS, message::FILES];
    const WORDS: [&str; 2] = [message::TEXT, message::MENTIONS];
    changes.retain(|name, _| WORDS.contains(&name.as_str()) || COUNTS.contains(&name.as_str()));
    if WORDS.iter().any(|name| changes.contains_key(*name)) {
        changes.insert(message::EDITED_AT.to_owned(), app.clock.stamp().to_string().into());
    }
    let body = OpBody::Patch { base: base(input.base)?, fields: changes };
    apply(&app, &user, input.op_id.as_deref(), id, body, target.as_ref()).await
}

/// A message that is there, or an own one that waits (then there is no record of it yet).
struct Own {
    id: RecordId,
    target: Option<Record>,
    /// How many it mentions.
    calls: usize,
}

async fn own(app: &App, user: &User, id: &str) -> Answer<Own> {
    let parsed: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let (target, calls) = match own_held(app, user, parsed).await? {
        Some(held) => (None, calls(&kept_fields(&held))),
        None => {
            let m = open_message(app, user, id).await?;
            let calls = calls(&m.fields);
            (Some(m), calls)
        }
    };
    Ok(Own { id: parsed, target, calls })
}

/// What a message that waits will say.
fn kept_fields(held: &Record) -> Fields {
    let fields = held.fields.get(message::held::FIELDS).cloned().unwrap_or_default();
    serde_json::from_value(fields).unwrap_or_default()
}

fn calls(fields: &Fields) -> usize {
    fields.get(message::MENTIONS).and_then(Value::as_array).map_or(0, Vec::len)
}

/// 送信取消; of a message that waits: nobody will hear of it.
#[utoipa::path(post, path = "/api/messages/{message}/unsend", tag = "rooms", params(("message" = String, Path)),
    request_body = Once, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn unsend(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Once>,
) -> Answer<Json<OutcomeView>> {
    let Own { id, target, .. } = own(&app, &user, &id).await?;
    let fields = Fields::from([(message::UNSENT.to_owned(), true.into())]);
    let base = target.iter().filter_map(|m| Some((message::UNSENT.to_owned(), m.rev(message::UNSENT)?.op)));
    let body = OpBody::Patch { base: base.collect(), fields };
    apply(&app, &user, input.op_id.as_deref(), id, body, target.as_ref()).await
}

/// 再送 of an own message that was refused when its time had come, corrected or as it was.
#[utoipa::path(post, path = "/api/messages/{message}/again", tag = "rooms", params(("message" = String, Path)),
    request_body = Again, responses((status = 200, body = OutcomeView), (status = 404, body = FaultView)))]
pub async fn again(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Again>,
) -> Answer<Json<OutcomeView>> {
    let parsed: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let kept = own_held(&app, &user, parsed).await?;
    let kept =
        kept.filter(|h| h.fields.contains_key(message::held::REFUSED)).ok_or_else(Refused::not_found)?;
    let of = open_room(&app, &user, kept.text(message::held::ROOM)).await?;
    let mut fields = kept_fields(&kept);
    if let Some(text) = input.text {
        fields.insert(message::TEXT.to_owned(), text.into());
        if calls(&fields) <= message::CALLED_SHOWN {
            fields.remove(message::MENTIONS);
            if !input.mentions.is_empty() {
                fields.insert(message::MENTIONS.to_owned(), input.mentions.into());
            }
        }
    }
    let body = OpBody::Create { kind: kinds::MESSAGE.to_owned(), scope: of.scope, parent: None, fields };
    apply(&app, &user, input.op_id.as_deref(), parsed, body, None).await
}

/// Sets a reaction or work stamp on a message, or takes it back.
#[utoipa::path(post, path = "/api/messages/{message}/reactions", tag = "rooms", params(("message" = String, Path)),
    request_body = React, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn react(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<React>,
) -> Answer<Json<OutcomeView>> {
    let m = open_message(&app, &user, &id).await?;
    let id = message::reaction_id(m.id, &user.staff.id, &input.mark);
    let fields = Fields::from([(reaction::MARK.to_owned(), input.mark.into())]);
    hang(&app, &user, &m, (kinds::REACTION, id, input.op_id), fields, (reaction::OFF, input.off)).await
}

/// Pins a message, or takes the pin away.
#[utoipa::path(post, path = "/api/messages/{message}/pin", tag = "rooms", params(("message" = String, Path)),
    request_body = Pinning, responses((status = 200, body = OutcomeView), (status = 404, body = FaultView)))]
pub async fn pin(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Pinning>,
) -> Answer<Json<OutcomeView>> {
    let m = open_message(&app, &user, &id).await?;
    let id = message::pin_id(m.id);
    hang(&app, &user, &m, (kinds::PIN, id, input.op_id), Fields::new(), (pin::OFF, input.off)).await
}

async fn hang(
    app: &App,
    user: &User,
    m: &Record,
    (kind, id, op_id): (&str, RecordId, Option<String>),
    fields: Fields,
    (off_field, off): (&str, bool),
) -> Answer<Json<OutcomeView>> {
    let there = app.storage.office_record(id).await?;
    let switch = |v: bool| Fields::from([(off_field.to_owned(), if v { true.into() } else { Value::Null })]);
    let body = match &there {
        Some(r) => {
            let base = r.rev(off_field).map(|rev| (off_field.to_owned(), rev.op)).into_iter().collect();
            OpBody::Patch { base, fields: switch(off) }
        }
        None if off => return Err(Refused::not_found()),
        None => {
            let (kind, scope) = (kind.to_owned(), m.scope.clone());
            OpBody::Create { kind, scope, parent: Some(m.id), fields }
        }
    };
    apply(app, user, op_id.as_deref(), id, body, there.as_ref()).await
}

/// Who asked marks the message that answered; it becomes a note of the case.
#[utoipa::path(post, path = "/api/messages/{message}/answer", tag = "rooms", params(("message" = String, Path)),
    request_body = MarkAnswer, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn answer(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<MarkAnswer>,
) -> Answer<Json<OutcomeView>> {
    let m = open_message(&app, &user, &id).await?;
    let said = open_message(&app, &user, &input.answer).await?;
    if said.scope != m.scope {
        return Err(wrong("answer"));
    }
    let base = m.rev(message::ANSWER).map(|rev| (message::ANSWER.to_owned(), rev.op)).into_iter().collect();
    let fields = Fields::from([(message::ANSWER.to_owned(), said.id.to_string().into())]);
    let body = OpBody::Patch { base, fields };
    apply(&app, &user, input.op_id.as_deref(), m.id, body, Some(&m)).await
}
