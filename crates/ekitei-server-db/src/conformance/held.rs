//! Messages outside working hours: held, shown to their sender, cancelled, released in order.

use super::kit::*;
use super::rooms::{WORKING, direct, group, leaves, member, says, texts};
use ekitei_model::chat::{message, quiet, room};
use ekitei_model::{OpBody, Operation, Outcome, RecordId, Scope, Stamp, kinds};
use serde_json::Value;

/// 2026-11-19 20:00 in Japan, a Thursday; the next morning.
pub const EVENING: i64 = WORKING - 14 * 3_600_000;
pub const MORNING: i64 = WORKING - 75 * 60_000;

async fn pair(store: &Store) -> (Phone, Phone, RecordId) {
    people(store).await;
    let (mut a1, b1) = (phone(store, "a1").await, phone(store, "b1").await);
    let of = room::direct_id(&"a1".into(), &"b1".into());
    a1.push_then(&direct("a1", "b1"), EVENING).await;
    (a1, b1, of)
}

/// The Monday after it.
pub const MONDAY: i64 = MORNING + 3 * 24 * 3_600_000;

/// One message that goes in the [`MORNING`], and one in another room that goes on [`MONDAY`].
pub async fn two_are_held(store: &Store) {
    let (mut a1, _, of) = pair(store).await;
    until(&a1.then(&says(of, "夜分に"), EVENING).await);
    a1.push_then(&direct("a1", "a2"), EVENING).await;
    let later = says(room::direct_id(&"a1".into(), &"a2".into()), "翌朝に");
    assert_eq!(until(&a1.then(&later, MORNING + 14 * 3_600_000).await), MONDAY);
}

fn until(outcome: &Outcome) -> i64 {
    match outcome {
        Outcome::Held { until_ms, scope, seq } => {
            assert!(matches!(scope, Scope::User(_)) && *seq > 0);
            *until_ms
        }
        other => panic!("not held: {other:?}"),
    }
}

pub async fn a_message_at_night_waits_for_the_morning(store: Store) {
    let (mut a1, b1, of) = pair(&store).await;
    let m = says(of, "夜分に");
    assert_eq!(until(&a1.then(&m, EVENING).await), MORNING);
    // A repeat after a lost answer is the same.
    a1.next -= 1;
    assert_eq!(until(&a1.then(&m, EVENING).await), MORNING);
    let shown = a1.record(message::held_id(m.record)).await.unwrap();
    assert_eq!((shown.text("text"), shown.text("message")), ("夜分に", m.record.to_string().as_str()));
    assert_eq!(shown.text("until").parse::<Stamp>().unwrap().utc_ms, MORNING);
    assert!(b1.record(shown.id).await.is_none() && texts(&b1, of).await.is_empty());
    assert_eq!(store.release_held(MORNING - 1).await.unwrap().count, 0);
    assert_eq!(store.expire_waiting(MORNING, MORNING).await.unwrap(), 0, "it does not wait for a line");
    let released = store.release_held(MORNING).await.unwrap();
    assert_eq!(released.count, 1);
    assert!(released.changed.touched.iter().any(|(s, _)| *s == Scope::Room(of)), "hints go out");
    assert_eq!(texts(&b1, of).await, ["夜分に"]);
    assert!(a1.record(shown.id).await.unwrap().deleted);
    a1.next -= 1;
    applied(&a1.then(&m, MORNING).await);
    assert_eq!(store.release_held(MORNING).await.unwrap().count, 0);
    sound(&store).await;
}

pub async fn held_messages_keep_their_order_and_nothing_overtakes_them(store: Store) {
    let (mut a1, mut b1, of) = pair(&store).await;
    // The clock of the phone jumps back between them: ids say nothing about order.
    let mut said: Vec<Operation> = (0..5).map(|n| says(of, &n.to_string())).collect();
    said.reverse();
    for (n, m) in said.iter_mut().enumerate() {
        if let OpBody::Create { fields, .. } = &mut m.body {
            fields.insert("text".into(), n.to_string().into());
        }
    }
    for outcome in a1.push_then(&said[..3], EVENING).await {
        until(&outcome);
    }
    until(&b1.then(&says(of, "b"), EVENING).await);
    for outcome in a1.push_then(&said[3..], EVENING + 1).await {
        until(&outcome);
    }
    // Before the office's clock came round to it, somebody writes in the morning.
    applied(&a1.then(&says(of, "朝"), MORNING).await);
    assert_eq!(texts(&b1, of).await, ["0", "1", "2", "b", "3", "4", "朝"]);
    assert_eq!(store.release_held(MORNING).await.unwrap().count, 0);
    sound(&store).await;
}

