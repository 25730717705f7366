//! What follows from what is said: whom a call asks hears of it, an answer brings its pictures into the case, what may go
//! sooner takes what was said before it along; and what a search finds.

use super::held::{EVENING, MORNING};
use super::kit::*;
use super::rooms::{WORKING, direct, says, texts};
use crate::{BlobRow, MessageFilter, NewUpload};
use ekitei_model::chat::{message, room};
use ekitei_model::kinds::{self, Variant};
use ekitei_model::{Operation, Outcome, RecordId, Scope, Stamp};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

pub async fn a_call_comes_to_everybody_it_asks(store: Store) {
    people(&store).await;
    let (mut a9, b1) = (phone(&store, "a9").await, phone(&store, "b1").await);
    let (of, called) = (record_id(), record_id());
    let scope = Scope::Room(of);
    let f = fields([("type", "disaster".into()), ("name", "大雨".into()), ("sections", vec![A].into())]);
    applied(&a9.then(&create(of, kinds::ROOM, &scope, None, f), WORKING).await);
    assert!(b1.record(of).await.is_none());
    let f = fields([
        ("text", "土砂災害警戒".into()),
        ("sections", vec![A, B].into()),
        ("asks", vec!["safety"].into()),
    ]);
    applied(&a9.then(&create(called, kinds::CALL, &scope, None, f), WORKING).await);
    assert_eq!(b1.record(called).await.unwrap().text("text"), "土砂災害警戒");
    assert_eq!(b1.record(of).await.unwrap().list(room::SECTIONS), [A, B]);
    assert!(
        b1.record(room::entry_id(of, &Scope::Section(B.to_owned()))).await.is_some(),
        "it stands in their list"
    );
    // Its words are those of who made it; whoever leads may end it.
    let seen = a9.record(called).await.unwrap();
    let mut root = phone(&store, "root").await;
    store.import_staff(vec![person("b9", B, ekitei_model::people::Role::Head)], WORKING).await.unwrap();
    let mut b9 = phone(&store, "b9").await;
    assert_eq!(
        reason(&b9.then(&patch(&seen, fields([("text", "訓練".into())])), WORKING).await),
        "not-author"
    );
    applied(
        &b9.then(&patch(&seen, fields([("closed_at", "2026-11-20T12:00:00+09:00".into())])), WORKING).await,
    );
    assert_eq!(reason(&root.then(&says(of, "のぞき"), WORKING).await), "not-allowed");
    sound(&store).await;
}

pub async fn a_picture_may_be_shown_before_its_case_has_it(store: Store) {
    let (mut a1, case) = office(&store).await;
    let b1 = phone(&store, "b1").await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    a1.push_then(&direct("a1", "b1"), WORKING).await;
    let original =
        create(record_id(), "photo", &Scope::Case(case), None, fields([("sha256.thumb", "t".into())]));
    let question = says(of, "この虫は何ですか");
    let f = fields([(message::SOURCE, original.record.to_string().into())]);
    let shared = create(record_id(), "photo", &Scope::Room(of), Some(question.record), f);
    let outcomes = a1.push_then(&[question, shared.clone()], WORKING).await;
    assert_eq!(outcomes[1], Outcome::WaitingParent { needs: original.record });
    applied(&a1.one(&original).await);
    assert_eq!(b1.record(shared.record).await.unwrap().text("sha256.thumb"), "t");
    sound(&store).await;
}

async fn brings(store: &Store, phone: &Phone, record: RecordId, sha256: &str) {
    let new = NewUpload {
        device: phone.caller.device,
        record,
        variant: Variant::Original,
        sha256: sha256.into(),
        cipher_sha256: format!("c{sha256}"),
        key_id: None,
        length_bytes: 7,
        expires_ms: NOW + 9,
    };
    let upload = store.upload_create(new, NOW).await.unwrap();
    let blob = BlobRow { sha256: sha256.into(), bytes: 7, media_type: "image/jpeg".into() };
    store.upload_finish(upload.id, 0, &blob, NOW).await.unwrap();
}

