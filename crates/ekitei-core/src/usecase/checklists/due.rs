//! Whose time has come: before the day's visits, in the evening before tomorrow's, and before the year ends.

use super::listing::{in_use, own_runs};
use crate::bridge::checks::DueRow;
use crate::bridge::views::VisitView;
use crate::open::Open;
use crate::usecase::visits;
use crate::view;
use ekitei_model::checklist::{is_open, title_in};
use ekitei_model::kinds::{checklist, checklist_run as field};
use ekitei_model::{Fault, Record, RecordId, Stamp};

/// From this hour on tomorrow's visits are shown.
const EVENING: &str = "150000";
const DAY_MS: i64 = 24 * 3_600_000;
/// A run counts for its day when it was finished so long before it at most.
const COUNTS_MS: i64 = 24 * 3_600_000;

pub fn due(open: &Open) -> Result<Vec<DueRow>, Fault> {
    let (lists, runs) = (in_use(open)?, own_runs(open)?);
    let visits = visits::all(open)?;
    let mut due = rows(&lists, &runs, &visits, open.me().as_str(), open.now().stamp());
    let language = open.language();
    for row in &mut due {
        if let Some(list) = lists.iter().find(|list| list.id == row.checklist) {
            title_in(list, &language).clone_into(&mut row.title);
        }
    }
    Ok(due)
}

fn rows(lists: &[Record], runs: &[Record], visits: &[VisitView], me: &str, now: Stamp) -> Vec<DueRow> {
    let of = |purpose: &str| lists.iter().find(|l| l.text(checklist::PURPOSE) == purpose);
    let mut out = Vec::new();
    if let Some(list) = of("departure") {
        out.extend(departure(list, runs, visits, me, now));
    }
    if let Some(list) = of("year_end").filter(|_| year_ends(&now.local_date())) {
        // Once in a winter will do.
        let done = |r: &&Record| finished_ms(r, list.id).is_some_and(|ms| now.utc_ms - ms < 30 * DAY_MS);
        if !runs.iter().any(|r| done(&r)) {
            out.push(row(list, runs, None, false, 0));
        }
    }
    out
}

fn departure(list: &Record, runs: &[Record], visits: &[VisitView], me: &str, now: Stamp) -> Option<DueRow> {
    let today = now.local_date();
    let tomorrow = Stamp::new(now.utc_ms + DAY_MS, now.offset_min).local_date();
    let mine =
        |v: &&VisitView| v.state == "planned" && (v.people.is_empty() || v.people.iter().any(|p| p == me));
    let on = |day: &str| -> Vec<&VisitView> {
        let planned = |v: &&VisitView| v.planned_at.is_some_and(|p| p.local_date() == day);
        visits.iter().filter(mine).filter(planned).collect()
    };
    let ahead = on(&today);
    let evening = now.local_hms().as_str() >= EVENING;
    let (of_day, is_tomorrow) =
        if ahead.is_empty() && evening { (on(&tomorrow), true) } else { (ahead, false) };
    let first = of_day.first()?;
    // Done for one visit of the day is done for the day.
    let done = runs.iter().any(|r| {
        let planned = first.planned_at.map_or(now.utc_ms, |p| p.utc_ms);
        let for_it = view::reference(r, field::VISIT).is_none_or(|v| of_day.iter().any(|d| d.id == v));
        for_it && finished_ms(r, list.id).is_some_and(|ms| planned - ms < COUNTS_MS)
    });
    let count = u32::try_from(of_day.len()).unwrap_or(u32::MAX);
    (!done).then(|| row(list, runs, Some(first), is_tomorrow, count))
}

fn year_ends(day: &str) -> bool {
    let of_year = day.get(5..).unwrap_or_default();
    ("12-20".."12-32").contains(&of_year) || ("01-01".."01-04").contains(&of_year)
}

fn finished_ms(run: &Record, of: RecordId) -> Option<i64> {
    let same = view::reference(run, field::CHECKLIST) == Some(of);
    view::stamp_field(run, field::FINISHED_AT).filter(|_| same).map(|s| s.utc_ms)
}

