//! What a phone brings back after a restore makes nobody's words by another's hand, and nobody's night out of a morning.

use super::held::{EVENING, MORNING};
use super::kit::*;
use super::rooms::{WORKING, direct, says, texts};
use ekitei_model::chat::{call, message, room};
use ekitei_model::{OpBody, Operation, Outcome, Record, Scope, kinds, merge};

/// As a mirror of the restored office's past has it: made by `by`.
fn mirrored(made: &Operation, by: &Phone) -> Record {
    let writer = merge::Writer { device: by.caller.device, staff: &by.caller.staff };
    let OpBody::Create { kind, scope, parent, fields } = &made.body else { unreachable!("a create") };
    let mut lost = merge::created(made, kind, scope, *parent, fields, writer);
    (lost.born_seq, lost.seq, lost.received_ms) = (90, 90, WORKING);
    lost
}

async fn brings(by: &Phone, record: &Record, now_ms: i64) -> u64 {
    by.store.salvage(&by.caller, vec![record.clone()], now_ms).await.unwrap()
}

async fn lets_in(who: &Phone, id: uuid::Uuid, now_ms: i64) -> Outcome {
    who.store.quarantine_release(&who.caller, id, now_ms).await.unwrap().outcome
}

/// What somebody finds on the board, and that its number is told rightly.
async fn board(who: &Phone) -> Vec<uuid::Uuid> {
    let rows = who.store.quarantine(&who.caller).await.unwrap();
    let counted = who.store.own_counts(&who.caller).await.unwrap().quarantine_open;
    assert_eq!(counted, rows.len() as u64, "{}", who.caller.staff);
    rows.into_iter().map(|r| r.id).collect()
}

pub async fn nobody_writes_in_another_s_name_by_way_of_a_restore(store: Store) {
    people(&store).await;
    let (mut a1, b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    a1.push_then(&direct("a1", "b1"), EVENING).await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    // b1 makes it up: a1 never said it.
    let forged = says(of, "私がやりました");
    assert_eq!(brings(&b1, &mirrored(&forged, &a1), EVENING).await, 1);
    assert!(board(&b1).await.is_empty(), "it is the matter of whom it names");
    let found = board(&a1).await;
    let row = store.quarantine_entry(found[0]).await.unwrap().unwrap();
    assert_eq!((row.staff.as_str(), row.device), ("a1", b1.caller.device), "and says who brought it");
    assert_eq!(code(store.quarantine_release(&b1.caller, found[0], EVENING).await), "quarantine-unknown");
    assert!(texts(&a1, of).await.is_empty());
    store.quarantine_close(&a1.caller, found[0], EVENING).await.unwrap();
    // An answer to a call of 安否・参集, the same.
    let call = record_id();
    let answer = create(
        call::answer_id(call, &"a1".into()),
        kinds::CALL_ANSWER,
        &Scope::Tally(call),
        None,
        fields([("safety", "hurt".into())]),
    );
    assert_eq!(brings(&b1, &mirrored(&answer, &a1), EVENING).await, 1);
    assert_eq!((board(&b1).await.len(), board(&a1).await.len()), (0, 1));
    sound(&store).await;
}

pub async fn who_brings_a_colleague_s_note_does_not_let_it_in(store: Store) {
    let (a1, case) = office(&store).await;
    let (a2, a9) = (phone(&store, "a2").await, phone(&store, "a9").await);
    let lost: Vec<Operation> = ["一", "二", "三"].map(|text| note_in(case, text)).to_vec();
    for note in &lost {
        assert_eq!(brings(&a2, &mirrored(note, &a1), NOW).await, 1);
    }
    let rows = store.quarantine(&a2.caller).await.unwrap();
    let entry = |of: &Operation| rows.iter().find(|r| r.record == Some(of.record)).unwrap().id;
    for note in &lost {
        assert_eq!(reason(&lets_in(&a2, entry(note), NOW).await), "salvage-own-offer");
        assert!(a1.record(note.record).await.is_none());
    }
    // Its writer, or somebody else who may write there.
    for (note, who) in [(&lost[0], &a1), (&lost[1], &a9)] {
        applied(&lets_in(who, entry(note), NOW).await);
        let back = a1.record(note.record).await.unwrap();
        assert_eq!(back.created.as_ref().unwrap().staff.as_str(), "a1");
        assert_eq!(back.text(kinds::SALVAGED_BY), "a2", "who brought it stays visible");
    }
    // Own work needs nobody else.
    let own = note_in(case, "自分の");
    assert_eq!(brings(&a1, &mirrored(&own, &a1), NOW).await, 1);
    let rows = store.quarantine(&a1.caller).await.unwrap();
    let row = rows.iter().find(|r| r.record == Some(own.record)).unwrap();
    applied(&lets_in(&a1, row.id, NOW).await);
    assert!(!a1.record(own.record).await.unwrap().fields.contains_key(kinds::SALVAGED_BY));
    sound(&store).await;
}

pub async fn what_is_brought_twice_is_one_entry_and_another_content_is_another(store: Store) {
    let (a1, case) = office(&store).await;
    let (a2, a9) = (phone(&store, "a2").await, phone(&store, "a9").await);
    let note = note_in(case, "本当の");
    let lost = mirrored(&note, &a1);
    let mut forged = lost.clone();
    forged.fields.insert("text".into(), "作り話".into());
    // Who comes first does not keep the truth away.
    for (who, record) in [(&a2, &forged), (&a9, &lost), (&a1, &lost)] {
        assert_eq!(brings(who, record, NOW).await, 1);
    }
    let rows = store.quarantine(&a1.caller).await.unwrap();
    assert_eq!(rows.len(), 2);
    let of_text =
        |text: &str| rows.iter().find(|r| String::from_utf8_lossy(&r.bytes).contains(text)).unwrap();
    applied(&lets_in(&a1, of_text("本当の").id, NOW).await);
    assert_eq!(a1.record(note.record).await.unwrap().text("text"), "本当の");
    sound(&store).await;
}

pub async fn one_s_own_word_for_it_passes_no_quiet_hours(store: Store) {
    people(&store).await;
    let (mut a1, b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    a1.push_then(&direct("a1", "b1"), EVENING).await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    let m = says(of, "夜分に");
    assert_eq!(brings(&a1, &mirrored(&m, &a1), EVENING).await, 1);
    let entry = board(&a1).await.remove(0);
    assert!(matches!(lets_in(&a1, entry, EVENING).await, Outcome::Held { .. }));
    assert!(texts(&b1, of).await.is_empty() && board(&a1).await.is_empty());
    assert_eq!(a1.record(message::held_id(m.record)).await.unwrap().text("text"), "夜分に");
    assert_eq!(store.release_held(MORNING).await.unwrap().count, 1);
    assert_eq!(texts(&b1, of).await, ["夜分に"]);
    sound(&store).await;
}
