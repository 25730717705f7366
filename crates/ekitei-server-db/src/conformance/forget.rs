//! Retention of rooms: what goes when its time is over, what stays, and what comes too late.

use super::kit::*;
use super::rooms::{WORKING, direct, member, says, texts};
use crate::{BlobRow, MessageFilter, NewUpload};
use ekitei_model::chat::{call, message, room};
use ekitei_model::kinds::{self, Variant};
use ekitei_model::people::Role;
use ekitei_model::{OpBody, Operation, Outcome, RecordId, Scope, StaffId};
use serde_json::json;

const DAY: i64 = 24 * 3_600_000;
/// What came before it goes.
const BEFORE: i64 = WORKING + DAY / 2;
/// A working day later: what was said then stays. The job runs in its evening.
const LATER: i64 = WORKING + 3 * DAY;
const NIGHT: i64 = LATER + DAY / 2;

/// The whole room, in steps of two messages.
async fn forget(store: &Store, of: RecordId) -> u64 {
    let (mut after, mut gone) = (Some(0), 0);
    while let Some(from) = after {
        let done = store.forget_messages(of, BEFORE, from, NIGHT, 2).await.unwrap();
        assert!(done.messages <= 2, "a step keeps its size");
        assert!(done.messages == 0 || done.changed.touched.iter().any(|(s, _)| *s == Scope::Room(of)));
        (gone, after) = (gone + done.messages, done.next);
    }
    gone
}

