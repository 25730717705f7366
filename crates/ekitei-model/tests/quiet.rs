//! Quiet hours, case by case: who writes when, who receives, and when it arrives.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, clippy::type_complexity)]

use ekitei_model::calendar::Holidays;
use ekitei_model::chat::quiet::{self, Heard, Receiver, Verdict, Working, answers_urgent, verdict};
use ekitei_model::chat::room::Type;
use ekitei_model::people::{Post, Role, Staff};
use ekitei_model::{Record, StaffId, Stamp};
use serde_json::{Value, json};

const SECTION: &str = "A振興局/商工労働観光課/指導保安係";
const NIGHT: &str = "A振興局/危機対策室";

fn ms(text: &str) -> i64 {
    format!("{text}:00+09:00").parse::<Stamp>().unwrap().utc_ms
}

fn row(kind: &str, section: &str, whose: &str, fields: Value) -> Record {
    let id = quiet::hours_id(section, whose);
    serde_json::from_value(
        json!({"id": id, "kind": kind, "scope": format!("section:{section}"), "born_seq": 1,
        "seq": 1, "fields": fields}),
    )
    .unwrap()
}

fn person(id: &str, section: &str, role: Role) -> Staff {
    Staff {
        id: StaffId(id.to_owned()),
        name: String::new(),
        kana: String::new(),
        extension: String::new(),
        mobile: String::new(),
        posts: vec![Post { section: section.to_owned(), role, from: None, to: None }],
    }
}

const TODAY: &str = "2026-11-20";

fn clerk() -> Receiver {
    Receiver::of(&person("b1", SECTION, Role::Staff), TODAY, [])
}
fn manager(role: Role) -> Receiver {
    Receiver::of(&person("h1", SECTION, role), TODAY, [])
}
fn on_duty(from: &str, to: &str) -> Receiver {
    let stamp = |t: &str| Stamp::japan(ms(t)).to_string();
    let duty = row("duty", SECTION, "", json!({"staff": "b1", "from": stamp(from), "to": stamp(to)}));
    Receiver::of(&person("b1", SECTION, Role::Staff), TODAY, [&duty])
}
fn with_hours(section: &str, whose: &str, fields: Value) -> Receiver {
    let hours = row("hours", section, whose, fields);
    Receiver::of(&person("b1", section, Role::Staff), TODAY, [&hours])
}
/// 17:00 to 9:00 on working days.
fn night_shift() -> Receiver {
    let night = json!([["17:00", "9:00"]]);
    with_hours(
        NIGHT,
        "",
        json!({"staff": "", "days": {"mon": night, "tue": night, "wed": night, "thu": night, "fri": night}}),
    )
}
/// 17:00 to 9:00, the first of them on a Sunday.
fn nights_from_sunday() -> Receiver {
    let night = json!([["17:00", "9:00"]]);
    with_hours(
        NIGHT,
        "b1",
        json!({"staff": "b1", "days": {"sun": night, "mon": night, "tue": night, "wed": night, "thu": night}}),
    )
}
fn shifts(rows: &[(&str, &str)]) -> Receiver {
    let stamp = |t: &str| Stamp::japan(ms(t)).to_string();
    let rows: Vec<Value> = rows.iter().map(|(a, b)| json!([stamp(a), stamp(b)])).collect();
    with_hours(NIGHT, "b1", json!({"staff": "b1", "shifts": rows}))
}

const PLAIN: Heard = Heard { urgent: false, answers_urgent: false };
const URGENT: Heard = Heard { urgent: true, answers_urgent: false };
const ANSWER: Heard = Heard { urgent: false, answers_urgent: true };

