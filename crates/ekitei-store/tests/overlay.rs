//! Mirror, overlay, replay: what a screen shows at every step of an operation's life.
#![allow(clippy::unwrap_used)]
mod common;

use common::{NOW, Phone, header, id, note, op_id, patch, record, their_note};
use ekitei_model::op::OpBody;
use ekitei_model::record::{Fields, Rev};
use ekitei_model::wire::{Direction, PushResult};
use ekitei_model::{Fault, Lane, Operation, Outcome, Scope, Stamp, kinds};
use ekitei_store::RETENTION_MS;
use ekitei_store::queue::{About, Enqueued, OpState, follow, generation, ops, view};
use ekitei_store::vault::{read, salvage};
use serde_json::json;

#[test]
fn a_crash_between_queue_and_vault_is_cured_by_the_next_replay() {
    let phone = Phone::new();
    let case = id();
    let op = phone.write_note(case, "まだ保管庫にない");
    assert!(phone.shown(op.record).is_none(), "the vault was not told");
    let phone = phone.reopen();
    assert!(phone.replay().changed());
    assert_eq!(phone.text(op.record).as_deref(), Some("まだ保管庫にない"));
    assert!(phone.shown(op.record).unwrap().waiting);
    assert_eq!(phone.find("保管庫"), [op.record]);
    assert!(!phone.replay().changed(), "repeating it does nothing");
}

#[test]
fn an_acknowledged_operation_stays_until_the_mirror_shows_it() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    let other = their_note(&scope, 3, "先にあった");
    phone.begin(&scope, 3, std::slice::from_ref(&other));
    let mine = phone.write_note(case, "自分の");
    phone.replay();
    let stored = phone.push_all(&scope, 5);
    phone.replay();
    // Answered: no longer waiting, still shown, though the cursor is at 3.
    assert_eq!(phone.text(mine.record).as_deref(), Some("自分の"));
    assert!(!phone.shown(mine.record).unwrap().waiting);
    // Somebody else's change at 4 passes by; ours is at 5.
    phone.changes(
        &scope,
        4,
        &[record(other.id, "note", &scope, 4, Fields::from([("text".into(), json!("別"))]))],
    );
    assert_eq!(phone.text(mine.record).as_deref(), Some("自分の"));
    phone.changes(&scope, 5, &stored);
    assert_eq!(phone.text(mine.record).as_deref(), Some("自分の"));
    // Now it is the mirror that shows it: a change of the office is no longer hidden behind our operation.
    let mut edited = stored[0].clone();
    edited.seq = 6;
    edited.fields.insert("text".into(), json!("事務所が直した"));
    phone.changes(&scope, 6, &[edited]);
    assert_eq!(phone.text(mine.record).as_deref(), Some("事務所が直した"));
    assert_eq!(phone.find("事務所"), [mine.record]);
    assert!(phone.find("自分の").is_empty(), "the index follows what is shown");
    assert!(phone.home.queue().read(|c| ops::by_id(c, mine.op_id)).unwrap().is_none(), "moved to the vault");
}

#[test]
fn a_head_that_was_passed_does_not_hide_what_is_still_to_be_read_backward() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    let mine = phone.write_note(case, "古い番号の");
    let stored = phone.push_all(&scope, 1);
    phone.follow(&scope);
    let newest = their_note(&scope, 9, "新しい");
    // The first page fixes the head at 9 and brings only the newest record; ours (born 1) comes with the next.
    assert!(phone.page(&header(&scope, Direction::Before, 9, 9, true, 1), &[newest]));
    phone.replay();
    assert_eq!(phone.text(mine.record).as_deref(), Some("古い番号の"));
    assert!(phone.page(&header(&scope, Direction::Before, 1, 9, false, 1), &stored));
    phone.replay();
    assert_eq!(phone.text(mine.record).as_deref(), Some("古い番号の"));
    let cursor = phone.home.queue().read(|c| ekitei_store::queue::cursors::get(c, &scope)).unwrap().unwrap();
    assert_eq!((cursor.after, cursor.before), (9, None));
}