fn row(list: &Record, runs: &[Record], visit: Option<&VisitView>, tomorrow: bool, visits: u32) -> DueRow {
    let begun = |r: &&Record| {
        is_open(r)
            && view::reference(r, field::CHECKLIST) == Some(list.id)
            && view::reference(r, field::VISIT) == visit.map(|v| v.id)
    };
    DueRow {
        checklist: list.id,
        purpose: list.text(checklist::PURPOSE).to_owned(),
        title: list.text(checklist::TITLE).to_owned(),
        visit: visit.map(|v| v.id),
        visit_title: visit.map(|v| v.title.clone()).unwrap_or_default(),
        planned_at: visit.and_then(|v| v.planned_at),
        tomorrow,
        visits,
        open_run: runs.iter().find(begun).map(|r| r.id),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::bridge::views::Progress;
    use ekitei_model::{Scope, kinds};
    use serde_json::{Value, json};

    #[allow(clippy::needless_pass_by_value, reason = "written out at each call")]
    fn record(name: &str, kind: &str, fields: Value) -> Record {
        serde_json::from_value(json!({
            "id": RecordId::derived(&[name]), "kind": kind, "scope": Scope::All, "born_seq": 1, "seq": 1, "fields": fields
        }))
        .unwrap()
    }

    fn lists() -> Vec<Record> {
        ["departure", "year_end"]
            .map(|p| record(p, kinds::CHECKLIST, json!({"purpose": p, "title": p, "state": "published"})))
            .to_vec()
    }

    fn visit(name: &str, at: &str, state: &str) -> VisitView {
        VisitView {
            id: RecordId::derived(&[name]),
            case: RecordId::derived(&["case"]),
            case_number: String::new(),
            case_name: String::new(),
            place: String::new(),
            title: name.into(),
            planned_at: Some(at.parse().unwrap()),
            state: state.into(),
            people: vec!["s1".into()],
            progress: Progress::Arrived,
        }
    }

    fn found(visits: &[VisitView], runs: &[Record], now: &str) -> Vec<(String, String, bool)> {
        rows(&lists(), runs, visits, "s1", now.parse().unwrap())
            .into_iter()
            .map(|r| (r.purpose, r.visit_title, r.tomorrow))
            .collect()
    }

    #[test]
    fn the_evening_reminds_of_tomorrow_and_the_morning_of_today() {
        let visits = [
            visit("今日", "2026-11-21T10:00:00+09:00", "planned"),
            visit("明日", "2026-11-22T09:00:00+09:00", "planned"),
        ];
        let of = |title: &str, tomorrow| vec![("departure".to_owned(), title.to_owned(), tomorrow)];
        assert_eq!(found(&visits, &[], "2026-11-21T08:00:00+09:00"), of("今日", false));
        assert_eq!(found(&visits[1..], &[], "2026-11-21T14:00:00+09:00"), []);
        assert_eq!(found(&visits[1..], &[], "2026-11-21T18:00:00+09:00"), of("明日", true));
        let gone = [visit("今日", "2026-11-21T10:00:00+09:00", "departed"), visits[1].clone()];
        assert_eq!(found(&gone, &[], "2026-11-21T18:00:00+09:00"), of("明日", true));
        assert_eq!(rows(&lists(), &[], &visits, "s9", "2026-11-21T08:00:00+09:00".parse().unwrap()).len(), 0);
    }

    #[test]
    fn what_was_done_the_evening_before_is_done() {
        let visits = [visit("明日", "2026-11-22T09:00:00+09:00", "planned")];
        let run = |at: &str| {
            let of = RecordId::derived(&["departure"]);
            record(
                "run",
                kinds::CHECKLIST_RUN,
                json!({"checklist": of, "finished_at": at, "visit": visits[0].id}),
            )
        };
        let done = [run("2026-11-21T17:00:00.000+09:00")];
        assert_eq!(found(&visits, &done, "2026-11-21T18:00:00+09:00"), []);
        assert_eq!(found(&visits, &done, "2026-11-22T08:00:00+09:00"), []);
        let old = [run("2026-11-19T17:00:00.000+09:00")];
        assert_eq!(found(&visits, &old, "2026-11-21T18:00:00+09:00").len(), 1);
    }

    #[test]
    fn the_year_ends_once() {
        assert_eq!(found(&[], &[], "2026-12-19T09:00:00+09:00").len(), 0);
        assert_eq!(found(&[], &[], "2026-12-25T09:00:00+09:00").len(), 1);
        assert_eq!(found(&[], &[], "2027-01-03T09:00:00+09:00").len(), 1);
        let of = RecordId::derived(&["year_end"]);
        let done = [record(
            "run",
            kinds::CHECKLIST_RUN,
            json!({"checklist": of, "finished_at": "2026-12-24T09:00:00.000+09:00"}),
        )];
        assert_eq!(found(&[], &done, "2026-12-25T09:00:00+09:00").len(), 0);
    }
}