/// 2026-11-20 is a Friday, 2026-11-23 勤労感謝の日.
#[test]
fn what_passes_and_until_when_the_rest_is_held() {
    let pass = "";
    let table: Vec<(&str, Type, Heard, &str, Vec<Receiver>, &str)> = vec![
        ("in working hours", Type::Direct, PLAIN, "2026-11-20T10:00", vec![clerk()], pass),
        ("the first minute", Type::Direct, PLAIN, "2026-11-20T08:45", vec![clerk()], pass),
        ("a minute before", Type::Direct, PLAIN, "2026-11-20T08:44", vec![clerk()], "2026-11-20T08:45"),
        ("the end is exclusive", Type::Direct, PLAIN, "2026-11-19T17:30", vec![clerk()], "2026-11-20T08:45"),
        ("a Thursday evening", Type::Group, PLAIN, "2026-11-19T20:00", vec![clerk()], "2026-11-20T08:45"),
        (
            "Friday evening, Monday is a holiday",
            Type::Group,
            PLAIN,
            "2026-11-20T20:00",
            vec![clerk()],
            "2026-11-24T08:45",
        ),
        ("a Saturday noon", Type::Section, PLAIN, "2026-11-21T12:00", vec![clerk()], "2026-11-24T08:45"),
        ("the holiday itself", Type::Offices, PLAIN, "2026-11-23T10:00", vec![clerk()], "2026-11-24T08:45"),
        ("urgent at night", Type::Direct, URGENT, "2026-11-20T23:00", vec![clerk()], pass),
        ("the answer to it", Type::Direct, ANSWER, "2026-11-20T23:05", vec![clerk()], pass),
        ("to oneself", Type::Own, PLAIN, "2026-11-21T03:00", vec![], pass),
        ("the disaster room", Type::Disaster, PLAIN, "2026-11-21T03:00", vec![clerk()], pass),
        ("nobody else is in the room", Type::Group, PLAIN, "2026-11-21T03:00", vec![], pass),
        ("only the head receives", Type::Direct, PLAIN, "2026-11-20T22:00", vec![manager(Role::Head)], pass),
        (
            "only a steward receives",
            Type::Direct,
            PLAIN,
            "2026-11-20T22:00",
            vec![manager(Role::Steward)],
            pass,
        ),
        (
            "head and clerk",
            Type::Group,
            PLAIN,
            "2026-11-19T22:00",
            vec![manager(Role::Head), clerk()],
            "2026-11-20T08:45",
        ),
        (
            "on duty now",
            Type::Direct,
            PLAIN,
            "2026-11-20T22:00",
            vec![on_duty("2026-11-20T17:30", "2026-11-21T08:45")],
            pass,
        ),
        (
            "duty begins later",
            Type::Direct,
            PLAIN,
            "2026-11-20T18:00",
            vec![on_duty("2026-11-20T22:00", "2026-11-21T06:00")],
            "2026-11-20T22:00",
        ),
        (
            "duty ended",
            Type::Direct,
            PLAIN,
            "2026-11-21T06:00",
            vec![on_duty("2026-11-20T22:00", "2026-11-21T06:00")],
            "2026-11-24T08:45",
        ),
        (
            "one on duty, one at home",
            Type::Group,
            PLAIN,
            "2026-11-19T22:00",
            vec![on_duty("2026-11-19T17:30", "2026-11-20T08:45"), clerk()],
            "2026-11-20T08:45",
        ),
        (
            "night shift by day",
            Type::Direct,
            PLAIN,
            "2026-11-19T10:00",
            vec![night_shift()],
            "2026-11-19T17:00",
        ),
        ("night shift after midnight", Type::Direct, PLAIN, "2026-11-20T02:00", vec![night_shift()], pass),
        (
            "by day the night's rest does not hold up the clerk's work",
            Type::Group,
            PLAIN,
            "2026-11-19T10:00",
            vec![night_shift(), clerk()],
            pass,
        ),
        (
            "by night the clerk's rest holds it until the morning",
            Type::Group,
            PLAIN,
            "2026-11-19T20:00",
            vec![night_shift(), clerk()],
            "2026-11-20T08:45",
        ),
        (
            "a room of the night's people alone, by day",
            Type::Section,
            PLAIN,
            "2026-11-19T10:00",
            vec![night_shift(), nights_from_sunday()],
            "2026-11-19T17:00",
        ),
        (
            "nobody but the head works, by day",
            Type::Group,
            PLAIN,
            "2026-11-19T10:00",
            vec![manager(Role::Head), night_shift()],
            "2026-11-19T17:00",
        ),
        (
            "a holiday has no usual hours",
            Type::Group,
            PLAIN,
            "2026-11-23T10:00",
            vec![clerk(), shifts(&[("2026-11-23T08:00", "2026-11-23T16:00")])],
            "2026-11-24T08:45",
        ),
        (
            "a roster of shifts, holiday or not",
            Type::Direct,
            PLAIN,
            "2026-11-22T20:00",
            vec![shifts(&[("2026-11-23T08:00", "2026-11-23T16:00")])],
            "2026-11-23T08:00",
        ),
        (
            "day clerk and shifts that never meet: the morning on which one of them works",
            Type::Group,
            PLAIN,
            "2026-11-20T20:00",
            vec![
                clerk(),
                shifts(&[
                    ("2026-11-20T01:00", "2026-11-20T05:00"),
                    ("2026-11-22T08:00", "2026-11-22T16:00"),
                    ("2026-12-10T01:00", "2026-12-10T05:00"),
                ]),
            ],
            "2026-11-24T08:45",
        ),
        (
            "a roster that nobody went on with",
            Type::Group,
            PLAIN,
            "2026-11-24T10:00",
            vec![clerk(), shifts(&[("2026-11-20T08:00", "2026-11-20T16:00")])],
            pass,
        ),
        (
            "usual hours after the roster's end",
            Type::Group,
            PLAIN,
            "2026-11-20T20:00",
            vec![clerk(), shifts(&[("2026-11-22T08:00", "2026-11-22T16:00")])],
            "2026-11-24T08:45",
        ),
        (
            "before the first shift of a roster",
            Type::Direct,
            PLAIN,
            "2026-11-19T10:00",
            vec![shifts(&[("2026-11-21T08:00", "2026-11-21T16:00")])],
            "2026-11-21T08:00",
        ),
        (
            "between two shifts, in usual hours",
            Type::Direct,
            PLAIN,
            "2026-11-19T09:00",
            vec![shifts(&[
                ("2026-11-19T01:00", "2026-11-19T02:00"),
                ("2026-11-19T10:00", "2026-11-19T11:00"),
            ])],
            "2026-11-19T10:00",
        ),
        (
            "the night before a holiday goes on into it",
            Type::Direct,
            PLAIN,
            "2026-11-23T02:00",
            vec![nights_from_sunday()],
            pass,
        ),
        (
            "the night of a holiday does not take place",
            Type::Direct,
            PLAIN,
            "2026-11-24T02:00",
            vec![nights_from_sunday()],
            "2026-11-24T17:00",
        ),
        (
            "part-time on Wednesdays",
            Type::Direct,
            PLAIN,
            "2026-11-19T10:00",
            vec![with_hours(SECTION, "b1", json!({"staff": "b1", "days": {"wed": [["9:00", "12:00"]]}}))],
            "2026-11-25T09:00",
        ),
        (
            "own hours before the section's",
            Type::Direct,
            PLAIN,
            "2026-11-19T18:00",
            vec![with_hours(SECTION, "b1", json!({"staff": "b1", "days": {"thu": [["13:00", "19:00"]]}}))],
            pass,
        ),
    ];
    assert!(table.len() >= 20);
    let holidays = Holidays::new(["2026-11-23".to_owned()]);
    for (what, room, heard, at, others, until) in table {
        let expected = if until.is_empty() { Verdict::Pass } else { Verdict::Held { until_ms: ms(until) } };
        assert_eq!(verdict(room, heard, &others, &holidays, ms(at)), expected, "{what}");
    }
}

