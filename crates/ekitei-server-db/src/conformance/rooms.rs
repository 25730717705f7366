//! Rooms: who is in them, what each may read, what hangs on messages.

use super::kit::*;
use crate::MessageFilter;
use ekitei_model::chat::{call, message, room};
use ekitei_model::{OpBody, Operation, Outcome, RecordId, Scope, StaffId, kinds};
use serde_json::json;

/// 2026-11-20 10:00 in Japan, a Friday: nobody's evening.
pub const WORKING: i64 = NOW - 24 * 3_600_000;

impl Phone {
    /// Pushes at another time than [`NOW`].
    pub async fn push_then(&mut self, ops: &[Operation], now_ms: i64) -> Vec<Outcome> {
        let lines: Vec<_> = ops.iter().map(incoming).collect();
        let header = self.header(self.next, lines.len());
        let pushed = self.store.apply_push(&self.caller, &header, lines, now_ms).await.unwrap();
        self.next += ops.len() as u64;
        pushed.results.into_iter().map(|r| r.outcome).collect()
    }

    pub async fn then(&mut self, op: &Operation, now_ms: i64) -> Outcome {
        self.push_then(std::slice::from_ref(op), now_ms).await.remove(0)
    }
}

pub fn group(history: &str) -> (RecordId, Operation) {
    let id = record_id();
    let f = fields([("type", "group".into()), ("name", "林道".into()), ("history", history.into())]);
    (id, create(id, kinds::ROOM, &Scope::Room(id), None, f))
}

pub fn direct(a: &str, b: &str) -> Vec<Operation> {
    let id = room::direct_id(&a.into(), &b.into());
    let made = create(
        id,
        kinds::ROOM,
        &Scope::Room(id),
        None,
        fields([("type", "direct".into()), ("pair", serde_json::json!(room::pair(&a.into(), &b.into())))]),
    );
    vec![made, member(id, a, "admin"), member(id, b, "admin")]
}

pub fn member(of: RecordId, staff: &str, role: &str) -> Operation {
    let id = room::member_id(of, &staff.into());
    let f = fields([("staff", staff.into()), ("role", role.into()), ("state", "member".into())]);
    create(id, kinds::ROOM_MEMBER, &Scope::Room(of), None, f)
}

pub fn leaves(of: RecordId, staff: &str) -> Operation {
    let f = fields([("state", "left".into())]);
    op(room::member_id(of, &staff.into()), OpBody::Patch { base: [].into(), fields: f })
}

pub fn says(of: RecordId, text: &str) -> Operation {
    create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, fields([("text", text.into())]))
}

pub async fn texts(phone: &Phone, of: RecordId) -> Vec<String> {
    let (records, _) = phone.after(&Scope::Room(of), 0).await;
    let mut said: Vec<_> = records.into_iter().filter(|r| r.kind == kinds::MESSAGE && !r.deleted).collect();
    said.sort_by_key(|r| r.born_seq);
    said.iter().map(|r| r.text("text").to_owned()).collect()
}

async fn is_open(phone: &Phone, of: RecordId) -> bool {
    !phone.after(&Scope::Room(of), 0).await.1.denied
}

