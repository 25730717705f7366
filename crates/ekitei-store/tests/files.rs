//! The files themselves: keys, versions, damage, a full disk, the PIN.
#![allow(clippy::unwrap_used)]
mod common;

use common::{NOW, PIN, Phone, home, id};
use ekitei_model::{Fault, Scope};
use ekitei_seal::{Identity, SealError};
use ekitei_store::queue::{notices, ops, pin};
use ekitei_store::{Connection, StoreError};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn neither_database_opens_without_its_key() {
    let phone = Phone::new();
    phone.write_note(id(), "秘密の書き込み");
    phone.replay();
    let dir = phone.dir.path().join("home");
    for name in ["queue.db", "vault.db"] {
        let plain = Connection::open(dir.join(name)).unwrap();
        assert!(
            plain.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).is_err(),
            "{name} without key"
        );
        let other = Connection::open(dir.join(name)).unwrap();
        other.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "00".repeat(32))).unwrap();
        assert!(
            other.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).is_err(),
            "{name}, wrong key"
        );
    }
    // Not a word of it lies in any file, logs included.
    for entry in fs::read_dir(&dir).unwrap().flatten().filter(|e| e.path().is_file()) {
        let bytes = fs::read(entry.path()).unwrap();
        let needle = "秘密の書き込み".as_bytes();
        assert!(!bytes.windows(needle.len()).any(|w| w == needle), "{:?}", entry.file_name());
    }
}

#[test]
fn a_newer_queue_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    home(dir.path()).queue().write(|tx| Ok(tx.pragma_update(None, "user_version", 99)?)).unwrap();
    let keystore = ekitei_seal::FileKeystore::open(&dir.path().join("keystore")).unwrap();
    let refused = ekitei_store::Home::open(&dir.path().join("home"), std::sync::Arc::new(keystore), NOW);
    assert!(matches!(refused.err(), Some(StoreError::Newer { found: 99, .. })));
    let names: Vec<_> =
        fs::read_dir(dir.path().join("home")).unwrap().flatten().map(|e| e.file_name()).collect();
    assert!(!names.iter().any(|n| n.to_string_lossy().contains("set-aside")), "{names:?}");
}

#[test]
fn a_damaged_queue_is_moved_aside_whole_with_a_notice() {
    let dir = tempfile::tempdir().unwrap();
    drop(home(dir.path()));
    let path = dir.path().join("home/queue.db");
    let damaged = vec![0x5a; 8192];
    fs::write(&path, &damaged).unwrap();
    let home = home(dir.path());
    let notice = home.queue().read(notices::list).unwrap().remove(0);
    assert_eq!(notice.fault.code, "store-set-aside");
    assert_eq!(fs::read(dir.path().join("home").join(&notice.fault.params["file"])).unwrap(), damaged);
    home.queue().write(|tx| notices::dismiss(tx, notice.id)).unwrap();
    assert!(home.queue().read(notices::list).unwrap().is_empty());
}

#[test]
fn a_lost_queue_is_rebuilt_from_the_vault_at_the_next_unlock() {
    let phone = Phone::new();
    let sent = phone.write_note(id(), "送信済み");
    phone.push_all(&Scope::All, 1);
    let unsent = phone.write_note(id(), "未送信");
    phone.replay();
    let (dir, device) = (phone.dir, phone.device);
    drop((phone.home, phone.vault));
    for suffix in ["", "-wal", "-shm"] {
        let path = dir.path().join(format!("home/queue.db{suffix}"));
        if path.exists() {
            fs::write(path, b"not a database any more, not at all, no").unwrap();
        }
    }
    let home = home(dir.path());
    let vault = home.unlock(PIN, NOW).unwrap();
    vault.replay(home.queue(), NOW).unwrap();
    let restored = home.queue().read(ekitei_store::queue::credential::required).unwrap();
    assert_eq!(restored.device_id, device);
    assert!(home.queue().read(|c| ops::by_id(c, unsent.op_id)).unwrap().is_some());
    assert!(home.queue().read(|c| ops::by_id(c, sent.op_id)).unwrap().is_none());
    let batch = home
        .queue()
        .write(|tx| ekitei_store::queue::batch::batch(tx, ekitei_model::Lane::Records, 500, 500_000))
        .unwrap()
        .unwrap();
    assert!(batch.generation > 1, "numbers of the lost queue are never used again");
    assert_eq!(batch.first, 1);
}

