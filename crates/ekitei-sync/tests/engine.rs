//! The engine over real databases and files, against an office that fails as told.
#![allow(clippy::unwrap_used)]

mod office;

use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::record::{Fields, Origin};
use ekitei_model::wire::DeviceState;
use ekitei_model::{DeviceId, Fault, Lane, OpId, Record, RecordId, Scope, Stamp};
use ekitei_store::queue::{QueueItem, cursors, follow, pages, uploads, view};
use ekitei_sync::error::CallError;
use ekitei_sync::{Clock, Limits, Wake};
use office::phone::{NOW, Phone, case};
use office::{Luck, Office, hex};
use serde_json::json;
use uuid::Uuid;

fn reset() -> CallError {
    CallError::Network("reset".into())
}

fn their(scope: &Scope, kind: &str, fields: Fields) -> Record {
    Record {
        id: RecordId(Uuid::now_v7()),
        kind: kind.into(),
        scope: scope.clone(),
        parent: None,
        born_seq: 0,
        seq: 0,
        deleted: false,
        created: Some(Origin {
            op: OpId(Uuid::now_v7()),
            device: DeviceId(Uuid::from_u128(9)),
            staff: "s002".into(),
            at: Stamp::japan(NOW),
        }),
        received_ms: NOW,
        fields,
        revs: Default::default(),
    }
}

fn their_note(scope: &Scope, text: &str) -> Record {
    their(scope, kinds::NOTE, Fields::from([("text".to_owned(), json!(text))]))
}

fn pushes(office: &Office) -> Vec<String> {
    office.books().calls.iter().filter(|c| c.starts_with("push")).cloned().collect()
}

#[tokio::test]
async fn everything_is_delivered_in_full_batches_and_comes_back() {
    let office = Office::new();
    office.books().page = 500;
    let mut phone = Phone::new(&office, 1);
    let case = case();
    phone.follow(&case);
    let ops = phone.notes(&case, 1_200);
    let report = phone.sync().await;
    assert_eq!((report.drained, report.sent_ops, report.fault), (true, 1_200, None));
    assert_eq!(office.books().batches, [500, 500, 200]);
    assert_eq!(report.received, 1_200);
    assert!(ops.iter().all(|op| office.books().effects[&op.op_id] == 1));
    assert_eq!(phone.in_scope(&case).len(), 1_200);
    assert!(!phone.shown(ops[0].record).unwrap().waiting);
    let again = phone.sync().await;
    assert_eq!((again.sent_ops, again.received), (0, 0));
}

#[tokio::test]
async fn what_stands_as_written_is_not_read_back() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 1);
    let case = case();
    phone.follow(&case);
    assert!(phone.sync().await.drained);
    let ops = phone.notes(&case, 700);
    let report = phone.sync().await;
    assert_eq!((report.drained, report.sent_ops, report.received), (true, 700, 0));
    for op in &ops {
        let here = phone.shown(op.record).unwrap();
        let there = office.books().records[&op.record].clone();
        assert_eq!((here.record, here.waiting), (there, false), "the vault made what the office has");
    }
    // Where somebody else wrote in between, the gap is read.
    office.put(their_note(&case, "同僚"));
    phone.notes(&case, 3);
    let report = phone.sync().await;
    assert_eq!((report.sent_ops, report.received), (3, 4));
    assert_eq!(phone.in_scope(&case).len(), 704);
    // A locked phone's own notes are there when it is unlocked.
    let locked = phone.notes(&case, 5);
    assert_eq!(phone.sync_locked().await.received, 0);
    phone.vault.replay(phone.home.queue(), NOW).unwrap();
    let shown = phone.shown(locked[4].record).unwrap();
    assert!(!shown.waiting && shown.record.seq > 0);
    assert_eq!(phone.sync().await.received, 0);
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_doubles_nothing() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 2);
    let ops = phone.notes(&case(), 700);
    office.fails([Luck::After(reset()), Luck::Before(CallError::Timeout), Luck::After(CallError::Timeout)]);
    let report = phone.sync().await;
    assert!(report.drained && report.fault.is_none());
    let books = office.books();
    assert_eq!(books.effects.len(), 700);
    assert!(ops.iter().all(|op| books.effects[&op.op_id] == 1));
    drop(books);
    // Time-outs halve the batch, and successes let it grow again.
    assert_eq!(pushes(&office)[..4], ["push 500", "push 500", "push 250", "push 125"]);
}