#[test]
fn patches_lie_over_the_mirror_and_a_record_deleted_here_is_gone_from_the_screen() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    let theirs = their_note(&scope, 1, "原文");
    phone.begin(&scope, 1, std::slice::from_ref(&theirs));
    let base = theirs.rev("text").unwrap().op;
    let body = OpBody::Patch {
        base: [("text".to_owned(), base)].into(),
        fields: Fields::from([("text".to_owned(), json!("書き換え"))]),
    };
    let op = Operation { op_id: op_id(), record: theirs.id, at: Stamp::japan(NOW), body };
    phone.enqueue(&op, &About::record(&theirs));
    phone.replay();
    assert_eq!(phone.text(theirs.id).as_deref(), Some("書き換え"));
    let listed = phone.vault.read(|c| read::case_records(c, case, &["note"])).unwrap();
    assert_eq!((listed.len(), listed[0].record.text("text"), listed[0].waiting), (1, "書き換え", true));
    let delete = Operation { op_id: op_id(), record: theirs.id, at: Stamp::japan(NOW), body: OpBody::Delete };
    phone.enqueue(&delete, &About::record(&theirs));
    phone.replay();
    assert!(phone.shown(theirs.id).is_none());
    assert!(phone.find("書き換え").is_empty());
    assert!(phone.vault.read(|c| read::case_records(c, case, &[])).unwrap().is_empty());
    // Taking the deletion back shows it again.
    phone.home.queue().write(|tx| ops::cancel(tx, delete.op_id)).unwrap();
    phone.replay();
    assert_eq!(phone.text(theirs.id).as_deref(), Some("書き換え"));
    assert_eq!(phone.find("書き換え"), [theirs.id]);
}

#[test]
fn a_resolution_shows_at_once_on_the_record_it_is_about() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    let theirs = their_note(&scope, 1, "向こう");
    let mut conflict = record(id(), kinds::CONFLICT, &scope, 2, Fields::new());
    conflict.parent = Some(theirs.id);
    conflict.fields.insert("field".into(), json!("text"));
    conflict.fields.insert("mine".into(), json!("こちら"));
    phone.begin(&scope, 2, &[theirs.clone(), conflict.clone()]);
    assert_eq!(phone.vault.read(read::open_conflicts).unwrap().len(), 1);
    let fields = Fields::from([("resolution".to_owned(), json!("mine"))]);
    let body = OpBody::Patch { base: Default::default(), fields };
    let op = Operation { op_id: op_id(), record: conflict.id, at: Stamp::japan(NOW), body };
    phone.enqueue(&op, &About::record(&conflict));
    phone.replay();
    assert_eq!(phone.text(theirs.id).as_deref(), Some("こちら"));
    let listed = phone.vault.read(|c| read::case_records(c, case, &["note"])).unwrap();
    assert_eq!(listed[0].record.text("text"), "こちら");
}

#[test]
fn a_patch_that_became_a_conflict_leaves_the_overlay_when_the_conflict_is_here() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    let theirs = their_note(&scope, 3, "先に着いた");
    phone.begin(&scope, 3, std::slice::from_ref(&theirs));
    let base = theirs.rev("text").unwrap().op;
    let fields = Fields::from([("text".to_owned(), json!("後から着いた"))]);
    let body = OpBody::Patch { base: [("text".to_owned(), base)].into(), fields };
    let op = Operation { op_id: op_id(), record: theirs.id, at: Stamp::japan(NOW), body };
    phone.enqueue(&op, &About::record(&theirs));
    let batch = phone.batch().unwrap();
    let mut conflict =
        record(id(), kinds::CONFLICT, &scope, 5, Fields::from([("mine".into(), json!("後から着いた"))]));
    conflict.parent = Some(theirs.id);
    let outcome = Outcome::Conflict { scope: scope.clone(), seq: 5, conflicts: vec![conflict.id] };
    phone.answer(batch.generation, &[PushResult { op_id: op.op_id, outcome, written_ms: None }]);
    phone.replay();
    assert_eq!(phone.text(theirs.id).as_deref(), Some("後から着いた"));
    phone.changes(&scope, 5, &[conflict]);
    // The record itself did not change at the office (still at 3); the position has passed 5.
    assert_eq!(phone.text(theirs.id).as_deref(), Some("先に着いた"));
    assert_eq!(phone.vault.read(|c| read::children(c, theirs.id, kinds::CONFLICT)).unwrap().len(), 1);
}

