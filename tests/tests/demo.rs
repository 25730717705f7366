//! The demonstration as a program: the story to its end, with small photographs, its table, its page, its end.
#![allow(clippy::unwrap_used)]

use ekitei_tests::programs::{program, root, said};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

fn command(work: &Path) -> Command {
    // The office and the field host must be there too.
    program("ekitei-server");
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.args(["--once", "--port", "0", "--work"]).arg(work);
    command.env("EKITEI_ROOT", root()).env("EKITEI_BUILT", "1").env("EKITEI_DEMO_SMALL", "1");
    command.env("EKITEI_LANG", "en");
    command
}

/// What follows `http://` in each line that names an address.
fn addresses(text: &str) -> Vec<&str> {
    let after = text.lines().filter_map(|l| l.split("http://").nth(1));
    after.filter_map(|l| l.split_whitespace().next()).collect()
}

fn nobody_answers(text: &str) {
    let addresses = addresses(text);
    assert!(addresses.len() >= 4, "{text}");
    for address in addresses {
        assert!(TcpStream::connect(address).is_err(), "{address} still answers");
    }
}

/// The whole answer as text; `HOST` in the request is the address.
fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.replace("HOST", address).as_bytes()).unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).unwrap();
    String::from_utf8_lossy(&text).into_owned()
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
fn the_story_is_played_to_its_end_and_leaves_nothing_running() {
    let dir = tempfile::tempdir().unwrap();
    let work = dir.path().join("work");
    let played = command(&work).output().unwrap();
    let text = said(&played);
    assert!(played.status.success(), "{text}\n{}", String::from_utf8_lossy(&played.stderr));
    for n in 1..=18 {
        assert!(text.contains(&format!("{n:>2}/18 ✓ ")), "step {n}\n{text}");
    }
    let row = |label: &str| text.lines().rfind(|l| l.trim_start().starts_with(label)).unwrap().to_owned();
    assert!(row("What").contains("Bytes") && row("What").contains("Where to look"));
    for label in
        ["Made without a line", "Delivered while locked", "Shared folder", "Console", "Colleague's phone B"]
    {
        let line = row(label);
        let numbers: Vec<f64> = line.split_whitespace().filter_map(|w| w.parse().ok()).collect();
        assert!(matches!(numbers[..], [9.0, bytes, _, ..] if bytes > 10_000.0), "{line}");
    }
    assert!(row("Shared folder").contains("R8-砂利-014_丸太沢砂利採取場"), "{text}");
    // The section's own sheet came back filled, and its head accepted it.
    let papers = row("Filled sheet and ledger");
    assert!(papers.contains("_検査調書_") && papers.contains(".xlsx"), "{papers}");
    // Sheet and ledger, each as PDF and workbook, and the report once more with the acceptance.
    assert!(papers.split_whitespace().any(|w| w == "5"), "{papers}");
    assert!(row("Accepted by the head").contains("/#/inspection/"), "{text}");
    assert!(text.lines().any(|l| l.contains("8 steps") && l.contains("kbit/s")), "the tethering run\n{text}");
    nobody_answers(&text);
    // The half year lies in the shared folder, cases of few people do not.
    let listed = files(&work.join("office/share"));
    assert!(listed.len() > 40, "{listed:?}");
    let papers = listed.iter().filter(|f| f.contains("検査調書") || f.contains("写真台帳"));
    assert_eq!(papers.count(), 5, "{listed:?}");
    assert!(listed.iter().all(|f| !f.contains("生活支援係")), "{listed:?}");
}

#[test]
fn the_stage_listens_to_its_own_page_alone_and_a_signal_ends_every_child() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = command(&dir.path().join("work")).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut text = String::new();
    for line in lines.by_ref() {
        text.push_str(&line);
        text.push('\n');
        if line.contains("The story begins") {
            break;
        }
    }
    let stage = addresses(&text)[0];
    let page = ask(stage, "GET / HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("stage.js"), "{page}");
    let policy = page.lines().find(|l| l.starts_with("content-security-policy")).unwrap();
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.contains("<script>") && !page.contains(" onclick="));
    let switch = |head: &str| {
        let body = r#"{"phone":"b","line":"weak"}"#;
        let rest = "content-type: application/json\r\nconnection: close\r\n";
        let length = body.len();
        ask(stage, &format!("POST /line HTTP/1.1\r\n{head}{rest}content-length: {length}\r\n\r\n{body}"))
    };
    assert!(switch("host: HOST\r\norigin: http://evil.example\r\n").starts_with("HTTP/1.1 403"));
    assert!(switch("host: HOST\r\n").starts_with("HTTP/1.1 403"), "a page says where it comes from");
    assert!(switch("host: evil.example\r\norigin: http://HOST\r\n").starts_with("HTTP/1.1 403"));
    assert!(switch("host: HOST\r\norigin: http://HOST\r\n").starts_with("HTTP/1.1 200"));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "an interrupted story is no success: {rest:?}");
    nobody_answers(&text);
}

#[test]
fn another_folder_of_the_user_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("letter.txt"), "keep").unwrap();
    let refused = command(dir.path()).output().unwrap();
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
