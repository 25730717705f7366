//! When something happens: what a locked phone knows, the directory page by page, visits made of appointments.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Phone, SECTION, case_id, keystore, record};
use ekitei_core::Core;
use ekitei_core::background::Background;
use ekitei_core::bridge::views::{DirectoryPage, EventView};
use ekitei_core::bridge::{Surface, args::*};
use ekitei_model::calendar::{days_after, event_id, holidays_id};
use ekitei_model::help_card::card_id;
use ekitei_model::{Record, RecordId, Scope, Stamp, kinds};
use serde_json::{Value, json};

fn card(scope: &Scope, purpose: &str, step: &str, seq: u64) -> Record {
    let contacts = json!([
        {"label": "窓口", "number": "0000", "days": "weekdays", "from": "08:45", "to": "17:30"},
        {"label": "夜間", "number": "0001", "days": "closed"},
    ]);
    let fields = json!({"purpose": purpose, "steps": [step], "contacts": contacts});
    record(card_id(scope, purpose), kinds::HELP_CARD, scope, None, seq, &fields)
}

fn person(n: u64, seq: u64, more: &Value) -> Record {
    let family = ["あおば", "かさの", "がもう", "わたなべ"][n as usize % 4];
    let id = format!("p{n:05}");
    let mut fields = json!({
        "id": id, "name": format!("{family}{n}"), "kana": format!("{family} {n:05}"), "extension": format!("2-{n:05}"),
        "posts": [{"section": SECTION, "role": "staff"}],
    });
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    record(kinds::staff_record_id(&id.as_str().into()), kinds::STAFF, &Scope::All, None, seq, &fields)
}

#[test]
fn a_locked_phone_knows_what_to_do_and_forgets_it_when_it_is_wiped() {
    let phone = Phone::enrolled();
    let locked = phone.locked();
    assert!(locked.help(Nothing {}).unwrap().cards.is_empty(), "nothing has come yet");
    drop(locked);
    let section = Scope::Section(SECTION.into());
    phone.receive(
        &Scope::All,
        &[
            card(&Scope::All, "damaged", "職場に知らせる", 1),
            card(&Scope::All, "lost", "電話する", 2),
            record(holidays_id(), kinds::HOLIDAYS, &Scope::All, None, 3, &json!({"days": ["2026-11-23"]})),
        ],
    );
    phone.receive(&section, &[card(&section, "lost", "係長に言う", 9)]);
    // Fetched while locked: sealed to the person, so the lock screen learns it with the next unlocking.
    assert!(phone.locked().help(Nothing {}).unwrap().cards.is_empty());
    drop(phone.open());
    let background = Background::open(&phone.dir(), keystore(&phone.dir()), common::options()).unwrap();
    assert_eq!(
        background.holidays().unwrap(),
        ["2026-11-23"],
        "who delivers unseen disturbs nobody on a holiday"
    );
    drop(background);
    let locked = phone.locked();
    let help = locked.help(Nothing {}).unwrap();
    let shown: Vec<_> = help.cards.iter().map(|c| (c.purpose.as_str(), c.section.as_str())).collect();
    assert_eq!(shown, [("lost", SECTION), ("lost", ""), ("damaged", "")]);
    let answers: Vec<bool> = help.cards[0].contacts.iter().map(|c| c.now).collect();
    assert_eq!(answers, [true, false], "one of the two answers at any hour");
    assert_eq!(help.cards[0].contacts[0].contact.label == "窓口", help.working);
    // Everything else stays behind the PIN.
    assert_eq!(locked.directory_page(page("", 0)).unwrap_err().code, "locked");
    assert_eq!(locked.phone_find(PhoneFindArgs { query: "x".into() }).unwrap_err().code, "locked");
    assert_eq!(locked.calendar(CalendarArgs { days: 1 }).unwrap_err().code, "locked");
    drop(locked);
    // A card that the office takes back goes from the copy, too.
    let mut gone = card(&section, "lost", "", 10);
    gone.deleted = true;
    gone.fields.clear();
    phone.receive(&section, &[gone]);
    drop(phone.open());
    assert_eq!(phone.locked().help(Nothing {}).unwrap().cards.len(), 2);
    phone.home().wipe().unwrap();
    assert!(phone.locked().help(Nothing {}).unwrap().cards.is_empty());
}

fn page(query: &str, from: u32) -> DirectoryPageArgs {
    DirectoryPageArgs { query: query.into(), from, count: 50 }
}

fn ids(page: &DirectoryPage) -> Vec<String> {
    page.people.iter().map(|p| p.id.clone()).collect()
}

