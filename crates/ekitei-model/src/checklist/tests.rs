#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]
use super::*;
use crate::kinds::{checklist as of, checklist_run as run_of};
use crate::people::{Post, Role, Staff};
use crate::record::{Fields, Record};
use crate::{OpBody, OpId, Operation, RecordId, Scope, StaffId, Stamp};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

const READY: [(&str, &str); 7] = [
    ("tethering-usb", include_str!("../../../../assets/checklists/tethering-usb.json")),
    ("tethering-wifi", include_str!("../../../../assets/checklists/tethering-wifi.json")),
    ("departure", include_str!("../../../../assets/checklists/departure.json")),
    ("on-site", include_str!("../../../../assets/checklists/on-site.json")),
    ("return", include_str!("../../../../assets/checklists/return.json")),
    ("year-end", include_str!("../../../../assets/checklists/year-end.json")),
    ("outage", include_str!("../../../../assets/checklists/outage.json")),
];

fn record(kind: &str, scope: &Scope, fields: Value) -> Record {
    serde_json::from_value(json!({
        "id": Uuid::from_u128(1), "kind": kind, "scope": scope, "born_seq": 1, "seq": 1, "fields": fields
    }))
    .unwrap()
}

fn fields(value: Value) -> Fields {
    serde_json::from_value(value).unwrap()
}

fn patch(value: Value) -> OpBody {
    OpBody::Patch { base: Default::default(), fields: fields(value) }
}

fn person(id: &str, section: &str, role: Role) -> Staff {
    let post = Post { section: section.to_owned(), role, from: None, to: None };
    Staff {
        id: id.into(),
        name: String::new(),
        kana: String::new(),
        extension: String::new(),
        mobile: String::new(),
        posts: vec![post],
    }
}