#[test]
fn a_damaged_vault_is_moved_aside_and_the_queue_goes_on() {
    let phone = Phone::new();
    phone.write_note(id(), "x");
    let dir = phone.dir;
    drop((phone.home, phone.vault));
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(dir.path().join(format!("home/vault.db{suffix}")));
    }
    fs::write(dir.path().join("home/vault.db"), vec![1; 4096]).unwrap();
    let home = home(dir.path());
    assert!(matches!(home.unlock(PIN, NOW).err(), Some(StoreError::Corrupt(_))));
    assert!(!home.has_vault().unwrap());
    assert_eq!(home.queue().read(notices::list).unwrap()[0].fault.code, "store-set-aside");
    assert_eq!(home.queue().read(ekitei_store::queue::view::counts).unwrap().items, 1);
}

#[test]
fn a_full_disk_is_said_clearly_and_loses_nothing() {
    let phone = Phone::new();
    let case = id();
    let first = phone.write_note(case, "残る");
    let queue = phone.home.queue();
    queue
        .write(|tx| {
            let pages: i64 = tx.pragma_query_value(None, "page_count", |r| r.get(0))?;
            tx.pragma_update(None, "max_page_count", pages + 2)?;
            Ok(())
        })
        .unwrap();
    let big = common::note(case, &"長".repeat(100_000));
    let about = common::about_note(case);
    let full =
        queue.write(|tx| ops::enqueue(tx, &big, ekitei_model::Lane::Records, &about, NOW)).unwrap_err();
    assert!(matches!(full, StoreError::DiskFull), "{full}");
    assert_eq!(Fault::from(full).code, "disk-full");
    assert!(queue.read(|c| ops::by_id(c, first.op_id)).unwrap().is_some());
    assert!(queue.read(|c| ops::by_id(c, big.op_id)).unwrap().is_none());
    // Space again: the same write succeeds.
    queue.write(|tx| Ok(tx.pragma_update(None, "max_page_count", 1_000_000)?)).unwrap();
    queue.write(|tx| ops::enqueue(tx, &big, ekitei_model::Lane::Records, &about, NOW)).unwrap();
    assert_eq!(phone.counts().ops, 2);
}

#[test]
fn wrong_pins_are_counted_across_restarts_and_wait() {
    const HOUR_MS: i64 = 3_600_000;
    let phone = Phone::new();
    let dir = phone.dir;
    drop((phone.home, phone.vault));
    // The time since switching on, by hand; every home is a new process.
    let up = Arc::new(AtomicU64::new(5_000_000));
    let process = || {
        let up = Arc::clone(&up);
        home(dir.path()).with_up_ms(Arc::new(move || up.load(Ordering::Relaxed)))
    };
    let waits = |now_ms: i64| match process().unlock(PIN, now_ms).err() {
        Some(StoreError::PinWait { wait_ms }) => wait_ms,
        other => panic!("no wait: {other:?}"),
    };
    for _ in 0..5 {
        assert!(matches!(process().unlock("990017", NOW).err(), Some(StoreError::Seal(SealError::WrongPin))));
    }
    // Now even the right one waits, and what the wall clock says does not matter, forward or back.
    up.fetch_add(1_000, Ordering::Relaxed);
    assert_eq!(waits(NOW + 1_000), 29_000);
    assert_eq!(waits(NOW + 1_000 * HOUR_MS), 29_000);
    assert_eq!(waits(NOW - HOUR_MS), 29_000);
    let told = Fault::from(process().unlock(PIN, NOW).err().unwrap());
    assert_eq!(told.params["seconds"], "29");
    // Switched off and on: what passed before is not known, so the delay begins again with the phone.
    up.store(2_000, Ordering::Relaxed);
    assert_eq!(waits(NOW + 1_000 * HOUR_MS), 28_000);
    up.store(12_000, Ordering::Relaxed);
    assert_eq!(waits(NOW), 18_000);
    // And once more, in the middle of it.
    up.store(1_000, Ordering::Relaxed);
    assert!(waits(NOW) >= 18_000, "a restart never shortens it");
    up.store(30_000, Ordering::Relaxed);
    let home = process();
    home.unlock(PIN, NOW - HOUR_MS).unwrap();
    assert_eq!(home.queue().read(pin::tries).unwrap(), pin::PinTries::default());
    assert!((0..20).all(|n| pin::delay_ms(n) <= pin::delay_ms(n + 1)), "delays only grow");
}