pub async fn a_held_message_is_changed_and_cancelled_with_all_that_hangs_on_it(store: Store) {
    let (mut a1, mut b1, of) = pair(&store).await;
    let (m, n) = (says(of, "まえ"), says(of, "取り消す"));
    let photo = |of_message: &Operation| {
        create(record_id(), "photo", &Scope::Room(of), Some(of_message.record), fields([]))
    };
    let (kept, dropped) = (photo(&m), photo(&n));
    let outcomes = a1.push_then(&[m.clone(), kept.clone(), n.clone(), dropped.clone()], EVENING).await;
    assert_eq!(outcomes[1], Outcome::WaitingParent { needs: m.record });
    let change = |id, f| op(id, OpBody::Patch { base: [].into(), fields: f });
    assert_eq!(reason(&b1.then(&op(m.record, OpBody::Delete), EVENING).await), "not-author");
    let edit = fields([("text", "あと".into()), ("edited_at", Stamp::japan(EVENING).to_string().into())]);
    until(&a1.then(&change(m.record, edit), EVENING).await);
    assert_eq!(a1.record(message::held_id(m.record)).await.unwrap().text("text"), "あと");
    let Outcome::Applied { scope, .. } = a1.then(&op(n.record, OpBody::Delete), EVENING).await else {
        panic!()
    };
    assert_eq!(scope, Scope::User("a1".into()));
    assert!(a1.record(message::held_id(n.record)).await.unwrap().deleted);
    assert_eq!(
        store.expire_waiting(MORNING, MORNING).await.unwrap(),
        0,
        "the photo waits as long as its message"
    );
    assert_eq!(store.release_held(MORNING).await.unwrap().count, 1);
    assert_eq!(texts(&b1, of).await, ["あと"]);
    assert_eq!(b1.record(m.record).await.unwrap().text("edited_at"), "", "nobody saw it before");
    assert!(b1.record(kept.record).await.is_some() && b1.record(dropped.record).await.is_none());
    a1.next = 4;
    let again = a1.push_then(&[m.clone(), kept, n, dropped], MORNING).await;
    assert!(matches!(
        again[..],
        [Outcome::Applied { .. }, Outcome::Applied { .. }, Outcome::Voided, Outcome::Voided]
    ));
    assert_eq!(store.counts(NOW).await.unwrap().waiting_parent, 0);
    sound(&store).await;
}

pub async fn urgent_messages_pass_with_a_reason_and_are_listed(store: Store) {
    let (mut a1, mut b1, of) = pair(&store).await;
    let urgent = |why: &str| {
        let f = fields([("text", "道路が".into()), ("urgent", why.into())]);
        create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f)
    };
    assert_eq!(reason(&a1.then(&urgent("急"), EVENING).await), "urgent-without-reason");
    let m = urgent("道路流失");
    applied(&a1.then(&m, EVENING).await);
    let f = fields([("text", "了解".into()), ("reply_to", m.record.to_string().into())]);
    applied(&b1.then(&create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f), EVENING).await);
    let a9 = phone(&store, "a9").await;
    let id = message::urgent_use_id(m.record);
    let listed = a9.record(id).await.unwrap();
    assert_eq!((listed.text("reason"), listed.text("staff")), ("道路流失", "a1"));
    // For the head of the section, whichever way one asks; not for colleagues, nor for who sent it.
    let a2 = phone(&store, "a2").await;
    for (who, sees) in [(&a9, true), (&a2, false), (&a1, false), (&b1, false)] {
        let (feed, _) = who.after(&Scope::Section(A.to_owned()), 0).await;
        let kind = store.of_kind(&who.caller, kinds::URGENT_USE, 9).await.unwrap();
        let seen = [feed.iter().any(|r| r.id == id), who.record(id).await.is_some(), !kind.is_empty()];
        assert_eq!(seen, [sees; 3], "{}", who.caller.staff);
    }
    let (_, header) = a2.after(&Scope::Section(A.to_owned()), 0).await;
    assert_eq!(header.next, header.head, "what is hidden stops no cursor");
    assert_eq!(texts(&b1, of).await.len(), 2);
    sound(&store).await;
}

