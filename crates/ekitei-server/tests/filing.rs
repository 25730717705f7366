//! Into the shared folder: names, collisions, versions, shares that are away, cases that stay out.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod common;
use common::*;
use ekitei_model::kinds::Variant;
use ekitei_model::{OpBody, OpId, Operation, RecordId, Stamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use uuid::Uuid;

const FOLDER: &str = "甲振興局/商工課/指導係/R8-17_砂利採取場";

fn patch(record: RecordId, base: OpId, fields: Value) -> Operation {
    let fields: ekitei_model::record::Fields = fields.as_object().unwrap().clone().into_iter().collect();
    let base: BTreeMap<_, _> = fields.keys().map(|k| (k.clone(), base)).collect();
    let op_id = OpId(Uuid::now_v7());
    Operation { op_id, record, at: Stamp::japan(NOW_MS), body: OpBody::Patch { base, fields } }
}

async fn send(phone: &mut Phone, case: RecordId, caption: &str, plain: &[u8]) -> RecordId {
    let op = photo(case, plain, caption);
    phone.push(std::slice::from_ref(&op)).await;
    phone.upload(op.record, Variant::Original, plain).await;
    op.record
}

#[tokio::test]
async fn photos_land_under_their_case_whichever_of_record_and_bytes_comes_first() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let a = send(&mut phone, case, "のり面", &jpeg(1)).await;
    let op = photo(case, &jpeg(2), "沈砂池/上流");
    phone.upload(op.record, Variant::Original, &jpeg(2)).await;
    phone.push(std::slice::from_ref(&op)).await;
    office.settle().await;
    let name =
        |caption: &str, n| format!("{FOLDER}/2026-11-21/100500_{caption}_{}.jpg", &sha256(&jpeg(n))[..6]);
    let mut expected = vec![name("のり面", 1), name("沈砂池／上流", 2)];
    expected.sort();
    assert_eq!(office.files(), expected);
    assert_eq!(fs::read(office.share().join(name("のり面", 1))).unwrap(), jpeg(1));
    let record = office.office_record(a).await;
    assert_eq!(record.text("office.filed"), name("のり面", 1));
    assert!(!record.text("office.filed_at").is_empty());
}

#[tokio::test]
async fn a_rule_without_hash_gets_numbers_and_nothing_is_overwritten() {
    let office = Office::start_with(|c| c.name_rule.photo = "{caption}".into()).await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let folder = office.share().join(FOLDER).join("2026-11-21");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("全景.jpg"), "somebody's own file").unwrap();
    for n in 1..=3 {
        send(&mut phone, case, "全景", &jpeg(n)).await;
    }
    send(&mut phone, case, "全景", &jpeg(2)).await;
    office.settle().await;
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["全景 (2).jpg", "全景 (3).jpg", "全景 (4).jpg", "全景.jpg"]);
    assert_eq!(fs::read(folder.join("全景.jpg")).unwrap(), b"somebody's own file");
}

#[tokio::test]
async fn a_finished_note_becomes_a_text_file_and_a_second_version_beside_it() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let note = create(
        case,
        "note",
        json!({
            "title": "現地確認", "text": "異常なし\n沈砂池 良好", "written_at": "2026-11-21T10:05:00.000+09:00",
        }),
    );
    phone.push(std::slice::from_ref(&note)).await;
    office.settle().await;
    assert!(office.files().is_empty(), "not finished yet");
    let finish =
        |at: &str, text: &str| patch(note.record, note.op_id, json!({ "finished_at": at, "text": text }));
    phone.push(&[finish("2026-11-21T10:20:00.000+09:00", "異常なし\n沈砂池 良好")]).await;
    office.settle().await;
    phone.push(&[finish("2026-11-21T15:00:00.000+09:00", "異常あり")]).await;
    office.settle().await;
    let first = format!("{FOLDER}/2026-11-21/100500_現地確認.txt");
    let second = format!("{FOLDER}/2026-11-21/100500_現地確認_r2.txt");
    assert_eq!(office.files(), [first.clone(), second.clone()]);
    let text = fs::read_to_string(office.share().join(&first)).unwrap();
    assert!(
        text.starts_with("\u{feff}案件：R8-17 砂利採取場\r\n件名：現地確認\r\n作成者：検査 花子\r\n"),
        "{text}"
    );
    assert!(text.contains("記録日時：令和8年11月21日 10:05\r\n"));
    assert!(text.ends_with("異常なし\r\n沈砂池 良好\r\n"));
    assert!(fs::read_to_string(office.share().join(&second)).unwrap().contains("異常あり"));
    let record = office.office_record(note.record).await;
    assert_eq!(record.text("office.filed"), second);
    assert_eq!(record.fields["office.filed_versions"], 2);
}