#[test]
fn remembering_is_no_way_around_the_count() {
    let phone = Phone::new();
    assert!(phone.home.remember_unlocked("990017").is_err());
    // After one wrong guess even the right PIN must unlock properly first.
    assert!(phone.home.remember_unlocked(PIN).is_err());
    phone.home.unlock(PIN, NOW).unwrap();
    phone.home.remember_unlocked(PIN).unwrap();
    assert!(phone.home.unlock_remembered().unwrap().is_some());
    phone.home.discard_vault().unwrap();
    assert!(!phone.home.is_remembered_unlocked(), "the key of a vault that was given up");
}

#[test]
fn a_changed_pin_opens_the_same_vault() {
    let phone = Phone::new();
    let note = phone.write_note(id(), "同じ中身");
    phone.replay();
    phone.home.change_pin(PIN, "802641").unwrap();
    assert!(phone.home.unlock(PIN, NOW).is_err());
    let vault = phone.home.unlock("802641", NOW).unwrap();
    assert!(vault.read(|c| ekitei_store::vault::read::record(c, note.record)).unwrap().is_some());
}

#[test]
fn a_vault_is_not_replaced_while_enrolled_and_enrolling_anew_needs_an_empty_queue() {
    let phone = Phone::new();
    let identity = Identity::generate();
    assert!(matches!(phone.home.create_vault(PIN, &identity).err(), Some(StoreError::VaultExists)));
    phone.write_note(id(), "未送信");
    phone.home.discard_vault().unwrap();
    let vault = phone.home.create_vault(PIN, &identity).unwrap();
    let fresh = common::credential(&identity);
    let anew = || {
        let epoch = common::EPOCH.to_owned();
        phone.home.queue().write(|tx| ekitei_store::queue::credential::begin_anew(tx, &fresh, &epoch))
    };
    assert!(matches!(anew().err(), Some(StoreError::NotDrained)));
    phone.push_all(&Scope::All, 1);
    anew().unwrap();
    vault.replay(phone.home.queue(), NOW).unwrap();
    assert_eq!(phone.counts().items, 0);
}

#[test]
fn only_one_engine_at_a_time() {
    let phone = Phone::new();
    let held = phone.home.engine_lock().unwrap();
    assert!(held.is_some());
    let other = home(phone.dir.path());
    assert!(other.engine_lock().unwrap().is_none());
    drop(held);
    assert!(other.engine_lock().unwrap().is_some());
}

#[test]
fn a_wiped_phone_keeps_no_page_of_what_it_had() {
    let phone = common::Phone::new();
    phone.write_note(common::id(), &"消えるべきもの".repeat(100_000));
    // Opened anew, everything is in the file itself.
    let phone = phone.reopen();
    let path = phone.home.queue().path().to_owned();
    let before = fs::read(&path).unwrap();
    assert!(before.len() > 1_000_000, "{}", before.len());
    phone.home.wipe().unwrap();
    assert_eq!(
        fs::metadata(path.with_file_name("queue.db-wal")).map_or(0, |m| m.len()),
        0,
        "the log is empty"
    );
    let after = fs::read(&path).unwrap();
    let same = before.chunks(4096).zip(after.chunks(4096)).filter(|(a, b)| a == b).count();
    assert!(same < 100, "{same} of {} pages are as they were", before.len() / 4096);
    assert_eq!(phone.counts(), ekitei_store::queue::Counts::default());
    assert!(phone.home.queue().read(ekitei_store::queue::credential::load).unwrap().is_none());
}