pub async fn who_joins_reads_what_the_room_allows_and_who_leaves_loses_it(store: Store) {
    people(&store).await;
    let (mut a1, mut a2, mut b1) =
        (phone(&store, "a1").await, phone(&store, "a2").await, phone(&store, "b1").await);
    let (of, made) = group("joined");
    let before = b1.ask(vec![], 1 << 20).await.reply.acl_version;
    let ops = [made, member(of, "a1", "admin"), member(of, "a2", "member"), says(of, "一")];
    for outcome in a1.push_then(&ops, WORKING).await {
        applied(&outcome);
    }
    assert!(is_open(&a2, of).await && !is_open(&b1, of).await);
    assert_eq!(reason(&b1.then(&says(of, "外"), WORKING).await), "not-allowed");
    // What was not taken into the room is its writer's alone.
    for (who, count) in [(&a1, 0), (&a2, 0), (&b1, 1)] {
        assert_eq!(store.quarantine(&who.caller).await.unwrap().len(), count, "{}", who.caller.staff);
    }
    // Only who looks after the room invites; leaving is everybody's own.
    assert_eq!(reason(&a2.then(&member(of, "b1", "member"), WORKING).await), "not-room-admin");
    applied(&a1.then(&member(of, "b1", "member"), WORKING).await);
    assert_ne!(b1.ask(vec![], 1 << 20).await.reply.acl_version, before, "phones look again");
    applied(&a1.then(&says(of, "二"), WORKING).await);
    assert_eq!(texts(&b1, of).await, ["二"]);
    assert_eq!(texts(&a2, of).await, ["一", "二"]);
    let entry = b1.record(room::entry_id(of, &Scope::User("b1".into()))).await.unwrap();
    assert_eq!(
        (entry.text("name"), entry.text("type"), entry.text("room")),
        ("林道", "group", of.to_string().as_str())
    );
    applied(&b1.then(&leaves(of, "b1"), WORKING).await);
    assert!(!is_open(&b1, of).await, "the phone erases it");
    assert!(b1.record(room::entry_id(of, &Scope::User("b1".into()))).await.unwrap().deleted);
    applied(&a1.then(&says(of, "三"), WORKING).await);
    // Back again: what was said meanwhile stays hidden.
    applied(&a1.then(&member(of, "b1", "member"), WORKING).await);
    applied(&a1.then(&says(of, "四"), WORKING).await);
    assert_eq!(texts(&b1, of).await, ["二", "四"]);
    let (_, header) = b1.after(&Scope::Room(of), 0).await;
    let (rest, _) = b1.after(&Scope::Room(of), header.next).await;
    assert!(rest.is_empty() && header.next == header.head, "pages end at the head although some is hidden");
    // The last who looks after it goes: the others do.
    applied(&a1.then(&leaves(of, "a1"), WORKING).await);
    let now = a2.record(of).await.unwrap();
    assert_eq!(now.list(room::ADMINS), ["a2", "b1"]);
    assert_eq!(now.list(room::MEMBERS), ["a2", "b1"]);
    sound(&store).await;
}

pub async fn a_section_that_comes_later_reads_what_the_room_allows(store: Store) {
    people(&store).await;
    let (mut a9, a1, b1) = (phone(&store, "a9").await, phone(&store, "a1").await, phone(&store, "b1").await);
    let of = record_id();
    let f = fields([
        ("type", "offices".into()),
        ("name", "合同点検".into()),
        ("history", "joined".into()),
        ("sections", vec![A].into()),
    ]);
    let made = create(of, kinds::ROOM, &Scope::Room(of), None, f);
    let sections = |paths: &[&str]| {
        let f = fields([("sections", paths.to_vec().into())]);
        op(of, OpBody::Patch { base: [].into(), fields: f })
    };
    let said = [made, member(of, "a9", "admin"), says(of, "一"), sections(&[A, B]), says(of, "二")];
    for outcome in a9.push_then(&said, WORKING).await {
        applied(&outcome);
    }
    assert_eq!(texts(&b1, of).await, ["二"]);
    assert_eq!(texts(&a1, of).await, ["一", "二"], "the room was made with them");
    // Whoever comes into the section reads what is open to the section.
    let joins = person("b2", B, ekitei_model::people::Role::Staff);
    store.import_staff(vec![joins], WORKING).await.unwrap();
    let b2 = phone(&store, "b2").await;
    assert_eq!(texts(&b2, of).await, ["二"]);
    // Out and in again: what was said meanwhile stays hidden.
    for op in [sections(&[A]), says(of, "三"), sections(&[A, B]), says(of, "四")] {
        applied(&a9.then(&op, WORKING).await);
    }
    assert_eq!(texts(&b1, of).await, ["二", "四"]);
    assert_eq!(texts(&a1, of).await.len(), 4);
    // Asked by a call: from the call on.
    let (alarm, asked) = (record_id(), record_id());
    let scope = Scope::Room(alarm);
    let f = fields([
        ("type", "disaster".into()),
        ("name", "地震".into()),
        ("history", "joined".into()),
        ("sections", vec![A].into()),
    ]);
    let made = create(alarm, kinds::ROOM, &scope, None, f);
    let f =
        fields([("text", "震度5弱".into()), ("sections", vec![B].into()), ("asks", vec!["safety"].into())]);
    let call = create(asked, kinds::CALL, &scope, None, f);
    for outcome in a9.push_then(&[made, says(alarm, "先に"), call, says(alarm, "参集")], WORKING).await {
        applied(&outcome);
    }
    assert_eq!(texts(&b1, alarm).await, ["参集"]);
    assert!(b1.after(&scope, 0).await.0.iter().any(|r| r.id == asked), "the call itself");
    assert_eq!(texts(&a1, alarm).await, ["先に", "参集"]);
    sound(&store).await;
}

