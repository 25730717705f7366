//! Batches, repeats, gaps, waiting.

use super::kit::*;
use crate::Incoming;
use ekitei_model::merge::{self, Writer};
use ekitei_model::wire::DeviceState;
use ekitei_model::{OpBody, OpId, Outcome, Scope};

pub async fn a_batch_is_applied_once(store: Store) {
    let (mut a1, case) = office(&store).await;
    let ops = [note_in(case, "一"), note_in(case, "二")];
    let outcomes = a1.push(&ops).await;
    assert_eq!(outcomes.iter().map(applied).collect::<Vec<_>>(), [2, 3]);
    let r = a1.record(ops[1].record).await.unwrap();
    assert_eq!((r.text("text"), r.born_seq, r.seq, r.received_ms), ("二", 3, 3, NOW));
    let made = r.created.unwrap();
    assert_eq!(
        (made.op, made.device, made.staff.as_str(), made.at),
        (ops[1].op_id, a1.caller.device, "a1", ops[1].at)
    );
    let (feed, header) = a1.after(&Scope::Case(case), 0).await;
    assert_eq!(feed.iter().map(|r| r.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((header.head, header.next), (3, 3));
    sound(&store).await;
}

pub async fn repeats_are_answered_from_the_log(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut lines: Vec<Incoming> = (0..4).map(|n| incoming(&note_in(case, &n.to_string()))).collect();
    let first = a1.push_lines(&lines).await.unwrap();
    let again = a1.push_at(a1.next - 4, &lines).await.unwrap();
    assert_eq!(first.results, again.results);
    assert_eq!(first.reply, again.reply);
    assert!(again.touched.is_empty() && !again.jobs);
    // A repeat that reaches over the high water: the known part is answered, the rest applied.
    lines.push(incoming(&note_in(case, "new")));
    let over = a1.push_at(a1.next - 4, &lines).await.unwrap();
    assert_eq!(over.results[..4], first.results[..]);
    assert_eq!(over.reply.high_water, first.reply.high_water + 1);
    // The same operation twice in one batch.
    let twice = [lines[4].clone(), incoming(&note_in(case, "x"))];
    a1.next += 1;
    let both = a1.push_lines(&[twice[1].clone(), twice[1].clone()]).await.unwrap();
    assert_eq!(both.results[0], both.results[1]);
    let (feed, header) = a1.after(&Scope::Case(case), 0).await;
    assert_eq!((feed.len(), header.head), (7, 7));
    sound(&store).await;
}

pub async fn what_stands_as_written_is_said(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (first, second) = (note_in(case, "一"), note_in(case, "二"));
    let changes = create(first.record, "note", &Scope::Case(case), None, fields([("text", "一の一".into())]));
    let patched =
        op(first.record, OpBody::Patch { base: [].into(), fields: fields([("text", "三".into())]) });
    let lines = [&first, &second, &changes].map(incoming);
    let pushed = a1.push_lines(&lines).await.unwrap();
    let said = |p: &crate::Pushed| p.results.iter().map(|r| r.written_ms).collect::<Vec<_>>();
    assert_eq!(said(&pushed), [Some(NOW), Some(NOW), None]);
    for op in [&first, &second] {
        let by = Writer { device: a1.caller.device, staff: &a1.caller.staff };
        let there = a1.record(op.record).await.unwrap();
        assert_eq!(merge::as_written(op, by, there.seq, NOW), Some(there));
    }
    // Not the patch itself, and not any more what it changed.
    let pushed = a1.push_lines(&[incoming(&patched)]).await.unwrap();
    assert_eq!(said(&pushed), [None]);
    let again = a1.push_at(a1.next - 4, &lines[..2]).await.unwrap();
    assert_eq!(said(&again), [None, Some(NOW)]);
    sound(&store).await;
}

pub async fn gaps_and_other_epochs_are_refused(store: Store) {
    let (mut a1, case) = office(&store).await;
    let line = [incoming(&note_in(case, "一"))];
    let err = a1.push_at(a1.next + 1, &line).await.unwrap_err();
    let fault = err.fault().unwrap();
    assert_eq!((fault.code.as_str(), fault.params["high_water"].as_str()), ("lane-gap", "1"));
    let epoch = std::mem::replace(&mut a1.epoch, "another".to_owned());
    let err = a1.push_at(a1.next, &line).await.unwrap_err();
    assert_eq!(
        (err.fault().unwrap().code.as_str(), &err.fault().unwrap().params["epoch"]),
        ("epoch-changed", &epoch)
    );
    a1.epoch = epoch;
    assert_eq!(a1.after(&Scope::Case(case), 0).await.0.len(), 1, "nothing of a refused batch is kept");
    a1.push_lines(&line).await.unwrap();
    sound(&store).await;
}

pub async fn malformed_headers_are_refused(store: Store) {
    let (a1, case) = office(&store).await;
    let line = vec![incoming(&note_in(case, "一"))];
    let good = a1.header(a1.next, 1);
    for bad in [
        ekitei_model::wire::PushHeader { count: 2, ..good.clone() },
        ekitei_model::wire::PushHeader { first: 0, ..good.clone() },
        ekitei_model::wire::PushHeader { generation: 0, ..good.clone() },
        ekitei_model::wire::PushHeader { lane: ekitei_model::Lane::Originals, ..good.clone() },
        ekitei_model::wire::PushHeader { proto: 99, ..good.clone() },
    ] {
        assert_eq!(code(store.apply_push(&a1.caller, &bad, line.clone(), NOW).await), "batch-malformed");
    }
    let stranger = crate::Caller { staff: "b1".into(), ..a1.caller.clone() };
    assert_eq!(code(store.apply_push(&stranger, &good, line, NOW).await), "device-unknown");
}

pub async fn a_new_epoch_takes_the_old_operations_again(store: Store) {
    let (mut a1, case) = office(&store).await;
    let lines: Vec<Incoming> = (0..3).map(|n| incoming(&note_in(case, &n.to_string()))).collect();
    let before = a1.push_lines(&lines).await.unwrap();
    let epoch = store.new_epoch().await.unwrap();
    assert_ne!(epoch, a1.epoch);
    assert_eq!(store.epoch().await.unwrap(), epoch);
    assert_eq!(code(a1.push_at(a1.next, &lines).await), "epoch-changed");
    (a1.epoch, a1.generation) = (epoch, 2);
    let mut again = lines.clone();
    again.push(incoming(&note_in(case, "new")));
    let pushed = a1.push_at(1, &again).await.unwrap();
    assert_eq!(pushed.results[..3], before.results[..]);
    assert_eq!(pushed.reply.high_water, 4);
    assert_eq!(a1.after(&Scope::Case(case), 0).await.1.head, 5);
    sound(&store).await;
}

pub async fn five_hundred_creates_are_one_push(store: Store) {
    let (mut a1, case) = office(&store).await;
    let ops: Vec<_> = (0..500).map(|n| note_in(case, &format!("記録 {n}"))).collect();
    let outcomes = a1.push(&ops).await;
    assert_eq!(outcomes.iter().map(applied).collect::<Vec<_>>(), (2..=501).collect::<Vec<u64>>());
    let (feed, header) = a1.after(&Scope::Case(case), 1).await;
    assert_eq!((feed.len(), header.head), (500, 501));
    assert!(feed.iter().zip(&ops).all(|(r, o)| r.id == o.record));
    sound(&store).await;
}

/// A phone whose counter was rolled back sends another operation under a used number.
pub async fn a_reused_number_loses_nothing(store: Store) {
    let (a1, case) = office(&store).await;
    let other = note_in(case, "二つ目");
    let pushed = a1.push_at(1, &[incoming(&other)]).await.unwrap();
    applied(&pushed.results[0].outcome);
    assert_eq!(pushed.reply.high_water, 1);
    assert!(a1.record(other.record).await.is_some());
    sound(&store).await;
}

pub async fn children_wait_for_their_parents(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a2 = phone(&store, "a2").await;
    let visit = create(record_id(), "visit", &Scope::Case(case), None, fields([("title", "立入".into())]));
    let note =
        create(record_id(), "note", &Scope::Case(case), Some(visit.record), fields([("text", "子".into())]));
    let change = op(note.record, OpBody::Patch { base: [].into(), fields: fields([("title", "題".into())]) });
    let lines = [incoming(&note), incoming(&change)];
    let waits = a2.push_lines(&lines).await.unwrap();
    assert_eq!(waits.results[0].outcome, Outcome::WaitingParent { needs: visit.record });
    assert_eq!(waits.results[1].outcome, Outcome::WaitingParent { needs: note.record });
    assert!(waits.touched.is_empty());
    assert_eq!(a1.record(note.record).await, None);
    sound(&store).await;
    let pushed = a1.push_lines(&[incoming(&visit)]).await.unwrap();
    assert_eq!(pushed.touched, vec![(Scope::Case(case), 4)], "visit, note, and the note's change");
    let r = a1.record(note.record).await.unwrap();
    assert_eq!(
        (r.text("text"), r.text("title"), r.created.as_ref().unwrap().staff.as_str()),
        ("子", "題", "a2")
    );
    // The repeat learns what became of them.
    let again = a2.push_at(1, &lines).await.unwrap();
    assert_eq!(again.results.iter().map(|r| applied(&r.outcome)).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(store.counts(NOW).await.unwrap().waiting_parent, 0);
    sound(&store).await;
}

pub async fn waiting_chains_are_released_at_once(store: Store) {
    people(&store).await;
    let (mut a1, mut a2) = (phone(&store, "a1").await, phone(&store, "a2").await);
    let (case, made) = case_in(A, "R8-002");
    let scope = Scope::Case(case);
    let visit = create(record_id(), "visit", &scope, None, fields([("people", vec!["a2"].into())]));
    let note = create(record_id(), "note", &scope, Some(visit.record), fields([]));
    let photo = create(record_id(), "photo", &scope, Some(note.record), fields([]));
    // Each hangs on the one before, and all on a case that is not here.
    let outcomes = a2.push(&[photo.clone(), note.clone(), visit.clone()]).await;
    assert!(outcomes.iter().all(|o| *o == Outcome::WaitingParent { needs: case }));
    applied(&a1.one(&made).await);
    for id in [visit.record, note.record, photo.record] {
        assert!(a1.record(id).await.is_some());
    }
    assert!(a2.record(ekitei_model::kinds::assignment_id(case, &"a2".into())).await.is_some());
    assert_eq!(store.counts(NOW).await.unwrap().waiting_parent, 0);
    sound(&store).await;
}

pub async fn order_inside_a_batch_does_not_matter(store: Store) {
    let (mut a1, case) = office(&store).await;
    let scope = Scope::Case(case);
    let visit = create(record_id(), "visit", &scope, None, fields([]));
    let note = create(record_id(), "note", &scope, Some(visit.record), fields([]));
    let delete = op(note.record, OpBody::Delete);
    let outcomes = a1.push(&[delete, note.clone(), visit]).await;
    assert_eq!(outcomes.iter().map(applied).max(), Some(4));
    assert!(a1.record(note.record).await.unwrap().deleted);
    assert_eq!(store.counts(NOW).await.unwrap().waiting_parent, 0);
    sound(&store).await;
}

pub async fn what_waits_too_long_goes_to_quarantine(store: Store) {
    let (mut a1, case) = office(&store).await;
    let parent = record_id();
    let note = create(record_id(), "note", &Scope::Case(case), Some(parent), fields([("text", "子".into())]));
    assert_eq!(a1.one(&note).await, Outcome::WaitingParent { needs: parent });
    assert_eq!(store.expire_waiting(NOW, NOW).await.unwrap(), 0);
    assert_eq!(store.expire_waiting(NOW + 1, NOW + 1).await.unwrap(), 1);
    let rows = store.quarantine(&a1.caller).await.unwrap();
    assert_eq!(
        (rows.len(), rows[0].reason.as_str(), &rows[0].scope),
        (1, "parent-missing", &Scope::Case(case))
    );
    assert_eq!(
        reason(&a1.push_at(a1.next - 1, &[incoming(&note)]).await.unwrap().results[0].outcome),
        "parent-missing"
    );
    sound(&store).await;
    // The parent comes after all; a person lets the child out.
    applied(&a1.one(&create(parent, "visit", &Scope::Case(case), None, fields([]))).await);
    let out = store.quarantine_release(&a1.caller, rows[0].id, NOW).await.unwrap();
    applied(&out.outcome);
    assert_eq!(a1.record(note.record).await.unwrap().text("text"), "子");
    sound(&store).await;
}

pub async fn void_takes_a_place(store: Store) {
    let (mut a1, case) = office(&store).await;
    let void =
        op(record_id(), OpBody::Void { voided: OpId(uuid::Uuid::now_v7()), reason: "op-too-large".into() });
    assert_eq!(a1.one(&void).await, Outcome::Voided);
    applied(&a1.one(&note_in(case, "次")).await);
    sound(&store).await;
}

pub async fn drained_devices_push_and_wiped_ones_do_not(store: Store) {
    let (mut a1, case) = office(&store).await;
    assert!(store.set_device_state(a1.caller.device, DeviceState::DrainOnly).await.unwrap());
    applied(&a1.one(&note_in(case, "最後の記録")).await);
    let request = ekitei_model::wire::PullRequest { proto: 1, epoch: None, want: vec![], max_bytes: 1000 };
    assert_eq!(code(store.pull(&a1.caller, &request, NOW).await), "device-drained");
    // It hears of a restore all the same: what the backup lacks is to be sent again.
    let before = ekitei_model::wire::PullRequest { epoch: Some("before".into()), ..request.clone() };
    assert_eq!(code(store.pull(&a1.caller, &before, NOW).await), "epoch-changed");
    assert_eq!(code(store.record(&a1.caller, case).await), "device-drained");
    assert_eq!(store.me(&a1.caller).await.unwrap().state, DeviceState::DrainOnly);
    assert!(store.set_device_state(a1.caller.device, DeviceState::Wiped).await.unwrap());
    assert_eq!(code(a1.push_at(a1.next, &[incoming(&note_in(case, "x"))]).await), "device-wiped");
    for request in [&request, &before] {
        assert_eq!(code(store.pull(&a1.caller, request, NOW).await), "device-wiped");
    }
    assert!(
        !store
            .set_device_state(ekitei_model::DeviceId(uuid::Uuid::now_v7()), DeviceState::Wiped)
            .await
            .unwrap()
    );
    sound(&store).await;
}
