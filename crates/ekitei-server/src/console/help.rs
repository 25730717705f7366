//! When something happens: help cards by the clock, the holidays that the clock needs.

use super::apply::{apply, base, wrong};
use super::convert;
use super::guard::{Input, User};
use super::views::*;
use crate::app::Shared;
use crate::fault::{Answer, Refused};
use crate::holidays;
use crate::import::parse_holidays;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use ekitei_model::calendar::{Holidays, Hours, is_working_time};
use ekitei_model::help_card::{Contact, HelpCard, PURPOSES, card_id};
use ekitei_model::inspection::may_publish;
use ekitei_model::people::Staff;
use ekitei_model::{OpBody, Record, Scope, Stamp, kinds};
use std::collections::BTreeSet;

/// A list of holidays at most.
pub const HOLIDAY_BYTES: usize = 1 << 20;
const MAX_CARDS: u32 = 200;

/// What to do now: the cards for all and of one's own sections.
#[utoipa::path(get, path = "/api/help", tag = "help", responses((status = 200, body = HelpView)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<HelpView>> {
    let holidays = holidays::read(&*app.storage).await?;
    let now = app.clock.stamp();
    let mut cards = Vec::new();
    for found in app.storage.of_kind(&user.caller, kinds::HELP_CARD, MAX_CARDS).await? {
        let record = convert::record(&found)?;
        if let Some(card) = HelpCard::of(&record) {
            cards.push(view(&record, card, now, &holidays));
        }
    }
    // A section's own card stands before the one for all.
    let place = |c: &HelpCardView| PURPOSES.iter().position(|p| *p == c.purpose);
    cards.sort_by_key(|c| (place(c), c.section.is_empty(), c.section.clone()));
    Ok(Json(HelpView {
        now_ms: now.utc_ms,
        working: is_working_time(now, &holidays, Hours::default()),
        cards,
        holidays: holidays.days().map(str::to_owned).collect(),
        may_edit: user.staff.is_admin(&user.caller.today),
        sections: leads(&user.staff, &user.caller.today),
    }))
}

/// Sections whose cards this person may write.
fn leads(staff: &Staff, today: &str) -> Vec<String> {
    let led = staff.sections_on(today).filter(|section| may_publish(Some(section), staff, today));
    led.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

fn view(record: &Record, card: HelpCard, now: Stamp, holidays: &Holidays) -> HelpCardView {
    let contact = |c: Contact| ContactView {
        now: c.answers(now, holidays),
        label: c.label,
        number: c.number,
        extension: c.extension,
        from: c.from,
        to: c.to,
        days: c.days.into(),
    };
    let rev = |field: &String| record.rev(field).map(|r| (field.clone(), r.op.to_string()));
    HelpCardView {
        id: record.id.to_string(),
        section: match &record.scope {
            Scope::Section(path) => path.clone(),
            _ => String::new(),
        },
        purpose: card.purpose,
        steps: card.steps,
        contacts: card.contacts.into_iter().map(contact).collect(),
        base: record.fields.keys().filter_map(rev).collect(),
    }
}

/// Keep a card. For all: administrators; of a section: those who lead it.
#[utoipa::path(put, path = "/api/help/{purpose}", tag = "help", request_body = HelpCardInput,
    params(("purpose" = String, Path, description = "`lost` | `stolen` | `damaged` | `outage`")),
    responses((status = 200, body = OutcomeView), (status = 403, body = FaultView),
        (status = 422, body = FaultView, description = "`help-…`: what must be corrected")))]
pub async fn keep(
    State(app): State<Shared>,
    user: User,
    Path(purpose): Path<String>,
    Input(input): Input<HelpCardInput>,
) -> Answer<Json<OutcomeView>> {
    let scope = if input.section.is_empty() { Scope::All } else { Scope::Section(input.section.clone()) };
    let trimmed = |s: String| s.trim().to_owned();
    let card = HelpCard {
        steps: input.steps.into_iter().map(trimmed).filter(|s| !s.is_empty()).collect(),
        contacts: input.contacts.into_iter().map(Contact::from).collect(),
        purpose,
    };
    if let Some(problem) = card.problems().into_iter().next() {
        return Err(Refused::from(problem));
    }
    let id = card_id(&scope, &card.purpose);
    let fields = card.fields();
    let there = app.storage.office_record(id).await?;
    let body = match &there {
        Some(record) if record.deleted => return Err(wrong("purpose")),
        Some(_) => OpBody::Patch { base: base(input.base)?, fields },
        None => OpBody::Create { kind: kinds::HELP_CARD.to_owned(), scope, parent: None, fields },
    };
    apply(&app, &user, None, id, body, there.as_ref()).await
}

/// Replaces the office's holidays by a file (the body): CSV whose first column is the day, or iCalendar. Administrators
/// only.
#[utoipa::path(put, path = "/api/holidays", tag = "help", request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = HolidaysView), (status = 403, body = FaultView)))]
pub async fn set_holidays(State(app): State<Shared>, user: User, body: Bytes) -> Answer<Json<HolidaysView>> {
    if !user.staff.is_admin(&user.caller.today) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let days = match parse_holidays(&body) {
        Ok(days) => days,
        Err(faults) => {
            let faults = faults.into_iter().map(LineFault::from).collect();
            return Ok(Json(HolidaysView { faults, days: Vec::new() }));
        }
    };
    let done = holidays::store(&*app.storage, days.clone(), app.now_ms()).await?;
    app.hint(&done.touched, false);
    Ok(Json(HolidaysView { faults: Vec::new(), days: days.into_iter().collect() }))
}