/// Whether nothing but traces is left of a record, in the feed and behind it.
async fn is_emptied(store: &Store, id: RecordId) -> bool {
    let gone = store.office_record(id).await.unwrap().unwrap();
    let traces = store.history(id).await.unwrap();
    gone.deleted && gone.fields.is_empty() && traces.iter().all(|t| t.starts_with(r#"{"purged":""#))
}

fn on(of: RecordId, m: RecordId, kind: &str, f: ekitei_model::record::Fields) -> Operation {
    create(record_id(), kind, &Scope::Room(of), Some(m), f)
}

fn mark(of: RecordId, m: RecordId, by: &str) -> Operation {
    let id = message::reaction_id(m, &by.into(), "ryokai");
    create(id, kinds::REACTION, &Scope::Room(of), Some(m), fields([("mark", "ryokai".into())]))
}

fn pin(of: RecordId, m: RecordId) -> Operation {
    create(message::pin_id(m), kinds::PIN, &Scope::Room(of), Some(m), fields([]))
}

fn changes(id: RecordId, f: ekitei_model::record::Fields) -> Operation {
    op(id, OpBody::Patch { base: [].into(), fields: f })
}

async fn all_applied(phone: &mut Phone, ops: &[Operation], now_ms: i64) {
    for outcome in phone.push_then(ops, now_ms).await {
        applied(&outcome);
    }
}

pub async fn what_a_room_keeps_no_longer_leaves_only_hashes(store: Store) {
    people(&store).await;
    let mut both = person("a1", A, Role::Staff);
    both.posts.extend(person("a1", B, Role::Staff).posts);
    store.import_staff(vec![both, person("b9", B, Role::Head)], WORKING).await.unwrap();
    let (mut a1, mut a2) = (phone(&store, "a1").await, phone(&store, "a2").await);
    let of = room::section_id(A);
    let f = fields([("text", "橋が流された".into()), ("urgent", "道路流失".into())]);
    let old = create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f);
    let hung = [
        on(of, old.record, "photo", fields([("caption", "橋脚".into())])),
        on(of, old.record, "file", fields([("name", "橋の図.pdf".into())])),
        mark(of, old.record, "a1"),
    ];
    let (pinned, plain, unsent, young) =
        (says(of, "連絡先一覧"), says(of, "あとで"), says(of, "言い直す"), says(of, "きょうの話"));
    all_applied(&mut a1, &[old.clone(), pinned.clone(), plain.clone(), unsent.clone()], WORKING).await;
    all_applied(&mut a1, &hung, WORKING).await;
    all_applied(&mut a1, &[changes(old.record, fields([("text", "橋は無事".into())]))], WORKING).await;
    all_applied(&mut a2, &[pin(of, pinned.record), mark(of, old.record, "a2")], WORKING).await;
    all_applied(&mut a1, &[op(unsent.record, OpBody::Delete)], WORKING).await;
    all_applied(&mut a1, std::slice::from_ref(&young), LATER).await;
    // Who works in two sections is on the list of both heads.
    let listed = [message::urgent_use_id(old.record), message::urgent_use_also_id(old.record, B)];
    for (head, own, other) in [("a9", listed[0], listed[1]), ("b9", listed[1], listed[0])] {
        let head = phone(&store, head).await;
        assert_eq!(head.record(own).await.unwrap().text("reason"), "道路流失");
        assert!(head.record(other).await.is_none(), "that one is the other's");
    }
    let (_, before) = a2.after(&Scope::Room(of), 0).await;
    assert_eq!(store.forgettable(of, BEFORE).await.unwrap(), 3);
    assert_eq!(store.forgettable(of, BEFORE).await.unwrap(), 3, "a look changes nothing");
    assert_eq!(forget(&store, of).await, 3);
    // Phones that follow the room hear of each end, and see what stayed.
    let (news, _) = a2.after(&Scope::Room(of), before.next).await;
    let mut gone = vec![old.record, plain.record, unsent.record, mark(of, old.record, "a2").record];
    gone.extend(hung.iter().map(|h| h.record));
    for id in &gone {
        assert!(news.iter().any(|r| r.id == *id && r.deleted), "the feed says that {id} is gone");
        assert!(is_emptied(&store, *id).await, "{id}");
    }
    for id in listed {
        assert!(is_emptied(&store, id).await, "nor does a head's list tell");
    }
    assert_eq!(texts(&a2, of).await, ["連絡先一覧", "きょうの話"]);
    assert!(!a2.record(message::pin_id(pinned.record)).await.unwrap().deleted);
    let find = |text: &str| MessageFilter { text: Some(text.into()), ..MessageFilter::default() };
    assert!(store.search_messages(&a2.caller, &find("橋"), 9).await.unwrap().is_empty());
    assert_eq!(store.search_messages(&a2.caller, &find("話"), 9).await.unwrap().len(), 1);
    // How much went is told, and up to when.
    let now = a2.record(of).await.unwrap();
    assert_eq!(now.fields[room::PURGED], 3);
    assert!(now.text(room::PURGED_TO).starts_with("2026-11-20T22:00"), "{}", now.text(room::PURGED_TO));
    assert_eq!((forget(&store, of).await, store.forgettable(of, BEFORE).await.unwrap()), (0, 0), "once");
    assert_eq!(a2.record(of).await.unwrap().seq, now.seq, "nothing happened, nothing is told");
    // Who takes the pin away lets it go.
    all_applied(&mut a1, &[changes(message::pin_id(pinned.record), fields([("off", true.into())]))], LATER)
        .await;
    assert_eq!(forget(&store, of).await, 1);
    assert_eq!(a2.record(of).await.unwrap().fields[room::PURGED], 4);
    sound(&store).await;
}

pub async fn what_comes_too_late_for_a_removed_message_is_answered_calmly(store: Store) {
    people(&store).await;
    let (mut a1, mut a2) = (phone(&store, "a1").await, phone(&store, "a2").await);
    let of = room::section_id(A);
    let m = says(of, "昔の話");
    all_applied(&mut a1, &[m.clone(), mark(of, m.record, "a1")], WORKING).await;
    assert_eq!(forget(&store, of).await, 1);
    let f = fields([("text", "了解です".into()), ("reply_to", m.record.to_string().into())]);
    let reply = create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f);
    applied(&a2.then(&reply, LATER).await);
    for late in [mark(of, m.record, "a2"), pin(of, m.record)] {
        assert_eq!(a2.then(&late, LATER).await, Outcome::Voided, "nothing is left to hang on");
    }
    assert_eq!(a1.then(&on(of, m.record, "photo", fields([])), LATER).await, Outcome::Voided);
    let again = Operation { op_id: ekitei_model::OpId(uuid::Uuid::now_v7()), ..m.clone() };
    for late in [
        changes(m.record, fields([("text", "直す".into())])),
        op(m.record, OpBody::Delete),
        changes(mark(of, m.record, "a1").record, fields([("off", true.into())])),
        again,
    ] {
        let outcome = a1.then(&late, LATER).await;
        assert!(matches!(outcome, Outcome::Gone { .. }), "{outcome:?}");
    }
    a1.next = 1;
    applied(&a1.then(&m, LATER).await);
    assert_eq!(texts(&a2, of).await, ["了解です"]);
    assert_eq!(store.counts(NOW).await.unwrap().quarantine_open, 0);
    sound(&store).await;
}

