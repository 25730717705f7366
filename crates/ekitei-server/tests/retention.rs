//! Retention: content goes when its time is over, by itself and by command; what is referred to stays.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::kinds::Variant;
use ekitei_model::{OpBody, OpId, Operation, RecordId, Stamp};
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