pub async fn an_answer_brings_its_pictures_into_the_case(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut b1 = phone(&store, "b1").await;
    let of = room::direct_id(&"a1".into(), &"b1".into());
    a1.push_then(&direct("a1", "b1"), WORKING).await;
    let f = fields([("text", "見本はありますか".into()), ("question", json!({"case": case}))]);
    let question = create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f);
    applied(&a1.then(&question, WORKING).await);
    let answer =
        create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, fields([("stamp", "ryokai".into())]));
    let picture = |name: &str, sha256: &str| {
        let f = fields([("sha256.original", sha256.into()), ("caption", name.into())]);
        create(record_id(), kinds::PHOTO, &Scope::Room(of), Some(answer.record), f)
    };
    let (here, later) = (picture("成虫", "p"), picture("幼虫", "q"));
    let f = fields([("name", "図鑑.pdf".into()), ("bytes", 7.into()), ("sha256.original", "r".into())]);
    let file = create(record_id(), kinds::FILE, &Scope::Room(of), Some(answer.record), f);
    for outcome in b1.push_then(&[answer.clone(), here.clone(), later.clone(), file], WORKING).await {
        applied(&outcome);
    }
    brings(&store, &b1, here.record, "p").await;
    let seen = a1.record(question.record).await.unwrap();
    let marked = |who: &Operation| patch(&seen, fields([("answer", who.record.to_string().into())]));
    applied(&a1.then(&marked(&answer), WORKING).await);
    let (in_case, _) = a1.after(&Scope::Case(case), 0).await;
    let note = in_case.iter().find(|r| r.kind == kinds::NOTE).unwrap();
    assert!(note.text("text").starts_with("了解\n添付: 図鑑.pdf\n\n職員b1"), "{}", note.text("text"));
    let pictures: Vec<_> = in_case.iter().filter(|r| r.kind == kinds::PHOTO).collect();
    let captions: Vec<&str> = pictures.iter().map(|r| r.text("caption")).collect();
    assert_eq!(captions, ["成虫", "幼虫"]);
    let arrived = |r: &ekitei_model::Record| !r.text("office.original_at").is_empty();
    assert!(arrived(pictures[0]) && !arrived(pictures[1]));
    // The rest comes for the room; it is the case's, too, and goes into its folder.
    brings(&store, &b1, later.record, "q").await;
    let now = a1.record(pictures[1].id).await.unwrap();
    assert!(arrived(&now));
    let mut filed = Vec::new();
    while let Some(job) = store.claim_job(WORKING + DAY, DAY).await.unwrap() {
        filed.push(job.record);
    }
    assert!(pictures.iter().all(|picture| filed.contains(&picture.id)), "{filed:?}");
    sound(&store).await;
}

pub async fn what_may_go_sooner_takes_what_was_said_before_along(store: Store) {
    people(&store).await;
    let (mut a1, mut b1, mut a9) =
        (phone(&store, "a1").await, phone(&store, "b1").await, phone(&store, "a9").await);
    let of = room::direct_id(&"a1".into(), &"b1".into());
    a1.push_then(&direct("a1", "b1"), EVENING).await;
    let until = |outcome: Outcome| match outcome {
        Outcome::Held { until_ms, .. } => until_ms,
        other => panic!("not held: {other:?}"),
    };
    let mut said = Vec::new();
    for text in ["一", "二", "三"] {
        said.push(says(of, text));
    }
    assert_eq!(until(b1.then(&said[0], EVENING).await), MORNING);
    // In between the one who is written to is put on duty from midnight on.
    let stamp = |ms: i64| Value::from(Stamp::japan(ms).to_string());
    let midnight = EVENING + 4 * HOUR;
    let on_duty = |from: i64| {
        let row = fields([
            ("staff", "a1".into()),
            ("from", stamp(from)),
            ("to", stamp(MORNING)),
            ("what", "当番".into()),
        ]);
        create(record_id(), kinds::DUTY, &Scope::Section(A.to_owned()), None, row)
    };
    applied(&a9.then(&on_duty(midnight), EVENING).await);
    assert_eq!(until(b1.then(&said[1], EVENING).await), midnight);
    let shown = b1.record(message::held_id(said[0].record)).await.unwrap();
    assert_eq!(
        shown.text("until").parse::<Stamp>().unwrap().utc_ms,
        midnight,
        "the first waits no longer than it"
    );
    // And at once: all three, in their order.
    applied(&a9.then(&on_duty(EVENING), EVENING + 1).await);
    applied(&b1.then(&said[2], EVENING + 2).await);
    assert_eq!(texts(&a1, of).await, ["一", "二", "三"]);
    assert!(b1.record(shown.id).await.unwrap().deleted);
    assert_eq!(store.release_held(MORNING).await.unwrap().count, 0);
    sound(&store).await;
}