pub async fn both_open_the_same_one_to_one_room(store: Store) {
    people(&store).await;
    let (mut a1, mut b1, a2) =
        (phone(&store, "a1").await, phone(&store, "b1").await, phone(&store, "a2").await);
    let of = room::direct_id(&"b1".into(), &"a1".into());
    for outcome in a1.push_then(&[&direct("a1", "b1")[..], &[says(of, "甲")]].concat(), WORKING).await {
        applied(&outcome);
    }
    for outcome in b1.push_then(&[&direct("b1", "a1")[..], &[says(of, "乙")]].concat(), WORKING).await {
        applied(&outcome);
    }
    assert_eq!(texts(&a1, of).await, ["甲", "乙"]);
    assert!(!is_open(&a2, of).await);
    assert_eq!(reason(&a1.then(&member(of, "a2", "member"), WORKING).await), "room-fixed");
    assert_eq!(reason(&a1.then(&leaves(of, "a1"), WORKING).await), "room-fixed");
    let own = room::self_id(&"a2".into());
    let f = fields([("type", "self".into())]);
    let foreign = create(own, kinds::ROOM, &Scope::Room(own), None, f);
    assert_eq!(reason(&a1.then(&foreign, WORKING).await), "derived-id");
    sound(&store).await;
}

pub async fn half_a_one_to_one_room_is_completed_by_the_other(store: Store) {
    people(&store).await;
    let (mut a1, mut b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    let of = room::direct_id(&"b1".into(), &"a1".into());
    // The line broke after the first operation.
    applied(&a1.then(&direct("a1", "b1")[0], WORKING).await);
    for outcome in b1.push_then(&[&direct("b1", "a1")[..], &[says(of, "乙")]].concat(), WORKING).await {
        applied(&outcome);
    }
    assert_eq!(texts(&b1, of).await, ["乙"]);
    assert_eq!(texts(&a1, of).await, ["乙"]);
}

pub async fn every_section_has_its_room(store: Store) {
    people(&store).await;
    let (mut a1, mut a9, b1) =
        (phone(&store, "a1").await, phone(&store, "a9").await, phone(&store, "b1").await);
    let of = room::section_id(A);
    applied(&a1.then(&says(of, "係へ"), WORKING).await);
    assert_eq!(texts(&a9, of).await, ["係へ"]);
    assert!(!is_open(&b1, of).await);
    let seen = a1.record(of).await.unwrap();
    let paint = patch(&seen, fields([("colour", "green".into())]));
    assert_eq!(reason(&a1.then(&paint, WORKING).await), "not-room-admin");
    applied(&a9.then(&patch(&seen, fields([("colour", "green".into())])), WORKING).await);
    let entry = room::entry_id(of, &Scope::Section(A.to_owned()));
    assert_eq!(a1.record(entry).await.unwrap().text("colour"), "green");
    people(&store).await;
    assert_eq!(a1.record(of).await.unwrap().text("colour"), "green", "an import leaves it alone");
    assert_eq!(store.section_rooms(WORKING).await.unwrap().count, 0);
    sound(&store).await;
}

pub async fn messages_are_changed_by_their_author_and_leave_nothing_when_taken_back(store: Store) {
    people(&store).await;
    let (mut a1, mut a2) = (phone(&store, "a1").await, phone(&store, "a2").await);
    let of = room::section_id(A);
    let m = says(of, "はじめ");
    let photo = create(record_id(), "photo", &Scope::Room(of), Some(m.record), fields([]));
    let foreign = create(record_id(), "photo", &Scope::Room(of), Some(m.record), fields([]));
    for outcome in a1.push_then(&[m.clone(), photo.clone()], WORKING).await {
        applied(&outcome);
    }
    assert_eq!(reason(&a2.then(&foreign, WORKING).await), "not-author");
    let seen = a1.record(m.record).await.unwrap();
    assert_eq!(reason(&a2.then(&patch(&seen, fields([("text", "偽".into())])), WORKING).await), "not-author");
    applied(&a1.then(&patch(&seen, fields([("text", "なおし".into())])), WORKING).await);
    let mark = |by: &str, mark: &str| {
        let id = message::reaction_id(m.record, &by.into(), mark);
        create(id, kinds::REACTION, &Scope::Room(of), Some(m.record), fields([("mark", mark.into())]))
    };
    applied(&a2.then(&mark("a2", "ryokai"), WORKING).await);
    assert_eq!(reason(&a2.then(&mark("a1", "heart"), WORKING).await), "derived-id");
    let off = op(
        mark("a2", "ryokai").record,
        OpBody::Patch { base: [].into(), fields: fields([("off", true.into())]) },
    );
    applied(&a2.then(&off, WORKING).await);
    applied(&a2.then(&mark("a2", "ryokai"), WORKING).await);
    assert!(!a1.record(off.record).await.unwrap().flag("off"), "set again under the same id");
    applied(&a1.then(&op(m.record, OpBody::Delete), WORKING).await);
    let now = a2.record(m.record).await.unwrap();
    assert!(now.flag(message::UNSENT) && now.text("text").is_empty() && !now.deleted);
    assert!(a2.record(photo.record).await.unwrap().deleted);
    let late = create(record_id(), "photo", &Scope::Room(of), Some(m.record), fields([]));
    assert_eq!(a1.then(&late, WORKING).await, Outcome::Voided, "nothing hangs on it any more");
    assert_eq!(
        reason(&a1.then(&patch(&now, fields([("text", "また".into())])), WORKING).await),
        "message-unsent"
    );
    let filter = MessageFilter { text: Some("な".into()), ..Default::default() };
    let found = store.search_messages(&a1.caller, &filter, 9).await.unwrap();
    assert!(found.is_empty(), "nor is it found");
    sound(&store).await;
}

pub async fn a_shared_photo_needs_the_right_to_read_its_source(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut b1 = phone(&store, "b1").await;
    let original =
        create(record_id(), "photo", &Scope::Case(case), None, fields([("sha256.thumb", "t".into())]));
    applied(&a1.one(&original).await);
    let of = room::direct_id(&"a1".into(), &"b1".into());
    a1.push_then(&direct("a1", "b1"), WORKING).await;
    let share = |m: &Operation| {
        let f = fields([("source", original.record.to_string().into())]);
        create(record_id(), "photo", &Scope::Room(of), Some(m.record), f)
    };
    let (m, n) = (says(of, "これは"), says(of, "のぞき"));
    let shared = share(&m);
    for outcome in a1.push_then(&[m.clone(), shared.clone()], WORKING).await {
        applied(&outcome);
    }
    let seen = b1.record(shared.record).await.unwrap();
    assert_eq!((seen.text("sha256.thumb"), seen.text("office.thumb_at")), ("t", ""));
    // The bytes come for the case's photo; they are there for the room's, too.
    let new = crate::NewUpload {
        device: a1.caller.device,
        record: original.record,
        variant: kinds::Variant::Thumb,
        sha256: "t".into(),
        cipher_sha256: "c".into(),
        key_id: None,
        length_bytes: 7,
        expires_ms: NOW + 9,
    };
    let upload = store.upload_create(new, NOW).await.unwrap();
    let blob = crate::BlobRow { sha256: "t".into(), bytes: 7, media_type: "image/jpeg".into() };
    store.upload_finish(upload.id, 0, &blob, NOW).await.unwrap();
    assert!(!b1.record(shared.record).await.unwrap().text("office.thumb_at").is_empty());
    assert_eq!(store.blob_of(&b1.caller, shared.record, kinds::Variant::Thumb).await.unwrap(), Some(blob));
    assert!(b1.record(original.record).await.is_none());
    let outcomes = b1.push_then(&[n.clone(), share(&n)], WORKING).await;
    assert_eq!(reason(&outcomes[1]), "source-unreadable");
}

pub async fn an_answer_becomes_a_note_of_the_case(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut b1 = phone(&store, "b1").await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    a1.push_then(&direct("a1", "b1"), WORKING).await;
    let f = fields([("text", "この虫は何ですか".into()), ("question", json!({"case": case}))]);
    let question = create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f);
    applied(&a1.then(&question, WORKING).await);
    let answer = says(of, "ヨトウガです");
    applied(&b1.then(&answer, WORKING).await);
    let seen = a1.record(question.record).await.unwrap();
    let marked = patch(&seen, fields([("answer", answer.record.to_string().into())]));
    assert_eq!(reason(&b1.then(&marked, WORKING).await), "not-author");
    let marked = patch(&seen, fields([("answer", answer.record.to_string().into())]));
    applied(&a1.then(&marked, WORKING).await);
    let (in_case, _) = a1.after(&Scope::Case(case), 0).await;
    let note = in_case.iter().find(|r| r.kind == "note").unwrap();
    assert!(note.text("text").starts_with("ヨトウガです") && note.text("text").contains("職員b1"));
    sound(&store).await;
}

