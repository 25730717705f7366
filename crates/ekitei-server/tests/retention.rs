//! Retention: content goes when its time is over, by itself and by command; what is referred to stays.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::chat::room;
use ekitei_model::kinds::Variant;
use ekitei_model::{OpBody, OpId, Operation, Outcome, RecordId, Scope, Stamp};
use serde_json::json;
use std::path::PathBuf;
use std::process::Command;
use uuid::Uuid;

const DAY_MS: i64 = 24 * 3_600_000;

fn delete(record: RecordId) -> Operation {
    Operation { op_id: OpId(Uuid::now_v7()), record, at: Stamp::japan(NOW_MS), body: OpBody::Delete }
}

fn blob(office: &Office, plain: &[u8]) -> PathBuf {
    office.data().join("blobs").join(&sha256(plain)[..2]).join(sha256(plain))
}

#[tokio::test]
async fn deleted_photos_lose_their_bytes_and_words_after_sixty_days() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let photos: Vec<_> = (1..=2).map(|n| photo(case, &jpeg(n), "のり面")).collect();
    phone.push(&photos).await;
    for (n, op) in (1..).zip(&photos) {
        phone.upload(op.record, Variant::Original, &jpeg(n)).await;
    }
    office.settle().await;
    phone.push(&[delete(photos[0].record)]).await;
    let stray = office.data().join("staging").join(Uuid::now_v7().to_string());
    std::fs::write(&stray, b"left behind").unwrap();
    let interrupted = blob(&office, &jpeg(2)).with_extension("aside");
    std::fs::rename(blob(&office, &jpeg(2)), &interrupted).unwrap();
    let storage = office.storage();
    assert!(storage.history(photos[0].record).await.unwrap().iter().any(|v| v.contains("のり面")));
    office.clock.advance(61 * DAY_MS);
    // The worker looks after it by itself.
    while blob(&office, &jpeg(1)).exists() || stray.exists() || interrupted.exists() {
        tokio::task::yield_now().await;
    }
    let traces = storage.history(photos[0].record).await.unwrap();
    assert!(!traces.is_empty() && traces.iter().all(|v| v.starts_with(r#"{"purged":""#)), "{traces:?}");
    assert_eq!(
        std::fs::read(blob(&office, &jpeg(2))).unwrap(),
        jpeg(2),
        "what is referred to is back in its place"
    );
    assert_eq!(storage.all_blobs().await.unwrap().len(), 1);
    assert_eq!(storage.verify_rows().await.unwrap(), vec![]);
    let kept = office.office_record(photos[1].record).await;
    assert_eq!(kept.text("caption"), "のり面");
}

#[tokio::test]
async fn the_command_says_what_would_go_and_takes_it() {
    let mut office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let note = create(case, "note", json!({ "text": "消された言葉" }));
    phone.push(std::slice::from_ref(&note)).await;
    // Deleted two days before the command's own clock, which is the machine's.
    let now_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    office.clock.advance(now_ms - 2 * DAY_MS - NOW_MS);
    phone.refresh_token().await;
    phone.push(&[delete(note.record)]).await;
    let purge = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ekitei-server"));
        command
            .args(["purge", "--data", office.data().to_str().unwrap()])
            .args(more)
            .env("EKITEI_LANG", "en");
        let out = command.output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let history = async || office.storage().history(note.record).await.unwrap().join("\n");
    assert!(purge(&[]).starts_with("Emptied: 0 records"), "sixty days are not over");
    assert!(purge(&["--days", "1", "--dry-run"]).starts_with("Would empty: 1 records"));
    assert!(history().await.contains("消された言葉"), "a look changes nothing");
    assert!(purge(&["--days", "1"]).starts_with("Emptied: 1 records"));
    assert!(!history().await.contains("消された言葉"));
    assert!(purge(&["--days", "1"]).starts_with("Emptied: 0 records"));
    office.stop().await;
}

fn retention_of_rooms(office: &Office, rules: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ekitei-server"));
    command.args(["room-retention", "--data", office.data().to_str().unwrap()]).args(rules);
    let out = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if out.status.success() { Ok(text(out.stdout)) } else { Err(text(out.stderr)) }
}

fn in_room(room: RecordId, kind: &str, parent: Option<RecordId>, fields: serde_json::Value) -> Operation {
    let body = OpBody::Create {
        kind: kind.into(),
        scope: Scope::Room(room),
        parent,
        fields: serde_json::from_value(fields).unwrap(),
    };
    let record = if kind == "room" { room } else { RecordId(Uuid::now_v7()) };
    Operation { op_id: OpId(Uuid::now_v7()), record, at: Stamp::japan(NOW_MS), body }
}

#[tokio::test]
async fn rooms_keep_what_is_said_as_long_as_the_office_says() {
    let office = Office::start().await;
    assert!(retention_of_rooms(&office, &[]).unwrap().contains("self=keep\ndirect=keep"));
    assert!(retention_of_rooms(&office, &["club=3"]).unwrap_err().contains("club=3"));
    let told = retention_of_rooms(&office, &["self=30", "group=365,90-1095"]).unwrap();
    assert!(told.contains("self=30\n") && told.contains("group=365,90-1095"), "{told}");
    assert_eq!(retention_of_rooms(&office, &[]).unwrap(), told);
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let (own, section) = (room::self_id(&"s1".into()), room::section_id(SECTION));
    let m = in_room(own, "message", None, json!({"text": "あとでPCで見る"}));
    let pictures = [1, 2].map(|n| {
        let fields = json!({"sha256.original": sha256(&jpeg(n)), "caption": "のり面"});
        in_room(own, "photo", Some(m.record), fields)
    });
    let kept = photo(case, &jpeg(2), "のり面");
    let other = in_room(section, "message", None, json!({"text": "大雨", "urgent": "土砂災害"}));
    let ops = [
        vec![in_room(own, "room", None, json!({"type": "self"})), m.clone(), kept.clone(), other.clone()],
        pictures.to_vec(),
    ];
    for result in phone.push(&ops.concat()).await {
        assert!(matches!(result.outcome, Outcome::Applied { .. }), "{:?}", result.outcome);
    }
    for (op, n) in [(&pictures[0], 1), (&pictures[1], 2), (&kept, 2)] {
        phone.upload(op.record, Variant::Original, &jpeg(n)).await;
    }
    office.settle().await;
    let seen = phone.changes(&Scope::Room(own), 0).await.iter().map(|r| r.seq).max().unwrap();
    office.clock.advance(31 * DAY_MS);
    while blob(&office, &jpeg(1)).exists() {
        tokio::task::yield_now().await;
    }
    assert!(blob(&office, &jpeg(2)).exists(), "the case has the same picture");
    phone.refresh_token().await;
    let news = phone.changes(&Scope::Room(own), seen).await;
    for id in [m.record, pictures[0].record, pictures[1].record] {
        assert!(news.iter().any(|r| r.id == id && r.deleted), "phones hear that {id} is gone");
    }
    let now = office.office_record(own).await;
    assert_eq!(now.fields[room::PURGED], 1);
    assert_eq!(office.office_record(other.record).await.text("text"), "大雨", "that room keeps everything");
    assert_eq!(office.storage().verify_rows().await.unwrap(), vec![]);
}

#[tokio::test]
async fn who_looks_after_a_room_chooses_within_what_the_office_allows() {
    let office = Office::start().await;
    retention_of_rooms(&office, &["group=365,90-1095", "direct=30"]).unwrap();
    let mut head = office.console("s3").await;
    let made = head.post("/api/rooms", &json!({"type": "group", "name": "巡回", "members": ["s1"]})).await;
    let room: serde_json::Value = made.json().await.unwrap();
    let path = format!("/api/rooms/{}", room["room"].as_str().unwrap());
    let keep = async |who: &Console| who.json(&path).await["keep"].clone();
    assert_eq!(keep(&head).await, json!({"days": 365, "chosen": null, "own": [90, 1095]}));
    let member = office.console("s1").await;
    let days = |n: serde_json::Value| json!({"base": {}, "fields": {"retention_days": n}});
    let refused = member.patch(&path, &days(json!(100))).await;
    let outcome: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(outcome["code"], "not-room-admin", "only who looks after the room");
    let taken = head.patch(&path, &days(json!(100))).await;
    assert!(taken.status().is_success());
    assert_eq!(keep(&member).await, json!({"days": 100, "chosen": 100, "own": [90, 1095]}));
    // The office narrows what it allows: the wish stays, and counts as far as it may.
    retention_of_rooms(&office, &["group=365,180-1095"]).unwrap();
    assert_eq!(keep(&head).await, json!({"days": 180, "chosen": 100, "own": [180, 1095]}));
}