pub async fn the_roster_and_the_hours_of_a_section_count(store: Store) {
    let (mut a1, mut b1, of) = pair(&store).await;
    let mut head = phone(&store, "a9").await;
    let scope = Scope::Section(A.to_owned());
    let stamp = |ms: i64| Value::from(Stamp::japan(ms).to_string());
    let row = fields([
        ("staff", "a1".into()),
        ("from", stamp(EVENING)),
        ("to", stamp(MORNING)),
        ("what", "当番".into()),
    ]);
    let duty = create(record_id(), kinds::DUTY, &scope, None, row);
    assert_eq!(reason(&a1.then(&duty, EVENING).await), "not-allowed");
    let duty = Operation { op_id: ekitei_model::OpId(uuid::Uuid::now_v7()), ..duty };
    applied(&head.then(&duty, EVENING).await);
    // Nobody looks for the times of people from elsewhere here.
    let row = fields([("staff", "b1".into()), ("from", stamp(EVENING)), ("to", stamp(MORNING))]);
    let strange = create(record_id(), kinds::DUTY, &scope, None, row);
    assert_eq!(reason(&head.then(&strange, EVENING).await), "not-of-section");
    let f = fields([("staff", "b1".into()), ("days", serde_json::json!({"thu": [["13:00", "22:00"]]}))]);
    let strange = create(quiet::hours_id(A, "b1"), kinds::HOURS, &scope, None, f);
    assert_eq!(reason(&head.then(&strange, EVENING).await), "not-of-section");
    let other = fields([("staff", "b1".into())]);
    let moved = op(duty.record, OpBody::Patch { base: [].into(), fields: other });
    assert_eq!(reason(&head.then(&moved, EVENING).await), "not-of-section");
    applied(&b1.then(&says(of, "当番さん"), EVENING).await);
    until(&a1.then(&says(of, "帰った人へ"), EVENING).await);
    let days = serde_json::json!({"thu": [["13:00", "22:00"]]});
    let f = fields([("staff", "".into()), ("days", days)]);
    let late = create(quiet::hours_id(B, ""), kinds::HOURS, &Scope::Section(B.to_owned()), None, f);
    assert_eq!(reason(&head.then(&late, EVENING).await), "not-allowed", "another section's");
    let mut leader = person("b9", B, ekitei_model::people::Role::Head);
    leader.name = "係長".into();
    store.import_staff(vec![leader], EVENING).await.unwrap();
    let mut b9 = phone(&store, "b9").await;
    let late = Operation { op_id: ekitei_model::OpId(uuid::Uuid::now_v7()), ..late };
    applied(&b9.then(&late, EVENING).await);
    applied(&a1.then(&says(of, "遅番へ"), EVENING).await);
    sound(&store).await;
}

/// a1 and b1, who looks after it, in a group; at night a1 says something with a photo and is put out.
async fn put_out_at_night(store: &Store) -> (Phone, Phone, RecordId, Operation, Operation) {
    people(store).await;
    let (mut a1, mut b1) = (phone(store, "a1").await, phone(store, "b1").await);
    let (of, made) = group("all");
    let ops = [made, member(of, "b1", "admin"), member(of, "a1", "member")];
    assert!(b1.push_then(&ops, EVENING).await.iter().all(|o| matches!(o, Outcome::Applied { .. })));
    let m = says(of, "明日の件");
    let photo = create(record_id(), "photo", &Scope::Room(of), Some(m.record), fields([]));
    until(&a1.push_then(&[m.clone(), photo.clone()], EVENING).await[0]);
    applied(&b1.then(&leaves(of, "a1"), EVENING).await);
    let released = store.release_held(MORNING).await.unwrap();
    assert_eq!(released.count, 1);
    assert!(released.changed.touched.iter().any(|(s, _)| *s == Scope::User("a1".into())), "hints go out");
    (a1, b1, of, m, photo)
}

