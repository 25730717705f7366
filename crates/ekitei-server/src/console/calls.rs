//! 安否・参集: opening a call, answering it, and the list of who answered what.

use super::apply::{apply, id_or_new, readable, wrong};
use super::convert;
use super::guard::{Input, User};
use super::rooms_show::Show;
use super::views::{AnswerRow, AnswersView, CallView, FaultView, NewAnswer, NewCall, Once, OutcomeView};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::chat::call::{self, answer};
use ekitei_model::chat::quiet::duty;
use ekitei_model::chat::{message, room};
use ekitei_model::kinds;
use ekitei_model::people::{Role, Staff};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record, RecordId, Scope, StaffId, Stamp};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::IntoParams;

const LISTED: u32 = 100;
const MOST_ROWS: usize = 2_000;

/// # Errors
/// The database did not answer.
pub async fn view(show: &Show<'_>, of: &Record) -> Answer<CallView> {
    let (app, user) = (show.app, show.user);
    let room = match of.scope.owner() {
        Some(id) => app.storage.office_record(id).await?,
        None => None,
    };
    let mine = app.storage.office_record(call::answer_id(of.id, &user.staff.id)).await?;
    let tally = of.fields.get(call::TALLY).cloned().unwrap_or_else(|| json!({}));
    Ok(CallView {
        id: of.id.to_string(),
        room: of.scope.owner().map_or_else(String::new, |r| r.to_string()),
        room_name: room.as_ref().map_or("", |r| r.text(room::NAME)).to_owned(),
        text: of.text(call::TEXT).to_owned(),
        sections: of.list(call::SECTIONS),
        asks: of.list(call::ASKS_FIELD),
        author: show.names.of(message::author(of).map_or("", StaffId::as_str)).await?,
        received_ms: of.received_ms,
        closed_at: Some(of.text(call::CLOSED_AT).to_owned()).filter(|t| !t.is_empty()),
        tally,
        mine: mine.map(|a| {
            let part = |name: &str| a.fields.get(name).cloned().unwrap_or_default();
            json!({"safety": part(answer::SAFETY), "coming": part(answer::COMING), "text": part(answer::TEXT)})
        }),
        may_see_list: sees_all(of, user) || !led(of, user).is_empty(),
    })
}

/// Who opened it and administrators see everybody's answers.
fn sees_all(of: &Record, user: &User) -> bool {
    message::author(of) == Some(&user.staff.id) || user.staff.is_admin(&user.caller.today)
}

/// Sections of the call that the person leads: they see their own people's answers.
fn led(of: &Record, user: &User) -> Vec<String> {
    let leads = |s: &String| user.staff.has_role_in(s, &[Role::Head, Role::Steward], &user.caller.today);
    of.list(call::SECTIONS).into_iter().filter(leads).collect()
}

/// Calls in the person's rooms or that ask them, newest first.
#[utoipa::path(get, path = "/api/calls", tag = "calls", responses((status = 200, body = Vec<CallView>)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<CallView>>> {
    let show = Show::new(&app, &user);
    let mut out = Vec::new();
    for text in app.storage.calls(&user.caller, LISTED).await? {
        out.push(view(&show, &convert::record(&text)?).await?);
    }
    Ok(Json(out))
}

/// Asks whole sections whether they are safe and can come.
#[utoipa::path(post, path = "/api/calls", tag = "calls", request_body = NewCall, responses(
    (status = 200, body = OutcomeView), (status = 403, body = FaultView),
))]
pub async fn open(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<NewCall>,
) -> Answer<Json<OutcomeView>> {
    let of: RecordId = input.room.parse().map_err(|_| wrong("room"))?;
    let fields = Fields::from([
        (call::TEXT.to_owned(), input.text.into()),
        (call::SECTIONS.to_owned(), input.sections.into()),
        (call::ASKS_FIELD.to_owned(), input.asks.into()),
    ]);
    let (kind, scope) = (kinds::CALL.to_owned(), Scope::Room(of));
    let id = id_or_new(input.id.as_deref())?;
    let body = OpBody::Create { kind, scope, parent: None, fields };
    let outcome = apply(&app, &user, input.op_id.as_deref(), id, body, None).await?;
    match &outcome.0.reason {
        Some(code) => Err(Refused::forbidden(code)),
        None => Ok(outcome),
    }
}

