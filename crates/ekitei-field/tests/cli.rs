//! The command line as scripts use it: the real program, real homes, no network.
#![allow(clippy::unwrap_used)]

#[path = "../../ekitei-core/tests/common/mod.rs"]
mod common;

use common::{PIN, Phone, jpeg};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

struct Cli<'a> {
    phone: &'a Phone,
    pin: Option<&'a str>,
    lang: &'a str,
}

fn cli(phone: &Phone) -> Cli<'_> {
    Cli { phone, pin: Some(PIN), lang: "C.UTF-8" }
}

impl Cli<'_> {
    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ekitei-field"));
        command.arg("--home").arg(self.phone.dir()).args(args);
        command
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES")
            .env("LANG", self.lang)
            .env_remove("EKITEI_PIN");
        if let Some(pin) = self.pin {
            command.env("EKITEI_PIN", pin);
        }
        command.stdin(std::process::Stdio::null()).output().unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(args)).unwrap()
    }

    fn fails(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).unwrap()
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn notes_and_photos_wait_and_are_listed_by_case_number() {
    let phone = Phone::enrolled();
    let cli = cli(&phone);
    cli.ok(&["unlock"]);
    cli.ok(&["note", "add", "--case", "R8-1", "--text", "のり面に亀裂\n二行目"]);
    let picture = write(phone.folder.path(), "写真 1.jpg", &jpeg(5));
    cli.ok(&["photo", "add", &picture, "--case", "R8-1", "--caption", "亀裂"]);
    assert!(Path::new(&picture).exists());

    let notes = cli.json(&["list", "notes", "--json"]);
    assert_eq!(notes[0]["case_number"], "R8-1");
    assert_eq!(notes[0]["text"], "のり面に亀裂\n二行目");
    assert!(notes[0]["finished_at"].is_string());
    let photos = cli.json(&["list", "photos", "--json"]);
    assert_eq!((&photos[0]["caption"], &photos[0]["progress"]), (&"亀裂".into(), &"waiting".into()));
    assert_eq!(cli.json(&["list", "queue", "--json"]).as_array().unwrap().len(), 5);
    assert_eq!(cli.json(&["list", "cases", "--json"]).as_array().unwrap().len(), 2);
    for empty in ["visits", "conflicts"] {
        assert_eq!(cli.json(&["list", empty, "--json"]), serde_json::json!([]));
    }
    assert_eq!(cli.json(&["search", "亀裂", "--json"]).as_array().unwrap().len(), 2);
    assert_eq!(cli.json(&["status", "--json"])["waiting"]["photos"], 1);
    // The same bytes again.
    assert!(cli.ok(&["photo", "add", &picture, "--case", "R8-1"]).contains("not added again"));
}

#[test]
fn a_locked_home_refuses_until_it_is_unlocked() {
    let phone = Phone::enrolled();
    let cli = cli(&phone);
    let add: &[&str] = &["note", "add", "--case", "R8-1", "--text", "x"];
    // Enrolled elsewhere, never unlocked by a command.
    assert!(cli.fails(add, 3).contains("Unlock with the PIN"));
    cli.ok(&["unlock"]);
    // Each further command opens the vault by itself, also without the PIN at hand.
    Cli { pin: None, ..cli }.ok(add);
    cli.ok(&["lock"]);
    for refused in [add, &["list", "notes", "--json"], &["search", "x"], &["case", "follow", "R8-1"]] {
        cli.fails(refused, 3);
    }
    assert_eq!(cli.json(&["status", "--json"])["locked"], true);
    assert_eq!(cli.json(&["list", "queue", "--json"])[0]["title"], "");
    assert!(Cli { pin: Some("000001"), ..cli }.fails(&["unlock"], 1).contains("PIN"));
    assert!(Cli { pin: None, ..cli }.fails(&["unlock"], 1).contains("EKITEI_PIN"));
    cli.ok(&["unlock"]);
    assert_eq!(cli.json(&["list", "notes", "--json"]).as_array().unwrap().len(), 1);
}

