//! The line check over lines that are shaped on purpose: the sentence is right on each of them, it is over in ten
//! seconds, and a slow line is not filled.
#![allow(clippy::unwrap_used)]

use ekitei_model::DeviceId;
use ekitei_model::line::{Broken, Measured, verdict};
use ekitei_seal::Secret32;
use ekitei_sync::http::{DeviceKey, HttpTransport};
use ekitei_sync::measure::{WITHIN, measure};
use ekitei_tests::line::{Line, Mode};
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use serde_json::Value;
use std::path::{Path, PathBuf};

struct Place {
    _dir: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    _office: Office,
    line: Line,
    phone: Phone,
}

/// A certificate of its own, and the options of `serve` that show it.
fn certificate(dir: &Path, name: &str) -> (PathBuf, Vec<String>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (cert, key) = (dir.join(format!("{name}.pem")), dir.join(format!("{name}.key")));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let options = vec!["--tls-cert".to_owned(), text(&cert), "--tls-key".to_owned(), text(&key)];
    (cert, options)
}

fn start(dir: &Path, options: &[String]) -> Office {
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    Office::start_with(dir, &options)
}

/// An office with TLS, a phone, and a line between them.
fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let (cert, options) = certificate(dir.path(), "office");
    let office = start(dir.path(), &options);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let line = runtime.block_on(Line::to(office.addr)).unwrap();
    let phone = Phone { home: dir.path().join("phone") };
    let url = format!("https://localhost:{}", line.addr().port());
    let code = office.code("s001");
    phone.must(&["enrol", "--server", &url, "--code", &code, "--ca", cert.to_str().unwrap()]);
    Place { _dir: dir, runtime, _office: office, line, phone }
}

impl Place {
    /// What a script is told, and the bytes that went over the line for it.
    fn check(&self, mode: Mode) -> (Value, u64) {
        self.line.set(mode);
        let (up, down, _) = self.line.counters();
        let out = self.phone.try_run(&["line", "check", "--place", "駐車場", "--json"]);
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        let view: Value = serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {out:?}"));
        let (up_now, down_now, _) = self.line.counters();
        let none = view["verdict"]["level"] == "none";
        assert_eq!(out.status.success(), !none, "the exit code says whether there is a line: {view}");
        assert!(view["phone"]["took_ms"].as_u64().unwrap() <= 10_000, "{view}");
        (view, up_now - up + down_now - down)
    }
}

fn code(view: &Value) -> &str {
    view["verdict"]["code"].as_str().unwrap()
}

fn number(view: &Value, name: &str) -> u64 {
    view["verdict"]["params"][name].as_str().unwrap().parse().unwrap()
}

#[test]
fn the_sentence_is_right_on_each_line() {
    let p = place();
    let good = Mode::Limited { bits_per_s: 10_000_000, delay_ms: 20, loss_permille: 0 };
    let (view, _) = p.check(good);
    assert_eq!(code(&view), "line-photos-seconds", "{view}");
    // 10 MB over 10 Mbit/s take 8 s; a busy machine makes it somewhat more.
    assert!((7..=15).contains(&number(&view, "seconds")), "{view}");
    for step in ["name_ms", "tcp_ms", "tls_ms", "first_ms", "up_bps", "down_bps", "loss"] {
        assert!(view["phone"][step].is_number(), "{step}: {view}");
    }

    let (view, bytes) = p.check(Mode::Limited { bits_per_s: 256_000, delay_ms: 60, loss_permille: 0 });
    assert_eq!(code(&view), "line-photos-minutes", "{view}");
    assert!((5..=8).contains(&number(&view, "minutes")), "{view}");
    assert!(bytes < 300_000, "a slow line is not filled: {bytes}");

    let (view, bytes) = p.check(Mode::Limited { bits_per_s: 40_000, delay_ms: 60, loss_permille: 0 });
    assert_eq!(code(&view), "line-chat-only", "{view}");
    assert!(bytes < 100_000, "{bytes}");

    let (view, _) = p.check(Mode::Limited { bits_per_s: 2_000_000, delay_ms: 2_000, loss_permille: 0 });
    assert_eq!(code(&view), "line-slow-answer", "{view}");
    assert!((4..=6).contains(&number(&view, "seconds")), "there and back: {view}");

    let (view, _) = p.check(Mode::Lossy { bits_per_s: 10_000_000, delay_ms: 20, loss_percent: 30 });
    assert_eq!(code(&view), "line-lossy", "{view}");
    assert!((15..=50).contains(&number(&view, "percent")), "{view}");

    let (view, _) = p.check(Mode::Cut);
    assert_eq!(view["verdict"]["level"], "none", "{view}");
    assert!(["line-none", "line-no-answer"].contains(&code(&view)), "{view}");

    // Each of them is kept by place, newest first, and reaches the office when the line is back.
    p.line.set(Mode::Good);
    p.phone.drain(5);
    let history = p.phone.json(&["line", "history"]);
    let codes: Vec<&str> = history.as_array().unwrap().iter().map(code).collect();
    assert_eq!(codes.len(), 6);
    assert_eq!(codes.last(), Some(&"line-photos-seconds"));
    assert!(history.as_array().unwrap().iter().all(|c| c["place"] == "駐車場" && c["progress"] == "arrived"));
}

#[test]
fn another_certificate_is_not_the_office() {
    let p = place();
    let dir = tempfile::tempdir().unwrap();
    let (_, options) = certificate(dir.path(), "other");
    let other = start(dir.path(), &options);
    p.line.lead_to(other.addr);
    let (view, _) = p.check(Mode::Good);
    assert_eq!(code(&view), "line-certificate", "{view}");
    assert_eq!(view["phone"]["error"], "certificate");
    assert!(view["phone"]["tcp_ms"].is_number() && view["phone"]["first_ms"].is_null(), "{view}");
}

#[test]
fn a_name_that_leads_nowhere_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let (cert, _) = certificate(dir.path(), "office");
    let ca = std::fs::read_to_string(cert).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let key = DeviceKey {
        device_id: DeviceId(uuid::Uuid::from_u128(1)),
        signing_key: Secret32::from_bytes([7; 32]),
    };
    let line = HttpTransport::new("https://ekitei-office.invalid:8443", Some(&ca), key).unwrap();
    let found: Measured = runtime.block_on(measure(&line, WITHIN));
    assert_eq!(found.error, Some(Broken::Name));
    assert_eq!(verdict(&found).code, "line-name-failed");
}

#[test]
fn the_office_takes_no_more_than_it_must() {
    let p = place();
    // Without a phone's token, and beyond the bound, nothing is moved.
    let url = format!("https://localhost:{}", p.line.addr().port());
    // Another test may have done it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().danger_accept_invalid_certs(true).build().unwrap();
    p.runtime.block_on(async {
        for path in ["/v1/line/ping", "/v1/line/down?bytes=10"] {
            assert_eq!(http.get(format!("{url}{path}")).send().await.unwrap().status(), 401, "{path}");
        }
        let up = http.post(format!("{url}/v1/line/up")).body(vec![0; 10]).send().await.unwrap();
        assert_eq!(up.status(), 401);
    });
}