/// Whatever is held is held for a reason, and for no longer than needed: a message written at its time passes.
#[test]
fn what_is_released_would_pass_then_and_not_before() {
    let holidays = Holidays::new(["2026-11-23".to_owned()]);
    let groups = [
        vec![clerk()],
        vec![night_shift(), clerk()],
        vec![night_shift(), shifts(&[("2026-11-21T09:00", "2026-11-28T12:00")])],
        vec![on_duty("2026-11-21T09:00", "2026-11-21T12:00")],
    ];
    for others in groups {
        for hour in 0..(24 * 7) {
            let now = ms("2026-11-18T00:00") + hour * 3_600_000;
            if let Verdict::Held { until_ms } = verdict(Type::Group, PLAIN, &others, &holidays, now) {
                let then = verdict(Type::Group, PLAIN, &others, &holidays, until_ms);
                assert_eq!(then, Verdict::Pass, "{hour}");
                let before = verdict(Type::Group, PLAIN, &others, &holidays, until_ms - 1);
                assert_eq!(before, Verdict::Held { until_ms }, "{hour}");
            }
        }
    }
}

fn message(received: &str, urgent: Option<&str>) -> Record {
    serde_json::from_value(json!({"id": "0190a000-0000-7000-8000-000000000001", "kind": "message",
        "scope": "room:0190a000-0000-7000-8000-000000000002", "born_seq": 1, "seq": 1, "received_ms": ms(received),
        "fields": urgent.map_or(json!({"text": "x"}), |u| json!({"text": "x", "urgent": u}))}))
    .unwrap()
}