#[tokio::test]
async fn a_share_that_is_away_makes_jobs_wait_and_nothing_is_lost() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let away = office.dir.path().join("away");
    fs::rename(office.share(), &away).unwrap();
    let ids = [send(&mut phone, case, "一", &jpeg(1)).await, send(&mut phone, case, "二", &jpeg(2)).await];
    loop {
        let counts = office.storage().job_counts(office.clock.now_ms()).await.unwrap();
        // The oldest is tried again and again here, because this clock stands still.
        if counts.retrying >= 1 {
            assert_eq!(counts.waiting + counts.leased, 2);
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(!office.share().exists(), "the mount point is not made up");
    let console = office.console("s2").await;
    let counts = console.json("/api/counts").await;
    assert_eq!((counts["share_there"].as_bool(), counts["jobs_waiting"].as_u64()), (Some(false), Some(2)));
    let metrics = office.http.get(office.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("ekitei_jobs_waiting"), "{metrics}");
    fs::rename(&away, office.share()).unwrap();
    office.settle().await;
    assert_eq!(office.files().len(), 2);
    for id in ids {
        assert!(!office.office_record(id).await.text("office.filed").is_empty());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_share_that_cannot_be_written_makes_jobs_wait() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    // Permissions do not stop an administrator account, a file in the folder's place does.
    let blocked = office.share().join("甲振興局");
    fs::write(&blocked, "").unwrap();
    fs::set_permissions(office.share(), fs::Permissions::from_mode(0o555)).unwrap();
    let id = send(&mut phone, case, "一", &jpeg(1)).await;
    loop {
        let counts = office.storage().job_counts(office.clock.now_ms()).await.unwrap();
        if counts.retrying == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(office.office_record(id).await.text("office.filed").is_empty());
    fs::set_permissions(office.share(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_file(&blocked).unwrap();
    office.settle().await;
    assert_eq!(office.files().len(), 1);
}

#[tokio::test]
async fn of_a_members_only_case_not_one_byte_reaches_the_section() {
    let office = Office::start().await;
    let kept = office.case("R8-30", "個人の名", json!({ "restricted": true })).await;
    let numbered =
        office.case("R8-31", "別の人の名", json!({ "restricted": true, "filing": "number" })).await;
    let mut phone = office.phone("s1").await;
    let a = send(&mut phone, kept, "書類", &jpeg(1)).await;
    let b = send(&mut phone, numbered, "書類", &jpeg(2)).await;
    let note =
        create(kept, "note", json!({ "text": "内容", "finished_at": "2026-11-21T10:20:00.000+09:00" }));
    phone.push(std::slice::from_ref(&note)).await;
    office.settle().await;
    let files = office.files();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].starts_with("_番号/R8-31/2026-11-21/"), "{files:?}");
    assert!(!files[0].contains("書類") && !files[0].contains("人の名"));
    assert!(!office.share().join("甲振興局").exists());
    assert!(!office.office_record(a).await.text("office.kept_at").is_empty());
    assert!(!office.office_record(b).await.text("office.filed").is_empty());
}

#[tokio::test]
async fn filing_happens_once_and_people_may_move_what_is_theirs() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let id = send(&mut phone, case, "のり面", &jpeg(1)).await;
    office.settle().await;
    let filed = office.share().join(&office.files()[0]);
    fs::rename(&filed, office.share().join("moved.jpg")).unwrap();
    let caption = match photo(case, &jpeg(1), "x").body {
        OpBody::Create { .. } => patch(id, OpId(Uuid::now_v7()), json!({ "caption": "新しい題" })),
        _ => unreachable!(),
    };
    phone.push(&[caption]).await;
    phone.upload(id, Variant::Original, &jpeg(1)).await;
    office.settle().await;
    assert_eq!(office.files(), ["moved.jpg"]);
}

#[tokio::test]
async fn a_job_whose_server_was_killed_is_done_by_the_next_one() {
    let mut office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    // While the share is away the job stays open; a lease as a killed server leaves it behind is put on top.
    let away = office.dir.path().join("away");
    fs::rename(office.share(), &away).unwrap();
    let id = send(&mut phone, case, "一", &jpeg(1)).await;
    let storage = office.storage();
    office.stop().await;
    let job = storage.claim_job(NOW_MS, 600_000).await.unwrap().unwrap();
    assert_eq!(job.record, id);
    drop(storage);
    fs::rename(&away, office.share()).unwrap();
    let folder = office.share().join(FOLDER).join("2026-11-21");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(".ekitei-part-half"), "half a photo").unwrap();
    office.run(|_| {}).await;
    office.settle().await;
    assert_eq!(office.files().len(), 1, "{:?}", office.files());
    assert_eq!(fs::read(office.share().join(&office.files()[0])).unwrap(), jpeg(1));
}
