//! When a section works, who is on duty, and which urgent messages its people sent.

use super::apply::{apply, id_or_new, wrong};
use super::guard::{Input, User};
use super::names::Names;
use super::rooms_show::revs;
use super::views::{DutyRow, FaultView, HoursRow, NewDuty, NewHours, OutcomeView, TimesView, UrgentRow};
use crate::app::Shared;
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Query, State};
use ekitei_model::chat::message::urgent_use;
use ekitei_model::chat::quiet::{self, duty, hours};
use ekitei_model::chat::room;
use ekitei_model::kinds;
use ekitei_model::people::Role;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Scope, Stamp};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SectionQuery {
    /// Full path.
    section: String,
}

fn leads(user: &User, section: &str) -> bool {
    user.staff.has_role_in(section, &[Role::Head, Role::Steward], &user.caller.today)
}

fn reads(user: &User, section: &str) -> Answer<()> {
    let today = &user.caller.today;
    if user.staff.sections_on(today).any(|s| s == section) { Ok(()) } else { Err(Refused::not_found()) }
}

/// Duty roster and working hours of an own section.
#[utoipa::path(get, path = "/api/sections/times", tag = "rooms", params(SectionQuery), responses(
    (status = 200, body = TimesView), (status = 404, body = FaultView),
))]
pub async fn times(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<SectionQuery>,
) -> Answer<Json<TimesView>> {
    reads(&user, &query.section)?;
    let names = Names::new(&*app.storage);
    let mut rows = Vec::new();
    for r in app.storage.of_section(&query.section, kinds::DUTY).await? {
        rows.push(DutyRow {
            id: r.id.to_string(),
            staff: names.of(r.text(duty::STAFF)).await?,
            from: r.text(duty::FROM).to_owned(),
            to: r.text(duty::TO).to_owned(),
            what: r.text(duty::WHAT).to_owned(),
            revs: revs(&r, &[duty::STAFF, duty::FROM, duty::TO, duty::WHAT]),
        });
    }
    rows.sort_by(|a, b| (&a.from, &a.id).cmp(&(&b.from, &b.id)));
    let mut hours = Vec::new();
    for r in app.storage.of_section(&query.section, kinds::HOURS).await? {
        let staff = match r.text(hours::STAFF) {
            "" => None,
            id => Some(names.of(id).await?),
        };
        hours.push(HoursRow {
            id: r.id.to_string(),
            staff,
            days: r.fields.get(hours::DAYS).cloned(),
            shifts: r.fields.get(hours::SHIFTS).cloned(),
            revs: revs(&r, &[hours::DAYS, hours::SHIFTS]),
        });
    }
    let may_manage = leads(&user, &query.section);
    Ok(Json(TimesView { section: query.section, may_manage, duty: rows, hours }))
}

/// A row of the duty roster. Rows are changed and deleted as every record.
#[utoipa::path(post, path = "/api/sections/times/duty", tag = "rooms", request_body = NewDuty, responses(
    (status = 200, body = OutcomeView), (status = 403, body = FaultView),
))]
pub async fn add_duty(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<NewDuty>,
) -> Answer<Json<OutcomeView>> {
    let at = |text: &str, name: &str| text.parse::<Stamp>().map_err(|_| wrong(name));
    if at(&input.from, duty::FROM)?.utc_ms >= at(&input.to, duty::TO)?.utc_ms {
        return Err(wrong(duty::TO));
    }
    let fields = Fields::from([
        (duty::STAFF.to_owned(), input.staff.into()),
        (duty::FROM.to_owned(), input.from.into()),
        (duty::TO.to_owned(), input.to.into()),
        (duty::WHAT.to_owned(), input.what.into()),
    ]);
    let (kind, scope) = (kinds::DUTY.to_owned(), Scope::Section(input.section));
    let id = id_or_new(input.id.as_deref())?;
    let body = OpBody::Create { kind, scope, parent: None, fields };
    apply(&app, &user, input.op_id.as_deref(), id, body, None).await
}