pub async fn a_call_counts_its_answers(store: Store) {
    people(&store).await;
    let (mut a1, mut a2, mut a9) =
        (phone(&store, "a1").await, phone(&store, "a2").await, phone(&store, "a9").await);
    let of = record_id();
    let f = fields([("type", "disaster".into()), ("name", "大雨".into()), ("sections", vec![A].into())]);
    let made = create(of, kinds::ROOM, &Scope::Room(of), None, f);
    assert_eq!(reason(&a1.then(&made, NOW).await), "not-allowed");
    let made = Operation { op_id: ekitei_model::OpId(uuid::Uuid::now_v7()), ..made };
    applied(&a9.then(&made, NOW).await);
    let f = fields([
        ("text", "安否を".into()),
        ("sections", vec![A].into()),
        ("asks", vec!["safety", "coming"].into()),
    ]);
    let asks = create(record_id(), kinds::CALL, &Scope::Room(of), None, f);
    applied(&a9.then(&asks, NOW).await);
    let answers = |by: &str, safety: &str, coming: &str| {
        let id = call::answer_id(asks.record, &StaffId::from(by));
        let f = fields([("safety", safety.into()), ("coming", coming.into())]);
        create(id, kinds::CALL_ANSWER, &Scope::Tally(asks.record), None, f)
    };
    applied(&a1.then(&answers("a1", "safe", "can_go"), NOW).await);
    applied(&a2.then(&answers("a2", "safe", "in_30"), NOW).await);
    applied(&a2.then(&answers("a2", "hurt", "cannot"), NOW).await);
    assert_eq!(reason(&a2.then(&answers("a1", "safe", "can_go"), NOW).await), "derived-id");
    assert!(a1.after(&Scope::Tally(asks.record), 0).await.1.denied, "answers are nobody's feed");
    assert_eq!(store.tally(NOW + 4_999).await.unwrap().count, 0, "members are told every five seconds");
    assert_eq!(store.tally(NOW + 5_000).await.unwrap().count, 1);
    let counted = a1.record(asks.record).await.unwrap();
    let t = &counted.fields[call::TALLY];
    let number = |name: &str| t[name].as_u64().unwrap();
    assert_eq!(
        ["asked", "answered", "safe", "hurt", "can_go", "in_30", "cannot", "read"].map(number),
        [3, 2, 1, 1, 1, 0, 1, 2]
    );
    assert_eq!(store.tally(NOW + 10_000).await.unwrap().count, 0, "nothing came since");
    applied(&a9.then(&answers("a9", "help", "cannot"), NOW + 10_000).await);
    assert_eq!(store.tally(NOW + 9_999).await.unwrap().count, 0);
    assert_eq!(store.tally(NOW + 10_000).await.unwrap().count, 1);
    assert_eq!(store.calls(&a1.caller, 9).await.unwrap().len(), 1);
    sound(&store).await;
}