pub async fn bytes_go_with_the_room_unless_a_case_has_them(store: Store) {
    let (mut a1, case) = office(&store).await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    all_applied(&mut a1, &direct("a1", "b1"), WORKING).await;
    let sha = kinds::photo::sha256(Variant::Original);
    let original = create(record_id(), "photo", &Scope::Case(case), None, fields([(&sha, "kept".into())]));
    let m = says(of, "写真");
    let shared = on(of, m.record, "photo", fields([("source", original.record.to_string().into())]));
    let own = on(of, m.record, "photo", fields([(&sha, "own".into())]));
    all_applied(&mut a1, &[original.clone(), m, shared.clone(), own.clone()], WORKING).await;
    for (record, sha256) in [(original.record, "kept"), (own.record, "own")] {
        let new = NewUpload {
            device: a1.caller.device,
            record,
            variant: Variant::Original,
            sha256: sha256.into(),
            cipher_sha256: format!("c-{sha256}"),
            key_id: None,
            length_bytes: 5,
            expires_ms: NIGHT,
        };
        let upload = store.upload_create(new, WORKING).await.unwrap();
        let blob = BlobRow { sha256: sha256.into(), bytes: 5, media_type: "image/jpeg".into() };
        store.upload_finish(upload.id, upload.fence, &blob, WORKING).await.unwrap();
    }
    assert!(store.office_blob_of(shared.record, Variant::Original).await.unwrap().is_some());
    // Long before anything else would be looked at.
    assert_eq!(store.orphan_blobs(0).await.unwrap(), []);
    assert_eq!(forget(&store, of).await, 1);
    let orphans = store.orphan_blobs(0).await.unwrap();
    assert_eq!(orphans.iter().map(|b| b.sha256.as_str()).collect::<Vec<_>>(), ["own"]);
    assert!(!store.forget_blob("kept", 0, NIGHT).await.unwrap());
    assert!(store.forget_blob("own", 0, NIGHT).await.unwrap());
    assert!(store.office_blob_of(original.record, Variant::Original).await.unwrap().is_some());
    sound(&store).await;
}

pub async fn an_answer_that_became_a_note_stays_in_its_case(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut b1 = phone(&store, "b1").await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    all_applied(&mut a1, &direct("a1", "b1"), WORKING).await;
    let f = fields([("text", "この虫は".into()), ("question", json!({"case": case}))]);
    let question = create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f);
    let answer = says(of, "ヨトウガです");
    all_applied(&mut a1, std::slice::from_ref(&question), WORKING).await;
    all_applied(&mut b1, std::slice::from_ref(&answer), WORKING).await;
    let marked = changes(question.record, fields([("answer", answer.record.to_string().into())]));
    all_applied(&mut a1, &[marked], WORKING).await;
    assert_eq!(forget(&store, of).await, 2);
    let (in_case, _) = a1.after(&Scope::Case(case), 0).await;
    assert!(in_case.iter().any(|r| r.kind == "note" && r.text("text").starts_with("ヨトウガです")));
    sound(&store).await;
}

