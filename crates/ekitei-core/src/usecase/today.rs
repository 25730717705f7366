//! Today: visits of the day, cases of mine, drafts, what waits.

use super::{cases, notes, status, visits};
use crate::bridge::views::{TodayView, VisitView};
use crate::open::Open;
use ekitei_model::Fault;

/// Drafts shown at most.
const DRAFTS: usize = 20;

pub fn today(open: &Open) -> Result<TodayView, Fault> {
    let day = open.now().today();
    let me = open.me().as_str();
    let mut visits = visits::all(open)?;
    visits.retain(|v| concerns(v, me, &day));
    let mut cases = cases::rows(open)?;
    cases.retain(|c| (c.assigned || c.followed) && c.state == "open");
    let cases = cases.into_iter().map(cases::veil).collect();
    let mut drafts = notes::drafts(open)?;
    drafts.truncate(DRAFTS);
    let events = super::calendar::events(open, 2)?;
    let line = open.shared().line()?;
    Ok(TodayView {
        calls: super::chat::calls_of_today(open)?,
        visits,
        cases,
        drafts,
        events,
        waiting: status::waiting(open.shared())?,
        last_contact_at: line.last_contact_ms.map(|ms| open.now().at(ms)),
        today: day,
    })
}

/// Mine, and of this day; or begun and not finished; or planned for an earlier day and forgotten.
fn concerns(visit: &VisitView, me: &str, day: &str) -> bool {
    let mine = visit.people.is_empty() || visit.people.iter().any(|p| p == me);
    let planned = visit.planned_at.map(|p| p.local_date());
    let of_today = planned.as_deref() == Some(day);
    let under_way = matches!(visit.state.as_str(), "departed" | "on_site");
    let overdue = visit.state == "planned" && planned.as_deref().is_some_and(|p| p < day);
    mine && (of_today || under_way || overdue)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::bridge::views::Progress;
    use ekitei_model::RecordId;

    fn visit(at: &str, state: &str, people: &[&str]) -> VisitView {
        let id = RecordId::derived(&["t"]);
        VisitView {
            id,
            case: id,
            case_number: String::new(),
            case_name: String::new(),
            place: String::new(),
            title: String::new(),
            planned_at: Some(at.parse().unwrap()),
            state: state.into(),
            people: people.iter().map(|p| (*p).to_owned()).collect(),
            progress: Progress::Arrived,
        }
    }

    #[test]
    fn today_shows_my_day_what_is_under_way_and_what_was_forgotten() {
        let shows = |v: &VisitView| concerns(v, "s001", "2026-11-21");
        assert!(shows(&visit("2026-11-21T09:00:00+09:00", "planned", &["s001"])));
        assert!(shows(&visit("2026-11-21T09:00:00+09:00", "finished", &["s001", "s002"])));
        assert!(shows(&visit("2026-11-19T09:00:00+09:00", "planned", &["s001"])));
        assert!(shows(&visit("2026-11-20T09:00:00+09:00", "on_site", &["s001"])));
        assert!(!shows(&visit("2026-11-20T09:00:00+09:00", "finished", &["s001"])));
        assert!(!shows(&visit("2026-11-22T09:00:00+09:00", "planned", &["s001"])));
        assert!(!shows(&visit("2026-11-21T09:00:00+09:00", "planned", &["s002"])));
    }
}
