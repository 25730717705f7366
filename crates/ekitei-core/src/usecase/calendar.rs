//! Appointments from the groupware's calendar, and visits made of them.

use super::{cases, visits};
use crate::bridge::args::{EventVisitArgs, VisitCreateArgs};
use crate::bridge::views::{CaseRow, EventCase, EventView, VisitView};
use crate::open::Open;
use crate::view::stamp_field;
use ekitei_model::calendar::{days_after, event};
use ekitei_model::fold::fold;
use ekitei_model::kinds::{self, visit};
use ekitei_model::{Fault, Record, RecordId, Stamp};
use std::collections::HashMap;

const DAY_MS: i64 = 86_400_000;
/// How long before today something may have begun that still goes on; longer absences are no news.
const REACH_MS: i64 = 62 * DAY_MS;
const MAX_DAYS: u16 = 62;
/// A number that is shorter stands in too many words.
const LEAST_NUMBER: usize = 4;

/// Today and the days after it, day by day; whole days before times.
pub fn events(open: &Open, days: u16) -> Result<Vec<EventView>, Fault> {
    let today = open.now().today();
    let found = open.reader().since(kinds::CALENDAR_EVENT, open.now().ms() - REACH_MS)?;
    let found: Vec<Record> = found.into_iter().map(|shown| shown.record).collect();
    let mut out = Vec::new();
    for n in 0..days.clamp(1, MAX_DAYS) {
        let day = days_after(&today, i32::from(n));
        let mut of_day: Vec<EventView> = found.iter().filter_map(|r| on(r, &day)).collect();
        of_day.sort_by(|a, b| (!a.all_day, a.starts_at, &a.title).cmp(&(!b.all_day, b.starts_at, &b.title)));
        out.append(&mut of_day);
    }
    if !out.is_empty() {
        add_cases_and_visits(open, &mut out)?;
    }
    Ok(out)
}

/// The appointment as it is on that local day; `None`: it is not, or cannot be read.
fn on(record: &Record, day: &str) -> Option<EventView> {
    let starts_at = stamp_field(record, event::STARTS_AT)?;
    let ends_at = stamp_field(record, event::ENDS_AT).filter(|end| *end >= starts_at).unwrap_or(starts_at);
    // The end is exclusive: what ends at midnight does not reach into the next day.
    let last = Stamp::new((ends_at.utc_ms - 1).max(starts_at.utc_ms), ends_at.offset_min);
    let here = (starts_at.local_date()..=last.local_date()).contains(&day.to_owned());
    here.then(|| EventView {
        id: record.id,
        day: day.to_owned(),
        title: record.text(event::TITLE).to_owned(),
        place: record.text(event::PLACE).to_owned(),
        starts_at,
        ends_at,
        all_day: record.flag(event::ALL_DAY),
        case: None,
        visit: None,
    })
}

fn add_cases_and_visits(open: &Open, events: &mut [EventView]) -> Result<(), Fault> {
    let cases = cases::rows(open)?;
    let made = made_of(open)?;
    for one in events {
        one.visit = made.get(&one.id).copied();
        one.case = named(&cases, &format!("{} {}", one.title, one.place))
            .map(|c| EventCase { id: c.id, number: c.number.clone() });
    }
    Ok(())
}

/// Visits by the appointment that they were made of.
fn made_of(open: &Open) -> Result<HashMap<RecordId, RecordId>, Fault> {
    let visits = open.reader().of_kind(kinds::VISIT)?;
    let event = |r: &Record| r.text(visit::EVENT).parse().ok().map(|event: RecordId| (event, r.id));
    Ok(visits.iter().filter_map(|shown| event(&shown.record)).collect())
}

/// The open case whose number stands in the text; of several the longest number (R8-1 stands in R8-12, too).
fn named<'a>(cases: &'a [CaseRow], text: &str) -> Option<&'a CaseRow> {
    let text = fold(text);
    let stands = |c: &&CaseRow| {
        let number = fold(&c.number);
        c.state == "open" && number.chars().count() >= LEAST_NUMBER && stands_alone(&text, &number)
    };
    cases.iter().filter(stands).max_by_key(|c| c.number.chars().count())
}

