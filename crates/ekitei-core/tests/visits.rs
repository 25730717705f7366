//! Planned visits are changed and taken back on the phone.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Phone, case_id};
use ekitei_core::Core;
use ekitei_core::bridge::{Surface, args::*, views::VisitView};
use ekitei_model::Stamp;

const MORNING: i64 = 1_790_000_000_000;

fn planned(core: &Core) -> VisitView {
    let args = serde_json::json!({ "case": case_id("R8-1"), "title": "立入検査", "planned_at": Stamp::japan(MORNING) });
    core.visit_create(serde_json::from_value(args).unwrap()).unwrap()
}

fn change(visit: &VisitView) -> VisitChangeArgs {
    VisitChangeArgs { id: visit.id, title: None, planned_at: None, people: None }
}

#[test]
fn time_title_and_people_change_while_it_is_not_over() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let visit = planned(&core);
    let later = Stamp::japan(MORNING + 3_600_000);
    let moved = core.visit_change(VisitChangeArgs { planned_at: Some(later), ..change(&visit) }).unwrap();
    assert_eq!(
        (moved.planned_at, moved.title.as_str(), &moved.people),
        (Some(later), "立入検査", &visit.people)
    );
    core.visit_state(VisitStateArgs { id: visit.id, state: "on_site".into() }).unwrap();
    let people = Some(vec!["s001".to_owned(), "s002".to_owned()]);
    let joined = core
        .visit_change(VisitChangeArgs { people, title: Some("立会い".into()), ..change(&visit) })
        .unwrap();
    assert_eq!((joined.title.as_str(), joined.people.len(), joined.state.as_str()), ("立会い", 2, "on_site"));
    let nobody = VisitChangeArgs { people: Some(vec![]), ..change(&visit) };
    assert_eq!(core.visit_change(nobody).unwrap_err().code, "visit-people");
    core.visit_state(VisitStateArgs { id: visit.id, state: "finished".into() }).unwrap();
    assert_eq!(core.visit_change(change(&visit)).unwrap_err().code, "visit-over");
}

#[test]
fn a_change_of_nothing_sends_nothing() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let visit = planned(&core);
    let waiting = || core.status(Nothing {}).unwrap().waiting.items;
    let before = waiting();
    core.visit_change(VisitChangeArgs { title: Some(visit.title.clone()), ..change(&visit) }).unwrap();
    assert_eq!(waiting(), before);
}

#[test]
fn a_planned_visit_is_taken_back_and_one_that_began_is_not() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let visit = planned(&core);
    core.visit_cancel(RecordRef { id: visit.id }).unwrap();
    assert!(core.visit_list().unwrap().is_empty());
    assert_eq!(core.status(Nothing {}).unwrap().waiting.items, 0, "the office never hears of it");
    let visit = planned(&core);
    core.visit_state(VisitStateArgs { id: visit.id, state: "departed".into() }).unwrap();
    assert_eq!(core.visit_cancel(RecordRef { id: visit.id }).unwrap_err().code, "visit-begun");
    assert_eq!(core.visit_list().unwrap().len(), 1);
}
