//! What people and networks do wrong: each gets a clear message, and nothing is lost by it.
#![allow(clippy::unwrap_used)]

use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::shots;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const CASE: &str = "R8-砂利-014";

/// Texts that broke other programs: quotes, markup, formulas, path pieces, directions, surrogates' neighbours, marks
/// without a base, device names, very long lines.
fn naughty() -> Vec<String> {
    let mut texts: Vec<String> = [
        "'; DROP TABLE records; --",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "=HYPERLINK(\"http://127.0.0.1\",\"x\")",
        "+cmd|' /C calc'!A0",
        "../../../../etc/passwd",
        "..\\..\\windows\\system32",
        "CON",
        "nul.txt",
        "a/b:c*d?e\"f<g>h|i",
        "\u{202e}gpj.exe",
        "e\u{301}\u{301}\u{301}\u{301}",
        "\u{0}\u{1}\u{7f}制御文字",
        "👨‍👩‍👧‍👦🏳️‍🌈",
        "﷽",
        "髙﨑𠮷野家",
        "\u{feff}BOM",
        "{\"op\":\"delete\"}",
        "%s%n%x{caption}{0}",
        ".",
        "　",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("長".repeat(20_000));
    texts
}

fn office_and_phone(dir: &Path) -> (Office, Phone) {
    let office = Office::start(dir);
    let phone = Phone::enrolled(&dir.join("phone"), &office.url(), &office.code("s001"));
    (office, phone)
}

/// A refusal names what to do, in words, and is no crash.
fn refused(phone: &Phone, args: &[&str]) -> String {
    let out = phone.try_run(args);
    let words = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!out.status.success(), "{args:?} should be refused");
    assert!(!words.contains("panicked") && !words.contains("error."), "{args:?}: {words}");
    assert!(words.trim().chars().count() > 15, "{args:?}: {words:?}");
    words
}

#[test]
fn naughty_texts_travel_unchanged_and_make_safe_names() {
    let dir = tempfile::tempdir().unwrap();
    let (office, phone) = office_and_phone(dir.path());
    let texts = naughty();
    let lines: Vec<String> = texts
        .iter()
        .map(|t| {
            serde_json::json!({"case": CASE, "text": t, "created_at": "2026-11-20T10:00:00+09:00"})
                .to_string()
        })
        .collect();
    let file = dir.path().join("naughty.jsonl");
    std::fs::write(&file, lines.join("\n")).unwrap();
    phone.must(&["note", "import", file.to_str().unwrap()]);
    for (n, text) in texts.iter().enumerate().filter(|(_, t)| !t.contains('\0') && t.len() < 400) {
        phone.photo(CASE, &shots::small(dir.path(), n as u64), text);
    }
    phone.drain(5);
    let photos = phone.list("photos").len();
    phone.sync_until("all filed", |p| {
        p.list("photos").iter().filter(|r| r["progress"] == "filed").count() == photos
    });

    let other = Phone::enrolled(&dir.path().join("other"), &office.url(), &office.code("s003"));
    other.must(&["case", "follow", CASE]);
    other.drain(5);
    let mut there: Vec<String> =
        other.list("notes").iter().map(|n| n["text"].as_str().unwrap().to_owned()).collect();
    let mut wanted = texts;
    there.sort();
    wanted.sort();
    assert_eq!(there, wanted);
    let files = office.filed();
    assert_eq!(
        files.iter().filter(|f| f.extension().is_some_and(|e| e == "jpg")).count(),
        photos,
        "{files:?}"
    );
    for file in &files {
        assert!(file.starts_with("東雲振興局"), "{}", file.display());
        for part in file.iter().map(|p| p.to_str().unwrap()) {
            assert!(part.len() <= 200 && !part.contains(['<', '>', ':', '"', '\\', '|', '?', '*']), "{part}");
            assert!(!part.contains('\u{202e}') && !part.ends_with(['.', ' ']), "{part:?}");
        }
    }
    assert_eq!(office.verify(), Ok(()));
}

