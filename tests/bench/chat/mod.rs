//! (h) Messages among 2,000 live connections, beside an XMPP server that keeps an archive: the same rooms, the same
//! texts, the same pace, one after the other. The clock of a message runs from the moment its sender begins to send until
//! its text is in another client's hands.

mod disk;
mod ours;
mod prosody;

use crate::Bench;
use crate::section::{Row, Samples, Section};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PEOPLE: usize = 2_000;
const ROOM: usize = 10;
const ROOMS: usize = PEOPLE / ROOM;
const A_SECOND: u32 = 65;
const SECONDS: u32 = 60;
/// Each side measures so often, in turns; the middle one of each figure counts.
const ROUNDS: usize = 3;
/// Calls to everybody, one after the other.
const CALLS: usize = 3;
/// What has not come by then is lost.
const NEVER: Duration = Duration::from_secs(60);
/// Invented; as long as a line on a phone's screen.
const TEXT: &str = "北側のり面の小段に亀裂があります。写真を送ります。立入禁止の縄を張りました。";

const MEAN_AIM_MS: f64 = 20.0;
const P99_AIM_MS: f64 = 200.0;
const CALL_AIM_MS: f64 = 1_000.0;

/// One server's side.
struct Measured {
    messages: Samples,
    calls: Samples,
    /// The server's memory for each connection that only listens.
    idle_bytes: f64,
    /// Processor seconds of the server over the minute of messages.
    busy_s: f64,
    /// How long the disk alone took, over the same minute.
    disk: Samples,
}

/// What one round says in each row.
struct Figures {
    mean_ms: f64,
    p99_ms: f64,
    call_ms: f64,
    idle_kib: f64,
    busy_s: f64,
    disk_ms: f64,
}

impl From<Measured> for Figures {
    fn from(m: Measured) -> Self {
        Self {
            mean_ms: m.messages.sum() / m.messages.0.len() as f64,
            p99_ms: m.messages.quantile(0.99),
            call_ms: m.calls.quantile(0.99),
            idle_kib: m.idle_bytes / 1024.0,
            busy_s: m.busy_s,
            disk_ms: m.disk.quantile(0.99),
        }
    }
}

pub fn measure(bench: &Bench) -> Section {
    let (mut ours, mut peer): (Vec<Figures>, Vec<Figures>) = Default::default();
    for _ in 0..ROUNDS {
        ours.push(ours::measure(bench).into());
        peer.push(prosody::measure(bench).into());
    }
    let row = |what: &str, unit: &str, of: fn(&Figures) -> f64| {
        let [our, their] = [&ours, &peer].map(|side| Samples(side.iter().map(of).collect()));
        (Row::beside(what, unit, &our, &their, None), our.median())
    };
    let limited = |what: &str, of: fn(&Figures) -> f64, aim: f64| {
        let (row, middle) = row(what, "ms", of);
        row.at_most(middle, aim, "ms")
    };
    Section {
        title: "(h) Messages among 2,000 live connections",
        peer: format!("{} with archiving", prosody::version()),
        rows: vec![
            limited("a message, mean", |f| f.mean_ms, MEAN_AIM_MS),
            limited("a message, 99 of 100 within", |f| f.p99_ms, P99_AIM_MS),
            limited("a call to everybody, 99 of 100 within", |f| f.call_ms, CALL_AIM_MS),
            row("memory of the server a listening connection", "KiB", |f| f.idle_kib).0,
            row("processor time of the server in the minute", "s", |f| f.busy_s).0,
            row("the disk alone meanwhile: 4 KiB, 99 of 100 within", "ms", |f| f.disk_ms).0,
        ],
        notes: vec![
            format!(
                "{PEOPLE} people, each connected, in {ROOMS} rooms of {ROOM}; {A_SECOND} messages a second for {SECONDS} s, each from somebody at \
                 random to the {} others of the room: {} deliveries, every one arrived, on both sides. A call goes to all {PEOPLE}, \
                 {CALLS} times. Time runs from the sender's first byte to the receiver's hands; server and all clients share the machine.",
                ROOM - 1,
                grouped(SECONDS as usize * A_SECOND as usize * (ROOM - 1)),
            ),
            format!(
                "{ROUNDS} rounds in turns: the middle one (the least–the most). The last row is a file of its own on the same disk, written \
                 and synced {} times a second while the messages went: how long such a write takes on this machine by itself.",
                disk::A_SECOND
            ),
            "Ekitei: one `ekitei-server` process on SQLite (synchronous=FULL: a message is on the disk before anybody hears of it); \
             each client signs in by its key, listens on `/v1/live` and fetches the room's feed at each hint."
                .into(),
            "The peer: one process, `mod_muc_mam` with its default storage, anonymous sign-in, no TLS on either side, presence of \
             participants not sent around; it does not wait for the disk."
                .into(),
        ],
    }
}