#[test]
fn import_names_the_bad_lines_and_takes_a_good_file_whole() {
    let phone = Phone::enrolled();
    let cli = cli(&phone);
    cli.ok(&["unlock"]);
    let mut lines: Vec<String> = (0..1100)
        .map(|n| format!(r#"{{"case":"R8-1","text":"記録 {n}","created_at":"2026-05-01T10:00:00+09:00"}}"#))
        .collect();
    lines.push("not json".into());
    lines.push(r#"{"case":"R9-404","text":"no such case"}"#.into());
    lines.push(r#"{"case":"R8-2","text":"finished","title":"t","finished":true}"#.into());
    let file = write(phone.folder.path(), "notes.jsonl", lines.join("\n").as_bytes());
    let output = cli.run(&["note", "import", &file, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["taken"], &report["refused"]), (&0.into(), &2.into()));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("notes.jsonl:1101: ")
            && errors.contains("notes.jsonl:1102: ")
            && errors.contains("R9-404")
    );
    assert_eq!(
        cli.json(&["status", "--json"])["waiting"]["notes"],
        0,
        "or the corrected file would double them"
    );
    lines.drain(1100..1102);
    let file = write(phone.folder.path(), "notes.jsonl", lines.join("\n").as_bytes());
    assert_eq!(cli.json(&["note", "import", &file, "--json"])["taken"], 1101);
    assert_eq!(cli.json(&["status", "--json"])["waiting"]["notes"], 1101);
}

#[test]
fn a_bad_picture_does_not_keep_the_good_ones_back() {
    let phone = Phone::enrolled();
    let cli = cli(&phone);
    cli.ok(&["unlock"]);
    let bad = write(phone.folder.path(), "bad.jpg", b"words, no picture");
    let good = write(phone.folder.path(), "good.jpg", &jpeg(2));
    let output = cli.run(&["photo", "add", &bad, &good, "/no/such/file.jpg", "--case", "R8-2", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap().as_array().unwrap().len(), 1);
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 2);
}

#[test]
fn sync_without_a_line_says_that_something_waits() {
    let phone = Phone::enrolled();
    let cli = cli(&phone);
    cli.ok(&["unlock"]);
    cli.ok(&["note", "add", "--case", "R8-1", "--text", "x"]);
    cli.ok(&["lock"]);
    let output = cli.run(&["sync", "--json"]);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let view: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&view["drained"], &view["waiting"]["items"]), (&false.into(), &1.into()));
    assert!(view["fault"]["code"].is_string());
}

#[test]
fn usage_language_and_missing_enrolment_have_their_own_answers() {
    let phone = Phone::enrolled();
    let cli = cli(&phone);
    assert_eq!(cli.run(&["note"]).status.code(), Some(64));
    assert_eq!(cli.run(&["list", "dogs"]).status.code(), Some(64));
    assert!(cli.ok(&["--help"]).contains("Exit codes"));
    assert!(Cli { lang: "ja_JP.UTF-8", ..cli }.fails(&["list", "notes"], 3).contains("ロック"));
    let elsewhere = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_ekitei-field");
    let run = |args: &[&str]| {
        Command::new(program).arg("--home").arg(elsewhere.path()).args(args).output().unwrap()
    };
    assert_eq!(run(&["list", "notes", "--json"]).status.code(), Some(4));
    assert_eq!(run(&["sync"]).status.code(), Some(4));
    let status: Value = serde_json::from_slice(&run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(status["enrolled"], false);
    let listening = run(&["serve", "--listen", "0.0.0.0:0"]);
    assert!(String::from_utf8(listening.stderr).unwrap().contains("0.0.0.0:0"));
}

#[test]
fn messages_are_sent_listed_found_and_taken_back_by_command() {
    let phone = Phone::enrolled();
    let cli = cli(&phone);
    cli.ok(&["unlock"]);
    let rooms = cli.json(&["chat", "rooms", "--json"]);
    assert_eq!((&rooms[0]["type"], rooms.as_array().unwrap().len()), (&"self".into(), 1));
    let (one, two) =
        (write(phone.folder.path(), "1.jpg", &jpeg(1)), write(phone.folder.path(), "2.jpg", &jpeg(2)));
    let photos = ["--photo", &one, "--photo", &two];
    let sent = cli.json(
        &[&["chat", "send", "--room", "self", "--text", "掲示板です", "--json"][..], &photos[..]].concat(),
    );
    assert_eq!((&sent["state"], sent["photos"].as_array().unwrap().len()), (&"waiting".into(), 2));
    cli.ok(&["chat", "send", "--room", "self", "--text", "至急", "--urgent", "断水の連絡"]);
    let list = cli.json(&["chat", "list", "--room", "self", "--json"]);
    let texts: Vec<&str> = list.as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["掲示板です", "至急"]);
    assert_eq!(list[1]["urgent"], "断水の連絡");
    assert_eq!(cli.json(&["chat", "search", "掲", "--json"]).as_array().unwrap().len(), 1);
    cli.ok(&["chat", "unsend", list[1]["id"].as_str().unwrap()]);
    assert_eq!(cli.json(&["chat", "list", "--room", "self", "--json"]).as_array().unwrap().len(), 1);
    assert!(cli.ok(&["chat", "list", "--room", "self"]).contains("掲示板です"));
    assert!(
        cli.fails(&["chat", "send", "--room", "self", "--urgent", "x", "--text", "y"], 1).contains("two")
    );
    assert!(cli.fails(&["chat", "list", "--room", "どこにもない"], 1).contains("room"));
    // A name that two rooms have says nothing about where to.
    let open = ["chat", "open", "--name", "林道", "--json", "s002"];
    let made = cli.json(&open)[0]["id"].as_str().unwrap().to_owned();
    cli.ok(&["chat", "send", "--room", "林道", "--text", "着きました"]);
    cli.ok(&open);
    assert!(cli.fails(&["chat", "send", "--room", "林道", "--text", "どちら"], 1).contains("id"));
    assert_eq!(cli.json(&["chat", "list", "--room", &made, "--json"]).as_array().unwrap().len(), 1);
    assert!(cli.fails(&["chat", "send", "--room", "self"], 1).contains("nothing"));
}