#[tokio::test]
async fn the_one_refused_operation_is_set_aside_and_the_lane_goes_on() {
    let office = Office::new();
    office.books().refuse = Some("毒".into());
    let mut phone = Phone::new(&office, 3);
    let case = case();
    phone.notes(&case, 20);
    let bad = phone.note(&case, "毒のある記録");
    phone.notes(&case, 20);
    let report = phone.sync().await;
    assert!(report.drained);
    assert_eq!((report.sent_ops, report.parked), (41, 1), "forty notes and the void");
    assert_eq!(office.books().effects.len(), 40);
    let rows = phone.home.queue().read(view::rows).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].item, QueueItem::Op(bad.op_id));
    assert_eq!(rows[0].parked.as_ref().unwrap().code, "op-unreadable");
    assert_eq!(
        phone.shown(bad.record).unwrap().record.text("text"),
        "毒のある記録",
        "its bytes are still here"
    );
}

#[tokio::test]
async fn a_server_that_takes_nothing_empties_no_queue() {
    let office = Office::new();
    office.books().refuse = Some("op_id".into());
    let mut phone = Phone::new(&office, 4);
    phone.notes(&case(), 30);
    let report = phone.sync().await;
    assert_eq!(report.fault.unwrap().code, "op-unreadable");
    assert_eq!(phone.counts().parked, 1, "not one operation after the other");
    assert_eq!(phone.counts().ops, 30);
}

#[tokio::test]
async fn a_gap_in_the_lane_begins_a_new_generation() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 5);
    let case = case();
    phone.notes(&case, 10);
    phone.sync().await;
    office.books().lanes.clear();
    let late = phone.notes(&case, 5);
    let report = phone.sync().await;
    assert!(report.drained, "{report:?}");
    assert!(late.iter().all(|op| office.books().effects[&op.op_id] == 1));
    assert!(office.books().lanes.keys().any(|(_, _, generation)| *generation == 2));
}

#[tokio::test]
async fn after_a_restore_everything_retained_is_sent_again_and_the_rest_is_offered() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 6);
    let case = case();
    phone.follow(&case);
    let kept = office.put(their_note(&case, "残る"));
    let lost = office.put(their_note(&case, "失われる"));
    let own = phone.notes(&case, 12);
    let (file, _) = phone.file(&case, Variant::Thumb, 9_000, 1);
    phone.sync().await;
    assert_eq!(office.books().records.len(), 14);
    // Everything after the first record is gone.
    office.restore(|r| r.id == kept.id, "epoch-2");
    let fresh = phone.notes(&case, 3);
    let report = phone.sync().await;
    assert!(report.drained, "{report:?}");
    {
        let books = office.books();
        for op in own.iter().chain(&fresh) {
            assert_eq!(books.effects[&op.op_id], 1);
            assert!(books.records.contains_key(&op.record));
        }
        assert_eq!(books.salvaged.iter().map(|r| r.id).collect::<Vec<_>>(), [lost.id]);
        assert!(books.uploads.iter().any(|u| u.new.record == file && u.verified), "files go again too");
    }
    assert_eq!(phone.in_scope(&case).len(), 16);
    assert!(phone.shown(lost.id).is_none(), "what the office quarantined is no longer shown as filed");
    let quiet = phone.sync().await;
    assert_eq!(quiet.sent_ops, 0);
    assert_eq!(office.books().salvaged.len(), 1);
}