fn grouped(n: usize) -> String {
    let text = n.to_string();
    let (head, tail) = text.split_at(text.len().saturating_sub(3));
    if head.is_empty() { text } else { format!("{head},{tail}") }
}

/// What was said and when; who hears it says so here.
struct Board {
    began: Instant,
    heard: Mutex<Vec<f64>>,
    count: AtomicUsize,
    /// Nothing more is measured: connections may break.
    over: AtomicBool,
}

impl Board {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            heard: Mutex::default(),
            count: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// The text of a message that is sent now. `who` tells the sender's own copy apart.
    fn text(&self, who: usize) -> String {
        format!("[{who}@{}] {TEXT}", self.began.elapsed().as_nanos())
    }

    /// Notes every message in `bytes` that is not by `me`.
    fn hear(&self, me: usize, bytes: &[u8]) {
        let now = self.began.elapsed().as_nanos();
        for (who, sent) in marks(bytes) {
            if who != me {
                let late_ms = now.saturating_sub(sent) as f64 / 1e6;
                self.heard.lock().expect("nobody panics while noting").push(late_ms);
                self.count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits until `expected` deliveries were noted, and takes them.
    async fn take(&self, what: &str, expected: usize) -> Samples {
        let until = Instant::now() + NEVER;
        while self.count.load(Ordering::Relaxed) < expected && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let taken = std::mem::take(&mut *self.heard.lock().expect("nobody panics while noting"));
        self.count.store(0, Ordering::Relaxed);
        assert_eq!(taken.len(), expected, "{what}: each delivery once");
        Samples(taken)
    }
}

/// `[who@nanoseconds]` in a page or a stanza.
fn marks(bytes: &[u8]) -> Vec<(usize, u128)> {
    let mut out = Vec::new();
    for at in bytes.iter().enumerate().filter(|(_, b)| **b == b'[').map(|(at, _)| at) {
        let rest = &bytes[at + 1..];
        let Some(end) = rest.iter().take(40).position(|b| *b == b']') else { continue };
        let inside = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        if let Some((who, sent)) = inside.split_once('@')
            && let (Ok(who), Ok(sent)) = (who.parse(), sent.parse())
        {
            out.push((who, sent));
        }
    }
    out
}

/// Who speaks at each turn: the same on both sides.
fn turns() -> Vec<usize> {
    let mut state = 20_261_121_u64;
    let next = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as usize
    };
    (0..SECONDS * A_SECOND).map(|_| next(&mut state) % PEOPLE).collect()
}

/// Resident bytes and processor seconds of a process, as Linux tells them.
fn process(pid: u32) -> (f64, f64) {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let status: HashMap<String, f64> = read("status")
        .lines()
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.split_whitespace().next()?.parse().ok()?))
        })
        .collect();
    let stat = read("stat");
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|f| f.parse().unwrap_or(0.0))
        .collect();
    let ticks = fields.get(11).copied().unwrap_or(0.0) + fields.get(12).copied().unwrap_or(0.0);
    (status.get("VmRSS").copied().unwrap_or(0.0) * 1024.0, ticks / 100.0)
}