/// A call that the person may see.
async fn seen(app: &App, user: &User, id: &str) -> Answer<Record> {
    let parsed: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let found = app.storage.office_record(parsed).await?.filter(|r| r.kind == kinds::CALL && !r.deleted);
    let found = found.ok_or_else(Refused::not_found)?;
    if call::is_asked(&found, &user.staff, &user.caller.today) || sees_all(&found, user) {
        return Ok(found);
    }
    readable(app, user, id).await
}

/// The call is over.
#[utoipa::path(post, path = "/api/calls/{call}/close", tag = "calls", params(("call" = String, Path)),
    request_body = Once, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn close(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Once>,
) -> Answer<Json<OutcomeView>> {
    let of = seen(&app, &user, &id).await?;
    let fields = Fields::from([(call::CLOSED_AT.to_owned(), app.clock.stamp().to_string().into())]);
    let base = of.rev(call::CLOSED_AT).map(|r| (call::CLOSED_AT.to_owned(), r.op)).into_iter().collect();
    apply(&app, &user, input.op_id.as_deref(), of.id, OpBody::Patch { base, fields }, Some(&of)).await
}

/// The own answer; a later one takes its place.
#[utoipa::path(post, path = "/api/calls/{call}/answer", tag = "calls", params(("call" = String, Path)),
    request_body = NewAnswer, responses((status = 200, body = OutcomeView), (status = 404, body = FaultView)))]
pub async fn answer(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<NewAnswer>,
) -> Answer<Json<OutcomeView>> {
    let of = seen(&app, &user, &id).await?;
    let given = [(answer::SAFETY, input.safety), (answer::COMING, input.coming), (answer::TEXT, input.text)];
    let fields: Fields =
        given.into_iter().filter_map(|(name, v)| Some((name.to_owned(), v?.into()))).collect();
    let (kind, scope) = (kinds::CALL_ANSWER.to_owned(), Scope::Tally(of.id));
    let body = OpBody::Create { kind, scope, parent: None, fields };
    apply(&app, &user, input.op_id.as_deref(), call::answer_id(of.id, &user.staff.id), body, None).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AnswersQuery {
    /// Full path of one section.
    section: Option<String>,
    /// `all` | `unanswered` | `unread` | one of the answers
    state: Option<String>,
}

/// Who answered what, who has not, and how to reach them.
#[utoipa::path(get, path = "/api/calls/{call}/answers", tag = "calls", params(("call" = String, Path), AnswersQuery),
    responses((status = 200, body = AnswersView), (status = 403, body = FaultView)))]
pub async fn answers(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Query(query): Query<AnswersQuery>,
) -> Answer<Json<AnswersView>> {
    let of = seen(&app, &user, &id).await?;
    let mut rows = rows(&app, &user, &of).await?;
    let wanted = query.state.as_deref().unwrap_or("all");
    rows.retain(|r| {
        query.section.as_ref().is_none_or(|s| r.section == *s)
            && match wanted {
                "all" => true,
                "unanswered" => r.answered_ms.is_none(),
                "unread" => !r.read,
                value => r.safety.as_deref() == Some(value) || r.coming.as_deref() == Some(value),
            }
    });
    let truncated = rows.len() > MOST_ROWS;
    rows.truncate(MOST_ROWS);
    Ok(Json(AnswersView { rows, truncated }))
}