#[test]
fn a_published_draft_is_one_record_at_every_moment() {
    let phone = Phone::new();
    let case = id();
    let own = Scope::User("s001".into());
    let draft_fields = Fields::from([("text".to_owned(), json!("下書き"))]);
    let body = OpBody::Create {
        kind: "note".into(),
        scope: own.clone(),
        parent: None,
        fields: draft_fields.clone(),
    };
    let draft = Operation { op_id: op_id(), record: id(), at: Stamp::japan(NOW), body };
    phone.enqueue(&draft, &About::named(&draft).unwrap());
    let stored_draft = phone.push_all(&own, 1).remove(0);
    phone.begin(&own, 1, std::slice::from_ref(&stored_draft));
    let scope = Scope::Case(case);
    let body = OpBody::Publish {
        draft: draft.record,
        kind: "note".into(),
        scope: scope.clone(),
        parent: None,
        fields: draft_fields.clone(),
    };
    let publish = Operation { op_id: op_id(), record: id(), at: Stamp::japan(NOW), body };
    phone.enqueue(&publish, &About::named(&publish).unwrap());
    phone.replay();
    let visible = |phone: &Phone| phone.vault.read(|c| read::of_kind(c, "note")).unwrap();
    assert_eq!(visible(&phone).iter().map(|s| s.record.id).collect::<Vec<_>>(), [publish.record]);
    // The case's page arrives before the tombstone of the draft.
    let batch = phone.batch().unwrap();
    let outcome = Outcome::Applied { scope: scope.clone(), seq: 4 };
    phone.answer(batch.generation, &[PushResult { op_id: publish.op_id, outcome, written_ms: None }]);
    phone.begin(&scope, 4, &[record(publish.record, "note", &scope, 4, draft_fields)]);
    assert_eq!(visible(&phone).len(), 1, "the draft does not come back");
    let mut tombstone = stored_draft.tombstone();
    tombstone.seq = 2;
    phone.changes(&own, 2, &[tombstone]);
    assert_eq!(visible(&phone).iter().map(|s| s.record.id).collect::<Vec<_>>(), [publish.record]);
}

#[test]
fn refused_and_parked_operations_stay_visible_and_can_be_sent_again_or_given_up() {
    let phone = Phone::new();
    let case = id();
    let op = phone.write_note(case, "断られる");
    let batch = phone.batch().unwrap();
    let outcome = Outcome::Quarantined { reason: "not-allowed".into() };
    phone.answer(batch.generation, &[PushResult { op_id: op.op_id, outcome, written_ms: None }]);
    phone.replay();
    assert_eq!(phone.text(op.record).as_deref(), Some("断られる"), "the writer still sees it");
    assert!(phone.shown(op.record).unwrap().parked);
    let counts = phone.counts();
    assert_eq!((counts.items, counts.parked, counts.kept), (0, 1, 0));
    let row = phone.home.queue().read(view::rows).unwrap().remove(0);
    assert_eq!(row.parked, Some(Fault::ask("not-allowed")));
    assert_eq!(row.item.to_string().parse::<view::QueueItem>().unwrap(), row.item);
    // Again, under a new id: the office remembers the old one.
    let fresh = op_id();
    phone.home.queue().write(|tx| ops::unpark(tx, op.op_id, fresh)).unwrap();
    phone.replay();
    assert!(phone.shown(op.record).unwrap().waiting);
    let again = phone.batch().unwrap();
    assert_eq!((again.first, again.ops[0].op_id), (2, fresh));
    // The transport refuses it for good: a void takes its number, the bytes wait here.
    let void_id = op_id();
    let fault = Fault::ask("too-large");
    phone.home.queue().write(|tx| ops::void_op(tx, fresh, void_id, Stamp::japan(NOW), &fault, NOW)).unwrap();
    let void = phone.batch().unwrap();
    assert_eq!((void.first, void.ops[0].op_id), (2, void_id));
    phone.answer(
        void.generation,
        &[PushResult { op_id: void_id, outcome: Outcome::Voided, written_ms: None }],
    );
    phone.replay();
    assert!(phone.batch().is_none());
    let counts = phone.counts();
    assert_eq!((counts.items, counts.parked, counts.kept), (0, 1, 1));
    assert_eq!(phone.text(op.record).as_deref(), Some("断られる"));
    phone.home.queue().write(|tx| ops::cancel(tx, fresh)).unwrap();
    phone.replay();
    assert!(phone.shown(op.record).is_none(), "a person gave it up");
}