#[tokio::test]
async fn a_locked_phone_delivers_and_keeps_its_pages_sealed() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 7);
    let case = case();
    phone.follow(&case);
    for n in 0..20 {
        office.put(their_note(&case, &format!("秘密 {n}")));
    }
    phone.note(&case, "施錠中");
    phone.file(&case, Variant::Original, 100_000, 2);
    let report = phone.sync_locked().await;
    assert!(report.drained);
    assert_eq!((report.sent_ops, report.sent_files), (1, 1));
    let waiting = phone.home.queue().read(|c| pages::waiting(c, 100)).unwrap();
    assert!(waiting.len() >= 3);
    for page in &waiting {
        if let pages::PageBody::Records { sealed, .. } = &page.body {
            assert!(!String::from_utf8_lossy(sealed).contains("秘密"));
        }
    }
    phone.vault.replay(phone.home.queue(), NOW).unwrap();
    assert_eq!(phone.in_scope(&case).len(), 21);
}

#[tokio::test]
async fn a_phone_that_may_only_deliver_delivers() {
    let office = Office::new();
    office.books().drain_only = true;
    let mut phone = Phone::new(&office, 8);
    let op = phone.note(&case(), "最後の記録");
    let report = phone.sync().await;
    assert!(report.drained);
    assert_eq!(report.device_state, Some(DeviceState::DrainOnly));
    assert_eq!(office.books().effects[&op.op_id], 1);
}

#[tokio::test]
async fn a_phone_that_may_only_deliver_delivers_again_what_a_restore_lost() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 18);
    let op = phone.note(&case(), "控えの後に届いた記録");
    assert!(phone.sync().await.drained);
    office.books().drain_only = true;
    office.restore(|_| false, "epoch-2");
    assert!(!office.books().effects.contains_key(&op.op_id));
    // Nothing waits on the phone: it must hear of the restore by asking for news, which it may not read.
    let report = phone.sync().await;
    assert_eq!((report.drained, report.device_state), (true, Some(DeviceState::DrainOnly)), "{report:?}");
    assert_eq!(office.books().effects[&op.op_id], 1);
}

#[tokio::test]
async fn a_wiped_phone_stops_and_says_so() {
    let office = Office::new();
    office.books().wiped = true;
    let mut phone = Phone::new(&office, 9);
    phone.note(&case(), "x");
    let report = phone.sync().await;
    assert_eq!(report.device_state, Some(DeviceState::Wiped));
    assert_eq!(report.fault.unwrap().code, "device-wiped");
    let calls = office.books().calls.len();
    assert_eq!(phone.sync().await.fault.unwrap().code, "device-wiped");
    assert_eq!(office.books().calls.len(), calls, "it does not knock again");
}

#[tokio::test]
async fn a_file_resumes_at_the_byte_the_office_names() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 10);
    let case = case();
    let (photo, _) = phone.file(&case, Variant::Original, 300_000, 3);
    // The first chunk arrives (after a pull and a look at the account), its answer does not; then the process dies.
    office.fails([Luck::Fine, Luck::Fine, Luck::After(reset())]);
    let report = phone.sync_with(Limits::one_pass()).await;
    assert!(!report.drained);
    phone.restart();
    phone.clock.advance(400_000);
    // The next one hears where it stands; then an answer is lost, then a chunk.
    office.fails([Luck::Fine, Luck::Fine, Luck::After(reset()), Luck::Before(reset())]);
    let report = phone.sync().await;
    assert!(report.drained, "{report:?}");
    let books = office.books();
    assert_eq!(books.uploads.len(), 1);
    let upload = &books.uploads[0];
    assert!(upload.verified && upload.new.record == photo);
    assert_eq!(hex(&upload.bytes), upload.new.cipher_sha256);
    // Two answers and a chunk were lost, and still no byte went more than twice on average.
    let sent: u64 = books
        .calls
        .iter()
        .filter_map(|c| c.strip_prefix("patch ").or(c.strip_prefix("create original ")))
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    assert!(sent < 2 * upload.new.cipher_bytes, "{sent}");
}

#[tokio::test]
async fn an_upload_that_expired_begins_anew() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 11);
    phone.file(&case(), Variant::Original, 200_000, 4);
    office.fails([Luck::Fine, Luck::Fine, Luck::Fine, Luck::Before(reset())]);
    phone.sync_with(Limits::one_pass()).await;
    assert!(!office.books().uploads.is_empty());
    office.books().uploads.clear();
    let report = phone.sync().await;
    assert!(report.drained && report.fault.is_none());
    assert!(office.books().uploads[0].verified);
}

