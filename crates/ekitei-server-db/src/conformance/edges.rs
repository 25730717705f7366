//! The edges of messaging: full rooms, two who make one room, and what is shared, hung on or marked by the wrong hand.

use super::held::{EVENING, MORNING};
use super::kit::*;
use super::rooms::{WORKING, direct, group, leaves, member, says, texts};
use ekitei_model::chat::{message, room};
use ekitei_model::{OpBody, OpId, Operation, Outcome, Record, RecordId, Scope, kinds, merge};
use serde_json::{Value, json};

async fn all_applied(phone: &mut Phone, ops: &[Operation]) {
    for outcome in phone.push_then(ops, WORKING).await {
        applied(&outcome);
    }
}

fn change(record: RecordId, name: &str, value: &str) -> Operation {
    op(record, OpBody::Patch { base: [].into(), fields: fields([(name, value.into())]) })
}

fn picture(of: RecordId, parent: Option<RecordId>) -> Operation {
    create(record_id(), kinds::PHOTO, &Scope::Room(of), parent, fields([]))
}

pub async fn a_room_takes_five_hundred_by_name(store: Store) {
    people(&store).await;
    let mut a1 = phone(&store, "a1").await;
    let (of, made) = group("all");
    let crowd: Vec<Operation> =
        (2..room::MAX_MEMBERS).map(|n| member(of, &format!("m{n:03}"), "member")).collect();
    all_applied(&mut a1, &[&[made], &crowd[..]].concat()).await;
    // One seat is left, for who comes first in the push.
    let outcomes = a1.push_then(&["a2", "b1"].map(|who| member(of, who, "member")), WORKING).await;
    applied(&outcomes[0]);
    assert_eq!(reason(&outcomes[1]), "room-full");
    let listed = |r: Record| r.list(room::MEMBERS);
    let now = listed(a1.record(of).await.unwrap());
    assert_eq!(now.len(), room::MAX_MEMBERS);
    assert!(now.contains(&"a2".to_owned()) && !now.contains(&"b1".to_owned()));
    // Who is in may still change, and who goes makes room.
    let role = change(room::member_id(of, &"a2".into()), room::member::ROLE, room::member::ADMIN);
    all_applied(&mut a1, &[role, leaves(of, "m002"), member(of, "b1", "member")]).await;
    let back = change(room::member_id(of, &"m002".into()), room::member::STATE, room::member::MEMBER);
    assert_eq!(reason(&a1.then(&back, WORKING).await), "room-full");
    let b1 = phone(&store, "b1").await;
    assert_eq!(listed(b1.record(of).await.unwrap()).len(), room::MAX_MEMBERS);
    sound(&store).await;
}

