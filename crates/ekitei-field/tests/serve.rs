//! The loopback host over a real socket: screens, bridge, inbox, pictures, hints, and who is kept out.
#![allow(clippy::unwrap_used)]

#[path = "../../ekitei-core/tests/common/mod.rs"]
mod common;

use common::{PIN, Phone, case_id, jpeg};
use ekitei_model::Stamp;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Host {
    child: Child,
    addr: String,
}

impl Drop for Host {
    fn drop(&mut self) {
        // As the system kills an app: without a word.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Host {
    fn start(phone: &Phone) -> Self {
        let ui = phone.folder.path().join("ui");
        std::fs::create_dir_all(&ui).unwrap();
        std::fs::write(ui.join("index.html"), "<!doctype html><title>Ekitei</title>").unwrap();
        let shots = phone.folder.path().join("shots");
        std::fs::create_dir_all(&shots).unwrap();
        std::fs::write(shots.join("崖.jpg"), jpeg(11)).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_ekitei-field"))
            .args(["--home", &show(&phone.dir()), "serve", "--listen", "127.0.0.1:0"])
            .args(["--ui", &show(&ui), "--ready-shots", &show(&shots)])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr = line.trim().strip_prefix("listening http://").unwrap().to_owned();
        Self { child, addr }
    }

    fn ask(&self, method: &str, path: &str, extra: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        let host =
            if extra.starts_with("host:") { String::new() } else { format!("host: {}\r\n", self.addr) };
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{host}connection: close\r\ncontent-length: {length}\r\n{extra}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // A host that refuses early may close before it has read everything.
        let _ = stream.write_all(body);
        let mut raw = Vec::new();
        let _ = stream.read_to_end(&mut raw);
        let at = raw.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(raw[..at].to_vec()).unwrap().to_lowercase();
        let mut body = raw[at + 4..].to_vec();
        if head.contains("transfer-encoding: chunked") {
            body = unchunk(&body);
        }
        Answer { status: head[9..12].parse().unwrap(), head, body }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", b"")
    }

    fn call(&self, call: &str, args: &Value) -> Value {
        let body = json!({ "call": call, "args": args }).to_string();
        let answer = self.ask("POST", "/bridge", "content-type: application/json\r\n", body.as_bytes());
        assert_eq!(answer.status, 200, "{call}");
        answer.json()
    }
}

fn unchunk(body: &[u8]) -> Vec<u8> {
    let mut reader = BufReader::new(body);
    let mut out = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            return out;
        }
        let mut piece = vec![0; size + 2];
        reader.read_exact(&mut piece).unwrap();
        out.extend(&piece[..size]);
    }
}

fn show(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn a_picture_goes_from_the_browser_to_the_case() {
    let phone = Phone::enrolled();
    let host = Host::start(&phone);
    assert!(String::from_utf8(host.get("/").body).unwrap().contains("<title>Ekitei"));
    assert_eq!(host.call("today", &json!({}))["err"]["code"], "locked");
    assert_eq!(host.call("unlock", &json!({"pin": PIN}))["ok"]["locked"], false);

    let case = case_id("R8-1").to_string();
    let name = host.call("capture_begin", &json!({"case": case}))["ok"]["name"].as_str().unwrap().to_owned();
    let put = host.ask("PUT", &format!("/inbox/{name}"), "", &jpeg(4)).json();
    assert_eq!(put["ok"]["name"], name);
    let photo = &host.call("photo_add", &json!({"names": [name], "case": case, "caption": "亀裂"}))["ok"][0];
    let id = photo["id"].as_str().unwrap();

    let thumb = host.get(&format!("/media/{id}/thumb"));
    assert!(
        thumb.status == 200
            && thumb.head.contains("content-type: image/jpeg")
            && thumb.body.starts_with(&[0xff, 0xd8])
    );
    // What is kept outside has an address of its own, and a name.
    assert_eq!(host.get(&format!("/media/{id}/original")).status, 404);
    let kept = host.get(&format!("/keep/{id}"));
    assert!(kept.body == jpeg(4) && kept.head.contains("content-disposition: attachment"), "{}", kept.head);
    assert!(kept.head.contains(".jpg"), "{}", kept.head);
    assert_eq!(host.get("/keep/not-an-id").status, 404);
    assert_eq!(host.get("/media/not-an-id/thumb").status, 404);
    host.call("lock", &json!({}));
    assert_eq!(host.get(&format!("/media/{id}/thumb")).status, 409);
    assert_eq!(host.get(&format!("/keep/{id}")).status, 409);
}

#[test]
fn ready_shots_are_offered_and_only_those() {
    let phone = Phone::enrolled();
    let host = Host::start(&phone);
    assert_eq!(host.get("/ready-shots").json()["ok"], json!(["崖.jpg"]));
    let taken = host.ask("POST", "/ready-shots/%E5%B4%96.jpg", "", b"").json();
    assert!(taken["ok"]["name"].as_str().unwrap().ends_with("~崖.jpg"));
    assert_eq!(
        host.ask("POST", "/ready-shots/..%2F..%2Fdevice.key", "", b"").json()["err"]["code"],
        "file-missing"
    );
}

#[test]
fn the_inbox_keeps_its_limit_and_its_folder() {
    let phone = Phone::enrolled();
    let host = Host::start(&phone);
    let answer = host.ask("PUT", "/inbox/..%2F..%2Fescape.jpg", "", b"bytes").json();
    assert!(answer["ok"]["name"].as_str().unwrap().ends_with("escape.jpg"));
    assert!(!phone.folder.path().join("escape.jpg").exists());
    let huge = vec![0u8; 32 * 1024 * 1024];
    let refused = host.ask("PUT", "/inbox/huge.jpg", "", &huge);
    assert_eq!(refused.json()["err"]["code"], "photo-file-large");
    let left: Vec<_> = std::fs::read_dir(phone.dir().join("inbox")).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "only the small file: {left:?}");
}