#[test]
fn a_child_that_waits_for_its_parent_stays_shown_until_it_arrives() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    phone.begin(&scope, 0, &[]);
    let op = phone.write_note(case, "親待ち");
    let batch = phone.batch().unwrap();
    let outcome = Outcome::WaitingParent { needs: id() };
    phone.answer(batch.generation, &[PushResult { op_id: op.op_id, outcome, written_ms: None }]);
    phone.replay();
    phone.changes(&scope, 7, &[their_note(&scope, 7, "別の記録")]);
    assert_eq!(phone.text(op.record).as_deref(), Some("親待ち"));
    assert!(phone.shown(op.record).unwrap().waiting, "nobody else has it");
    let mut arrived =
        record(op.record, "note", &scope, 8, Fields::from([("text".into(), json!("直された"))]));
    arrived.created.as_mut().unwrap().op = op.op_id;
    arrived
        .revs
        .insert("text".into(), Rev { op: op_id(), device: ekitei_model::DeviceId(uuid::Uuid::from_u128(5)) });
    phone.changes(&scope, 8, &[arrived]);
    assert_eq!(phone.text(op.record).as_deref(), Some("直された"));
    assert!(!phone.shown(op.record).unwrap().waiting);
}

#[test]
fn what_waits_at_the_office_for_longer_than_it_keeps_it_is_asked_for_once_more() {
    let phone = Phone::new();
    let case = id();
    let op = phone.write_note(case, "親が来ない");
    let sent = phone.batch().unwrap();
    let waits =
        PushResult { op_id: op.op_id, outcome: Outcome::WaitingParent { needs: case }, written_ms: None };
    phone.answer(sent.generation, &[waits]);
    let after_days = |days: i64| phone.vault.replay(phone.home.queue(), NOW + days * 24 * 3_600_000).unwrap();
    after_days(0);
    after_days(7);
    assert!(phone.batch().is_none(), "the office still waits");
    after_days(9);
    after_days(9);
    let again = phone.batch().unwrap();
    assert_eq!((again.first, again.ops.len(), again.ops[0].op_id), (2, 1, op.op_id));
    let outcome = Outcome::Quarantined { reason: "parent-missing".into() };
    phone.answer(again.generation, &[PushResult { op_id: op.op_id, outcome, written_ms: None }]);
    after_days(9);
    let shown = phone.shown(op.record).unwrap();
    assert_eq!((shown.parked, shown.waiting), (true, false));
    let row = phone.home.queue().read(view::rows).unwrap().remove(0);
    assert_eq!(row.parked, Some(Fault::ask("parent-missing")));
    after_days(40);
    assert!(phone.batch().is_none(), "a person decides");
}

/// A mark set, taken back and set again on a message that the office holds.
#[test]
fn changes_that_waited_with_their_record_leave_with_it_although_a_later_one_covers_them() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    phone.begin(&scope, 0, &[]);
    let made = phone.write_note(case, "一");
    let mut later = Vec::new();
    for needs in [id(), made.record, made.record] {
        let batch = phone.batch().unwrap();
        let outcome = Outcome::WaitingParent { needs };
        let op = batch.ops[0].op_id;
        phone.answer(batch.generation, &[PushResult { op_id: op, outcome, written_ms: None }]);
        phone.replay();
        if later.len() < 2 {
            let text = ["二", "三"][later.len()];
            assert_eq!(phone.patch_note(case, made.record, text), Enqueued::New);
            later.push(text);
            phone.replay();
        }
    }
    assert_eq!(phone.text(made.record).as_deref(), Some("三"));
    // The office's record names the last of them alone, and what somebody else wrote over it since.
    let mut arrived =
        record(made.record, "note", &scope, 3, Fields::from([("text".into(), json!("別の人の四"))]));
    arrived.created.as_mut().unwrap().op = made.op_id;
    arrived
        .revs
        .insert("text".into(), Rev { op: op_id(), device: ekitei_model::DeviceId(uuid::Uuid::from_u128(5)) });
    phone.changes(&scope, 3, &[arrived]);
    assert_eq!(phone.text(made.record).as_deref(), Some("別の人の四"));
}

