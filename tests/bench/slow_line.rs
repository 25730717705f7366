//! (e) 20 photographs over a line of 10 Mbit/s: how near the pipe comes to what the line can carry.

use crate::Bench;
use crate::photos::photos;
use crate::section::{Row, Samples, Section, amount};
use ekitei_tests::line::{Line, Mode};
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use serde_json::Value;
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const PHOTOS: u64 = 20;
const BITS_PER_S: u64 = 10_000_000;
/// One way; for a second run, because a mobile line has some.
const DELAY_MS: u64 = 25;
const AIM: f64 = 1.1;
const CASE: &str = "R8-砂利-014";
/// The plain stream that shows what the line carries.
const PLAIN_BYTES: usize = 10_000_000;

pub fn measure(bench: &Bench) -> Section {
    let limited = |delay_ms| Mode::Limited { bits_per_s: BITS_PER_S, delay_ms, loss_permille: 0 };
    let plain_s = bench.runtime.block_on(plain(limited(0)));
    let (near, far) = (sent_over(bench, limited(0)), sent_over(bench, limited(DELAY_MS)));
    let seconds = |s: f64| Samples(vec![s]).show("s");
    let ratio = |sent: &Sent| sent.took_s / sent.ideal_s;
    Section {
        title: "(e) 20 photographs over a line of 10 Mbit/s",
        peer: String::new(),
        rows: vec![
            Row::shown("bytes that waited ÷ bandwidth", seconds(near.ideal_s)),
            Row::shown("until the office has everything", seconds(near.took_s)),
            Row::shown("ratio", format!("{:.3}×", ratio(&near)))
                .must(&format!("≤ {AIM}×"), ratio(&near) <= AIM),
            Row::shown(
                &format!("for information: ratio when the way takes {DELAY_MS} ms each way"),
                format!("{:.3}×", ratio(&far)),
            ),
        ],
        notes: vec![
            format!(
                "{} waited (originals, display copies and thumbnails, sealed; records); {} went up with all \
                 requests. The line is a TCP proxy of {} Mbit/s each way; a plain stream of {} needs {:.3}× of \
                 bytes ÷ bandwidth on it.",
                amount(near.bytes as f64 / 1e6, "MB"),
                amount(near.up_bytes as f64 / 1e6, "MB"),
                BITS_PER_S / 1_000_000,
                amount(PLAIN_BYTES as f64 / 1e6, "MB"),
                plain_s / (PLAIN_BYTES as f64 * 8.0 / BITS_PER_S as f64)
            ),
            "`ekitei-server` and `ekitei-field` as processes; the time runs from the call `sync` to the receipt of \
             the last byte. The next file goes up while the office checks the last; between the chunks of one file \
             a round trip passes in which nothing does, hence the last line."
                .into(),
        ],
    }
}

struct Sent {
    bytes: u64,
    up_bytes: u64,
    ideal_s: f64,
    took_s: f64,
}

fn sent_over(bench: &Bench, mode: Mode) -> Sent {
    let files = photos(bench, PHOTOS);
    let folder = bench.folder();
    let office = Office::start(&folder.path().join("office"));
    let line = bench.runtime.block_on(Line::to(office.addr)).expect("a loopback port is free");
    let phone = Phone::enrolled(&folder.path().join("phone"), &line.url(), &office.code("s001"));
    phone.drain(3);
    for (n, file) in files.iter().enumerate() {
        phone.photo(CASE, file, &format!("撮影 {}", n + 1));
    }
    let bytes = phone.json(&["status"])["waiting"]["bytes"].as_u64().expect("bytes");
    let (up_before, ..) = line.counters();
    line.set(mode);
    let sent = phone.json(&["sync"]);
    line.set(Mode::Good);
    assert_eq!(sent["drained"], Value::Bool(true), "{sent}");
    let (up_after, ..) = line.counters();
    phone.sync_until("all photographs have arrived", |phone| {
        let photos = phone.list("photos");
        photos.len() as u64 == PHOTOS && photos.iter().all(|p| p["progress"] != "waiting")
    });
    let took_s = sent["drained_after_ms"].as_f64().expect("a time in ms") / 1e3;
    println!("{mode:?}: {bytes} bytes in {took_s:.2} s");
    Sent { bytes, up_bytes: up_after - up_before, ideal_s: bytes as f64 * 8.0 / BITS_PER_S as f64, took_s }
}

/// Seconds that a plain stream over such a line takes.
async fn plain(mode: Mode) -> f64 {
    let sink = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
    let line = Line::to(sink.local_addr().expect("it is bound")).await.expect("a loopback port is free");
    line.set(mode);
    let taking = tokio::spawn(async move {
        let (mut stream, _) = sink.accept().await.expect("the proxy connects");
        let mut buf = vec![0; 64 * 1024];
        let mut got = 0;
        while got < PLAIN_BYTES {
            got += match stream.read(&mut buf).await.expect("it can be read") {
                0 => break,
                n => n,
            };
        }
        assert_eq!(got, PLAIN_BYTES, "everything came");
        Instant::now()
    });
    let mut stream = tokio::net::TcpStream::connect(line.addr()).await.expect("the proxy listens");
    let began = Instant::now();
    stream.write_all(&vec![7; PLAIN_BYTES]).await.expect("it can be written");
    let ended = taking.await.expect("the sink does not panic");
    ended.duration_since(began).as_secs_f64()
}