fn once_more(m: &Operation) -> Operation {
    Operation { op_id: ekitei_model::OpId(uuid::Uuid::now_v7()), ..m.clone() }
}

fn back_in(of: RecordId) -> Operation {
    let f = fields([("state", "member".into())]);
    op(room::member_id(of, &"a1".into()), OpBody::Patch { base: [].into(), fields: f })
}

pub async fn what_is_refused_at_its_time_is_told_to_its_sender_who_sends_it_again(store: Store) {
    let (mut a1, mut b1, of, m, photo) = put_out_at_night(&store).await;
    let told = a1.record(message::held_id(m.record)).await.unwrap();
    assert_eq!((told.deleted, told.text("refused"), told.text("text")), (false, "not-allowed", "明日の件"));
    assert_eq!(told.scope, Scope::User("a1".into()));
    assert!(b1.record(told.id).await.is_none() && texts(&b1, of).await.is_empty());
    assert_eq!(store.release_held(MORNING).await.unwrap().count, 0, "told once");
    assert_eq!(store.expire_waiting(MORNING, MORNING).await.unwrap(), 0, "the photo waits for the decision");
    a1.next = 1;
    assert_eq!(reason(&a1.then(&m, MORNING).await), "not-allowed", "a repeat hears the same");
    a1.next += 1;
    assert!(!a1.record(told.id).await.unwrap().deleted, "nobody has decided");
    applied(&b1.then(&back_in(of), MORNING).await);
    assert!(texts(&b1, of).await.is_empty(), "nothing goes by itself");
    applied(&a1.then(&once_more(&m), MORNING).await);
    assert_eq!(texts(&b1, of).await, ["明日の件"]);
    assert!(a1.record(told.id).await.unwrap().deleted && b1.record(photo.record).await.is_some());
    assert_eq!(store.counts(NOW).await.unwrap().waiting_parent, 0);
    sound(&store).await;
}

pub async fn what_was_refused_at_its_time_is_taken_back_by_its_sender(store: Store) {
    let (mut a1, mut b1, of, m, photo) = put_out_at_night(&store).await;
    let gone = || op(m.record, OpBody::Delete);
    assert_eq!(reason(&b1.then(&gone(), MORNING).await), "not-author");
    assert!(!a1.record(message::held_id(m.record)).await.unwrap().deleted);
    let Outcome::Applied { scope, .. } = a1.then(&gone(), MORNING).await else { panic!() };
    assert_eq!(scope, Scope::User("a1".into()));
    assert!(a1.record(message::held_id(m.record)).await.unwrap().deleted);
    applied(&b1.then(&back_in(of), MORNING).await);
    assert!(texts(&b1, of).await.is_empty() && b1.record(photo.record).await.is_none());
    assert!(matches!(a1.then(&once_more(&m), MORNING).await, Outcome::Gone { .. }), "also elsewhere");
    assert_eq!(store.counts(NOW).await.unwrap().waiting_parent, 0);
    sound(&store).await;
}

pub async fn what_was_refused_at_its_time_may_be_held_or_refused_anew(store: Store) {
    let (mut a1, mut b1, of, m, _) = put_out_at_night(&store).await;
    let held = message::held_id(m.record);
    // Another's operation of that id decides nothing.
    let forged = create(m.record, kinds::MESSAGE, &Scope::Room(of), None, fields([("text", "偽".into())]));
    let mut a2 = phone(&store, "a2").await;
    assert_eq!(reason(&a2.then(&once_more(&forged), MORNING).await), "not-allowed");
    assert_eq!(a1.record(held).await.unwrap().text("refused"), "not-allowed");
    // Sent again and refused at once: the sender hears of it by the answer.
    assert_eq!(reason(&a1.then(&once_more(&m), MORNING).await), "not-allowed");
    assert!(a1.record(held).await.unwrap().deleted);
    applied(&b1.then(&back_in(of), MORNING).await);
    let night = EVENING + 4 * 24 * 3_600_000;
    until(&a1.then(&once_more(&m), night).await);
    let anew = a1.record(held).await.unwrap();
    assert_eq!((anew.deleted, anew.fields.contains_key("refused")), (false, false));
    assert_eq!(store.release_held(night + 13 * 3_600_000).await.unwrap().count, 1);
    assert_eq!(texts(&b1, of).await, ["明日の件"]);
    sound(&store).await;
}