/// The office's answers cannot be kept while the disk is full: that is no reason to give the file up.
#[tokio::test]
async fn a_full_disk_wears_no_file_out() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 31);
    phone.file(&case(), Variant::Original, 300_000, 4);
    // Begun; then a chunk arrives whose answer is lost.
    office.fails([Luck::Fine, Luck::Fine, Luck::Fine, Luck::After(reset())]);
    phone.sync_with(Limits::one_pass()).await;
    let full =
        "CREATE TEMP TRIGGER full BEFORE UPDATE ON main.uploads BEGIN SELECT RAISE(ABORT, 'full'); END";
    phone.home.queue().write(|tx| Ok(tx.execute_batch(full)?)).unwrap();
    for _ in 0..8 {
        phone.clock.advance(400_000);
        let before = office.books().calls.len();
        let report = phone.sync_with(Limits::one_pass()).await;
        assert!(report.fault.is_some() && report.parked == 0, "{report:?}");
        assert!(office.books().calls[before..].contains(&"head".to_owned()), "the office is asked each time");
    }
    phone.home.queue().write(|tx| Ok(tx.execute_batch("DROP TRIGGER full")?)).unwrap();
    phone.clock.advance(400_000);
    let report = phone.sync().await;
    assert!(report.drained && report.fault.is_none() && report.parked == 0, "{report:?}");
    assert!(office.books().uploads[0].verified);
    assert_eq!(phone.counts().parked, 0);
}

#[tokio::test]
async fn a_small_file_costs_one_request_and_a_broken_one_stops_nobody() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 12);
    let case = case();
    let (broken, _) = phone.file(&case, Variant::Thumb, 5_000, 5);
    let (good, _) = phone.file(&case, Variant::Thumb, 6_000, 6);
    let row = phone.home.queue().read(|c| uploads::of_record(c, broken)).unwrap().remove(0);
    std::fs::write(phone.home.blobs().path(&row.name), b"cut").unwrap();
    let report = phone.sync().await;
    assert_eq!((report.sent_files, report.parked), (1, 1));
    let creates = office.books().calls.iter().filter(|c| c.starts_with("create")).count();
    let patches = office.books().calls.iter().filter(|c| c.starts_with("patch")).count();
    assert_eq!((creates, patches), (1, 0));
    assert_eq!(office.books().uploads[0].new.record, good);
    let row = phone.home.queue().read(|c| uploads::get(c, row.item)).unwrap().unwrap();
    assert_eq!(row.fault.unwrap().code, "seal-truncated");
}

#[tokio::test]
async fn thumbnails_of_others_come_by_themselves_and_wrong_bytes_do_not() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 13);
    let case = case();
    phone.follow(&case);
    let bytes: Vec<u8> = (0..150_000u32).map(|n| (n % 253) as u8).collect();
    let photo_with = |sha: &str| {
        their(
            &case,
            kinds::PHOTO,
            Fields::from([
                (photo::sha256(Variant::Thumb), json!(sha)),
                (photo::bytes(Variant::Thumb), json!(bytes.len())),
                (photo::arrived(Variant::Thumb), json!("2026-11-21T10:05:00.000+09:00")),
            ]),
        )
    };
    let good = office.put(photo_with(&hex(&bytes)));
    let forged = office.put(photo_with(&hex(b"another")));
    let missing = office.put(photo_with(&hex(b"missing")));
    for id in [good.id, forged.id] {
        office.books().files.insert((id, Variant::Thumb), bytes.clone().into());
    }
    let report = phone.sync().await;
    assert_eq!((report.received_files, report.fault), (1, None));
    let blob =
        phone.home.queue().read(|c| ekitei_store::queue::blobs::get(c, good.id, Variant::Thumb)).unwrap();
    let plain = phone.home.blobs().read(&blob.unwrap().name, phone.vault.identity()).unwrap();
    assert_eq!(plain[..], bytes);
    for id in [forged.id, missing.id] {
        let none =
            phone.home.queue().read(|c| ekitei_store::queue::blobs::get(c, id, Variant::Thumb)).unwrap();
        assert!(none.is_none());
    }
    assert_eq!(phone.sync().await.received_files, 0, "given up until somebody asks");
}