pub async fn an_urgent_message_takes_nothing_along(store: Store) {
    people(&store).await;
    let (mut a1, mut b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    let of = room::direct_id(&"a1".into(), &"b1".into());
    a1.push_then(&direct("a1", "b1"), EVENING).await;
    let held = b1.then(&says(of, "明日の件"), EVENING).await;
    assert!(matches!(held, Outcome::Held { until_ms: MORNING, .. }), "{held:?}");
    let f = fields([("text", "橋が落ちた".into()), ("urgent", "通行止め".into())]);
    let urgent = create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f);
    applied(&b1.then(&urgent, EVENING).await);
    assert_eq!(texts(&a1, of).await, ["橋が落ちた"]);
    assert_eq!(store.release_held(MORNING).await.unwrap().count, 1);
    sound(&store).await;
}

pub async fn messages_are_found_by_room_writer_day_and_pictures(store: Store) {
    people(&store).await;
    let (mut a1, mut a2) = (phone(&store, "a1").await, phone(&store, "a2").await);
    let (here, pair) = (room::section_id(A), room::direct_id(&"a1".into(), &"a2".into()));
    a1.push_then(&direct("a1", "a2"), WORKING).await;
    let photo = |text: &str| {
        let f = fields([("text", text.into()), ("photos", 2.into())]);
        create(record_id(), kinds::MESSAGE, &Scope::Room(here), None, f)
    };
    applied(&a1.then(&says(here, "橋の点検"), WORKING).await);
    applied(&a2.then(&photo("橋の写真"), WORKING + HOUR).await);
    applied(&a2.then(&says(pair, "橋の話"), WORKING + 2 * HOUR).await);
    let find = async |filter: MessageFilter| {
        let found = store.search_messages(&a1.caller, &filter, 9).await.unwrap();
        let text = |m: &String| {
            serde_json::from_str::<Value>(m).unwrap()["fields"]["text"].as_str().unwrap().to_owned()
        };
        found.iter().map(text).collect::<Vec<_>>()
    };
    let bridge = || MessageFilter { text: Some("橋".into()), ..Default::default() };
    assert_eq!(find(bridge()).await, ["橋の話", "橋の写真", "橋の点検"]);
    assert_eq!(find(MessageFilter { room: Some(pair), ..bridge() }).await, ["橋の話"]);
    assert_eq!(find(MessageFilter { from_staff: Some("a1".into()), ..bridge() }).await, ["橋の点検"]);
    assert_eq!(find(MessageFilter { photos: true, ..Default::default() }).await, ["橋の写真"]);
    let (from_ms, to_ms) = (Some(WORKING + HOUR), Some(WORKING + 2 * HOUR));
    assert_eq!(
        find(MessageFilter { from_ms, to_ms, ..Default::default() }).await,
        ["橋の写真"],
        "the end is exclusive"
    );
    assert_eq!(find(MessageFilter { from_staff: Some("b1".into()), ..bridge() }).await, [""; 0]);
    sound(&store).await;
}
