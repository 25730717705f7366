//! The line between a phone and the office, as a TCP proxy that can be cut, slowed and made lossy.
//!
//! TCP hides lost packets from a proxy; a lost one shows as a pause of a retransmission time-out, and that is what a
//! lossy line does here. Rates are shared by all connections of one direction, as on a radio cell.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    Good,
    /// Connections break and new ones are refused.
    Cut,
    Limited {
        bits_per_s: u64,
        /// One way.
        delay_ms: u64,
        /// Chunks in a thousand that pause for a retransmission time-out.
        loss_permille: u32,
    },
    /// As TCP lives it: a lost chunk holds up everything behind it until it is sent again, which may be lost, too.
    Lossy {
        bits_per_s: u64,
        /// One way.
        delay_ms: u64,
        /// Of a hundred chunks, evenly spread.
        loss_percent: u32,
    },
}

impl Mode {
    /// A weak cell in the mountains.
    pub const WEAK: Mode = Mode::Limited { bits_per_s: 256_000, delay_ms: 120, loss_permille: 20 };
}

/// A one-time cut, for tests that break the walk at a chosen step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CutOnce {
    /// After this many bytes from phone to office.
    AfterUp(i64),
    /// The office has worked and answers; the phone never hears it.
    Answer,
}

struct Shared {
    /// Where new connections lead.
    office: watch::Sender<SocketAddr>,
    mode: watch::Sender<Mode>,
    /// Each cut increases it: connections of an older generation end.
    generation: watch::Sender<u64>,
    up: Bucket,
    down: Bucket,
    up_bytes: AtomicU64,
    down_bytes: AtomicU64,
    connections: AtomicU64,
    armed_up: AtomicI64,
    armed_answer: AtomicI64,
}

/// What a timer that wakes late may be caught up by: without it, each chunk of a quick line would wait for the timer
/// and the line would be slower than it is called.
const CATCH_UP: Duration = Duration::from_millis(4);

/// When the direction is free again.
struct Bucket(Mutex<Option<Instant>>);

impl Bucket {
    /// Until when a chunk of `bytes` occupies a line of `bits_per_s`.
    fn reserve(&self, bytes: usize, bits_per_s: u64) -> Instant {
        let mut free_at = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = Instant::now();
        let start = free_at.map_or(now, |t| t.max(now.checked_sub(CATCH_UP).unwrap_or(now)));
        let took = Duration::from_nanos((bytes as u64 * 8).saturating_mul(1_000_000_000) / bits_per_s.max(1));
        let end = start + took;
        *free_at = Some(end);
        end
    }
}

/// The proxy; it ends when dropped.
pub struct Line {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accept: tokio::task::JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accept.abort();
        self.shared.generation.send_modify(|g| *g += 1);
    }
}

impl Line {
    /// A good line to `office` on a free loopback port.
    pub async fn to(office: SocketAddr) -> io::Result<Line> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            office: watch::channel(office).0,
            mode: watch::channel(Mode::Good).0,
            generation: watch::channel(0).0,
            up: Bucket(Mutex::new(None)),
            down: Bucket(Mutex::new(None)),
            up_bytes: AtomicU64::new(0),
            down_bytes: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            armed_up: AtomicI64::new(i64::MAX),
            armed_answer: AtomicI64::new(0),
        });
        let state = shared.clone();
        let accept = tokio::spawn(async move {
            loop {
                let Ok((phone, _)) = listener.accept().await else { continue };
                if *state.mode.borrow() == Mode::Cut {
                    continue; // dropped: the phone sees a reset
                }
                state.connections.fetch_add(1, Ordering::Relaxed);
                let office = *state.office.borrow();
                tokio::spawn(carry(phone, office, state.clone()));
            }
        });
        Ok(Line { addr, shared, accept })
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub fn mode(&self) -> Mode {
        *self.shared.mode.borrow()
    }

    pub fn set(&self, mode: Mode) {
        self.shared.mode.send_replace(mode);
        if mode == Mode::Cut {
            self.shared.generation.send_modify(|g| *g += 1);
        }
    }

    /// New connections end at somebody else's.
    pub fn lead_to(&self, office: SocketAddr) {
        self.shared.office.send_replace(office);
    }

    /// Arms a single cut; the line is good again for the next connection.
    pub fn cut_once(&self, cut: CutOnce) {
        match cut {
            CutOnce::AfterUp(bytes) => self.shared.armed_up.store(bytes, Ordering::SeqCst),
            CutOnce::Answer => self.shared.armed_answer.store(1, Ordering::SeqCst),
        }
    }

    /// Bytes from phone to office and back, and connections, so far.
    pub fn counters(&self) -> (u64, u64, u64) {
        let s = &self.shared;
        (
            s.up_bytes.load(Ordering::Relaxed),
            s.down_bytes.load(Ordering::Relaxed),
            s.connections.load(Ordering::Relaxed),
        )
    }
}