#[tokio::test]
async fn a_long_file_goes_on_after_a_kill_and_no_plain_byte_lies_about() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 25);
    let case = case();
    phone.follow(&case);
    let bytes: Vec<u8> = b"SECRET-PICTURE-".iter().copied().cycle().take(400_000).collect();
    let photo = office.put(their(
        &case,
        kinds::PHOTO,
        Fields::from([
            (photo::sha256(Variant::Thumb), json!(hex(&bytes))),
            (photo::bytes(Variant::Thumb), json!(bytes.len())),
            (photo::arrived(Variant::Thumb), json!("2026-11-21T10:05:00.000+09:00")),
        ]),
    ));
    office.books().files.insert((photo.id, Variant::Thumb), bytes.clone().into());
    // Pull, account, first stretch; then the line breaks and the process is killed.
    office.fails([Luck::Fine, Luck::Fine, Luck::Fine, Luck::Before(reset())]);
    assert_eq!(phone.sync_with(Limits::one_pass()).await.received_files, 0);
    let partial = phone.home.dir().join("partial");
    let stretches: Vec<_> = std::fs::read_dir(&partial).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(stretches.len(), 1);
    let sealed = std::fs::read(&stretches[0]).unwrap();
    assert!(!sealed.windows(15).any(|w| w == b"SECRET-PICTURE-"));
    phone.restart();
    phone.clock.advance(60_000);
    let before = office.books().calls.len();
    assert_eq!(phone.sync_locked().await.received_files, 1, "also while locked");
    let asked: Vec<String> =
        office.books().calls[before..].iter().filter(|c| c.starts_with("download")).cloned().collect();
    assert_eq!(asked[0], "download 65536", "{asked:?}");
    let blob =
        phone.home.queue().read(|c| ekitei_store::queue::blobs::get(c, photo.id, Variant::Thumb)).unwrap();
    assert_eq!(phone.home.blobs().read(&blob.unwrap().name, phone.vault.identity()).unwrap()[..], bytes);
    assert!(!partial.exists());
}

#[tokio::test]
async fn an_emergency_overtakes_long_files() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 14);
    let case = case();
    for n in 0..3 {
        phone.file(&case, Variant::Original, 400_000, 10 + n);
    }
    phone.note_in(&case, "緊急", Lane::Emergency);
    phone.note(&case, "普通");
    phone.sync().await;
    let calls = office.books().calls.clone();
    let first_push = calls.iter().position(|c| c.starts_with("push")).unwrap();
    let first_file = calls.iter().position(|c| c.starts_with("create")).unwrap();
    assert!(first_push == 0 && first_file > 1, "{calls:?}");
    let lanes: Vec<Lane> = office.books().lanes.keys().map(|(_, lane, _)| *lane).collect();
    assert!(lanes.contains(&Lane::Emergency) && lanes.contains(&Lane::Records));
}

#[tokio::test]
async fn back_off_survives_the_process_and_a_tap_ends_it() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 15);
    phone.note(&case(), "x");
    let busy = CallError::Busy { status: 503, retry_after_ms: Some(60_000) };
    office.fails([Luck::Before(busy.clone()), Luck::Before(busy)]);
    let report = phone.sync_with(Limits::one_pass()).await;
    assert_eq!(report.fault.unwrap().code, "server-busy");
    phone.restart();
    let calls = office.books().calls.len();
    let report = phone.sync_with(Limits::one_pass()).await;
    assert_eq!(office.books().calls.len(), calls, "the new process rests too");
    assert!(report.next_try_ms.is_some_and(|t| t > NOW && t <= NOW + 60_000));
    phone.engine.waker().wake(Wake::Tap);
    assert!(phone.sync_with(Limits::one_pass()).await.drained);
}

#[tokio::test]
async fn a_clock_set_back_by_years_silences_nobody() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 16);
    phone.note(&case(), "x");
    office.fails([Luck::Before(reset())]);
    assert!(!phone.sync_with(Limits::one_pass()).await.drained);
    phone.clock.jump(-3 * 365 * 24 * 3_600_000);
    assert!(phone.sync_with(Limits::one_pass()).await.drained);
}