pub async fn who_stays_keeps_what_they_may_read(store: Store) {
    people(&store).await;
    let (mut a1, b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    let (of, made) = group(room::HISTORY_JOINED);
    all_applied(&mut a1, &[made, says(of, "前"), member(of, "b1", "member"), says(of, "後")]).await;
    // Another role, and invited once more: nothing that moves the day of joining.
    let role = change(room::member_id(of, &"b1".into()), room::member::ROLE, room::member::ADMIN);
    all_applied(&mut a1, &[role, says(of, "次"), member(of, "b1", "member"), says(of, "今")]).await;
    assert_eq!(texts(&b1, of).await, ["後", "次", "今"]);
    // Nor does a room that opens its past from now on open it to those who are in.
    all_applied(&mut a1, &[change(of, room::HISTORY, room::HISTORY_ALL), member(of, "b1", "member")]).await;
    assert_eq!(texts(&b1, of).await, ["後", "次", "今"]);
    sound(&store).await;
}

pub async fn what_is_handed_on_was_readable_to_who_hands_it_on(store: Store) {
    people(&store).await;
    let (mut a1, mut b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    let (of, made) = group(room::HISTORY_JOINED);
    let (m, n, o) = (says(of, "前"), says(of, "後"), says(of, "取り消す"));
    let (before, after, gone) =
        (picture(of, Some(m.record)), picture(of, Some(n.record)), picture(of, Some(o.record)));
    all_applied(&mut a1, &[made, m, before.clone(), member(of, "b1", "member"), n, after.clone()]).await;
    all_applied(&mut a1, &[o.clone(), gone.clone(), op(o.record, OpBody::Delete)]).await;
    let to = room::direct_id(&"b1".into(), &"a2".into());
    let said = says(to, "転送します");
    all_applied(&mut b1, &[&direct("b1", "a2")[..], std::slice::from_ref(&said)].concat()).await;
    for (source, wanted) in [
        (after.record.to_string(), None),
        (before.record.to_string(), Some("source-unreadable")),
        (gone.record.to_string(), Some("source-unreadable")),
        (said.record.to_string(), Some("source-unreadable")),
        ("写真".to_owned(), Some("source-unreadable")),
    ] {
        let f = fields([(message::SOURCE, source.as_str().into())]);
        let shared = create(record_id(), kinds::PHOTO, &Scope::Room(to), Some(said.record), f);
        let outcome = b1.then(&shared, WORKING).await;
        match wanted {
            Some(code) => assert_eq!(reason(&outcome), code, "{source}"),
            None => _ = applied(&outcome),
        }
    }
    sound(&store).await;
}

pub async fn pictures_hang_on_messages_of_their_room_alone(store: Store) {
    people(&store).await;
    let mut a1 = phone(&store, "a1").await;
    let (of, made) = group("all");
    let (other, second) = group("all");
    let (m, elsewhere) = (says(of, "写真です"), says(other, "別の部屋"));
    let there = picture(of, Some(m.record));
    all_applied(&mut a1, &[made, second, m, elsewhere.clone(), there.clone()]).await;
    let of_room = room::member_id(of, &"a1".into());
    all_applied(&mut a1, &[member(of, "a1", "admin")]).await;
    for parent in [None, Some(of), Some(of_room), Some(there.record)] {
        assert_eq!(reason(&a1.then(&picture(of, parent), WORKING).await), "chat-field", "{parent:?}");
    }
    let outcome = a1.then(&picture(of, Some(elsewhere.record)), WORKING).await;
    assert_eq!(reason(&outcome), "parent-elsewhere");
    sound(&store).await;
}

pub async fn who_comes_second_to_a_room_changes_nothing_of_it(store: Store) {
    people(&store).await;
    let (mut a1, mut b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    all_applied(&mut a1, &direct("a1", "b1")).await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    let before = a1.record(of).await.unwrap();
    let mut second = direct("b1", "a1").remove(0);
    if let OpBody::Create { fields, .. } = &mut second.body {
        fields.insert(room::COLOUR.to_owned(), "green".into());
        fields.insert(room::NAME.to_owned(), "別の名".into());
    }
    let outcome = b1.then(&second, WORKING).await;
    assert_eq!(outcome, Outcome::Applied { scope: Scope::Room(of), seq: 0 });
    let after = b1.record(of).await.unwrap();
    assert_eq!((after.seq, &after.fields, &after.created), (before.seq, &before.fields, &before.created));
    sound(&store).await;
}

pub async fn only_what_was_said_there_answers_a_question(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut b1 = phone(&store, "b1").await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    let (elsewhere, made) = group("all");
    all_applied(&mut a1, &[&direct("a1", "b1")[..], &[made]].concat()).await;
    let asks = || {
        let f = fields([("text", "この虫は何ですか".into()), (message::QUESTION, json!({"case": case}))]);
        create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f)
    };
    let (question, foreign) = (asks(), asks());
    let (far, hidden, good, better) =
        (says(elsewhere, "別の部屋"), says(of, "間違い"), says(of, "ヨトウガ"), says(of, "オオタバコガ"));
    all_applied(&mut a1, &[question.clone(), far.clone()]).await;
    all_applied(&mut b1, &[foreign.clone(), hidden.clone(), good.clone(), better.clone()]).await;
    all_applied(&mut b1, &[op(hidden.record, OpBody::Delete)]).await;
    let marks = |q: &Operation, a: RecordId| change(q.record, message::ANSWER, &a.to_string());
    let none = [far.record, hidden.record, record_id(), of];
    let notes = async |of: &Phone| {
        let (all, _) = of.after(&Scope::Case(case), 0).await;
        all.into_iter()
            .filter(|r| r.kind == kinds::NOTE)
            .map(|r| r.text("text").to_owned())
            .collect::<Vec<_>>()
    };
    // b1 may ask, and mark, but writes nothing into a case of others.
    all_applied(&mut b1, &[marks(&foreign, good.record)]).await;
    for answer in none {
        all_applied(&mut a1, &[marks(&question, answer)]).await;
    }
    assert_eq!(notes(&a1).await, [""; 0]);
    for answer in [good.record, better.record, good.record] {
        all_applied(&mut a1, &[marks(&question, answer)]).await;
    }
    let written = notes(&a1).await;
    assert_eq!(written.len(), 2, "each once: {written:?}");
    assert!(written[0].starts_with("ヨトウガ") && written[1].starts_with("オオタバコガ"));
    sound(&store).await;
}

pub async fn what_a_backup_lost_is_not_held_again(store: Store) {
    people(&store).await;
    let mut a1 = phone(&store, "a1").await;
    let b1 = phone(&store, "b1").await;
    all_applied(&mut a1, &direct("a1", "b1")).await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    let m = says(of, "昨日の朝に届いていた");
    let OpBody::Create { kind, scope, parent, fields } = &m.body else { unreachable!("a create") };
    let writer = merge::Writer { device: a1.caller.device, staff: &a1.caller.staff };
    let mut lost = merge::created(&m, kind, scope, *parent, fields, writer);
    (lost.born_seq, lost.seq, lost.received_ms) = (90, 90, WORKING);
    // The phone of who had read it brings it; its writer lets it in.
    assert_eq!(store.salvage(&b1.caller, vec![lost], EVENING).await.unwrap(), 1);
    let entry = store.quarantine(&a1.caller).await.unwrap().remove(0);
    applied(&store.quarantine_release(&a1.caller, entry.id, EVENING).await.unwrap().outcome);
    assert_eq!(texts(&b1, of).await, ["昨日の朝に届いていた"]);
    assert!(a1.record(message::held_id(m.record)).await.is_none());
    sound(&store).await;
}

pub async fn what_was_held_goes_once_and_never_after_its_end(store: Store) {
    people(&store).await;
    let (mut a1, b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    a1.push_then(&direct("a1", "b1"), EVENING).await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    let (kept, dropped) = (says(of, "夜分に"), says(of, "取り消す"));
    for outcome in a1.push_then(&[kept.clone(), dropped.clone()], EVENING).await {
        assert!(matches!(outcome, Outcome::Held { .. }), "{outcome:?}");
    }
    // The morning's push takes one back and says two things before the office's clock came round.
    let morning = [op(dropped.record, OpBody::Delete), says(of, "朝"), says(of, "昼")];
    for outcome in a1.push_then(&morning, MORNING).await {
        applied(&outcome);
    }
    assert_eq!(texts(&b1, of).await, ["夜分に", "朝", "昼"]);
    let held = a1.record(message::held_id(kept.record)).await.unwrap();
    assert!(held.deleted && held.fields.get(message::held::REFUSED).is_none_or(Value::is_null));
    assert_eq!(store.release_held(MORNING).await.unwrap().count, 0);
    let again = Operation { op_id: OpId(uuid::Uuid::now_v7()), ..dropped };
    assert!(matches!(a1.then(&again, MORNING).await, Outcome::Gone { .. }));
    sound(&store).await;
}
