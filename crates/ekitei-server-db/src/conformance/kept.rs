//! What hangs on a message: how much, and what its sender sees of it while the message is held.

use super::bytes::send;
use super::held::EVENING;
use super::kit::*;
use super::rooms::{WORKING, direct, says};
use ekitei_model::chat::message::{MAX_FILE_BYTES, MAX_FILES_BYTES};
use ekitei_model::chat::room;
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::{OpBody, Operation, Outcome, RecordId, Scope};

fn file(of: RecordId, to: RecordId, bytes: u64) -> Operation {
    let f = fields([("name", "図面.pdf".into()), ("bytes", bytes.into()), ("sha256", "f".repeat(64).into())]);
    create(record_id(), kinds::FILE, &Scope::Room(of), Some(to), f)
}

pub async fn files_of_one_message_have_a_limit_together(store: Store) {
    people(&store).await;
    let mut a1 = phone(&store, "a1").await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    let (m, other) = (says(of, "図面です"), says(of, "別の便"));
    for outcome in
        a1.push_then(&[&direct("a1", "b1")[..], &[m.clone(), other.clone()]].concat(), WORKING).await
    {
        applied(&outcome);
    }
    // In one push, as a phone sends them, and later.
    let half = MAX_FILES_BYTES / 2;
    assert!(half <= MAX_FILE_BYTES);
    let kept = [file(of, m.record, half), file(of, m.record, half - 1)];
    let outcomes = a1.push_then(&[&kept[..], &[file(of, m.record, 2)]].concat(), WORKING).await;
    applied(&outcomes[0]);
    applied(&outcomes[1]);
    assert_eq!(reason(&outcomes[2]), "files-too-large");
    assert_eq!(reason(&a1.then(&file(of, m.record, 2), WORKING).await), "files-too-large");
    applied(&a1.then(&file(of, m.record, 1), WORKING).await);
    applied(&a1.then(&file(of, other.record, half), WORKING).await);
    // What was taken out again makes room.
    applied(&a1.then(&op(kept[0].record, OpBody::Delete), WORKING).await);
    applied(&a1.then(&file(of, m.record, half), WORKING).await);
    sound(&store).await;
}

pub async fn what_waits_with_a_held_message_is_its_sender_s_to_see(store: Store) {
    people(&store).await;
    let (mut a1, b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    let of = room::direct_id(&"a1".into(), &"b1".into());
    a1.push_then(&direct("a1", "b1"), EVENING).await;
    let m = says(of, "夜分に");
    let f = fields([(photo::sha256(Variant::Thumb).as_str(), "a".repeat(64).into())]);
    let picture = create(record_id(), kinds::PHOTO, &Scope::Room(of), Some(m.record), f);
    let paper = file(of, m.record, 3);
    let outcomes = a1.push_then(&[m.clone(), picture.clone(), paper.clone()], EVENING).await;
    assert!(matches!(outcomes[0], Outcome::Held { .. }), "{outcomes:?}");
    let kept = store.kept_children(&"a1".into(), m.record).await.unwrap();
    assert_eq!(kept.iter().map(|r| r.id).collect::<Vec<_>>(), [picture.record, paper.record]);
    assert_eq!((kept[1].text("name"), kept[0].text(&photo::arrived(Variant::Thumb))), ("図面.pdf", ""));
    assert!(store.kept_children(&"b1".into(), m.record).await.unwrap().is_empty(), "nobody else's");
    // Its bytes come before it; they are its sender's alone.
    send(&store, &a1, picture.record, Variant::Thumb, &"a".repeat(64)).await;
    let kept = store.kept_children(&"a1".into(), m.record).await.unwrap();
    assert!(!kept[0].text(&photo::arrived(Variant::Thumb)).is_empty());
    let blob = store.blob_of(&a1.caller, picture.record, Variant::Thumb).await.unwrap();
    assert_eq!(blob.map(|b| b.sha256), Some("a".repeat(64)));
    assert_eq!(store.blob_of(&b1.caller, picture.record, Variant::Thumb).await.unwrap(), None);
    assert_eq!(store.blob_of(&a1.caller, picture.record, Variant::Original).await.unwrap(), None);
    sound(&store).await;
}