/// When the section works, or one of its people. Neither days nor shifts: the usual hours.
#[utoipa::path(put, path = "/api/sections/times/hours", tag = "rooms", request_body = NewHours, responses(
    (status = 200, body = OutcomeView), (status = 400, body = FaultView), (status = 403, body = FaultView),
))]
pub async fn set_hours(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<NewHours>,
) -> Answer<Json<OutcomeView>> {
    if input.days.as_ref().is_some_and(|d| !days_are_read(d)) {
        return Err(wrong(hours::DAYS));
    }
    let id = quiet::hours_id(&input.section, &input.staff);
    let there = app.storage.office_record(id).await?.filter(|r| !r.deleted);
    let body = match (&there, input.days.is_none() && input.shifts.is_none()) {
        (Some(_), true) => OpBody::Delete,
        (None, true) => return Err(wrong(hours::DAYS)),
        (Some(r), _) => {
            let fields = Fields::from([
                (hours::DAYS.to_owned(), input.days.unwrap_or_default()),
                (hours::SHIFTS.to_owned(), input.shifts.unwrap_or_default()),
            ]);
            let base = fields.keys().filter_map(|k| Some((k.clone(), r.rev(k)?.op))).collect();
            OpBody::Patch { base, fields }
        }
        (None, _) => {
            let all = [
                (hours::STAFF, input.staff.into()),
                (hours::DAYS, input.days.unwrap_or_default()),
                (hours::SHIFTS, input.shifts.unwrap_or_default()),
            ];
            let fields = all.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.to_owned(), v));
            OpBody::Create {
                kind: kinds::HOURS.to_owned(),
                scope: Scope::Section(input.section),
                parent: None,
                fields: fields.collect(),
            }
        }
    };
    apply(&app, &user, input.op_id.as_deref(), id, body, there.as_ref()).await
}

/// Known days with readable times only.
fn days_are_read(days: &Value) -> bool {
    let Some(days) = days.as_object() else { return false };
    let span = |row: &Value| {
        let at = |n: usize| row.get(n).and_then(Value::as_str).and_then(ekitei_model::calendar::minutes_of);
        matches!((at(0), at(1)), (Some(from), Some(to)) if from != to)
    };
    days.iter().all(|(day, rows)| {
        hours::WEEK.contains(&day.as_str()) && rows.as_array().is_some_and(|r| r.iter().all(span))
    })
}

/// Urgent messages of the people of a section that the person leads, newest first.
#[utoipa::path(get, path = "/api/urgent", tag = "rooms", params(SectionQuery), responses(
    (status = 200, body = Vec<UrgentRow>), (status = 403, body = FaultView),
))]
pub async fn urgent(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<SectionQuery>,
) -> Answer<Json<Vec<UrgentRow>>> {
    if !leads(&user, &query.section) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let names = Names::new(&*app.storage);
    let mut out = Vec::new();
    for r in app.storage.of_section(&query.section, kinds::URGENT_USE).await? {
        let of = r.text(urgent_use::ROOM).parse().ok();
        let of = match of {
            Some(id) => app.storage.record(&user.caller, id).await?,
            None => None,
        };
        let of = of.map(|text| super::convert::record(&text)).transpose()?;
        out.push(UrgentRow {
            message: r.text(urgent_use::MESSAGE).to_owned(),
            room: r.text(urgent_use::ROOM).to_owned(),
            room_name: of.as_ref().map_or("", |o| o.text(room::NAME)).to_owned(),
            staff: names.of(r.text(urgent_use::STAFF)).await?,
            reason: r.text(urgent_use::REASON).to_owned(),
            at_ms: r.text(urgent_use::AT).parse::<Stamp>().map_or(r.received_ms, |s| s.utc_ms),
        });
    }
    out.reverse();
    Ok(Json(out))
}