#[test]
fn losing_a_scope_erases_what_is_readable_and_still_delivers_what_is_unsent() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    let theirs = their_note(&scope, 1, "見てはいけなくなる");
    phone.begin(&scope, 1, std::slice::from_ref(&theirs));
    let sent = phone.write_note(case, "送った分");
    phone.push_all(&scope, 2);
    phone.replay();
    let unsent = phone.write_note(case, "送っていない分");
    phone.replay();
    let mut denied = header(&scope, Direction::After, 2, 2, false, 0);
    denied.denied = true;
    assert!(phone.page(&denied, &[]));
    assert_eq!(phone.replay().erased, std::slice::from_ref(&scope));
    for record in [theirs.id, sent.record, unsent.record] {
        assert!(phone.shown(record).is_none());
    }
    assert!(phone.find("分").is_empty() && phone.find("見て").is_empty());
    // Its bytes are still delivered, and the queue says that something waits without saying what.
    let rows = phone.home.queue().read(view::rows).unwrap();
    assert_eq!((rows.len(), rows[0].hidden), (1, true));
    assert_eq!(phone.batch().unwrap().ops[0].op_id, unsent.op_id);
    // It is not asked for again, until permissions change.
    let wants = || phone.home.queue().read(follow::wants).unwrap().iter().any(|w| w.scope == scope);
    assert!(!wants());
    phone.home.queue().write(|tx| follow::set_acl_version(tx, 2)).unwrap();
    assert!(wants());
    phone.begin(&scope, 1, &[theirs]);
    assert_eq!(phone.text(unsent.record).as_deref(), Some("送っていない分"), "readable again");
}

#[test]
fn a_restored_office_gets_retained_operations_again_and_is_offered_what_it_lacks() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    let lost = their_note(&scope, 3, "別の人の、復元で失われた");
    let kept = their_note(&scope, 1, "残った");
    phone.begin(&scope, 3, &[lost.clone(), kept.clone()]);
    let old = phone.write_note(case, "届いていた");
    let stored = phone.push_all(&scope, 4);
    phone.replay();
    phone.changes(&scope, 4, &stored);
    let in_flight = phone.write_note(case, "送信中");
    let first_try = phone.batch().unwrap();
    let fresh = phone.write_note(case, "まだ");

    let changed =
        phone.home.queue().write(|tx| generation::new_generation(tx, &"epoch-2".to_owned())).unwrap();
    assert!(changed);
    assert!(!phone.home.queue().write(|tx| generation::new_generation(tx, &"epoch-2".to_owned())).unwrap());
    phone.replay();
    // Old, in flight, new: in the order they were written, under their own ids, from 1.
    let again = phone.batch().unwrap();
    assert_eq!((again.generation, again.first), (first_try.generation + 1, 1));
    assert_eq!(
        again.ops.iter().map(|o| o.op_id).collect::<Vec<_>>(),
        [old.op_id, in_flight.op_id, fresh.op_id]
    );
    assert_eq!(again.ops[1].bytes, first_try.ops[0].bytes, "bytes are frozen for ever");
    // A late answer of the former generation counts for nothing.
    let late = PushResult {
        op_id: in_flight.op_id,
        outcome: Outcome::Applied { scope: scope.clone(), seq: 5 },
        written_ms: None,
    };
    assert_eq!(phone.answer(first_try.generation, &[late]), 0);
    // Screens go on showing everything meanwhile.
    assert!(phone.text(lost.id).is_some() && phone.text(old.record).is_some());
    let wants = phone.home.queue().read(follow::wants).unwrap();
    assert!(wants.iter().any(|w| w.scope == scope && w.after.is_none() && w.before.is_none()), "read from 0");
    assert!(
        phone.vault.read(|c| salvage::candidates(c, 10)).unwrap().is_empty(),
        "not before it is read whole"
    );
    // The restored office: numbers are lower than before.
    assert!(phone.page_of(
        "epoch-2",
        &header(&scope, Direction::Before, 0, 1, false, 1),
        std::slice::from_ref(&kept)
    ));
    phone.replay();
    let offers = phone.vault.read(|c| salvage::candidates(c, 10)).unwrap();
    assert_eq!(
        offers.iter().map(|r| r.id).collect::<Vec<_>>(),
        [lost.id],
        "own operations bring the others back"
    );
    phone.vault.write(|tx| salvage::offered(tx, &[lost.id])).unwrap();
    assert!(phone.shown(lost.id).is_none());
    assert!(phone.text(old.record).is_some());
    // A page of the former epoch that arrives late is dropped.
    assert!(!phone.page_of("epoch-1", &header(&scope, Direction::After, 9, 9, false, 0), &[]));
}