pub async fn a_call_goes_with_its_answers_and_held_words_with_their_message(store: Store) {
    people(&store).await;
    let (mut a1, mut a2, mut a9) =
        (phone(&store, "a1").await, phone(&store, "a2").await, phone(&store, "a9").await);
    let of = record_id();
    let f = fields([("type", "disaster".into()), ("name", "大雨".into()), ("sections", vec![A].into())]);
    all_applied(&mut a9, &[create(of, kinds::ROOM, &Scope::Room(of), None, f)], WORKING).await;
    let f =
        fields([("text", "安否を".into()), ("sections", vec![A].into()), ("asks", vec!["safety"].into())]);
    let asks = create(record_id(), kinds::CALL, &Scope::Room(of), None, f);
    all_applied(&mut a9, std::slice::from_ref(&asks), WORKING).await;
    let answers = |by: &str| {
        let id = call::answer_id(asks.record, &StaffId::from(by));
        let f = fields([("safety", "hurt".into()), ("text", "左腕".into())]);
        create(id, kinds::CALL_ANSWER, &Scope::Tally(asks.record), None, f)
    };
    all_applied(&mut a1, &[answers("a1")], WORKING).await;
    assert_eq!(forget(&store, of).await, 1);
    assert!(is_emptied(&store, asks.record).await && is_emptied(&store, answers("a1").record).await);
    assert!(store.call_answers(asks.record).await.unwrap().is_empty());
    assert!(store.calls(&a1.caller, 9).await.unwrap().is_empty());
    assert_eq!(a2.then(&answers("a2"), LATER).await, Outcome::Voided, "the call is over for good");
    // What waited for the morning once is told nowhere else either.
    let evening = WORKING - 14 * 3_600_000;
    let pair = room::direct_id(&"a1".into(), &"b1".into());
    all_applied(&mut a1, &direct("a1", "b1"), evening).await;
    let m = says(pair, "夜分に");
    assert!(matches!(a1.then(&m, evening).await, Outcome::Held { .. }));
    assert_eq!(store.release_held(WORKING).await.unwrap().count, 1);
    assert_eq!(forget(&store, pair).await, 1);
    assert!(is_emptied(&store, message::held_id(m.record)).await);
    sound(&store).await;
}

/// Who was refused in the room: what people have dealt with goes, what still waits for them stays.
pub async fn what_was_refused_about_a_removed_message_goes_when_it_is_settled(store: Store) {
    people(&store).await;
    let (mut a1, mut a2) = (phone(&store, "a1").await, phone(&store, "a2").await);
    let of = room::section_id(A);
    let m = says(of, "話");
    all_applied(&mut a1, std::slice::from_ref(&m), WORKING).await;
    let forged = [(); 2].map(|()| changes(m.record, fields([("text", "他人の直し".into())])));
    for change in &forged {
        assert_eq!(reason(&a2.then(change, WORKING).await), "not-author");
    }
    store.quarantine_close(&a2.caller, forged[0].op_id.0, WORKING).await.unwrap();
    assert_eq!(forget(&store, of).await, 1);
    for (change, emptied) in forged.iter().zip([true, false]) {
        let row = store.quarantine_entry(change.op_id.0).await.unwrap().unwrap();
        assert_eq!(row.bytes.starts_with(br#"{"purged":""#), emptied);
    }
    sound(&store).await;
}

/// A room says how long it keeps what is said in it, in whole days; whether that counts is the office's setting.
pub async fn only_days_are_taken_as_a_room_s_wish(store: Store) {
    people(&store).await;
    let mut a1 = phone(&store, "a1").await;
    let (of, made) = super::rooms::group("all");
    all_applied(&mut a1, &[made, member(of, "a1", "admin")], WORKING).await;
    for (value, fits) in [(json!(90), true), (json!(0), false), (json!("9"), false), (json!(null), true)] {
        let outcome = a1.then(&changes(of, fields([(room::RETENTION_DAYS, value.clone())])), WORKING).await;
        assert_eq!(matches!(outcome, Outcome::Applied { .. }), fits, "{value}");
    }
}
