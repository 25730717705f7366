//! The walk of a photo, cut at each of its steps: repeating the step cures it, nothing is lost, nothing doubled, and
//! bytes resume where the office names.
#![allow(clippy::unwrap_used)]

use ekitei_tests::line::{CutOnce, Line, Mode};
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::shots;
use std::path::Path;

const CASE: &str = "R8-砂利-014";

struct Walk {
    _dir: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    office: Office,
    line: Line,
    phone: Phone,
}

fn walk() -> Walk {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let office = Office::start(dir.path());
    let line = runtime.block_on(Line::to(office.addr)).unwrap();
    let phone = Phone::enrolled(&dir.path().join("phone"), &line.url(), &office.code("s001"));
    Walk { _dir: dir, runtime, office, line, phone }
}

fn add(w: &Walk, n: u64) {
    let file = shots::small(w.phone.home.parent().unwrap(), n);
    w.phone.note(CASE, &format!("写真 {n}"));
    w.phone.photo(CASE, &file, &format!("写真 {n}"));
}

/// Everything is there exactly once, on the phone, in the records and in the folder.
fn all_there(w: &Walk, photos: usize) {
    w.phone.drain(10);
    w.phone.sync_until("all filed", |p| {
        p.list("photos").iter().filter(|r| r["progress"] == "filed").count() == photos
    });
    let files = w.office.filed();
    let count =
        |ext: &str| files.iter().filter(|f| Path::new(f).extension().is_some_and(|e| e == ext)).count();
    assert_eq!(count("jpg"), photos, "{files:?}");
    assert_eq!(w.phone.list("notes").len(), photos);
    assert_eq!(w.office.verify(), Ok(()));
}

/// Cuts after more and more bytes from the phone: token, push, thumbnail, display copy and original are all met.
#[test]
fn cut_after_any_number_of_bytes() {
    let w = walk();
    let mut photos = 0;
    for bytes in [1, 200, 700, 1_500, 3_000, 6_000, 20_000, 60_000, 120_000, 250_000] {
        add(&w, photos as u64);
        photos += 1;
        w.line.cut_once(CutOnce::AfterUp(bytes));
        w.phone.sync();
        all_there(&w, photos);
    }
}

/// The office commits, the answer is lost: the repetition changes nothing. Met once for each answer of the walk.
#[test]
fn an_answer_lost_after_the_commit_doubles_nothing() {
    let w = walk();
    for n in 0..6 {
        add(&w, n);
        w.line.cut_once(CutOnce::Answer);
        w.phone.sync();
        w.line.cut_once(CutOnce::Answer);
        w.phone.sync();
        all_there(&w, usize::try_from(n).unwrap() + 1);
    }
}

/// No line at all during the first tries.
#[test]
fn a_line_that_is_cut_is_waited_for() {
    let w = walk();
    w.line.set(Mode::Cut);
    add(&w, 0);
    assert!(!w.phone.sync());
    assert!(!w.phone.sync());
    w.line.set(Mode::Good);
    all_there(&w, 1);
}

/// An original that is cut in its middle goes on from the byte the office has.
#[test]
fn an_upload_resumes_by_byte() {
    let w = walk();
    let file = shots::large(w.phone.home.parent().unwrap(), 1);
    let size = std::fs::metadata(&file).unwrap().len();
    w.phone.photo(CASE, &file, "12 MP");
    let (before, _, _) = w.line.counters();
    w.line.cut_once(CutOnce::AfterUp(i64::try_from(size).unwrap() / 2));
    w.phone.drain(10);
    let (after, _, _) = w.line.counters();
    let sent = after - before;
    // Original, display copy, thumbnail and records once; what was on its way at the cut may travel again.
    assert!(sent < size * 17 / 10, "{sent} bytes for {size}");
    w.phone.sync_until("filed", |p| p.list("photos")[0]["progress"] == "filed");
    assert_eq!(w.office.verify(), Ok(()));
}

/// The office is killed between any two of its steps and comes back.
#[test]
fn an_office_that_dies_in_between_goes_on() {
    let mut w = walk();
    for n in 0..5 {
        add(&w, n);
        w.line.cut_once(CutOnce::AfterUp(5_000 + 40_000 * i64::try_from(n).unwrap()));
        w.phone.sync();
        w.office.restart();
        all_there(&w, usize::try_from(n).unwrap() + 1);
    }
    drop(w.runtime);
}