#[test]
fn the_directory_is_read_in_parts_in_the_order_of_the_readings() {
    let phone = Phone::enrolled();
    let many: Vec<Record> = (0..300).map(|n| person(n, n + 1, &json!({}))).collect();
    phone.receive(&Scope::All, &many);
    let core = phone.open();
    let first = core.directory_page(page("", 0)).unwrap();
    assert_eq!((first.total, first.people.len()), (300, 50));
    let rail: Vec<_> = first.rail.iter().map(|m| (m.row.as_str(), m.at)).collect();
    assert_eq!(rail, [("あ", 0), ("か", 75), ("わ", 225)], "が stands among か");
    let mut all = Vec::new();
    for from in (0..300).step_by(50) {
        all.extend(ids(&core.directory_page(page("", from)).unwrap()));
    }
    let mut sorted: Vec<(String, String)> =
        many.iter().map(|r| (r.text("kana").into(), r.text("id").into())).collect();
    sorted.sort();
    assert_eq!(all, sorted.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    assert!(core.directory_page(page("", 9_999)).unwrap().people.is_empty());
    // Any part, in any width; numbers with and without their hyphens; several words narrow it down.
    for (query, total) in
        [("カサノ", 75), ("2-00007", 1), ("２００００７", 1), ("指導保安 がもう 2-00002", 1), ("いない", 0)]
    {
        let found = core.directory_page(page(query, 0)).unwrap();
        assert_eq!((found.total, found.rail.len()), (total, 0), "{query}");
    }
    drop(core);
    // One moves away, one gets a mobile number: the list in memory follows.
    let phone_again = phone.open();
    assert_eq!(phone_again.directory_page(page("", 0)).unwrap().total, 300);
    drop(phone_again);
    phone.receive(
        &Scope::All,
        &[
            person(0, 401, &json!({"posts": [{"section": SECTION, "role": "staff", "to": "2020-03-31"}]})),
            person(1, 402, &json!({"mobile": "000-0000-0001"})),
        ],
    );
    let core = phone.open();
    assert_eq!(core.directory_page(page("", 0)).unwrap().total, 299);
    let found = core.directory_page(page("00000000001", 0)).unwrap();
    assert_eq!((ids(&found), found.people[0].mobile.as_str()), (vec!["p00001".to_owned()], "000-0000-0001"));
    // Who left is no longer listed, but what they wrote still bears their name.
    let gone = core.person(PersonRef { staff: "p00000".into() }).unwrap();
    assert_eq!((gone.name.as_str(), gone.section.as_str()), ("あおば0", ""));
    assert_eq!(core.person(PersonRef { staff: "nobody".into() }).unwrap_err().code, "record-unknown");
}

fn appointment(uid: &str, title: &str, day: &str, seq: u64) -> Record {
    let starts: Stamp = format!("{day}T10:00:00+09:00").parse().unwrap();
    let ends = Stamp::japan(starts.utc_ms + 3_600_000);
    let scope = Scope::User("s001".into());
    let fields = json!({"uid": uid, "title": title, "place": "", "starts_at": starts, "ends_at": ends, "all_day": false});
    record(event_id(&"s001".into(), uid, starts), kinds::CALENDAR_EVENT, &scope, None, seq, &fields)
}

fn event<'a>(events: &'a [EventView], title: &str) -> &'a EventView {
    events.iter().find(|e| e.title == title).unwrap()
}

fn make(core: &Core, id: RecordId, case: Option<RecordId>) -> Result<RecordId, String> {
    core.event_visit(EventVisitArgs { id, case }).map(|v| v.id).map_err(|f| f.code)
}

#[test]
fn a_visit_is_made_of_an_appointment_once() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let today = core.today(Nothing {}).unwrap().today;
    drop(core);
    let tomorrow = days_after(&today, 1);
    phone.receive(
        &Scope::User("s001".into()),
        &[
            appointment("1", "R8-1 立入検査", &today, 1),
            appointment("2", "会議", &tomorrow, 2),
            appointment("3", "来週の会議", &days_after(&today, 7), 3),
            appointment("4", "きのうの会議", &days_after(&today, -1), 4),
        ],
    );
    let core = phone.open();
    let shown = core.today(Nothing {}).unwrap().events;
    let days: Vec<_> = shown.iter().map(|e| (e.title.as_str(), e.day.clone())).collect();
    assert_eq!(days, [("R8-1 立入検査", today), ("会議", tomorrow)]);
    assert_eq!(core.calendar(CalendarArgs { days: 8 }).unwrap().len(), 3);
    let inspection = event(&shown, "R8-1 立入検査");
    assert_eq!(inspection.case.as_ref().map(|c| c.id), Some(case_id("R8-1")));
    let visit = make(&core, inspection.id, None).unwrap();
    assert_eq!(make(&core, inspection.id, None), Ok(visit), "a second tap finds the first");
    let view = core.today(Nothing {}).unwrap();
    let planned = view.visits.iter().find(|v| v.id == visit).unwrap();
    assert_eq!((planned.case, planned.planned_at), (case_id("R8-1"), Some(inspection.starts_at)));
    assert_eq!(event(&view.events, "R8-1 立入検査").visit, Some(visit));
    let meeting = event(&view.events, "会議");
    assert_eq!((meeting.case.is_none(), make(&core, meeting.id, None)), (true, Err("event-case".into())));
    make(&core, meeting.id, Some(case_id("R8-2"))).unwrap();
    assert_eq!(make(&core, RecordId::derived(&["no event"]), None), Err("record-unknown".into()));
    // Taken back: it may be made again.
    core.visit_cancel(RecordRef { id: visit }).unwrap();
    assert!(event(&core.today(Nothing {}).unwrap().events, "R8-1 立入検査").visit.is_none());
    assert_ne!(make(&core, inspection.id, None).unwrap(), visit);
}
