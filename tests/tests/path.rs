//! The path: what is written and photographed without a line reaches the office and the colleague, by the real programs.
#![allow(clippy::unwrap_used)]

use ekitei_tests::office::Office;
use ekitei_tests::phone::{PIN, Phone};
use ekitei_tests::shots;
use std::path::{Path, PathBuf};

const CASE: &str = "R8-砂利-014";
const RESTRICTED: &str = "R8-支援-0451";

fn phone(office: &Office, dir: &Path, staff: &str) -> Phone {
    Phone::enrolled(&dir.join(staff), &office.url(), &office.code(staff))
}

fn filed(phone: &Phone) -> usize {
    phone.list("photos").iter().filter(|p| p["progress"] == "filed").count()
}

#[test]
fn notes_and_photographs_made_without_a_line_arrive_by_themselves() {
    let dir = tempfile::tempdir().unwrap();
    let mut office = Office::start(dir.path());
    let (a, b) = (phone(&office, dir.path(), "s001"), phone(&office, dir.path(), "s003"));

    office.kill(); // no line
    a.note(CASE, "のり面に亀裂");
    for n in 0..3 {
        a.photo(CASE, &shots::small(dir.path(), n), &format!("亀裂 {n}"));
    }
    assert!(!a.sync(), "nothing can be delivered without a line");
    assert_eq!(a.list("queue").len(), 4 + 9, "one row an operation, one a file");

    office.restart();
    a.drain(3);
    a.sync_until("all filed", |p| filed(p) == 3);
    let files = office.filed();
    assert_eq!(files.iter().filter(|f| f.extension().is_some_and(|e| e == "jpg")).count(), 3, "{files:?}");
    assert!(
        files
            .iter()
            .all(|f| f.starts_with("東雲振興局/商工労働観光課/指導保安係/R8-砂利-014_丸太沢砂利採取場"))
    );
    let original = std::fs::read(dir.path().join("shot-0.jpg")).unwrap();
    assert!(
        files.iter().any(|f| std::fs::read(office.share.join(f)).unwrap() == original),
        "the original's bytes, unchanged"
    );

    b.must(&["case", "follow", CASE]);
    b.sync_until("the colleague has them", |p| {
        p.list("photos").len() == 3 && p.list("notes").iter().any(|n| n["text"] == "のり面に亀裂")
    });
    assert_eq!(office.verify(), Ok(()));
}

#[test]
fn a_locked_killed_phone_still_delivers() {
    let dir = tempfile::tempdir().unwrap();
    let mut office = Office::start(dir.path());
    let a = phone(&office, dir.path(), "s001");
    office.kill();
    a.note(CASE, "施錠前");
    a.photo(CASE, &shots::small(dir.path(), 4), "施錠前");
    a.must(&["lock"]);
    assert!(!a.try_run(&["note", "add", "--case", CASE, "--text", "施錠中"]).status.success(), "locked");
    office.restart();
    a.drain(3);
    assert!(!a.try_run(&["list", "notes", "--json"]).status.success(), "delivering does not open it");
    a.must(&["unlock"]);
    a.sync_until("filed", |p| filed(p) == 1);
    assert_eq!(a.list("notes").len(), 1);
    assert_eq!(office.verify(), Ok(()));
}

#[test]
fn a_restricted_case_leaves_no_byte_in_the_shared_folder() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::start(dir.path());
    let a = phone(&office, dir.path(), "s006");
    a.note(RESTRICTED, "年金の通知を確認");
    a.photo(RESTRICTED, &shots::small(dir.path(), 5), "通知");
    a.drain(3);
    a.sync_until("kept", |p| p.list("photos").iter().any(|r| r["progress"] == "kept"));
    assert_eq!(office.filed(), Vec::<PathBuf>::new());
    let outsider = phone(&office, dir.path(), "s001");
    assert!(!outsider.try_run(&["case", "follow", RESTRICTED]).status.success());
    assert!(outsider.list("cases").iter().all(|c| c["number"] != RESTRICTED));
    assert_eq!(office.verify(), Ok(()));
}

#[test]
fn a_lost_share_makes_jobs_wait_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::start(dir.path());
    let a = phone(&office, dir.path(), "s001");
    let away = dir.path().join("away");
    std::fs::rename(&office.share, &away).unwrap();
    a.photo(CASE, &shots::small(dir.path(), 6), "共有なし");
    a.drain(3);
    assert_eq!(a.list("photos")[0]["progress"], "arrived");
    std::fs::rename(&away, &office.share).unwrap();
    let mut office = office;
    office.restart(); // the wait is a row, and a start tries at once
    a.sync_until("filed", |p| filed(p) == 1);
    assert_eq!(office.filed().len(), 1);
}

#[test]
fn search_finds_what_was_written_by_one_to_six_characters() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::start(dir.path());
    let a = phone(&office, dir.path(), "s001");
    a.note(CASE, "ｶﾞｲﾄﾞﾚｰﾙの変形、延長12ｍ");
    for query in ["形", "ガイ", "がいど", "レールの", "ルの変形、", "12m"] {
        assert_eq!(a.json(&["search", query]).as_array().unwrap().len(), 1, "{query}");
    }
    assert_eq!(a.json(&["search", "砂漠"]).as_array().unwrap().len(), 0);
    assert_eq!(PIN.len(), 6);
}
