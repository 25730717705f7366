//! What cannot be applied is kept, seen by the right people, and let out.

use super::kit::*;
use crate::{Incoming, QuarantineState};
use ekitei_model::rules::MAX_OP_BYTES;
use ekitei_model::{OpBody, Outcome, Record, RecordId, Scope, kinds};
use serde_json::json;

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

/// A head looks after what their people could not deliver, but reads nothing of a case that is closed to them.
pub async fn what_may_be_of_a_members_only_case_is_veiled(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (a2, a9) = (phone(&store, "a2").await, phone(&store, "a9").await);
    let mut a9 = a9;
    let seen = a9.record(case).await.unwrap();
    let close = fields([("restricted", true.into()), ("members", vec!["a2"].into())]);
    applied(&a9.one(&patch(&seen, close)).await);
    // Written offline by a1: into the closed case; into one that never came; an open and a closed case of another
    // section that a1 may not make there; a note in one of them; something unreadable.
    let into_closed = note_in(case, "会員だけの話");
    let orphan = note_in(record_id(), "来なかった案件");
    let (_, open) = case_in(B, "R8-開");
    let (hidden_id, mut hidden) = case_in(B, "R8-閉");
    if let OpBody::Create { fields, .. } = &mut hidden.body {
        fields.insert("restricted".into(), true.into());
    }
    let strange = format!(
        r#"{{"op_id":"{}","record":"{case}","at":"2026-11-21T10:00:00+09:00","op":"fold","text":"会員だけの話"}}"#,
        uuid::Uuid::now_v7()
    );
    let strange = Incoming::parse(strange.as_bytes()).unwrap();
    let mut lines: Vec<Incoming> = [&into_closed, &orphan, &open, &hidden].map(incoming).to_vec();
    lines.push(strange.clone());
    let outcomes = a1.push_lines(&lines).await.unwrap().results;
    assert_eq!(
        outcomes[1].outcome,
        Outcome::WaitingParent { needs: orphan.named_scope().unwrap().case().unwrap() }
    );
    store.expire_waiting(NOW + 1, NOW + 1).await.unwrap();
    let read = |rows: Vec<crate::QuarantineRow>| -> Vec<(uuid::Uuid, bool)> {
        let mut seen: Vec<_> = rows.into_iter().map(|r| (r.id, !r.bytes.is_empty())).collect();
        seen.sort_unstable();
        seen
    };
    let all = |whole: [bool; 5]| {
        let ids = [into_closed.op_id.0, orphan.op_id.0, open.op_id.0, hidden.op_id.0, strange.op_id.0];
        let mut wanted: Vec<_> = ids.into_iter().zip(whole).collect();
        wanted.sort_unstable();
        wanted
    };
    assert_eq!(read(store.quarantine(&a1.caller).await.unwrap()), all([true; 5]), "one's own");
    let head = store.quarantine(&a9.caller).await.unwrap();
    assert_eq!(read(head), all([false, false, true, false, false]), "the head of the writer's section");
    assert_eq!(read(store.quarantine(&a2.caller).await.unwrap()), [(into_closed.op_id.0, true)], "a member");
    assert!(store.office_record(hidden_id).await.unwrap().is_none());
    for (who, count) in [(&a1, 5), (&a9, 5), (&a2, 1)] {
        assert_eq!(
            store.own_counts(&who.caller).await.unwrap().quarantine_open,
            count,
            "{}",
            who.caller.staff
        );
    }
    // What one cannot read one cannot settle.
    let entry = into_closed.op_id.0;
    assert_eq!(code(store.quarantine_release(&a9.caller, entry, NOW).await), "not-readable");
    assert_eq!(code(store.quarantine_close(&a9.caller, entry, NOW).await), "not-readable");
    applied(&store.quarantine_release(&a2.caller, entry, NOW).await.unwrap().outcome);
    store.quarantine_close(&a9.caller, open.op_id.0, NOW).await.unwrap();
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

pub async fn an_accepted_inspection_is_let_in_again_by_a_head(store: Store) {
    let (a1, case) = office(&store).await;
    let a9 = phone(&store, "a9").await;
    let accepted = fields([("state", "accepted".into()), ("a.q1", "ok".into())]);
    let made = create(record_id(), kinds::INSPECTION, &Scope::Case(case), None, accepted);
    let by = ekitei_model::merge::Writer { device: a1.caller.device, staff: &a1.caller.staff };
    let OpBody::Create { kind, scope, parent, fields: f } = &made.body else { unreachable!("a create") };
    let mut lost = ekitei_model::merge::created(&made, kind, scope, *parent, f, by);
    (lost.born_seq, lost.seq, lost.received_ms) = (9, 9, NOW);
    assert_eq!(store.salvage(&a1.caller, vec![lost.clone()], NOW).await.unwrap(), 1);
    let row = store.quarantine(&a1.caller).await.unwrap().remove(0);
    let refused = store.quarantine_release(&a1.caller, row.id, NOW).await.unwrap().outcome;
    assert_eq!(reason(&refused), "not-allowed", "staff do not accept");
    applied(&store.quarantine_release(&a9.caller, row.id, NOW).await.unwrap().outcome);
    assert_eq!(a1.record(lost.id).await.unwrap().text("state"), "accepted");
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

/// As a phone's mirror has it.
fn mirrored(made: &ekitei_model::Operation, by: &Phone) -> Record {
    let writer = ekitei_model::merge::Writer { device: by.caller.device, staff: &by.caller.staff };
    let OpBody::Create { kind, scope, parent, fields } = &made.body else { unreachable!("a create") };
    let mut record = ekitei_model::merge::created(made, kind, scope, *parent, fields, writer);
    (record.born_seq, record.seq, record.received_ms) = (9, 9, NOW);
    record
}

pub async fn amendments_come_back_after_a_restore(store: Store) {
    let (mut a1, case) = office(&store).await;
    let a9 = phone(&store, "a9").await;
    let scope = Scope::Case(case);
    let sheet = fields([("state", "circulated".into()), ("a.q1", "ok".into())]);
    let made = create(record_id(), kinds::INSPECTION, &scope, None, sheet);
    let of = made.record;
    let change = |n: u128, parent: RecordId, state: &str, value: &str| {
        let said = fields([
            ("proposed", json!({"a.q1": value, "title": "題は改められない"})),
            ("standing", json!({"a.q1": "ok"})),
            ("state", state.into()),
            ("by_staff", "a1".into()),
        ]);
        create(RecordId(uuid::Uuid::from_u128(n)), kinds::AMENDMENT, &scope, Some(parent), said)
    };
    let (open, accepted, stood, rejected, alone) = (
        change(1, of, "proposed", "ng"),
        change(2, of, "accepted", "ng"),
        change(3, of, "accepted", "ok"),
        change(4, of, "rejected", "na"),
        change(5, record_id(), "proposed", "ng"),
    );
    let lost = [&open, &accepted, &stood, &rejected, &alone].map(|one| mirrored(one, &a1));
    assert_eq!(store.salvage(&a1.caller, lost.to_vec(), NOW).await.unwrap(), 5);
    let rows = store.quarantine(&a1.caller).await.unwrap();
    let entry = |of: &ekitei_model::Operation| rows.iter().find(|r| r.record == Some(of.record)).unwrap().id;
    let early = store.quarantine_release(&a1.caller, entry(&open), NOW).await.unwrap().outcome;
    assert_eq!(reason(&early), "amendment-alone", "its inspection is not here yet");
    applied(&a1.one(&made).await);
    for (one, who, wanted) in [
        (&open, &a1, Ok("proposed")),
        (&accepted, &a1, Ok("proposed")),
        (&stood, &a1, Err("not-allowed")),
        (&stood, &a9, Ok("accepted")),
        (&rejected, &a1, Err("not-allowed")),
        (&rejected, &a9, Ok("rejected")),
        (&alone, &a9, Err("amendment-alone")),
    ] {
        let outcome = store.quarantine_release(&who.caller, entry(one), NOW).await.unwrap().outcome;
        match wanted {
            Err(code) => assert_eq!(reason(&outcome), code),
            Ok(state) => {
                applied(&outcome);
                let back = a1.record(one.record).await.unwrap();
                assert_eq!(back.text("state"), state);
                assert_eq!(back.parent, Some(of));
                assert!(back.fields["proposed"].get("title").is_none(), "only answers are amended");
            }
        }
    }
    assert_eq!(a1.record(of).await.unwrap().text("a.q1"), "ok", "nothing is decided by coming back");
    // The head decides as about any other.
    let mut a9 = a9;
    let seen = a9.record(accepted.record).await.unwrap();
    assert_eq!(seen.fields["standing"], json!({"a.q1": "ok"}));
    applied(&a9.one(&patch(&seen, fields([("state", "accepted".into())]))).await);
    assert_eq!(a1.record(of).await.unwrap().text("a.q1"), "ng");
    sound(&store).await;
}