/// What the office had refused went back to the backup with its quarantine; what it had taken and now finds deleted is
/// nothing that a person must look at.
#[test]
fn a_restored_office_is_asked_again_about_what_it_refused() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    phone.begin(&scope, 0, &[]);
    let refused = phone.write_note(case, "断られた");
    let gone = phone.write_note(case, "消された");
    let taken = phone.write_note(case, "届いた");
    let sent = phone.batch().unwrap();
    let result = |op: &Operation, outcome| PushResult { op_id: op.op_id, outcome, written_ms: None };
    let quarantined = || Outcome::Quarantined { reason: "not-allowed".into() };
    let gone_now = || Outcome::Gone { scope: scope.clone() };
    let applied = Outcome::Applied { scope: scope.clone(), seq: 1 };
    let answers = [result(&refused, quarantined()), result(&gone, gone_now()), result(&taken, applied)];
    phone.answer(sent.generation, &answers);
    phone.replay();
    assert_eq!((phone.counts().items, phone.counts().parked), (0, 2));
    phone.home.queue().write(|tx| generation::new_generation(tx, &"epoch-2".to_owned())).unwrap();
    phone.replay();
    assert_eq!((phone.counts().items, phone.counts().parked), (3, 0), "all three are asked again");
    let again = phone.batch().unwrap();
    let ids = |ops: &[ekitei_store::queue::BatchOp]| {
        ops.iter().map(|o| (o.op_id, o.bytes.clone())).collect::<Vec<_>>()
    };
    assert_eq!(ids(&again.ops), ids(&sent.ops), "under their ids, with their bytes, in their order");
    // Refused once more, refused for the second reason, and gone although it had been taken.
    let answers = [result(&refused, quarantined()), result(&gone, gone_now()), result(&taken, gone_now())];
    phone.answer(again.generation, &answers);
    phone.replay();
    let rows = phone.home.queue().read(ekitei_store::queue::view::rows).unwrap();
    let faults: Vec<_> = rows.iter().map(|r| (r.record, r.parked.as_ref().unwrap().code.as_str())).collect();
    assert_eq!(faults, [(refused.record, "not-allowed"), (gone.record, "gone")]);
}

#[test]
fn the_locked_path_needs_the_queue_alone() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    phone.begin(&scope, 0, &[]);
    let op = phone.write_note(case, "錠がかかっていても");
    phone.replay();
    let Phone { dir, home, vault, device: _ } = phone;
    drop((home, vault));
    // The background process: no PIN, no vault. It delivers, and keeps fetched pages sealed.
    let background = common::home(dir.path());
    let queue = background.queue();
    let batch = queue
        .write(|tx| ekitei_store::queue::batch::batch(tx, Lane::Records, 500, 500_000))
        .unwrap()
        .unwrap();
    assert_eq!(batch.ops[0].op_id, op.op_id);
    let result = PushResult {
        op_id: op.op_id,
        outcome: Outcome::Applied { scope: scope.clone(), seq: 1 },
        written_ms: None,
    };
    queue
        .write(|tx| {
            ekitei_store::queue::answers::record_outcomes(tx, Lane::Records, batch.generation, &[result], NOW)
        })
        .unwrap();
    let to = queue.read(ekitei_store::queue::credential::required).unwrap().own_recipient;
    let theirs = their_note(&scope, 2, "夜のうちに届いた");
    let sealed = ekitei_seal::seal_bytes(&serde_json::to_vec(&theirs).unwrap(), &[to]).unwrap();
    // Our own record is not in this page (no office would leave it out): it must not vanish from the screen all the same.
    let head = header(&scope, Direction::After, 2, 2, false, 1);
    assert!(
        queue
            .write(|tx| ekitei_store::queue::pages::put_page(tx, &common::EPOCH.to_owned(), &head, &sealed))
            .unwrap()
    );
    drop(background);
    let home = common::home(dir.path());
    let vault = home.unlock(common::PIN, NOW).unwrap();
    vault.replay(home.queue(), NOW).unwrap();
    assert!(vault.read(|c| read::record(c, theirs.id)).unwrap().is_some());
    assert!(vault.read(|c| read::record(c, op.record)).unwrap().is_some());
    assert_eq!(home.queue().read(ekitei_store::queue::pages::count).unwrap(), 0);
}