async fn carry(phone: TcpStream, office: SocketAddr, s: Arc<Shared>) {
    let Ok(office) = TcpStream::connect(office).await else { return };
    let _ = (phone.set_nodelay(true), office.set_nodelay(true));
    let mut generation = s.generation.subscribe();
    generation.mark_unchanged();
    let (phone_in, phone_out) = phone.into_split();
    let (office_in, office_out) = office.into_split();
    tokio::select! {
        _ = async { tokio::join!(pump(phone_in, office_out, &s, true), pump(office_in, phone_out, &s, false)) } => {}
        _ = generation.changed() => {}
    }
}

/// One direction until its end. The reader's end is passed on, so half-closed connections work. Chunks wait out the
/// delay in a queue, so that a long way does not also make the line narrow.
async fn pump(
    from: tokio::net::tcp::OwnedReadHalf,
    to: tokio::net::tcp::OwnedWriteHalf,
    s: &Shared,
    up: bool,
) {
    let (send, receive) = mpsc::channel(256);
    tokio::join!(take_in(from, send, s, up), hand_out(to, receive, s, up));
}

async fn take_in(
    mut from: tokio::net::tcp::OwnedReadHalf,
    send: mpsc::Sender<(Instant, Vec<u8>)>,
    s: &Shared,
    up: bool,
) {
    let mut buf = vec![0_u8; 16 * 1024];
    let mut lottery: u32 = 0x9e37_79b9;
    let mut spread = 0;
    let bucket = if up { &s.up } else { &s.down };
    loop {
        let shaped = matches!(*s.mode.borrow(), Mode::Limited { .. } | Mode::Lossy { .. });
        let want = if shaped { 1_400 } else { buf.len() };
        let n = match from.read(&mut buf[..want]).await {
            Ok(0) | Err(_) => return,
            Ok(n) => n,
        };
        if !up && s.armed_answer.compare_exchange(1, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            s.generation.send_modify(|g| *g += 1);
            return;
        }
        let mode = *s.mode.borrow();
        let mut due = Instant::now();
        if let Mode::Limited { bits_per_s, delay_ms, loss_permille } = mode {
            due = bucket.reserve(n, bits_per_s);
            tokio::time::sleep_until(due).await;
            due += Duration::from_millis(delay_ms);
            lottery = lottery.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if (lottery >> 16) % 1000 < loss_permille {
                due += Duration::from_millis(200 + delay_ms * 2);
            }
        }
        if let Mode::Lossy { bits_per_s, delay_ms, loss_percent } = mode {
            tokio::time::sleep_until(bucket.reserve(n, bits_per_s)).await;
            let mut wait = Duration::from_millis(200 + delay_ms * 2);
            spread += loss_percent;
            while spread >= 100 {
                spread -= 100;
                tokio::time::sleep(wait).await;
                // Sent again, it takes its chance once more, after twice the time.
                spread += loss_percent;
                wait *= 2;
            }
            due = Instant::now() + Duration::from_millis(delay_ms);
        }
        if send.send((due, buf[..n].to_vec())).await.is_err() {
            return;
        }
    }
}

async fn hand_out(
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut receive: mpsc::Receiver<(Instant, Vec<u8>)>,
    s: &Shared,
    up: bool,
) {
    let counter = if up { &s.up_bytes } else { &s.down_bytes };
    while let Some((due, chunk)) = receive.recv().await {
        tokio::time::sleep_until(due).await;
        if to.write_all(&chunk).await.is_err() {
            return;
        }
        counter.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        if up && s.armed_up.load(Ordering::SeqCst) != i64::MAX {
            let n = chunk.len() as i64;
            if s.armed_up.fetch_sub(n, Ordering::SeqCst) - n <= 0 {
                s.armed_up.store(i64::MAX, Ordering::SeqCst);
                s.generation.send_modify(|g| *g += 1);
                return;
            }
        }
    }
    let _ = to.shutdown().await;
}