pub async fn who_may_what_in_a_room_follows_from_the_same_push(store: Store) {
    people(&store).await;
    let (mut a1, mut a2, mut b1) =
        (phone(&store, "a1").await, phone(&store, "a2").await, phone(&store, "b1").await);
    a1.push_then(&direct("a1", "b1"), WORKING).await;
    let pair = room::direct_id(&"a1".into(), &"b1".into());
    assert_eq!(reason(&a2.then(&says(pair, "盗み聞き"), WORKING).await), "not-allowed", "a third");
    // Who made it looks after it, also when their own record says nothing of it.
    let (of, made) = group("all");
    let f = fields([("staff", "a1".into()), ("state", "member".into())]);
    let own = create(room::member_id(of, &"a1".into()), kinds::ROOM_MEMBER, &Scope::Room(of), None, f);
    for outcome in a1.push_then(&[made, own, member(of, "a2", "admin")], WORKING).await {
        applied(&outcome);
    }
    // Handed over and left, each with what would still follow in the same push.
    let role = op(
        room::member_id(of, &"a1".into()),
        OpBody::Patch { base: [].into(), fields: fields([("role", "member".into())]) },
    );
    let outcomes = a1.push_then(&[role, member(of, "b1", "member")], WORKING).await;
    applied(&outcomes[0]);
    assert_eq!(reason(&outcomes[1]), "not-room-admin");
    let outcomes = a1.push_then(&[leaves(of, "a1"), says(of, "追伸")], WORKING).await;
    applied(&outcomes[0]);
    assert_eq!(reason(&outcomes[1]), "not-allowed");
    // Who is asked answers a call, wherever it was made; who is neither asked nor in its room does not.
    let mut a9 = phone(&store, "a9").await;
    let (disaster, called) = (record_id(), record_id());
    let scope = Scope::Room(disaster);
    let f = fields([("type", "disaster".into()), ("name", "地震".into()), ("sections", vec![A].into())]);
    let made = create(disaster, kinds::ROOM, &scope, None, f);
    let f =
        fields([("text", "震度5弱".into()), ("sections", vec![B].into()), ("asks", vec!["safety"].into())]);
    for outcome in a9.push_then(&[made, create(called, kinds::CALL, &scope, None, f)], WORKING).await {
        applied(&outcome);
    }
    let answers = |staff: &str| {
        let (id, f) = (call::answer_id(called, &staff.into()), fields([("safety", "safe".into())]));
        create(id, kinds::CALL_ANSWER, &Scope::Tally(called), None, f)
    };
    applied(&b1.then(&answers("b1"), WORKING).await);
    let mut root = phone(&store, "root").await;
    assert_eq!(reason(&root.then(&answers("root"), WORKING).await), "not-allowed");
    sound(&store).await;
}