#[test]
fn pictures_that_are_none_are_refused_with_words_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (_office, phone) = office_and_phone(dir.path());
    let good = shots::small(dir.path(), 1);
    let bytes = std::fs::read(&good).unwrap();
    let mut huge_header = bytes.clone();
    // The frame header's height and width, after the marker FF C0 (or C2) and its length and precision.
    let frame = huge_header.windows(2).position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc2]).unwrap();
    huge_header[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    let heic = [&[0, 0, 0, 24][..], b"ftypheic\0\0\0\0mif1heic", &[0; 64]].concat();
    let bad: [(&str, Vec<u8>); 6] = [
        ("empty.jpg", Vec::new()),
        ("cut.jpg", bytes[..bytes.len() / 2].to_vec()),
        ("text.jpg", "これは写真ではありません".repeat(50).into_bytes()),
        ("program.png", [b"MZ".as_slice(), &[0; 500]].concat()),
        ("bomb.jpg", huge_header),
        ("phone.heic", heic),
    ];
    for (name, content) in bad {
        let file = dir.path().join(name);
        std::fs::write(&file, &content).unwrap();
        refused(&phone, &["photo", "add", file.to_str().unwrap(), "--case", CASE]);
        assert_eq!(std::fs::read(&file).unwrap(), content, "the file itself stays");
    }
    refused(&phone, &["photo", "add", dir.path().join("none.jpg").to_str().unwrap(), "--case", CASE]);
    phone.photo(CASE, &good, "無事な一枚");
    phone.drain(5);
    assert_eq!(phone.list("photos").len(), 1);
    // A JPEG under another name is what it is.
    let renamed = dir.path().join("renamed.png");
    std::fs::copy(shots::small(dir.path(), 2), &renamed).unwrap();
    phone.photo(CASE, &renamed, "名前だけ PNG");
}

#[test]
fn codes_that_are_wrong_or_used_do_not_let_a_phone_in() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::start(dir.path());
    let code = office.code("s001");
    let stranger = Phone { home: dir.path().join("stranger") };
    refused(&stranger, &["enrol", "--server", &office.url(), "--code", "AAAAA-AAAAA"]);
    refused(&stranger, &["enrol", "--server", "ftp://127.0.0.1", "--code", &code]);
    refused(&stranger, &["enrol", "--server", "http://192.0.2.1", "--code", &code]);
    Phone::enrolled(&dir.path().join("first"), &office.url(), &code);
    refused(&stranger, &["enrol", "--server", &office.url(), "--code", &code]);
    refused(&stranger, &["note", "add", "--case", CASE, "--text", "x"]);
}

#[test]
fn an_import_with_a_broken_line_takes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_office, phone) = office_and_phone(dir.path());
    let file = dir.path().join("half.jsonl");
    let good = serde_json::json!({"case": CASE, "text": "良い行", "created_at": "2026-11-20T10:00:00+09:00"});
    for broken in
        ["{", "{\"case\":\"無い番号\",\"text\":\"x\",\"created_at\":\"2026-11-20T10:00:00+09:00\"}", "[]"]
    {
        std::fs::write(&file, format!("{good}\n{broken}\n")).unwrap();
        let words = refused(&phone, &["note", "import", file.to_str().unwrap()]);
        assert!(words.contains('2'), "names the line: {words}");
        assert_eq!(phone.list("notes").len(), 0);
    }
}

/// Whatever listens where the office was: noise, a login page of a hotspot, half an answer, an endless one.
#[test]
fn a_server_that_answers_garbage_costs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut office, phone) = office_and_phone(dir.path());
    phone.note(CASE, "守られる記録");
    office.kill();
    let answers: [&'static [u8]; 5] = [
        b"\x00\xff\xfe garbage",
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 41\r\n\r\n<html><body>Please sign in</body></html>\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ncontent-length: 4000\r\n\r\n{\"epoch\":",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 9\r\n\r\nnot zstd!",
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/elsewhere\r\ncontent-length: 0\r\n\r\n",
    ];
    for answer in answers {
        let listener = TcpListener::bind(office.addr).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&stop);
        let noise = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::Acquire) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let mut request = [0; 4096];
                // What it asked does not matter.
                let _ = stream.read(&mut request);
                let _ = stream.write_all(answer);
            }
        });
        let out = phone.try_run(&["sync", "--deadline-s", "3", "--json"]);
        stop.store(true, Ordering::Release);
        let _ = std::net::TcpStream::connect(office.addr);
        noise.join().unwrap();
        assert!(!out.status.success());
        assert!(!String::from_utf8_lossy(&out.stderr).contains("panicked"));
        assert_eq!(phone.list("notes")[0]["progress"], "waiting", "neither lost nor parked");
    }
    office.restart();
    phone.drain(5);
    assert_eq!(office.verify(), Ok(()));
}

#[cfg(unix)]
#[test]
fn a_share_that_refuses_writing_makes_the_files_wait() {
    let dir = tempfile::tempdir().unwrap();
    let (mut office, phone) = office_and_phone(dir.path());
    // A file where the folder should be refuses root, too.
    std::fs::remove_dir(&office.share).unwrap();
    std::fs::write(&office.share, "not a folder").unwrap();
    phone.photo(CASE, &shots::small(dir.path(), 3), "待つ写真");
    phone.drain(5);
    assert_eq!(phone.list("photos")[0]["progress"], "arrived");
    std::fs::remove_file(&office.share).unwrap();
    std::fs::create_dir(&office.share).unwrap();
    office.restart();
    phone.sync_until("filed", |p| p.list("photos")[0]["progress"] == "filed");
}