#[test]
fn an_answer_to_an_urgent_message_passes_and_an_answer_to_the_answer_for_twelve_hours() {
    let now = ms("2026-11-20T23:00");
    let urgent = message("2026-11-20T22:00", Some("道路が流された"));
    let old = message("2026-11-20T10:59", Some("道路が流された"));
    let plain = message("2026-11-20T22:30", None);
    assert!(answers_urgent(Some(&urgent), None, now));
    assert!(answers_urgent(Some(&old), None, now), "a direct answer at any time");
    assert!(answers_urgent(Some(&plain), Some(&urgent), now));
    assert!(!answers_urgent(Some(&plain), Some(&old), now), "more than twelve hours");
    assert!(!answers_urgent(Some(&plain), None, now));
    assert!(!answers_urgent(Some(&message("2026-11-20T22:00", Some(" 急 "))), None, now), "no reason");
}

#[test]
fn hours_that_cannot_be_read_are_the_usual_ones() {
    for fields in [json!({}), json!({"days": "x"}), json!({"shifts": "x"})] {
        assert_eq!(Working::of(&row("hours", SECTION, "", fields), Working::default()), Working::default());
    }
}

#[test]
fn who_is_exempt_and_whose_hours_count() {
    let passes = |r: Receiver, at: &str| {
        verdict(Type::Group, PLAIN, &[r], &Holidays::default(), ms(at)) == Verdict::Pass
    };
    let night = "2026-11-20T23:00";
    // A post that is over exempts nobody; neither does the duty of a colleague, nor hours that were deleted.
    let mut former = person("b1", SECTION, Role::Head);
    former.posts[0].to = Some("2026-11-19".to_owned());
    former.posts.push(Post { section: SECTION.to_owned(), role: Role::Staff, from: None, to: None });
    assert!(!passes(Receiver::of(&former, TODAY, []), night));
    let stamp = |t: &str| Stamp::japan(ms(t)).to_string();
    let (from, to) = (stamp("2026-11-20T20:00"), stamp("2026-11-21T08:00"));
    let duty = |whose: &str| row("duty", SECTION, "", json!({"staff": whose, "from": from, "to": to}));
    let clerk = person("b1", SECTION, Role::Staff);
    assert!(passes(Receiver::of(&clerk, TODAY, [&duty("b1")]), night));
    assert!(!passes(Receiver::of(&clerk, TODAY, [&duty("b2")]), night));
    let late = json!({"days": {"fri": [["13:00", "23:30"]]}});
    let hours = |whose: &str, fields: &Value| row("hours", SECTION, whose, fields.clone());
    assert!(passes(Receiver::of(&clerk, TODAY, [&hours("", &late)]), night));
    let deleted = Record { deleted: true, ..hours("", &late) };
    assert!(!passes(Receiver::of(&clerk, TODAY, [&deleted]), night));
    // One's own go before the section's.
    let usual = json!({"days": {"fri": [["08:45", "17:30"]]}});
    assert!(passes(Receiver::of(&clerk, TODAY, [&hours("", &usual), &hours("b1", &late)]), night));
    assert!(!passes(Receiver::of(&clerk, TODAY, [&hours("", &late), &hours("b1", &usual)]), night));
}

#[test]
fn it_is_held_until_the_first_moment_that_fits_everybody() {
    let until =
        |others: &[Receiver]| match verdict(Type::Group, PLAIN, others, &Holidays::default(), ms(FRIDAY)) {
            Verdict::Held { until_ms } => Stamp::japan(until_ms).to_string()[..16].to_owned(),
            Verdict::Pass => panic!("it passes"),
        };
    const FRIDAY: &str = "2026-11-20T18:00";
    // Beginnings do not come in their order.
    let weekend =
        shifts(&[("2026-11-22T10:00", "2026-11-22T12:00"), ("2026-11-21T10:00", "2026-11-21T12:00")]);
    assert_eq!(until(std::slice::from_ref(&weekend)), "2026-11-21T10:00");
    // Nobody works within fourteen days: then nevertheless.
    let never = shifts(&[("2026-11-20T08:00", "2026-11-20T17:00"), ("2026-12-04T18:01", "2026-12-04T20:00")]);
    assert_eq!(until(&[never]), "2026-12-04T18:00");
    let now = ms("2026-11-20T23:00");
    let urgent = message("2026-11-20T11:00", Some("道路が流された"));
    assert!(
        answers_urgent(Some(&message("2026-11-20T22:30", None)), Some(&urgent), now),
        "twelve hours to the minute"
    );
}