#[tokio::test]
async fn one_engine_at_a_time() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 17);
    phone.note(&case(), "x");
    let other = phone.home.engine_lock().unwrap().unwrap();
    let report = phone.sync().await;
    assert_eq!(report.fault.unwrap().code, "sync-elsewhere");
    assert!(office.books().calls.is_empty());
    drop(other);
    assert!(phone.sync().await.drained);
}

#[tokio::test]
async fn a_line_that_never_answers_ends_with_the_limit() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 18);
    let op = phone.note(&case(), "x");
    office.fails([Luck::Never]);
    let report = phone.sync_with(Limits::within_ms(5_000)).await;
    assert!(!report.drained && report.elapsed_ms >= 5_000);
    assert!(phone.sync().await.drained);
    assert_eq!(office.books().effects[&op.op_id], 1);
}

#[tokio::test]
async fn a_lost_scope_is_erased_and_what_was_unsent_still_goes() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 19);
    let case = case();
    phone.follow(&case);
    let secret = office.put(their_note(&case, "見えなくなる"));
    phone.sync().await;
    assert!(phone.shown(secret.id).is_some());
    office.books().denied.insert(case.clone());
    office.books().acl_version = 2;
    let op = phone.note(&case, "まだ送っていない");
    let report = phone.sync().await;
    assert!(report.drained);
    assert_eq!(office.books().effects[&op.op_id], 1);
    assert!(phone.shown(secret.id).is_none());
    assert!(phone.home.queue().read(|c| cursors::get(c, &case)).unwrap().is_none());
    // Granted again: read again from the beginning.
    office.books().denied.clear();
    office.books().acl_version = 3;
    phone.sync().await;
    phone.sync().await;
    assert!(phone.shown(secret.id).is_some());
}

#[tokio::test]
async fn an_assignment_brings_the_case_in_the_same_run() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 20);
    let own = Scope::User("s001".into());
    office.books().standing = vec![Scope::All, own.clone()];
    let case_id = RecordId(Uuid::now_v7());
    let case = Scope::Case(case_id);
    office.put(their(
        &own,
        kinds::ASSIGNMENT,
        Fields::from([("case".to_owned(), json!(case_id.to_string())), ("number".to_owned(), json!("R8-1"))]),
    ));
    for n in 0..30 {
        office.put(their_note(&case, &format!("{n}")));
    }
    let report = phone.sync().await;
    assert_eq!(report.received, 31);
    assert_eq!(phone.in_scope(&case).len(), 30);
    let followed = phone.home.queue().read(follow::list).unwrap();
    assert!(followed.iter().any(|f| f.scope == case && f.assigned));
}

#[tokio::test]
async fn more_scopes_than_fit_one_answer_all_come() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 21);
    let cases: Vec<Scope> = (0..23).map(|_| case()).collect();
    for scope in &cases {
        phone.follow(scope);
        for n in 0..9 {
            office.put(their_note(scope, &format!("{n}")));
        }
    }
    let report = phone.sync().await;
    assert_eq!((report.received, report.fault), (23 * 9, None));
    assert!(cases.iter().all(|scope| phone.in_scope(scope).len() == 9));
    let before = office.books().calls.len();
    phone.sync().await;
    // Twenty-three idle scopes at five an answer.
    assert!(office.books().calls.len() - before <= 6, "{:?}", &office.books().calls[before..]);
}

#[tokio::test]
async fn results_of_other_operations_are_garbage() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 22);
    phone.notes(&case(), 3);
    office.fails([Luck::After(CallError::Garbage("results of other operations".into()))]);
    let report = phone.sync_with(Limits::one_pass()).await;
    assert_eq!(report.fault, Some(Fault::retry("server-garbage")));
    assert_eq!(phone.counts().ops, 3);
}

/// Each of these files goes with one call. The first shows how quick the line is.
fn small_files(phone: &mut Phone, count: u8) {
    for n in 0..count {
        phone.file(&case(), Variant::Thumb, 30_000, n);
    }
}

