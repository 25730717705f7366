//! The whole path with the office on PostgreSQL: the same programs, the same walk. `EKITEI_TEST_POSTGRES` names a scratch
//! cluster (`postgres://postgres@127.0.0.1:5499`); the test makes a database of its own.
#![allow(clippy::unwrap_used)]

use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::shots;
use std::path::Path;
use std::process::Command;

const CASE: &str = "R8-砂利-014";

fn phone(office: &Office, dir: &Path, staff: &str) -> Phone {
    Phone::enrolled(&dir.join(staff), &office.url(), &office.code(staff))
}

/// Speaks to the cluster as an operator would.
fn psql(cluster: &str, sql: &str) {
    let out = Command::new("psql")
        .args(["-qXAt", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .arg(format!("{cluster}/postgres"))
        .output();
    let out = out.unwrap_or_else(|e| panic!("psql comes with PostgreSQL: {e}"));
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn the_path_from_phone_to_shared_folder_runs_on_postgresql() {
    let Ok(cluster) = std::env::var("EKITEI_TEST_POSTGRES") else {
        println!("not run: EKITEI_TEST_POSTGRES is not set");
        return;
    };
    let cluster = cluster.trim_end_matches('/');
    let dir = tempfile::tempdir().unwrap();
    let name = format!("ekitei_path_{}", std::process::id());
    psql(cluster, &format!("CREATE DATABASE {name}"));
    let mut office = Office::start_on(dir.path(), &[], Some(&format!("{cluster}/{name}")));
    assert!(!office.data.join("office.db").exists(), "nothing of SQLite");
    let (a, b) = (phone(&office, dir.path(), "s001"), phone(&office, dir.path(), "s003"));
    office.kill();
    a.note(CASE, "のり面に亀裂");
    a.photo(CASE, &shots::small(dir.path(), 0), "亀裂");
    assert!(!a.sync(), "nothing can be delivered without a line");
    office.restart();
    a.drain(3);
    a.sync_until("filed", |p| p.list("photos").iter().all(|p| p["progress"] == "filed"));
    let original = std::fs::read(dir.path().join("shot-0.jpg")).unwrap();
    let filed = office.filed();
    assert!(filed.iter().any(|f| std::fs::read(office.share.join(f)).unwrap() == original), "{filed:?}");
    b.must(&["case", "follow", CASE]);
    b.sync_until("the colleague has them", |p| {
        p.list("photos").len() == 1 && p.list("notes").iter().any(|n| n["text"] == "のり面に亀裂")
    });
    // A power cut of the office: all is there, and what comes next goes on.
    office.restart();
    b.note(CASE, "停電のあと");
    b.drain(3);
    a.sync_until("the first phone hears of it", |p| p.list("notes").len() == 2);
    assert_eq!(office.verify(), Ok(()));
    drop(office);
    psql(cluster, &format!("DROP DATABASE {name} WITH (FORCE)"));
}