pub async fn what_is_held_stays_so_whatever_else_is_said(store: Store) {
    let (mut a1, mut b1, of) = pair(&store).await;
    let m = says(of, "夜分に");
    until(&a1.then(&m, EVENING).await);
    until(&b1.then(&says(of, "こちらも"), EVENING + 1).await);
    assert!(
        texts(&a1, of).await.is_empty() && texts(&b1, of).await.is_empty(),
        "the next one lets nothing go"
    );
    assert_eq!(reason(&a1.then(&once_more(&m), EVENING).await), "record-exists");
    let long = fields([("text", "長".repeat(message::MAX_TEXT_CHARS + 1).into())]);
    let edit = op(m.record, OpBody::Patch { base: [].into(), fields: long });
    assert_eq!(reason(&a1.then(&edit, EVENING).await), "message-too-long");
    assert_eq!(a1.record(message::held_id(m.record)).await.unwrap().text("text"), "夜分に");
    sound(&store).await;
}

pub async fn an_urgent_message_opens_its_own_room_for_answers_and_is_listed_once(store: Store) {
    let (mut a1, mut b1, of) = pair(&store).await;
    a1.push_then(&direct("a1", "a2"), EVENING).await;
    let elsewhere = room::direct_id(&"a1".into(), &"a2".into());
    let said = |of: RecordId, more: (&str, Value)| {
        let f = fields([("text", "道路が".into()), more]);
        create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f)
    };
    let answers = |to: &Operation| ("reply_to", Value::from(to.record.to_string()));
    let (urgent, other) =
        (said(of, ("urgent", "道路流失".into())), said(elsewhere, ("urgent", "道路流失".into())));
    applied(&a1.then(&urgent, EVENING).await);
    applied(&a1.then(&other, EVENING).await);
    let answer = said(of, answers(&urgent));
    applied(&b1.then(&answer, EVENING).await);
    applied(&a1.then(&said(of, answers(&answer)), EVENING).await);
    until(&a1.then(&said(of, answers(&other)), EVENING).await);
    let listed = phone(&store, "a9").await.record(message::urgent_use_id(urgent.record)).await.unwrap();
    let edit = fields([("text", "県道が".into()), ("edited_at", Stamp::japan(EVENING).to_string().into())]);
    let edit = op(urgent.record, OpBody::Patch { base: [].into(), fields: edit });
    applied(&a1.then(&edit, EVENING + 60_000).await);
    let after = phone(&store, "a9").await.record(listed.id).await.unwrap();
    assert_eq!((after.seq, after.text("at")), (listed.seq, listed.text("at")), "with its time, once");
    sound(&store).await;
}

pub async fn hours_count_at_once_and_those_who_went_do_not(store: Store) {
    let (_, _, _) = pair(&store).await;
    let mut former = person("a3", A, ekitei_model::people::Role::Staff);
    former.posts[0].to = Some("2026-03-31".into());
    former.posts.push(person("a3", B, ekitei_model::people::Role::Staff).posts.remove(0));
    store.import_staff(vec![former], EVENING).await.unwrap();
    let mut a9 = phone(&store, "a9").await;
    let days = serde_json::json!({"thu": [["13:00", "22:00"]]});
    let f = fields([("staff", "".into()), ("days", days)]);
    let late = create(quiet::hours_id(A, ""), kinds::HOURS, &Scope::Section(A.to_owned()), None, f);
    let of = record_id();
    let f = fields([("type", "offices".into()), ("name", "係".into()), ("sections", vec![A].into())]);
    let made = create(of, kinds::ROOM, &Scope::Room(of), None, f);
    // The head's message comes with the hours that let it pass.
    let outcomes = a9.push_then(&[made, late, says(of, "遅番の皆さんへ")], EVENING).await;
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Applied { .. })), "{outcomes:?}");
    applied(&phone(&store, "a1").await.then(&says(of, "了解"), EVENING).await);
    sound(&store).await;
}