#[tokio::test]
async fn the_next_file_is_on_the_line_while_the_office_checks_the_last() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 31);
    small_files(&mut phone, 4);
    // The pull, a look at the account, the first file; two that are answered only when another call has begun.
    office.fails([Luck::Fine, Luck::Fine, Luck::Fine, Luck::WithNext(None), Luck::WithNext(None)]);
    let report = phone.sync().await;
    assert!(report.drained && report.fault.is_none(), "{report:?}");
    assert_eq!(report.sent_files, 4);
    let books = office.books();
    assert!(books.uploads.len() == 4 && books.uploads.iter().all(|u| u.verified));
    assert_eq!(books.calls.iter().filter(|c| c.starts_with("create")).count(), 4, "{:?}", books.calls);
}

#[tokio::test]
async fn a_line_that_breaks_with_two_files_on_it_loses_and_doubles_neither() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 32);
    small_files(&mut phone, 4);
    office.fails([Luck::Fine, Luck::Fine, Luck::Fine, Luck::WithNext(Some(reset()))]);
    let report = phone.sync().await;
    assert!(report.drained && report.fault.is_none(), "{report:?}");
    let books = office.books();
    assert!(books.uploads.len() == 4 && books.uploads.iter().all(|u| u.verified), "{:?}", books.calls);
}

#[tokio::test]
async fn an_emergency_breaks_into_a_chunk_that_hangs() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 23);
    let case = case();
    phone.file(&case, Variant::Original, 300_000, 1);
    // The pull, a look at the account; then the file's first chunk hangs on a line gone slow.
    office.fails([Luck::Fine, Luck::Fine, Luck::Never]);
    let waker = phone.engine.waker();
    let home = std::sync::Arc::clone(&phone.home);
    let op = office::phone::note(&case, "緊急");
    let (books, urgent) = (std::sync::Arc::clone(&office), op.clone());
    let person = async move {
        while !books.books().calls.iter().any(|c| c.starts_with("create")) {
            tokio::task::yield_now().await;
        }
        let about = ekitei_store::queue::About::named(&urgent).unwrap();
        home.queue()
            .write(|tx| ekitei_store::queue::ops::enqueue(tx, &urgent, Lane::Emergency, &about, NOW))
            .unwrap();
        waker.wake(Wake::Work);
    };
    let (report, ()) = tokio::join!(phone.sync(), person);
    assert!(report.drained && report.fault.is_none());
    let calls = office.books().calls.clone();
    let hung = calls.iter().position(|c| c.starts_with("create")).unwrap();
    assert_eq!(calls[hung + 1], "push 1", "{calls:?}");
    assert_eq!(office.books().effects[&op.op_id], 1);
}

#[tokio::test]
async fn a_changed_line_does_not_wait_for_the_old_one() {
    let office = Office::new();
    let mut phone = Phone::new(&office, 24);
    let op = phone.note(&case(), "x");
    office.fails([Luck::Never]);
    let waker = phone.engine.waker();
    let books = std::sync::Arc::clone(&office);
    let network = async move {
        while books.books().calls.is_empty() {
            tokio::task::yield_now().await;
        }
        waker.wake(Wake::Connectivity);
    };
    let begun = phone.clock.now_ms();
    let (report, ()) = tokio::join!(phone.sync(), network);
    assert!(report.drained && report.fault.is_none());
    assert_eq!(phone.clock.now_ms(), begun, "no pause in between");
    assert_eq!(office.books().effects[&op.op_id], 1);
}

