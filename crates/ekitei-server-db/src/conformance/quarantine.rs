//! What cannot be applied is kept, seen by the right people, and let out.

use super::kit::*;
use crate::{Incoming, QuarantineState};
use ekitei_model::rules::MAX_OP_BYTES;
use ekitei_model::{OpBody, Outcome, Scope};

pub async fn a_lost_scope_keeps_the_bytes_where_its_readers_see_them(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a9 = phone(&store, "a9").await;
    let b1 = phone(&store, "b1").await;
    let seen = a9.record(case).await.unwrap();
    // Written offline by a1 while the case was being restricted to a9.
    let note = note_in(case, "線の切れている間");
    applied(
        &a9.one(&patch(&seen, fields([("restricted", true.into()), ("members", vec!["a9"].into())]))).await,
    );
    assert_eq!(reason(&a1.one(&note).await), "not-allowed");
    assert!(a9.record(note.record).await.is_none());
    for (reader, count) in [(&a9, 1), (&a1, 1), (&b1, 0)] {
        assert_eq!(store.quarantine(&reader.caller).await.unwrap().len(), count, "{}", reader.caller.staff);
    }
    let row = store.quarantine(&a9.caller).await.unwrap().remove(0);
    assert_eq!((row.id, row.record, row.staff.as_str()), (note.op_id.0, Some(note.record), "a1"));
    assert_eq!(row.bytes, incoming(&note).bytes);
    assert_eq!(code(store.quarantine_close(&b1.caller, row.id, NOW).await), "quarantine-unknown");
    store.quarantine_close(&a9.caller, row.id, NOW).await.unwrap();
    assert_eq!(store.quarantine(&a9.caller).await.unwrap(), []);
    assert_eq!(code(store.quarantine_close(&a9.caller, row.id, NOW).await), "quarantine-settled");
    assert_eq!(code(store.quarantine_release(&a9.caller, row.id, NOW).await), "quarantine-settled");
    sound(&store).await;
}

pub async fn release_applies_in_the_right_of_the_releaser(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut b1 = phone(&store, "b1").await;
    let note = note_in(case, "応援で書いた");
    let follow = op(note.record, OpBody::Patch { base: [].into(), fields: fields([("title", "題".into())]) });
    let outcomes = b1.push(&[note.clone(), follow]).await;
    assert_eq!(reason(&outcomes[0]), "not-allowed");
    assert_eq!(outcomes[1], Outcome::WaitingParent { needs: note.record });
    // The writer may not let it in by themselves.
    assert_eq!(
        reason(&store.quarantine_release(&b1.caller, note.op_id.0, NOW).await.unwrap().outcome),
        "not-allowed"
    );
    assert_eq!(store.quarantine(&a1.caller).await.unwrap()[0].state, QuarantineState::Open);
    let out = store.quarantine_release(&a1.caller, note.op_id.0, NOW).await.unwrap();
    applied(&out.outcome);
    assert_eq!(out.changed.touched[0].0, Scope::Case(case));
    let r = a1.record(note.record).await.unwrap();
    assert_eq!((r.text("text"), r.created.as_ref().unwrap().staff.as_str()), ("応援で書いた", "b1"));
    assert_eq!(
        store.quarantine(&a1.caller).await.unwrap().len(),
        1,
        "the change that hung on it is b1's matter again"
    );
    let again = b1.push_at(1, &[incoming(&note)]).await.unwrap();
    applied(&again.results[0].outcome);
    applied(&a1.one(&note_in(case, "続き")).await);
    sound(&store).await;
}