/// Not as a part of a longer number.
fn stands_alone(text: &str, number: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(number).any(|(at, found)| {
        !digit(text[..at].chars().next_back()) && !digit(text[at + found.len()..].chars().next())
    })
}

/// # Errors
/// `record-unknown`; `event-case` when neither the caller nor the appointment names a case.
pub fn visit(open: &Open, args: &EventVisitArgs) -> Result<VisitView, Fault> {
    let record = open.record_of(args.id, kinds::CALENDAR_EVENT)?.record;
    if let Some(made) = made_of(open)?.get(&record.id) {
        return visits::shown(open, *made);
    }
    let text = format!("{} {}", record.text(event::TITLE), record.text(event::PLACE));
    let of_number = || Ok(named(&cases::rows(open)?, &text).map(|c| c.id));
    let case = args.case.map_or_else(of_number, |case| Ok::<_, Fault>(Some(case)))?;
    let case = case.ok_or_else(|| Fault::ask("event-case"))?;
    let starts_at = stamp_field(&record, event::STARTS_AT).unwrap_or(open.now().stamp());
    let create = VisitCreateArgs {
        case,
        title: record.text(event::TITLE).to_owned(),
        planned_at: starts_at,
        people: Vec::new(),
        forms: Vec::new(),
    };
    visits::create_from(open, create, Some(record.id))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn event(starts: &str, ends: &str) -> Record {
        serde_json::from_value(json!({
            "id": RecordId::derived(&["event"]), "kind": "calendar_event", "scope": "user:s001", "born_seq": 1, "seq": 1,
            "fields": {"title": "会議", "starts_at": starts, "ends_at": ends}
        }))
        .unwrap()
    }

    #[test]
    fn an_appointment_is_there_on_each_of_its_days() {
        let days = |starts: &str, ends: &str| -> Vec<&str> {
            let record = event(starts, ends);
            ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]
                .into_iter()
                .filter(|d| on(&record, d).is_some())
                .collect()
        };
        assert_eq!(days("2026-11-21T10:00:00+09:00", "2026-11-21T11:00:00+09:00"), ["2026-11-21"]);
        assert_eq!(
            days("2026-11-21T00:00:00+09:00", "2026-11-23T00:00:00+09:00"),
            ["2026-11-21", "2026-11-22"]
        );
        assert_eq!(
            days("2026-11-21T00:00:00+09:00", "2026-11-21T00:00:00+09:00"),
            ["2026-11-21"],
            "no length"
        );
        assert_eq!(
            days("2026-11-21T23:00:00+09:00", "2026-11-22T01:00:00+09:00"),
            ["2026-11-21", "2026-11-22"]
        );
        assert_eq!(days("2026-11-22T10:00:00+09:00", "2026-11-21T10:00:00+09:00"), ["2026-11-22"]);
    }

    #[test]
    fn a_case_is_known_by_its_whole_number() {
        let case = |number: &str, state: &str| CaseRow {
            id: RecordId::derived(&[number]),
            number: number.into(),
            name: String::new(),
            place: String::new(),
            section: String::new(),
            state: state.into(),
            restricted: false,
            followed: false,
            assigned: false,
            lat: None,
            lon: None,
        };
        let cases = [
            case("R8-砂利-01", "open"),
            case("R8-砂利-014", "open"),
            case("R8-2", "closed"),
            case("14", "open"),
        ];
        let number = |text: &str| named(&cases, text).map(|c| c.number.as_str());
        assert_eq!(number("立入検査(Ｒ８－砂利－０１４)"), Some("R8-砂利-014"));
        assert_eq!(number("r8-砂利-01 の件"), Some("R8-砂利-01"));
        assert_eq!(number("R8-砂利-0142"), None);
        assert_eq!((number("R8-2 聞き取り"), number("14時から"), number("")), (None, None, None));
    }
}