mod storms {
    //! Seeded schedules of everything that goes wrong, with the process killed at any wait.
    use super::*;
    use ekitei_sync::{Locked, Unlocked};
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};
    use std::task::Poll;

    fn luck(rng: &mut StdRng) -> Luck {
        let error = |rng: &mut StdRng| match rng.random_range(0..5) {
            0 => CallError::Timeout,
            1 => CallError::Busy { status: 503, retry_after_ms: Some(rng.random_range(0..40_000)) },
            2 => CallError::Garbage("noise".into()),
            3 => CallError::Busy { status: 500, retry_after_ms: None },
            _ => CallError::Network("reset".into()),
        };
        match rng.random_range(0..10) {
            0..=4 => Luck::Fine,
            5..=7 => Luck::After(error(rng)),
            _ => Luck::Before(error(rng)),
        }
    }

    /// Runs one pass; dropped after `polls` looks at it, as by a kill.
    async fn pass(phone: &mut Phone, locked: bool, polls: Option<u32>) {
        let limits = Limits { within_ms: Some(600_000), wait: true };
        let mut side = Unlocked { vault: &phone.vault, queue: phone.home.queue() };
        let mut nobody = Locked;
        let side: &mut dyn ekitei_sync::VaultSide = if locked { &mut nobody } else { &mut side };
        let mut run = std::pin::pin!(phone.engine.sync_once(side, limits));
        let mut left = polls;
        std::future::poll_fn(|cx| {
            if let Some(left) = &mut left {
                if *left == 0 {
                    return Poll::Ready(());
                }
                *left -= 1;
            }
            run.as_mut().poll(cx).map(|_| ())
        })
        .await;
    }

    async fn storm(seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        let office = Office::new();
        office.books().page = rng.random_range(1..9);
        let case = case();
        let mut phones = [Phone::new(&office, seed), Phone::new(&office, seed + 500)];
        let (mut ops, mut files) = (Vec::new(), Vec::new());
        for phone in &phones {
            phone.follow(&case);
        }
        for round in 0..14 {
            let which = rng.random_range(0..2);
            let phone = &mut phones[which];
            for n in 0..rng.random_range(0..6) {
                ops.push(phone.note(&case, &format!("{round}-{n}")));
            }
            if rng.random_ratio(1, 3) {
                let bytes = rng.random_range(1_000..200_000);
                let variant = if bytes < 30_000 { Variant::Thumb } else { Variant::Original };
                files.push(phone.file(&case, variant, bytes, rng.random()));
            }
            let bad = rng.random_range(0..12);
            office.fails((0..bad).map(|_| luck(&mut rng)).collect::<Vec<_>>());
            let polls = rng.random_bool(0.5).then(|| rng.random_range(1..60));
            pass(phone, rng.random_bool(0.3), polls).await;
            if polls.is_some() {
                phone.restart();
            }
            match rng.random_range(0..12) {
                0 => phone.clock.jump(rng.random_range(-100_000_000..100_000_000)),
                1 => office.books().lanes.clear(),
                2 => {
                    let keep = rng.random_range(0..10u64);
                    let epoch = format!("epoch-{seed}-{round}");
                    office.restore(|r| r.born_seq % 10 < keep, &epoch);
                }
                3 => office.books().uploads.retain(|u| u.verified),
                _ => {}
            }
        }
        office.books().luck.clear();
        for _ in 0..3 {
            for phone in &mut phones {
                phone.engine.waker().wake(Wake::Tap);
                pass(phone, false, None).await;
            }
        }
        let books = office.books();
        for op in &ops {
            assert_eq!(books.effects.get(&op.op_id), Some(&1), "seed {seed}: {:?}", op.op_id);
            assert!(books.records.contains_key(&op.record), "seed {seed}: lost {}", op.record);
        }
        for (record, plain) in &files {
            let upload = books.uploads.iter().find(|u| u.new.record == *record && u.verified);
            assert_eq!(upload.unwrap_or_else(|| panic!("seed {seed}: file lost")).new.sha256, hex(plain));
        }
        let mut all: Vec<RecordId> = books.records.keys().copied().collect();
        all.sort();
        drop(books);
        for phone in &phones {
            let counts = phone.counts();
            let rows = phone.home.queue().read(view::rows).unwrap();
            assert_eq!((counts.items, counts.parked), (0, 0), "seed {seed}: {rows:?}");
            assert_eq!(phone.in_scope(&case), all, "seed {seed}: replicas differ");
        }
    }

    #[test]
    fn nothing_is_lost_doubled_or_left_behind() {
        let seeds: u64 = std::env::var("EKITEI_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
        for seed in 0..seeds {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(storm(seed));
        }
    }
}