#[test]
fn strangers_are_kept_out() {
    let phone = Phone::enrolled();
    let host = Host::start(&phone);
    let port = host.addr.rsplit(':').next().unwrap().to_owned();
    assert_eq!(host.ask("GET", "/", "host: phone.example\r\n", b"").status, 403);
    let body = br#"{"call":"status","args":{}}"#;
    let json = "content-type: application/json\r\n";
    assert_eq!(
        host.ask("POST", "/bridge", &format!("{json}origin: https://evil.example\r\n"), body).status,
        403
    );
    assert_eq!(
        host.ask("POST", "/bridge", &format!("{json}origin: http://localhost:{port}\r\n"), body).status,
        200
    );
    // A form of another page cannot send JSON.
    assert_eq!(host.ask("POST", "/bridge", "content-type: text/plain\r\n", body).status, 415);
    assert!(host.get("/").head.contains("content-security-policy: default-src 'self'"));
    assert_eq!(host.get("/../../etc/passwd").status, 404);
}

#[test]
fn hints_tell_what_to_read_again_and_facts_move() {
    let phone = Phone::enrolled();
    let host = Host::start(&phone);
    let mut stream = TcpStream::connect(&host.addr).unwrap();
    write!(stream, "GET /events HTTP/1.1\r\nhost: {}\r\n\r\n", host.addr).unwrap();
    let mut lines = BufReader::new(stream).lines();
    assert!(lines.next().unwrap().unwrap().contains("200"));
    let facts = json!({"battery_percent": 12, "charging": true, "hotspot": false, "online": false});
    let answer =
        host.ask("PUT", "/facts", "content-type: application/json\r\n", facts.to_string().as_bytes());
    assert_eq!(answer.json()["ok"], facts);
    assert_eq!(host.get("/facts").json()["ok"]["battery_percent"], 12);
    host.call(
        "settings_set",
        &json!({"language": "en", "theme": "light", "glove": false, "text_percent": 100}),
    );
    let hint = lines.map(Result::unwrap).find(|l| l.contains("settings")).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(hint.strip_prefix("data: ").unwrap()).unwrap()["changed"],
        "settings"
    );
}

#[test]
fn the_clock_goes_ahead_by_what_the_slider_says() {
    let phone = Phone::enrolled();
    let host = Host::start(&phone);
    host.call("unlock", &json!({"pin": PIN}));
    let written_ms = || {
        let note = host.call("note_save", &json!({"text": "wann"}));
        let at: Stamp = note["ok"]["written_at"].as_str().unwrap().parse().unwrap();
        at.utc_ms
    };
    let before_ms = written_ms();
    let facts = json!({"battery_percent": 80, "charging": false, "hotspot": false, "online": true, "clock_ahead_ms": 120_000});
    let answer =
        host.ask("PUT", "/facts", "content-type: application/json\r\n", facts.to_string().as_bytes());
    assert_eq!(answer.json()["ok"], facts);
    assert!(written_ms() >= before_ms + 120_000);
}

#[test]
fn a_killed_host_goes_on_where_it_was() {
    let phone = Phone::enrolled();
    let host = Host::start(&phone);
    host.call("unlock", &json!({"pin": PIN}));
    let case = case_id("R8-1").to_string();
    let note = host.call("note_save", &json!({"case": case, "text": "vor dem Abbruch"}));
    let id = note["ok"]["id"].as_str().unwrap().to_owned();
    let name = host.call("capture_begin", &json!({"case": case}))["ok"]["name"].as_str().unwrap().to_owned();
    host.ask("PUT", &format!("/inbox/{name}"), "", &jpeg(8));
    drop(host);
    let host = Host::start(&phone);
    assert_eq!(host.call("note_get", &json!({"id": id}))["ok"]["text"], "vor dem Abbruch");
    let photos = host.call("photo_list", &json!({"case": case}));
    assert_eq!(photos["ok"].as_array().unwrap().len(), 1);
}