#[test]
fn what_is_fetched_right_after_enrolling_is_kept_also_the_second_time() {
    let phone = Phone::just_enrolled();
    let scope = Scope::Case(id());
    let theirs = their_note(&scope, 1, "最初の受信");
    phone.begin(&scope, 1, std::slice::from_ref(&theirs));
    assert!(phone.text(theirs.id).is_some());
    // The PIN is lost, everything is delivered, the phone is enrolled anew.
    phone.home.discard_vault().unwrap();
    let identity = ekitei_seal::Identity::generate();
    let vault = phone.home.create_vault(common::PIN, &identity).unwrap();
    let fresh = common::credential(&identity);
    let epoch = common::EPOCH.to_owned();
    phone.home.queue().write(|tx| ekitei_store::queue::credential::begin_anew(tx, &fresh, &epoch)).unwrap();
    let phone = Phone { vault, ..phone };
    phone.begin(&scope, 1, std::slice::from_ref(&theirs));
    assert!(phone.text(theirs.id).is_some());
}

#[test]
fn a_kill_between_vault_and_queue_loses_no_consequence_of_a_page() {
    let phone = Phone::new();
    let (case, own) = (id(), Scope::User("s001".into()));
    let assignment =
        record(id(), kinds::ASSIGNMENT, &own, 1, Fields::from([("case".into(), json!(case.to_string()))]));
    let photo = record(
        id(),
        kinds::PHOTO,
        &own,
        2,
        Fields::from([
            ("sha256.thumb".into(), json!("0".repeat(64))),
            ("office.thumb_at".into(), json!("2026-11-21T10:00:00.000+09:00")),
        ]),
    );
    phone.follow(&own);
    assert!(phone.page(&header(&own, Direction::Before, 0, 2, false, 2), &[assignment, photo.clone()]));
    let queue = phone.home.queue();
    let copy = "CREATE TABLE kept AS SELECT * FROM pages";
    queue.write(|tx| Ok(tx.execute_batch(copy)?)).unwrap();
    phone.replay();
    // As if the vault had committed and the queue had not: the page is there again, and nothing came of it.
    queue
        .write(|tx| {
            tx.execute_batch(
                "INSERT INTO pages SELECT * FROM kept; DROP TABLE kept; DELETE FROM downloads;",
            )?;
            Ok(tx.execute_batch("DELETE FROM follow WHERE assigned = 1;")?)
        })
        .unwrap();
    phone.replay();
    assert!(queue.read(follow::list).unwrap().iter().any(|f| f.scope == Scope::Case(case) && f.assigned));
    let wishes = queue.read(|c| ekitei_store::queue::downloads::next(c, 9)).unwrap();
    assert_eq!(wishes.iter().map(|w| w.record).collect::<Vec<_>>(), [photo.id]);
}

#[test]
fn a_page_that_cannot_be_opened_is_fetched_again_and_holds_nothing_up() {
    let phone = Phone::new();
    let (bad, good) = (Scope::Case(id()), Scope::Case(id()));
    let theirs = their_note(&good, 1, "無事な頁");
    for scope in [&bad, &good] {
        phone.follow(scope);
    }
    assert!(phone.page(&header(&bad, Direction::Before, 0, 1, false, 1), &[their_note(&bad, 1, "壊れた頁")]));
    assert!(phone.page(&header(&good, Direction::Before, 0, 1, false, 1), std::slice::from_ref(&theirs)));
    let scope = bad.to_string();
    let damage = "UPDATE pages SET sealed = x'00' WHERE scope = ?1";
    phone.home.queue().write(|tx| Ok(tx.execute(damage, [scope])?)).unwrap();
    phone.replay();
    assert!(phone.text(theirs.id).is_some());
    let wants = phone.home.queue().read(follow::wants).unwrap();
    assert!(wants.iter().any(|w| w.scope == bad && w.after.is_none() && w.before.is_none()));
    // A line that no program understands is left out, once.
    let to = phone.home.queue().read(ekitei_store::queue::credential::required).unwrap().own_recipient;
    let line = serde_json::to_string(&their_note(&bad, 1, "読める")).unwrap();
    let sealed = ekitei_seal::seal_bytes(format!("{{\"later\":1}}\n{line}\n").as_bytes(), &[to]).unwrap();
    let head = header(&bad, Direction::Before, 0, 1, false, 2);
    let put = |tx: &ekitei_store::Transaction| {
        ekitei_store::queue::pages::put_page(tx, &common::EPOCH.to_owned(), &head, &sealed)
    };
    assert!(phone.home.queue().write(put).unwrap());
    let done = phone.replay();
    assert_eq!((done.skipped, done.records), (1, 1));
}

