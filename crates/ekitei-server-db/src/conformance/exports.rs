//! Copies of rooms for the record: who sees that one was asked for, who allows it, and what the office writes down.

use super::kit::*;
use crate::{Caller, ExportStep};
use ekitei_model::chat::export;
use ekitei_model::people::Role;
use ekitei_model::{OpBody, Operation, Scope, kinds};

fn asks(reason: &str) -> Operation {
    let f = fields([
        ("room", record_id().to_string().into()),
        ("room_name", "ハラスメント調査".into()),
        ("reason", reason.into()),
    ]);
    create(record_id(), kinds::ROOM_EXPORT, &Scope::Section(A.to_owned()), None, f)
}

/// Those of the kit, and a steward of section A.
async fn with_steward(store: &Store) {
    people(store).await;
    store.import_staff(vec![person("a8", A, Role::Steward)], NOW).await.unwrap();
}

fn take(sha256: &str) -> ExportStep {
    ExportStep::Take { sha256: sha256.to_owned() }
}

pub async fn who_asked_for_a_copy_and_why_is_not_the_section_s_to_read(store: Store) {
    with_steward(&store).await;
    let mut a1 = phone(&store, "a1").await;
    let asked = asks("情報公開請求");
    let id = asked.record;
    applied(&a1.one(&asked).await);
    // The feed, the record, the list of the kind. Phones of who asked have no use for it.
    for (who, sees) in [
        ("a9", [true, true, true]),
        ("a8", [true, true, true]),
        ("a1", [false, true, false]),
        ("a2", [false, false, false]),
        ("b1", [false, false, false]),
    ] {
        let who = phone(&store, who).await;
        let (feed, header) = who.after(&Scope::Section(A.to_owned()), 0).await;
        let kind = store.of_kind(&who.caller, kinds::ROOM_EXPORT, 9).await.unwrap();
        let seen = [feed.iter().any(|r| r.id == id), who.record(id).await.is_some(), !kind.is_empty()];
        assert_eq!(seen, sees, "{}", who.caller.staff);
        assert!(header.denied || header.next == header.head, "what is hidden stops no cursor");
    }
    sound(&store).await;
}

pub async fn a_copy_needs_the_word_of_another_and_every_taking_is_kept(store: Store) {
    with_steward(&store).await;
    let (mut a1, mut a9) = (phone(&store, "a1").await, phone(&store, "a9").await);
    let (a8, root) = (phone(&store, "a8").await, phone(&store, "root").await);
    let (of_clerk, of_head) = (asks("情報公開請求"), asks("監査"));
    applied(&a1.one(&of_clerk).await);
    applied(&a9.one(&of_head).await);
    let step = async |who: &Caller, of: &Operation, step: ExportStep, now_ms: i64| {
        store.export_step(who, of.record, step, now_ms).await.map(|_| ())
    };
    for (who, of, refused) in [
        (&a1, &of_clerk, "not-allowed"),
        (&a8, &of_clerk, "not-allowed"),
        (&root, &of_clerk, "not-allowed"),
        (&a9, &of_head, export::OWN),
        (&a1, &of_head, "not-allowed"),
    ] {
        assert_eq!(code(step(&who.caller, of, ExportStep::Approve, NOW).await), refused);
    }
    assert_eq!(code(step(&a9.caller, &of_clerk, take("aa"), NOW).await), "not-allowed", "nobody allowed it");
    step(&a9.caller, &of_clerk, ExportStep::Approve, NOW).await.unwrap();
    step(&root.caller, &of_head, ExportStep::Approve, NOW).await.unwrap();
    // The first word stands.
    step(&a8.caller, &of_head, ExportStep::Approve, NOW + 1).await.unwrap();
    for who in [&a1, &a8, &root] {
        assert_eq!(code(step(&who.caller, &of_head, take("aa"), NOW).await), "not-allowed");
    }
    for (sha256, now_ms) in [("aa", NOW + 2), ("bb", NOW + 3)] {
        step(&a9.caller, &of_head, take(sha256), now_ms).await.unwrap();
    }
    let of = a9.record(of_head.record).await.unwrap();
    assert_eq!(of.text(export::APPROVED_BY), "root");
    let taken: Vec<_> = of.fields[export::TAKEN]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["by"].as_str().unwrap(), t["sha256"].as_str().unwrap()))
        .collect();
    assert_eq!(taken, [("a9", "aa"), ("a9", "bb")]);
    // The log knows who.
    let rev = of.rev(export::TAKEN).unwrap().op;
    assert_eq!(store.authors(&[rev]).await.unwrap()[&rev].staff.as_str(), "a9");
    // Nobody writes such a thing themselves.
    for (name, said) in [("office.approved_by", "office-field"), ("approved_by", "append-only")] {
        let f = fields([(name, "a8".into())]);
        let patch = op(of.id, OpBody::Patch { base: [].into(), fields: f });
        assert_eq!(reason(&a9.one(&patch).await), said);
    }
    sound(&store).await;
}