#[test]
fn the_ready_definitions_can_be_published_and_say_everything_in_both_languages() {
    for (name, text) in READY {
        let file: Value = serde_json::from_str(text).unwrap();
        assert!(PURPOSES.contains(&file["purpose"].as_str().unwrap()), "{name}");
        let definition = parse(&file["definition"]).unwrap_or_else(|p| panic!("{name}: {p:?}"));
        for step in &definition.steps {
            assert!(!step.title.en.is_empty(), "{name} {}", step.key);
            assert!(step.help.as_ref().is_none_or(|h| !h.en.is_empty()), "{name} {}", step.key);
            if let Some(picture) = &step.picture {
                let drawn = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("../../assets/checklists/pictures")
                    .join(picture);
                assert!(drawn.is_file(), "{name} {picture}");
            }
        }
        assert!(definition.warnings.iter().all(|w| !w.what.en.is_empty() && !w.instead.en.is_empty()));
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let definition = json!({"steps": [
        {"key": "Räder", "title": {"ja": "a"}},
        {"key": "b", "title": {"ja": " "}, "kind": "fact"},
        {"key": "b", "title": {"ja": "c"}, "kind": "choice", "options": [{"ja": "one"}]},
        {"key": "d", "title": {"ja": "d"}, "kind": "fact", "fact": "battery", "at_least": 101, "picture": "../x.svg"}
    ], "warnings": [{"what": {"ja": "x"}, "instead": {"ja": ""}}]});
    let found: Vec<(&str, Option<usize>)> =
        parse(&definition).unwrap_err().into_iter().map(|p| (p.code, p.step.or(p.warning))).collect();
    assert_eq!(
        found,
        [
            ("checklist-key", Some(0)),
            ("checklist-words", Some(1)),
            ("checklist-fact", Some(1)),
            ("checklist-key-twice", Some(2)),
            ("checklist-options", Some(2)),
            ("checklist-limit", Some(3)),
            ("checklist-picture", Some(3)),
            ("checklist-words", Some(0)),
        ]
    );
    assert_eq!(parse(&json!({"steps": []})).unwrap_err()[0].code, "checklist-empty");
    assert_eq!(parse(&json!({"steps": [{"key": "a", "title": "x"}]})).unwrap_err()[0].code, "checklist-json");
}

#[test]
fn gloves_are_for_winter_and_harness_for_outdoors() {
    let file: Value = serde_json::from_str(READY[2].1).unwrap();
    let departure = parse(&file["definition"]).unwrap();
    let keys = |site, season| departure.steps_for(site, season).map(|s| s.key.as_str()).collect::<Vec<_>>();
    assert!(keys(Some(Site::Outdoor), Season::Winter).contains(&"gloves"));
    assert!(!keys(Some(Site::Outdoor), Season::Summer).contains(&"gloves"));
    assert!(!keys(Some(Site::Indoor), Season::Winter).contains(&"harness"));
    assert!(keys(Some(Site::NoSignal), Season::Summer).contains(&"materials"));
    assert!(keys(None, Season::Winter).len() >= keys(Some(Site::Outdoor), Season::Winter).len());
    assert_eq!((season_of("2026-11-21"), season_of("2026-07-01")), (Season::Winter, Season::Summer));
}

#[test]
fn leaders_write_definitions_and_nobody_changes_what_was_published() {
    let one = json!({"steps": [{"key": "a", "title": {"ja": "a"}}]});
    let section = Scope::Section("甲/係".into());
    let op = |body| Operation {
        op_id: OpId(Uuid::from_u128(9)),
        record: RecordId(Uuid::from_u128(1)),
        at: Stamp::japan(0),
        body,
    };
    let make = |scope: &Scope| {
        op(OpBody::Create {
            kind: crate::kinds::CHECKLIST.into(),
            scope: scope.clone(),
            parent: None,
            fields: fields(json!({"title": "x", "purpose": "departure", "definition": {"steps": "?"}})),
        })
    };
    let (staff, head) = (person("a1", "甲/係", Role::Staff), person("a9", "甲/係", Role::Head));
    let admin = person("root", "本庁", Role::Admin);
    let day = "2026-11-21";
    assert_eq!(refuse(&make(&section), None, &staff, day), Some("not-allowed"));
    assert_eq!(refuse(&make(&section), None, &head, day), None, "a draft may be anything");
    assert_eq!(refuse(&make(&Scope::All), None, &head, day), Some("not-allowed"));
    assert_eq!(refuse(&make(&Scope::All), None, &admin, day), None);
    let standing =
        record("checklist", &section, json!({"version": 1, "definition.1": one, "definition": one}));
    let by_head = |value: Value| refuse(&op(patch(value)), Some(&standing), &head, day);
    let other = json!({"steps": [{"key": "b", "title": {"ja": "b"}}]});
    assert_eq!(by_head(json!({"definition": {"steps": []}})), None);
    assert_eq!(by_head(json!({"definition.1": other})), Some("checklist-published"));
    assert_eq!(by_head(json!({"definition.1": one})), None, "nothing changes");
    assert_eq!(by_head(json!({"version": 2, "definition.2": other, "state": "published"})), None);
    assert_eq!(by_head(json!({"version": 3, "definition.3": other})), Some("checklist-version"));
    assert_eq!(by_head(json!({"version": 0})), Some("checklist-version"));
    assert_eq!(by_head(json!({"version": 2})), Some("checklist-version"));
    assert_eq!(by_head(json!({"definition.2": other})), Some("checklist-version"));
    assert_eq!(by_head(json!({"version": 2, "definition.2": {"steps": []}})), Some("checklist-malformed"));
    assert_eq!(by_head(json!({"state": "gone"})), Some("checklist-malformed"));
    assert_eq!(refuse(&op(OpBody::Delete), Some(&standing), &head, day), Some("checklist-published"));
    assert_eq!(refuse(&op(patch(json!({"title": "y"}))), Some(&standing), &staff, day), Some("not-allowed"));
}

fn step(result: &str, ms: u64) -> Value {
    json!({"at": "2026-11-21T08:00:00.000+09:00", "ms": ms, "result": result})
}

#[test]
fn a_run_grows_by_its_own_person_and_ends_once() {
    let scope = Scope::Section("甲/係".into());
    let (me, other) = (StaffId::from("a1"), StaffId::from("a2"));
    let run = record(
        "checklist_run",
        &scope,
        json!({"by": "a1", "checklist": Uuid::from_u128(7), "s.a": step("done", 5)}),
    );
    let by = |staff: &StaffId, value: Value| refuse_run(&patch(value), Some(&run), staff);
    assert_eq!(by(&me, json!({"s.b": step("failed", 1)})), None);
    assert_eq!(by(&other, json!({"s.b": step("done", 1)})), Some("not-allowed"));
    assert_eq!(by(&me, json!({"s.a": step("failed", 5)})), Some("step-taken"));
    assert_eq!(by(&me, json!({"s.a": step("done", 5)})), None, "the same again changes nothing");
    assert_eq!(by(&me, json!({"s.a": null})), Some("step-taken"));
    assert_eq!(by(&me, json!({"place": "elsewhere"})), Some("append-only"));
    assert_eq!(by(&me, json!({"s.b": {"ms": 1}})), Some("run-malformed"));
    assert_eq!(by(&me, json!({"finished_at": "soon"})), Some("run-malformed"));
    assert_eq!(refuse_run(&OpBody::Delete, Some(&run), &me), Some("append-only"));
    let mut over = run.clone();
    over.fields.insert(run_of::FINISHED_AT.into(), json!("2026-11-21T08:05:00.000+09:00"));
    assert_eq!(refuse_run(&patch(json!({"s.b": step("done", 1)})), Some(&over), &me), Some("run-finished"));
    assert_eq!((may_set(&run, "a"), may_set(&run, "b")), (Err("step-taken"), Ok(())));
    assert_eq!(may_set(&over, "b"), Err("run-finished"));
    let forged = OpBody::Create {
        kind: crate::kinds::CHECKLIST_RUN.into(),
        scope,
        parent: None,
        fields: fields(json!({"by": "a2", "checklist": Uuid::from_u128(7)})),
    };
    assert_eq!(refuse_run(&forged, None, &me), Some("not-allowed"));
    assert_eq!(of::published(3), "definition.3");
}

#[test]
fn facts_hold_fail_or_are_unknown() {
    let step = |fact, at_least| Step { fact: Some(fact), at_least, ..Step::default() };
    let facts = Facts { battery_percent: Some(62), airplane: Some(false), ..Facts::default() };
    let judged = |s: &Step| judge(s, &facts).unwrap();
    assert_eq!(judged(&step(Fact::Battery, Some(80))), Judged { holds: Some(false), value: "62 %".into() });
    assert_eq!(judged(&step(Fact::Battery, Some(60))).holds, Some(true));
    assert_eq!(judged(&step(Fact::Airplane, None)), Judged { holds: Some(true), value: "off".into() });
    assert_eq!(judged(&step(Fact::Hotspot, None)), Judged { holds: None, value: String::new() });
    assert_eq!(judged(&step(Fact::PcCharged, None)).holds, None);
    assert_eq!(judge(&Step::default(), &facts), None);
}

fn results() -> impl Strategy<Value = Vec<(u8, u64, u8)>> {
    proptest::collection::vec((0_u8..4, 0_u64..100_000, 0_u8..4), 0..40)
}

#[test]
fn a_title_is_english_where_somebody_wrote_one() {
    let named =
        |english: &str| record("checklist", &Scope::All, json!({"title": "出発前", "title_en": english}));
    assert_eq!(title_in(&named("Before departure"), "en"), "Before departure");
    assert_eq!(title_in(&named("Before departure"), "ja"), "出発前");
    assert_eq!(title_in(&named(""), "en"), "出発前");
    assert_eq!(title_in(&record("checklist", &Scope::All, json!({"title": "出発前"})), "en"), "出発前");
}

proptest! {
    #[test]
    fn the_summary_counts_each_step_of_each_run_once(given in results()) {
        let scope = Scope::Section("甲/係".into());
        let words = ["done", "failed", "skipped", "fact"];
        let runs: Vec<Record> = given
            .iter()
            .map(|(key, ms, result)| record("checklist_run", &scope, json!({format!("s.k{key}"): step(words[usize::from(*result)], *ms)})))
            .collect();
        let definition = Definition {
            steps: vec![Step { key: "k0".into(), ..Step::default() }, Step { key: "k1".into(), ..Step::default() }],
            ..Definition::default()
        };
        let found = summary(Some(&definition), &runs);
        prop_assert_eq!(found.runs as usize, given.len());
        prop_assert_eq!(&found.steps[0].key, "k0");
        let total: u32 = found.steps.iter().map(|s| s.done + s.failed + s.skipped + s.fact).sum();
        prop_assert_eq!(total as usize, given.len());
        for step in &found.steps {
            let mut times: Vec<u64> = given
                .iter()
                .filter(|(k, _, r)| step.key == format!("k{k}") && *r < 2)
                .map(|(_, ms, _)| *ms)
                .collect();
            times.sort_unstable();
            prop_assert_eq!(step.median_ms.is_some(), !times.is_empty());
            if let Some(m) = step.median_ms {
                prop_assert!(times[0] <= m && m <= times[times.len() - 1]);
                let below = times.iter().filter(|t| **t <= m).count();
                prop_assert!(below * 2 >= times.len());
            }
        }
    }

    #[test]
    fn nothing_that_was_written_can_be_written_otherwise(first in 0_u64..1_000, then in 0_u64..1_000, close in any::<bool>()) {
        let scope = Scope::Section("甲/係".into());
        let me = StaffId::from("a1");
        let mut run = record("checklist_run", &scope, json!({"by": "a1", "s.a": step("done", first)}));
        if close {
            run.fields.insert(run_of::FINISHED_AT.into(), json!("2026-11-21T08:05:00.000+09:00"));
        }
        let refused = refuse_run(&patch(json!({"s.a": step("done", then)})), Some(&run), &me);
        prop_assert_eq!(refused.is_none(), first == then);
        let grown = refuse_run(&patch(json!({"s.z": step("done", then)})), Some(&run), &me);
        prop_assert_eq!(grown.is_some(), close);
    }

    #[test]
    fn leaving_out_never_changes_the_order(site in 0_u8..4, month in 1_u8..13) {
        let file: Value = serde_json::from_str(READY[2].1).unwrap();
        let definition = parse(&file["definition"]).unwrap();
        let site = [None, Some(Site::Outdoor), Some(Site::Indoor), Some(Site::NoSignal)][usize::from(site)];
        let season = season_of(&format!("2026-{month:02}-15"));
        let kept: Vec<&str> = definition.steps_for(site, season).map(|s| s.key.as_str()).collect();
        let mut all = definition.steps.iter().map(|s| s.key.as_str());
        prop_assert!(kept.iter().all(|k| all.any(|a| a == *k)));
    }
}
