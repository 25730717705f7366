//! Checklists, their runs, and line checks with a PC's half.

use super::kit::*;
use ekitei_model::kinds;
use ekitei_model::{OpBody, Operation, Outcome, RecordId, Scope};
use serde_json::{Value, json};

fn section() -> Scope {
    Scope::Section(A.to_owned())
}

async fn set<const N: usize>(by: &mut Phone, record: RecordId, changes: [(&str, Value); N]) -> Outcome {
    let seen = by.record(record).await.unwrap();
    by.one(&patch(&seen, fields(changes))).await
}

fn list(step: &str) -> Value {
    json!({"steps": [{"key": step, "title": {"ja": "電源"}}]})
}

fn step(result: &str) -> Value {
    json!({"at": "2026-11-21T08:00:00.000+09:00", "ms": 1200, "result": result})
}

pub async fn checklists_are_written_by_leaders_and_their_versions_stay(store: Store) {
    let (mut a1, _) = office(&store).await;
    let (mut a9, mut root) = (phone(&store, "a9").await, phone(&store, "root").await);
    let b1 = phone(&store, "b1").await;
    let id = record_id();
    let made = |id, scope: &Scope| {
        let f =
            fields([("title", "出発前".into()), ("purpose", "departure".into()), ("definition", list("a"))]);
        create(id, kinds::CHECKLIST, scope, None, f)
    };
    assert_eq!(reason(&a1.one(&made(record_id(), &section())).await), "not-allowed");
    assert_eq!(reason(&a9.one(&made(record_id(), &Scope::All)).await), "not-allowed");
    let elsewhere = Scope::User("a9".into());
    assert_eq!(reason(&a9.one(&made(record_id(), &elsewhere)).await), "scope-kind");
    applied(&a9.one(&made(id, &section())).await);
    let first = [("version", 1.into()), ("definition.1", list("a")), ("state", "published".into())];
    assert_eq!(reason(&set(&mut a1, id, first.clone()).await), "not-allowed");
    applied(&set(&mut a9, id, first).await);
    assert_eq!(reason(&set(&mut a9, id, [("definition.1", list("b"))]).await), "checklist-published");
    assert_eq!(
        reason(&set(&mut a9, id, [("version", 3.into()), ("definition.3", list("b"))]).await),
        "checklist-version"
    );
    applied(&set(&mut a9, id, [("version", 2.into()), ("definition.2", list("b"))]).await);
    let seen = a1.record(id).await.unwrap();
    assert_eq!((&seen.fields["definition.1"], &seen.fields["definition.2"]), (&list("a"), &list("b")));
    assert_eq!(reason(&a9.one(&op(id, OpBody::Delete)).await), "checklist-published");
    assert!(b1.record(id).await.is_none(), "another section's");
    let all = record_id();
    applied(&root.one(&made(all, &Scope::All)).await);
    assert!(b1.record(all).await.is_some(), "unless it is for all");
    sound(&store).await;
}

fn run_of(by: &str, scope: &Scope) -> Operation {
    let f = fields([
        ("checklist", record_id().to_string().into()),
        ("checklist_version", 1.into()),
        ("by", by.into()),
        ("started_at", "2026-11-21T08:00:00.000+09:00".into()),
    ]);
    create(record_id(), kinds::CHECKLIST_RUN, scope, None, f)
}

pub async fn runs_grow_in_their_person_s_hand_and_end_once(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (mut a2, mut b1) = (phone(&store, "a2").await, phone(&store, "b1").await);
    let run = run_of("a1", &section());
    let id = run.record;
    applied(&a1.one(&run).await);
    assert_eq!(reason(&a1.one(&run_of("a2", &section())).await), "not-allowed");
    assert_eq!(reason(&b1.one(&run_of("b1", &section())).await), "not-allowed");
    assert_eq!(reason(&a1.one(&run_of("a1", &Scope::All)).await), "scope-kind");
    applied(&a1.one(&run_of("a1", &Scope::Case(case))).await);
    let tick = set(&mut a1, id, [("s.a", step("done"))]).await;
    applied(&tick);
    assert_eq!(reason(&set(&mut a1, id, [("s.a", step("failed"))]).await), "step-taken");
    assert_eq!(reason(&set(&mut a2, id, [("s.b", step("done"))]).await), "not-allowed");
    assert_eq!(reason(&set(&mut a1, id, [("s.b", json!("yes"))]).await), "run-malformed");
    let end = [("s.b", step("skipped")), ("finished_at", "2026-11-21T08:05:00.000+09:00".into())];
    applied(&set(&mut a1, id, end).await);
    assert_eq!(reason(&set(&mut a1, id, [("s.c", step("done"))]).await), "run-finished");
    assert_eq!(reason(&a1.one(&op(id, OpBody::Delete)).await), "append-only");
    let seen = a2.record(id).await.unwrap();
    assert_eq!(seen.fields["s.a"]["result"], "done", "the section reads it, as it was first written");
    sound(&store).await;
}

pub async fn one_pc_joins_a_line_check_and_adds_its_half_once(store: Store) {
    let (mut a1, _) = office(&store).await;
    let (mut a2, mut b1) = (phone(&store, "a2").await, phone(&store, "b1").await);
    let check = |by: &str, phone: Value| {
        let f = fields([("by", by.into()), ("code", "482915".into()), ("phone", phone)]);
        create(record_id(), kinds::LINE_CHECK, &section(), None, f)
    };
    let good = json!({"first_ms": 80, "up_bps": 2_000_000, "took_ms": 2100, "bytes": 90_000});
    assert_eq!(reason(&a1.one(&check("a2", good.clone())).await), "not-allowed");
    assert_eq!(reason(&a1.one(&check("a1", json!({"loss": 7.0}))).await), "line-malformed");
    let made = check("a1", good.clone());
    let id = made.record;
    applied(&a1.one(&made).await);
    assert_eq!(reason(&set(&mut a1, id, [("phone", json!({"first_ms": 1}))]).await), "not-allowed");
    assert_eq!(reason(&set(&mut a2, id, [("pc", good.clone())]).await), "not-allowed");
    assert_eq!(reason(&set(&mut a2, id, [("joined_by", "a1".into())]).await), "not-allowed");
    let join = || [("joined_by", "a2".into()), ("joined_ms", NOW.into())];
    let stranger = patch(&a1.record(id).await.unwrap(), fields([("joined_by", "b1".into())]));
    assert_eq!(reason(&b1.one(&stranger).await), "not-allowed");
    applied(&set(&mut a2, id, join()).await);
    assert_eq!(reason(&set(&mut a1, id, [("joined_by", "a1".into())]).await), "line-joined");
    assert_eq!(reason(&set(&mut a1, id, [("pc", good.clone())]).await), "not-allowed");
    assert_eq!(reason(&set(&mut a2, id, [("pc", json!({"first_ms": -1}))]).await), "line-malformed");
    applied(&set(&mut a2, id, [("pc", good.clone())]).await);
    assert_eq!(reason(&set(&mut a2, id, [("pc", json!({"first_ms": 1}))]).await), "line-joined");
    assert_eq!(a1.record(id).await.unwrap().fields["pc"], good);
    sound(&store).await;
}
