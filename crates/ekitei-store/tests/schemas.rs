//! Every schema that was ever released, with rows, is opened by this program.
#![allow(clippy::unwrap_used)]
mod common;

use common::{NOW, PIN};
use ekitei_model::text::{Language, fault_text};
use ekitei_model::{Fault, Lane, RecordId, Scope};
use ekitei_seal::{Argon2Params, DeviceKeystore, FileKeystore, Identity, Secret32, VaultKey, wrap_with_pin};
use ekitei_store::queue::{batch, cursors, follow, meta, uploads, view};
use ekitei_store::vault::{drafts, people, read, rooms};
use ekitei_store::{Connection, Home, StoreError};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Each `<name>_v<number>.sql`, oldest first.
fn fixtures(name: &str) -> Vec<(i64, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut out: Vec<(i64, String)> = fs::read_dir(dir)
        .unwrap()
        .flatten()
        .filter_map(|f| {
            let file = f.file_name().into_string().unwrap();
            let version = file.strip_prefix(&format!("{name}_v"))?.strip_suffix(".sql")?.parse().unwrap();
            Some((version, fs::read_to_string(f.path()).unwrap()))
        })
        .collect();
    out.sort();
    out
}

fn make(path: &Path, key: &Secret32, version: i64, sql: &str) {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(&format!("PRAGMA key = \"x'{}'\"", *key.to_hex())).unwrap();
    conn.execute_batch(sql).unwrap();
    conn.pragma_update(None, "user_version", version).unwrap();
}

fn migrations(name: &str) -> usize {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    fs::read_dir(dir).unwrap().flatten().filter(|f| f.file_name().to_string_lossy().starts_with(name)).count()
}

#[test]
fn each_migration_has_a_fixture() {
    for name in ["queue", "vault"] {
        assert_eq!(fixtures(name).len(), migrations(name), "{name}: add tests/fixtures/{name}_v<number>.sql");
    }
}

#[test]
fn every_past_pair_of_databases_opens_with_all_its_rows() {
    let queues = fixtures("queue");
    for (version, vault) in fixtures("vault") {
        // The two files do not change their form together.
        let (queue_version, queue) = queues.iter().rev().find(|(v, _)| *v <= version).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let home_dir = dir.path().join("home");
        fs::create_dir(&home_dir).unwrap();
        let keystore = FileKeystore::open_or_create(&dir.path().join("keystore")).unwrap();
        make(&home_dir.join("queue.db"), &keystore.device_key("queue.db").unwrap(), *queue_version, queue);
        let key = VaultKey::generate().unwrap();
        make(&home_dir.join("vault.db"), key.secret(), version, &vault);
        let identity = Identity::generate();
        let conn = Connection::open(home_dir.join("vault.db")).unwrap();
        conn.execute_batch(&format!("PRAGMA key = \"x'{}'\"", *key.to_hex())).unwrap();
        conn.execute("INSERT INTO meta VALUES ('identity', ?1)", [identity.to_secret_string().as_str()])
            .unwrap();
        drop(conn);
        let wrapped = wrap_with_pin(&key, PIN, &keystore, Argon2Params::TEST_ONLY).unwrap();
        fs::write(home_dir.join("vault.key"), serde_json::to_string(&wrapped).unwrap()).unwrap();

        let home = Home::open(&home_dir, Arc::new(keystore), NOW).unwrap();
        let queue = home.queue();
        let counts = queue.read(view::counts).unwrap();
        let (ops, bytes) = if *queue_version >= 2 { (3, 1_200) } else { (2, 1_000) };
        assert_eq!((counts.ops, counts.files, counts.bytes), (ops, 1, bytes), "version {version}");
        let sent = queue.write(|tx| batch::batch(tx, Lane::Records, 10, 10_000)).unwrap().unwrap();
        assert_eq!((sent.generation, sent.first, sent.ops.len()), (2, 2, 1), "what was in flight goes first");
        let upload = queue.read(|c| uploads::next(c, Lane::Originals, None)).unwrap().unwrap();
        assert_eq!((upload.sent_bytes, upload.url.as_deref()), (400, Some("/v1/uploads/7")));
        assert_eq!(queue.read(|c| meta::setting::<String>(c, "language")).unwrap().as_deref(), Some("ja"));
        assert_eq!(queue.read(follow::list).unwrap().len(), if *queue_version >= 2 { 2 } else { 1 });
        let scope: Scope = "case:01920000-0000-7000-8000-0000000000c1".parse().unwrap();
        assert_eq!(queue.read(|c| cursors::get(c, &scope)).unwrap().unwrap().after, 5);

        let vault = home.unlock(PIN, NOW).unwrap();
        vault.replay(queue, NOW).unwrap();
        let shown = vault.read(|c| read::in_scope(c, &scope, &["note"])).unwrap();
        let mut texts: Vec<&str> = shown.iter().map(|s| s.record.text("text")).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["まだ", "以前の記録", "届いた", "送信中"], "version {version}");
        let arrived: RecordId = "01920000-0000-7000-8000-000000000001".parse().unwrap();
        assert!(!vault.read(|c| read::record(c, arrived)).unwrap().unwrap().waiting);
        assert_eq!(vault.read(|c| drafts::load(c, "note:new")).unwrap().unwrap()["text"], "書きかけ");
        if version >= 2 {
            assert_eq!(
                vault.read(|c| people::directory(c, "21345", 9)).unwrap().len(),
                1,
                "version {version}"
            );
        }
        if version >= 3 {
            a_room_is_as_it_was(&vault);
        }
    }
}