async fn rows(app: &App, user: &User, of: &Record) -> Answer<Vec<AnswerRow>> {
    let sections = if sees_all(of, user) { of.list(call::SECTIONS) } else { led(of, user) };
    if sections.is_empty() {
        return Err(Refused::forbidden("not-allowed"));
    }
    let today = app.clock.today();
    let answers: BTreeMap<StaffId, Record> = app
        .storage
        .call_answers(of.id)
        .await?
        .into_iter()
        .filter_map(|a| Some((message::author(&a)?.clone(), a)))
        .collect();
    let marks = match of.scope.owner() {
        Some(id) => app.storage.office_marks(id).await?,
        None => Vec::new(),
    };
    let have_read: BTreeSet<StaffId> =
        marks.into_iter().filter(|m| m.to >= of.born_seq).map(|m| m.staff).collect();
    let mut people: BTreeMap<StaffId, (Staff, String)> = BTreeMap::new();
    let mut on_duty: BTreeMap<String, String> = BTreeMap::new();
    for section in sections {
        for row in app.storage.of_section(&section, kinds::DUTY).await? {
            if now_on(&row, app.now_ms()) {
                on_duty.insert(row.text(duty::STAFF).to_owned(), row.text(duty::WHAT).to_owned());
            }
        }
        for person in app.storage.people_of_section(&section).await? {
            if person.sections_on(&today).any(|s| s == section) {
                people.insert(person.id.clone(), (person, section.clone()));
            }
        }
    }
    let text = |a: Option<&Record>, name: &str| a.map_or("", |a| a.text(name)).to_owned();
    let some = |t: String| Some(t).filter(|t| !t.is_empty());
    Ok(people
        .into_values()
        .map(|(person, section)| {
            let a = answers.get(&person.id);
            let read = a.is_some() || have_read.contains(&person.id);
            AnswerRow {
                section,
                extension: person.extension,
                mobile: person.mobile,
                safety: some(text(a, answer::SAFETY)),
                coming: some(text(a, answer::COMING)),
                text: text(a, answer::TEXT),
                answered_ms: a.map(|a| a.received_ms),
                read,
                duty: on_duty.get(person.id.as_str()).cloned(),
                person: super::views::NameView { id: person.id.0, name: person.name },
            }
        })
        .collect())
}

fn now_on(row: &Record, now_ms: i64) -> bool {
    let at = |name: &str| row.text(name).parse::<Stamp>().map(|s| s.utc_ms);
    matches!((at(duty::FROM), at(duty::TO)), (Ok(from), Ok(to)) if (from..to).contains(&now_ms))
}

/// The list as a table for spreadsheets.
#[utoipa::path(get, path = "/api/calls/{call}/export", tag = "calls", params(("call" = String, Path)),
    responses((status = 200, content_type = "text/csv"), (status = 403, body = FaultView)))]
pub async fn export(State(app): State<Shared>, user: User, Path(id): Path<String>) -> Answer<Response> {
    let of = seen(&app, &user, &id).await?;
    let mut out =
        String::from("\u{feff}id,name,section,extension,mobile,duty,safety,coming,text,answered_at,read\r\n");
    for r in rows(&app, &user, &of).await? {
        let at = r.answered_ms.map_or_else(String::new, |ms| Stamp::japan(ms).to_string());
        let cells = [
            r.person.id,
            r.person.name,
            r.section,
            r.extension,
            r.mobile,
            r.duty.unwrap_or_default(),
            r.safety.unwrap_or_default(),
            r.coming.unwrap_or_default(),
            r.text,
            at,
            r.read.to_string(),
        ];
        out.push_str(&cells.map(|c| cell(&c)).join(","));
        out.push_str("\r\n");
    }
    let name = format!("call-{}.csv", app.clock.today());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, super::photos::attachment(&name)),
    ];
    Ok((headers, out).into_response())
}

/// Quoted; a text that a spreadsheet would take for a formula stays text.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_text() {
        assert_eq!(super::cell("=1+1"), "\"'=1+1\"");
        assert_eq!(super::cell("a\"b"), "\"a\"\"b\"");
    }
}
