//! The conformance suite and what only SQLite has, on real files.
#![allow(clippy::unwrap_used)]

use ekitei_server_db::conformance::fold::run;
use ekitei_server_db::{Sqlite, Storage};
use proptest::prelude::*;
use std::sync::Arc;

async fn open() -> Option<(Arc<dyn Storage>, tempfile::TempDir)> {
    let dir = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&dir.path().join("ekitei.db")).unwrap();
    Some((Arc::new(store), dir))
}

ekitei_server_db::conformance_suite!(crate::open);

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn any_sequence_of_operations_equals_its_fold(seed in any::<u64>(), rounds in 1usize..40) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, _dir) = open().await.unwrap();
            run(store, seed, rounds).await;
        });
    }
}

mod file {
    //! Migrations, and one file under several hands.
    use super::*;
    use ekitei_server_db::StorageError;
    use ekitei_server_db::conformance::{fixture, kit};
    use rusqlite::Connection;
    use std::path::PathBuf;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ekitei.db");
        (dir, path)
    }

    /// Writes a fixture of today's schema: `EKITEI_FIXTURE=FILE.db cargo test … --ignored`, then dump it as SQL.
    #[tokio::test]
    #[ignore = "makes a fixture when a schema is released"]
    async fn fill_a_fixture() {
        let path = PathBuf::from(std::env::var("EKITEI_FIXTURE").unwrap());
        let store: Arc<dyn Storage> = Arc::new(Sqlite::open(&path).unwrap());
        fixture::fill(&store).await;
        fixture::fill_rooms(&store).await;
    }

    /// Each past schema, and today's: filled, upgraded, checked.
    #[tokio::test]
    async fn every_schema_is_brought_up_to_date() {
        let past = [
            (1, include_str!("fixtures/sqlite_v1.sql")),
            (3, include_str!("fixtures/sqlite_v3.sql")),
            (4, include_str!("fixtures/sqlite_v4.sql")),
        ];
        for (version, sql) in past {
            brought_up_to_date(version, sql).await;
        }
    }

    async fn brought_up_to_date(version: i64, sql: &str) {
        let (_dir, path) = place();
        let old = Connection::open(&path).unwrap();
        old.execute_batch(sql).unwrap();
        assert_eq!(old.query_row("PRAGMA user_version", [], |r| r.get::<_, i64>(0)).unwrap(), version);
        drop(old);
        let store: Arc<dyn Storage> = Arc::new(Sqlite::open(&path).unwrap());
        fixture::check(&store, version >= 4).await;
        if version >= 4 {
            fixture::check_rooms(&store).await;
        }
        drop(store);
        let now = Connection::open(&path).unwrap();
        assert_eq!(now.query_row("PRAGMA user_version", [], |r| r.get::<_, i64>(0)).unwrap(), 7);
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused_and_left_alone() {
        let (_dir, path) = place();
        drop(Sqlite::open(&path).unwrap());
        Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        let err = Sqlite::open(&path).err().unwrap();
        let fault = err.fault().unwrap();
        assert_eq!((fault.code.as_str(), fault.params["found"].as_str()), ("database-newer", "99"));
        let found: i64 =
            Connection::open(&path).unwrap().query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
        assert_eq!(found, 99);
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_damaged_not_overwritten() {
        let (_dir, path) = place();
        std::fs::write(&path, "記録ではない".repeat(500)).unwrap();
        assert!(matches!(Sqlite::open(&path).err().unwrap(), StorageError::Damaged(_)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "記録ではない".repeat(500));
    }

    #[tokio::test]
    async fn a_second_process_sees_and_adds_rows() {
        let (_dir, path) = place();
        let server: Arc<dyn Storage> = Arc::new(Sqlite::open(&path).unwrap());
        let command: Arc<dyn Storage> = Arc::new(Sqlite::open(&path).unwrap());
        kit::people(&command).await;
        let mut a1 = kit::phone(&server, "a1").await;
        let (case, made) = kit::case_in(kit::A, "R8-1");
        kit::applied(&a1.one(&made).await);
        assert!(command.office_record(case).await.unwrap().is_some());
        // Both write at once; neither is refused.
        let mut a2 = kit::phone(&command, "a2").await;
        let one = tokio::spawn(async move {
            for n in 0..20 {
                kit::applied(&a1.one(&kit::note_in(case, &n.to_string())).await);
            }
        });
        for n in 0..20 {
            kit::applied(&a2.one(&kit::note_in(case, &n.to_string())).await);
        }
        one.await.unwrap();
        kit::sound(&server).await;
    }

    #[tokio::test]
    async fn a_backup_is_a_whole_database() {
        let (dir, path) = place();
        let store: Arc<dyn Storage> = Arc::new(Sqlite::open(&path).unwrap());
        fixture::fill(&store).await;
        let copy = dir.path().join("copy.db");
        store.backup(&copy).await.unwrap();
        assert_eq!(kit::code(store.backup(&copy).await), "file-exists");
        let restored: Arc<dyn Storage> = Arc::new(Sqlite::open(&copy).unwrap());
        assert_eq!(restored.epoch().await.unwrap(), store.epoch().await.unwrap());
        fixture::check(&restored, false).await;
        fixture::check(&store, false).await;
    }

    /// Each planted fault is found, so that an empty list means something.
    #[tokio::test]
    async fn verify_finds_what_is_wrong() {
        let sql = [
            ("verify-head", "UPDATE scopes SET head = head + 1 WHERE scope LIKE 'case:%'"),
            ("verify-gap", "DELETE FROM history WHERE seq = (SELECT min(seq) FROM history)"),
            ("verify-record", "UPDATE records SET kind = 'visit' WHERE kind = 'note'"),
            ("verify-record", "UPDATE records SET body = '{}' WHERE kind = 'case'"),
            ("verify-op", "DELETE FROM records WHERE kind = 'photo'"),
            (
                "verify-origin",
                "DELETE FROM ops WHERE record IN (SELECT id FROM records WHERE kind = 'photo')",
            ),
            ("verify-waiting", "DELETE FROM waiting"),
            ("verify-quarantine", "DELETE FROM quarantine"),
            ("verify-blob", "DELETE FROM blobs"),
            ("verify-job", "DELETE FROM jobs"),
        ];
        for (code, damage) in sql {
            let (_dir, path) = place();
            let store: Arc<dyn Storage> = Arc::new(Sqlite::open(&path).unwrap());
            fixture::fill(&store).await;
            assert!(Connection::open(&path).unwrap().execute(damage, []).unwrap() > 0, "{damage}");
            let faults = store.verify_rows().await.unwrap();
            assert!(faults.iter().any(|f| f.code == code), "{damage}: {faults:?}");
        }
    }

    /// Every two seconds somebody looks: of what waits only what is due is read.
    #[tokio::test]
    async fn what_is_held_is_not_read_before_its_time() {
        use ekitei_server_db::conformance::held;
        let (_dir, path) = place();
        let store: Arc<dyn Storage> = Arc::new(Sqlite::open(&path).unwrap());
        held::two_are_held(&store).await;
        let damage = "UPDATE waiting SET bytes = 'no bytes' WHERE needs =
            (SELECT record FROM held_due ORDER BY due_ms DESC LIMIT 1)";
        assert_eq!(Connection::open(&path).unwrap().execute(damage, []).unwrap(), 1);
        assert_eq!(store.release_held(held::MORNING - 1).await.unwrap().count, 0);
        assert_eq!(store.release_held(held::MORNING).await.unwrap().count, 1);
        assert!(store.release_held(held::MONDAY).await.is_err(), "its time has come");
    }

    /// A write that panics or is refused takes nothing else of its group down.
    #[tokio::test]
    async fn requests_that_share_a_commit_are_separate() {
        let (_dir, path) = place();
        let store: Arc<dyn Storage> = Arc::new(Sqlite::open(&path).unwrap());
        let (a1, case) = kit::office(&store).await;
        let good: Vec<_> = (0..10).map(|n| kit::incoming(&kit::note_in(case, &n.to_string()))).collect();
        let mut tasks = Vec::new();
        for n in 0..10u64 {
            let (store, caller, line) = (Arc::clone(&store), a1.caller.clone(), good[n as usize].clone());
            // Every second one asks for a place far behind a gap.
            let header = a1.header(if n % 2 == 0 { 1 } else { 1000 }, 1);
            tasks.push(tokio::spawn(async move {
                store.apply_push(&caller, &header, vec![line], kit::NOW).await
            }));
        }
        let mut done = 0;
        for t in tasks {
            match t.await.unwrap() {
                Ok(_) => done += 1,
                Err(e) => assert_eq!(e.fault().unwrap().code, "lane-gap"),
            }
        }
        assert_eq!(done, 5);
        assert_eq!(a1.after(&ekitei_model::Scope::Case(case), 0).await.0.len(), 6);
        kit::sound(&store).await;
    }
}