pub async fn what_cannot_be_read_never_blocks(store: Store) {
    let (mut a1, case) = office(&store).await;
    let id = uuid::Uuid::now_v7();
    let strange =
        format!(r#"{{"op_id":"{id}","record":"{case}","at":"2026-11-21T10:00:00+09:00","op":"fold_paper"}}"#);
    let strange = Incoming::parse(strange.as_bytes()).unwrap();
    assert_eq!(strange.op, None);
    let large = note_in(case, &"大".repeat(MAX_OP_BYTES / 3));
    let nul = create(record_id(), "note\0", &Scope::Case(case), None, fields([]));
    let nul_scope = create(record_id(), "thing", &Scope::User("a\0 1".into()), None, fields([]));
    let nul_grant = case_in(A, "R8-9");
    let mut nul_case = nul_grant.1;
    if let OpBody::Create { fields, .. } = &mut nul_case.body {
        fields.insert("members".into(), vec!["a\0 2"].into());
    }
    let nul_text = note_in(case, "本文の\0は構わない");
    let good = note_in(case, "良い");
    let mut lines = vec![strange.clone()];
    lines.extend([&large, &nul, &nul_scope, &nul_case, &nul_text, &good].map(incoming));
    let results = a1.push_lines(&lines).await.unwrap().results;
    let reasons: Vec<&str> = results[..5].iter().map(|r| reason(&r.outcome)).collect();
    assert_eq!(reasons, ["op-unreadable", "op-too-large", "op-unreadable", "op-unreadable", "op-unreadable"]);
    applied(&results[5].outcome);
    applied(&results[6].outcome);
    let rows = store.quarantine(&a1.caller).await.unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows.iter().find(|r| r.id == id).unwrap().bytes, strange.bytes);
    // Too large for the pipe, but a person may let it in.
    applied(&store.quarantine_release(&a1.caller, large.op_id.0, NOW).await.unwrap().outcome);
    assert_eq!(Incoming::parse(b"not json"), None);
    assert_eq!(Incoming::parse(b"{}"), None);
    sound(&store).await;
}

pub async fn office_words_are_refused(store: Store) {
    let (mut a1, case) = office(&store).await;
    let scope = Scope::Case(case);
    let note = note_in(case, "一");
    a1.one(&note).await;
    let set =
        op(note.record, OpBody::Patch { base: [].into(), fields: fields([("office.filed", "x".into())]) });
    let header = create(record_id(), "case_header", &scope, None, fields([]));
    let clash = create(record_id(), "conflict", &scope, None, fields([]));
    let astray = create(record_id(), "note", &Scope::All, None, fields([]));
    let other = create(record_id(), "note", &Scope::User("a2".into()), None, fields([]));
    let foreign = case_in(B, "R8-X").1;
    let exists = create(note.record, "note", &scope, None, fields([]));
    let outcomes = a1.push(&[set, header, clash, astray, other, foreign, exists]).await;
    let reasons: Vec<&str> = outcomes.iter().map(reason).collect();
    let expected = [
        "office-field",
        "office-kind",
        "office-kind",
        "scope-kind",
        "not-allowed",
        "not-allowed",
        "record-exists",
    ];
    assert_eq!(reasons, expected);
    let (two, made) = case_in(A, "R8-003");
    a1.one(&made).await;
    let parent = create(record_id(), "note", &Scope::Case(two), Some(note.record), fields([]));
    assert_eq!(reason(&a1.one(&parent).await), "parent-elsewhere");
    sound(&store).await;
}

pub async fn salvage_comes_back_as_its_create(store: Store) {
    let (mut a1, case) = office(&store).await;
    // Another office's copy of a note that this one never had.
    let note = note_in(case, "復元で失われた");
    let by = ekitei_model::merge::Writer { device: a1.caller.device, staff: &a1.caller.staff };
    let OpBody::Create { kind, scope, parent, fields: f } = &note.body else { unreachable!("a create") };
    let mut lost = ekitei_model::merge::created(&note, kind, scope, *parent, f, by);
    (lost.born_seq, lost.seq, lost.received_ms) = (9, 9, NOW);
    lost.fields.insert("office.filed".into(), "x".into());
    let here = a1.record(case).await.unwrap();
    let offer = vec![lost.clone(), here, lost.tombstone()];
    assert_eq!(store.salvage(&a1.caller, offer.clone(), NOW).await.unwrap(), 1);
    assert_eq!(store.salvage(&a1.caller, offer.clone(), NOW).await.unwrap(), 1);
    let rows = store.quarantine(&a1.caller).await.unwrap();
    assert_eq!((rows.len(), rows[0].reason.as_str(), rows[0].record), (1, "salvage", Some(lost.id)));
    applied(&store.quarantine_release(&a1.caller, rows[0].id, NOW).await.unwrap().outcome);
    let back = a1.record(lost.id).await.unwrap();
    assert_eq!((back.text("text"), back.text("office.filed")), ("復元で失われた", ""));
    assert_eq!(back.created, lost.created);
    // The phone that made it sends its create again: known.
    applied(&a1.one(&note).await);
    assert_eq!(store.salvage(&a1.caller, offer, NOW).await.unwrap(), 0);
    sound(&store).await;
}
