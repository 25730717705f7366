//! Times the papers and prints one line of JSON; median and best of the rounds in milliseconds:
//! `cargo run --release -p ekitei-report --example bench [ROUNDS]`. `-- --write FOLDER` writes the photos of the ledger,
//! `-- --one pdf|xlsx FOLDER ROUNDS` makes the ledger of what lies there, to be put beside `tests/bench/peers/ledger.py`.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::Instant;

use ekitei_report::ledger::{self, PerPage};
use ekitei_report::marks::{Board, Marks, burn};
use ekitei_report::own_sheet::{self, ChoiceMark};
use ekitei_report::{Breaking, Picture, break_lines, inspection};

/// `[median, best]`
fn times(rounds: usize, mut work: impl FnMut()) -> String {
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    format!("[{:.2},{:.2}]", times[times.len() / 2], times[0])
}

/// A hundred different display copies of about the usual size and weight.
fn photos() -> Vec<Vec<u8>> {
    (0..100).map(|seed| support::photo(2016, 1512, seed)).collect()
}

fn ledger_of(pictures: &[Picture]) -> ledger::Ledger {
    let mut ledger = support::ledger(PerPage::Three, pictures.len(), |seed| pictures[seed as usize].clone());
    for (row, picture) in ledger.rows.iter_mut().zip(pictures) {
        row.picture = Some(picture.clone());
    }
    ledger
}

/// Milliseconds of each round, bytes of the file, peak memory of this process.
fn one(kind: &str, folder: &Path, rounds: usize) {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let pictures: Vec<Picture> = files.iter().map(|file| Picture::read(file).unwrap()).collect();
    let ledger = ledger_of(&pictures);
    let (mut ms, mut bytes) = (Vec::new(), 0);
    for _ in 0..rounds {
        let start = Instant::now();
        let file = if kind == "pdf" { ledger::pdf(&ledger) } else { ledger::xlsx(&ledger) };
        ms.push(start.elapsed().as_secs_f64() * 1_000.0);
        bytes = file.unwrap().len();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    println!("{{\"ms\":{ms:?},\"bytes\":{bytes},\"peak_kib\":{}}}", peak.unwrap_or("0"));
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--write", folder] => {
            for (number, photo) in photos().iter().enumerate() {
                std::fs::write(Path::new(folder).join(format!("{number:03}.jpg")), photo).unwrap();
            }
        }
        ["--one", kind, folder, rounds] => one(kind, Path::new(folder), rounds.parse().unwrap()),
        _ => all(),
    }
}

fn all() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(9);
    let photos = photos();
    let bytes: usize = photos.iter().map(Vec::len).sum();
    let pictures: Vec<Picture> = photos.iter().map(|photo| Picture::new(photo).unwrap()).collect();
    let ledger = ledger_of(&pictures);
    let check =
        times(rounds, || drop(photos.iter().map(|photo| Picture::new(photo).unwrap()).collect::<Vec<_>>()));
    let pdf_bytes = ledger::pdf(&ledger).unwrap().len();
    let pdf = times(rounds, || drop(ledger::pdf(&ledger).unwrap()));
    let xlsx_bytes = ledger::xlsx(&ledger).unwrap().len();
    let xlsx = times(rounds, || drop(ledger::xlsx(&ledger).unwrap()));
    let report = support::report();
    let report_pdf = times(rounds, || drop(inspection::pdf(&report).unwrap()));
    let report_xlsx = times(rounds, || drop(inspection::xlsx(&report).unwrap()));
    let sheet =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/sheets/gravel-pit.xlsx"))
            .unwrap();
    let proposal = own_sheet::propose(&sheet).unwrap();
    let propose = times(rounds, || drop(own_sheet::propose(&sheet).unwrap()));
    let filling =
        support::answers::filling(&proposal, ChoiceMark::Oval, |seed| pictures[seed as usize].clone());
    let fill = times(rounds, || drop(own_sheet::fill(&sheet, &filling).unwrap()));
    let board = Board {
        case: "見晴川".into(),
        item: "北側のり面".into(),
        date: "2026-11-20".into(),
        ..Board::default()
    };
    let burnt = times(rounds, || drop(burn(&photos[0], &Marks::default(), Some(&board)).unwrap()));
    let text = "小段の上から3mの位置に、長さ約4.5mの亀裂がある。「立入禁止」のロープを張る。".repeat(250);
    let breaking = times(rounds, || {
        drop(break_lines(&text, 180.0, Breaking::default(), |c| if c.is_ascii() { 5.0 } else { 9.0 }))
    });
    println!(
        "{{\"photos\":100,\"photo_bytes\":{bytes},\"check_ms\":{check},\"ledger_pdf_ms\":{pdf},\"ledger_pdf_bytes\":{pdf_bytes},\
         \"ledger_xlsx_ms\":{xlsx},\"ledger_xlsx_bytes\":{xlsx_bytes},\"report_pdf_ms\":{report_pdf},\"report_xlsx_ms\":{report_xlsx},\
         \"propose_ms\":{propose},\"fill_ms\":{fill},\"burn_ms\":{burnt},\"break_10k_chars_ms\":{breaking}}}"
    );
}