/// What came, what the office holds, what waits here; what hangs on it.
fn a_room_is_as_it_was(vault: &ekitei_store::Vault) {
    let room: RecordId = "01920000-0000-7000-8000-0000000000f1".parse().unwrap();
    let scope = Scope::Room(room);
    let (messages, older) = vault.read(|c| rooms::messages(c, &scope, 50)).unwrap();
    let said: Vec<_> = messages.iter().map(|s| (s.record.text("text"), s.waiting, s.held_until_ms)).collect();
    let held_until_ms = Some(1_795_477_500_000);
    assert_eq!(
        said,
        [("朝礼は9時", false, None), ("夜分に", false, held_until_ms), ("まだ届かない", true, None)]
    );
    assert!(!older);
    let hanging =
        vault.read(|c| rooms::children(c, &scope, &[messages[0].record.id], &["reaction"])).unwrap();
    assert_eq!(hanging[&messages[0].record.id][0].record.text("mark"), "ryokai");
    assert_eq!(vault.read(read::assigned).unwrap().into_iter().collect::<Vec<_>>(), [scope]);
    assert_eq!(vault.read(|c| read::of_kind(c, "call")).unwrap().len(), 1);
    let user = Scope::User("s001".into());
    assert_eq!(vault.read(|c| read::in_scope(c, &user, &["held"])).unwrap().len(), 1);
}

/// A directory that an older program filled is found by what the newer one looks for.
#[test]
fn the_directory_of_an_older_vault_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let home_dir = dir.path().join("home");
    fs::create_dir(&home_dir).unwrap();
    let keystore = FileKeystore::open_or_create(&dir.path().join("keystore")).unwrap();
    let key = VaultKey::generate().unwrap();
    let (version, sql) = &fixtures("vault")[0];
    make(&home_dir.join("vault.db"), key.secret(), *version, sql);
    let conn = Connection::open(home_dir.join("vault.db")).unwrap();
    conn.execute_batch(&format!("PRAGMA key = \"x'{}'\"", *key.to_hex())).unwrap();
    conn.execute(
        "INSERT INTO meta VALUES ('identity', ?1)",
        [Identity::generate().to_secret_string().as_str()],
    )
    .unwrap();
    let person = serde_json::json!({"id": "01920000-0000-7000-8000-00000000000a", "kind": "staff", "scope": "all:",
        "born_seq": 1, "seq": 1, "fields": {"id": "s002", "name": "見本 花子", "kana": "みほん はなこ", "extension": "21-345",
        "posts": [{"section": "甲局/課", "role": "staff", "to": "2026-03-31"}]}});
    let id = uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_000a).into_bytes();
    conn.execute(
        "INSERT INTO mirror (record, kind, scope, seq, deleted, epoch, sort_ms, key, body) VALUES (?1, 'staff', 'all:', 1, 0, 1, 0, 's002', ?2)",
        (id, person.to_string()),
    )
    .unwrap();
    conn.execute("INSERT INTO people VALUES (?1, 'みほん はなこ', '見本 花子')", [id]).unwrap();
    drop(conn);
    let wrapped = wrap_with_pin(&key, PIN, &keystore, Argon2Params::TEST_ONLY).unwrap();
    fs::write(home_dir.join("vault.key"), serde_json::to_string(&wrapped).unwrap()).unwrap();
    let home = Home::open(&home_dir, Arc::new(keystore), NOW).unwrap();
    let vault = home.unlock(PIN, NOW).unwrap();
    assert_eq!(vault.read(|c| people::directory(c, "２１３４５", 9)).unwrap()[0].text("name"), "見本 花子");
    let all = vault.read(people::all).unwrap();
    assert_eq!((all.len(), all[0].until.as_str(), all[0].kana.as_str()), (1, "2026-03-31", "みほん はなこ"));
}

#[test]
fn drafts_are_kept_until_dropped() {
    let phone = common::Phone::new();
    let value = serde_json::json!({"text": "一文字ずつ", "strokes": []});
    phone.vault.write(|tx| drafts::save(tx, "note:1", &value, NOW)).unwrap();
    let phone = phone.reopen();
    assert_eq!(phone.vault.read(|c| drafts::load(c, "note:1")).unwrap(), Some(value));
    assert_eq!(phone.vault.read(drafts::keys).unwrap(), [("note:1".to_owned(), NOW)]);
    phone.vault.write(|tx| drafts::remove(tx, "note:1")).unwrap();
    assert_eq!(phone.vault.read(|c| drafts::load(c, "note:1")).unwrap(), None);
}

#[test]
fn every_fault_has_a_text_in_both_languages() {
    let faults = [
        StoreError::Newer { file: "queue.db".into(), found: 2, known: 1 },
        StoreError::Corrupt(String::new()),
        StoreError::DiskFull,
        StoreError::Busy,
        StoreError::NoCipher,
        StoreError::PinWait { wait_ms: 1 },
        StoreError::NoVault,
        StoreError::VaultExists,
        StoreError::NotDrained,
        StoreError::Frozen,
        StoreError::Missing(String::new()),
        StoreError::HashMismatch,
        StoreError::Json(serde_json::from_str::<u8>("x").unwrap_err()),
    ]
    .map(Fault::from);
    let by_name =
        [Fault::ask("store-set-aside").with("file", "x"), Fault::ask("gone"), Fault::wait("not-enrolled")];
    for fault in faults.iter().chain(&by_name) {
        for language in [Language::Japanese, Language::English] {
            let text = fault_text(language, fault);
            assert!(!text.starts_with("error.") && !text.contains('{'), "{fault}: {text}");
        }
    }
}
