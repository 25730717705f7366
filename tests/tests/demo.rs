//! The demonstration as a program: the story to its end, with small photographs, and its table.
#![allow(clippy::unwrap_used)]

use ekitei_tests::programs::{program, root, said};
use std::path::Path;
use std::process::{Command, Output};

fn demo(work: &Path, language: &str) -> Output {
    // The office and the field host must be there too.
    program("ekitei-server");
    Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(["--once", "--port", "0", "--work"])
        .arg(work)
        .env("EKITEI_ROOT", root())
        .env("EKITEI_BUILT", "1")
        .env("EKITEI_DEMO_SMALL", "1")
        .env("EKITEI_LANG", language)
        .output()
        .unwrap()
}

#[test]
fn the_story_is_played_to_its_end_and_leaves_nothing_running() {
    let dir = tempfile::tempdir().unwrap();
    let work = dir.path().join("work");
    let played = demo(&work, "en");
    let text = said(&played);
    assert!(played.status.success(), "{text}\n{}", String::from_utf8_lossy(&played.stderr));
    for n in 1..=13 {
        assert!(text.contains(&format!("{n:>2}/13 ✓ ")), "step {n}\n{text}");
    }
    let row = |label: &str| {
        text.lines().find(|l| l.trim_start().starts_with(label)).unwrap_or_else(|| panic!("{label}\n{text}"))
    };
    assert!(row("What").contains("Bytes") && row("What").contains("Where to look"));
    for label in ["Made without a line", "Delivered while locked", "Shared folder  ", "Colleague's phone B  "]
    {
        let line = text.lines().rfind(|l| l.trim_start().starts_with(label)).unwrap();
        let numbers: Vec<f64> = line.split_whitespace().filter_map(|w| w.parse().ok()).collect();
        assert!(numbers.len() >= 3 && numbers[1] > 0.0, "{line}");
    }
    assert!(text.contains("R8-砂利-014_丸太沢砂利採取場"), "{text}");
    for address in
        text.lines().filter_map(|l| l.split("http://").nth(1)).filter_map(|l| l.split_whitespace().next())
    {
        let address = address.trim_end_matches(')');
        assert!(std::net::TcpStream::connect(address).is_err(), "{address} still answers");
    }
    // The half year lies in the shared folder, cases of few people do not.
    let listed: Vec<String> = files(&work.join("office/share"));
    assert!(listed.len() > 30, "{listed:?}");
    assert!(listed.iter().all(|f| !f.contains("生活支援係")), "{listed:?}");
}

fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path.to_string_lossy().into_owned()),
        }
    }
    found
}

#[test]
fn another_folder_of_the_user_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("letter.txt"), "keep").unwrap();
    let refused = demo(dir.path(), "en");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--work"));
    assert_eq!(std::fs::read_to_string(dir.path().join("letter.txt")).unwrap(), "keep");
}

#[test]
fn an_unknown_option_is_named() {
    let refused = Command::new(env!("CARGO_BIN_EXE_demo")).arg("--twice").output().unwrap();
    assert_eq!(refused.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--twice"));
}