#[test]
fn a_full_disk_under_the_vault_leaves_everything_in_the_queue() {
    let phone = Phone::new();
    let case = id();
    phone
        .vault
        .write(|tx| {
            let pages: i64 = tx.pragma_query_value(None, "page_count", |r| r.get(0))?;
            Ok(tx.pragma_update(None, "max_page_count", pages + 1)?)
        })
        .unwrap();
    let op = phone.write_note(case, &"長い記録".repeat(5_000));
    let full = phone.vault.replay(phone.home.queue(), NOW).unwrap_err();
    assert_eq!(Fault::from(full).code, "disk-full");
    assert_eq!(phone.batch().unwrap().ops[0].op_id, op.op_id, "it is delivered all the same");
    phone.vault.write(|tx| Ok(tx.pragma_update(None, "max_page_count", 1_000_000)?)).unwrap();
    phone.replay();
    assert!(phone.text(op.record).is_some());
}

#[test]
fn a_vault_given_up_is_read_anew_from_the_office() {
    let phone = Phone::new();
    let scope = Scope::Case(id());
    phone.begin(&scope, 1, &[their_note(&scope, 1, "x")]);
    phone.home.discard_vault().unwrap();
    let identity = ekitei_seal::Identity::generate();
    let vault = phone.home.create_vault(common::PIN, &identity).unwrap();
    vault.replay(phone.home.queue(), NOW).unwrap();
    assert!(phone.home.queue().read(ekitei_store::queue::cursors::list).unwrap().is_empty());
}

#[test]
fn assigned_cases_are_followed_by_themselves() {
    let phone = Phone::new();
    let case = id();
    let own = Scope::User("s001".into());
    let mut assignment =
        record(id(), kinds::ASSIGNMENT, &own, 1, Fields::from([("case".into(), json!(case.to_string()))]));
    phone.begin(&own, 1, std::slice::from_ref(&assignment));
    let followed = || {
        phone
            .home
            .queue()
            .read(follow::list)
            .unwrap()
            .iter()
            .any(|f| f.scope == Scope::Case(case) && f.assigned)
    };
    assert!(followed());
    assignment = assignment.tombstone();
    assignment.seq = 2;
    phone.changes(&own, 2, &[assignment]);
    assert!(!followed());
}

#[test]
fn after_thirty_days_acknowledged_operations_go() {
    let phone = Phone::new();
    let case = id();
    let op = phone.write_note(case, "三十日");
    phone.push_all(&Scope::Case(case), 1);
    phone.replay();
    assert!(phone.shown(op.record).is_some());
    phone.vault.replay(phone.home.queue(), NOW + RETENTION_MS - 1).unwrap();
    assert!(phone.shown(op.record).is_some());
    phone.vault.replay(phone.home.queue(), NOW + RETENTION_MS + 1).unwrap();
    assert!(phone.shown(op.record).is_none(), "its scope is not followed: nothing of it remains here");
}

#[test]
fn a_delivered_record_is_not_cancelled_and_an_open_one_goes_whole() {
    let phone = Phone::new();
    let case = id();
    let op = phone.write_note(case, "一");
    assert_eq!(phone.patch_note(case, op.record, "二"), Enqueued::Folded(op.op_id));
    phone.replay();
    assert_eq!(phone.text(op.record).as_deref(), Some("二"), "the folded text reaches the vault");
    assert!(phone.home.queue().write(|tx| ops::cancel_record(tx, op.record)).unwrap());
    phone.replay();
    assert!(phone.shown(op.record).is_none());
    assert_eq!(phone.counts().items, 0);

    let op = note(case, "三");
    phone.enqueue(&op, &About::named(&op).unwrap());
    phone.batch();
    assert!(!phone.home.queue().write(|tx| ops::cancel_record(tx, op.record)).unwrap());
    assert!(phone.home.queue().write(|tx| ops::cancel(tx, op.op_id)).is_err());
    let change = patch(op.record, "四");
    phone.enqueue(&change, &common::about_note(case));
    let rows = phone.home.queue().read(|c| ops::of_record(c, op.record)).unwrap();
    assert_eq!(rows.iter().map(|r| r.state).collect::<Vec<_>>(), [OpState::Frozen, OpState::Open]);
    phone.home.queue().write(|tx| ops::cancel(tx, change.op_id)).unwrap();
    phone.replay();
    assert_eq!(phone.text(op.record).as_deref(), Some("三"));
}
