//! (h) Messages among 2,000 live connections, beside an XMPP server that keeps an archive: the same rooms, the same
//! texts, the same pace, one after the other. Two clocks of a message stop when its text is in another client's hands:
//! one starts when its sender begins to send, the other when the sender learns that it stands.

mod disk;
mod ours;
mod prosody;

use crate::Bench;
use crate::section::{Row, Samples, Section};
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard};
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
    messages: Heard,
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
    stood_mean_ms: f64,
    stood_p99_ms: f64,
    call_ms: f64,
    idle_kib: f64,
    busy_s: f64,
    disk_ms: f64,
}

impl From<Measured> for Figures {
    fn from(m: Measured) -> Self {
        let Heard { begun, stood } = &m.messages;
        Self {
            mean_ms: begun.mean(),
            p99_ms: begun.quantile(0.99),
            stood_mean_ms: stood.mean(),
            stood_p99_ms: stood.quantile(0.99),
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
            limited("– from its sender's being told that it stands, mean", |f| f.stood_mean_ms, MEAN_AIM_MS),
            limited("– from then, 99 of 100 within", |f| f.stood_p99_ms, P99_AIM_MS),
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
            "The two lines below it start their clock when the sender learns that the message stands: Ekitei's when the office has \
             answered that it is on the disk, the peer's when its own copy has come back. Who hears it before that counts as 0 ms."
                .into(),
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

/// How late the messages came, in milliseconds; a figure for each delivery.
struct Heard {
    /// From the sender's first byte.
    begun: Samples,
    /// From the moment the sender knew that it stands.
    stood: Samples,
}

/// A message: who began to send it, and when (nanoseconds of the board's clock).
type Mark = (usize, u128);

#[derive(Default)]
struct Notes {
    /// When each message stood, as its sender knows it.
    stood: HashMap<Mark, u128>,
    heard: Vec<(Mark, u128)>,
}

/// What was said and when; who hears it says so here.
struct Board {
    began: Instant,
    notes: Mutex<Notes>,
    /// Nothing more is measured: connections may break.
    over: AtomicBool,
}

impl Board {
    fn new() -> Self {
        Self { began: Instant::now(), notes: Mutex::default(), over: AtomicBool::new(false) }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().expect("nobody panics while noting")
    }

    /// The text of a message that is sent now; its mark names `who` sends it.
    fn text(&self, who: usize) -> String {
        format!("[{who}@{}] {TEXT}", self.began.elapsed().as_nanos())
    }

    /// Others' messages in `bytes` have come to `me`.
    fn hear(&self, me: usize, bytes: &[u8]) {
        let now = self.began.elapsed().as_nanos();
        let others = marks(bytes).into_iter().filter(|(who, _)| *who != me);
        self.notes().heard.extend(others.map(|mark| (mark, now)));
    }

    /// `me` learns that what they said in `bytes` stands.
    fn stands(&self, me: usize, bytes: &[u8]) {
        let now = self.began.elapsed().as_nanos();
        let own = marks(bytes).into_iter().filter(|(who, _)| *who == me);
        self.notes().stood.extend(own.map(|mark| (mark, now)));
    }

    /// Waits until each of the `said` messages was heard by so many `others`, and takes what was noted.
    async fn take(&self, what: &str, said: usize, others: usize) -> Heard {
        let until = Instant::now() + NEVER;
        let all_here = |notes: &Notes| notes.heard.len() >= said * others && notes.stood.len() >= said;
        while !all_here(&self.notes()) && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let Notes { stood, heard } = std::mem::take(&mut *self.notes());
        assert_eq!((heard.len(), stood.len()), (said * others, said), "{what}: each delivery once");
        let since = |from: fn(&Mark, &HashMap<Mark, u128>) -> u128| {
            Samples(heard.iter().map(|(m, at)| at.saturating_sub(from(m, &stood)) as f64 / 1e6).collect())
        };
        Heard { begun: since(|mark, _| mark.1), stood: since(|mark, stood| stood[mark]) }
    }
}

/// `[who@nanoseconds]` in a page or a stanza.
fn marks(bytes: &[u8]) -> Vec<Mark> {
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
