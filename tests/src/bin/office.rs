//! The office server with a clock that a test moves: `ekitei-server serve` as it is, except for the time.
//! `office serve --data DIR --share DIR [--listen ADDR] [--console DIR]` prints the same line when it listens. It begins
//! at the machine's time and goes on at its pace; a line on its input, `at 2026-11-24T20:00+09:00`, moves it there, and
//! `now …` answers once everything in the office has that time.

use ekitei_model::Stamp;
use ekitei_server::{Clock, Config, start};
use std::io::{BufRead as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

const USAGE: &str =
    "usage: office serve --data DIR --share DIR [--listen ADDR] [--console DIR]; then lines: at TIMESTAMP";
/// Between two steps of the clock.
const STEP: Duration = Duration::from_millis(20);

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut config = arguments(std::env::args().skip(1))?;
    let clock = Clock::fixed(Clock::default().now_ms());
    config.clock = clock.clone();
    let running = start(config).await?;
    let (to, moves) = unbounded_channel();
    std::thread::spawn(move || read(&to));
    let timekeeper = tokio::spawn(keep(clock, moves));
    say(&format!("listening {}", running.url));
    asked_to_stop().await?;
    running.shutdown().await;
    timekeeper.abort();
    Ok(())
}

fn arguments(mut args: impl Iterator<Item = String>) -> Result<Config, Failed> {
    if args.next().as_deref() != Some("serve") {
        return Err(USAGE.into());
    }
    let (mut data, mut share, mut console) = (None, None, None);
    let mut listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    while let Some(flag) = args.next() {
        let value = args.next().ok_or(USAGE)?;
        match flag.as_str() {
            "--data" => data = Some(PathBuf::from(value)),
            "--share" => share = Some(PathBuf::from(value)),
            "--console" => console = Some(PathBuf::from(value)),
            "--listen" => listen = value.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    let mut config = Config::new(data.ok_or(USAGE)?, share.ok_or(USAGE)?, listen);
    config.console = console;
    Ok(config)
}

/// Until the input ends; the office goes on without it.
fn read(to: &UnboundedSender<i64>) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let at = line.strip_prefix("at ").and_then(|text| text.trim().parse::<jiff::Timestamp>().ok());
        match at {
            Some(at) if to.send(at.as_millisecond()).is_ok() => {}
            Some(_) => return,
            None => eprintln!("office: not understood: {line:?}\n{USAGE}"),
        }
    }
}

/// Time goes on as the machine's does, from where a test put it last.
async fn keep(clock: Clock, mut moves: UnboundedReceiver<i64>) {
    let (mut from_ms, mut since) = (clock.now_ms(), Instant::now());
    let mut step = tokio::time::interval(STEP);
    loop {
        let moved = tokio::select! {
            Some(to_ms) = moves.recv() => Some(to_ms),
            _ = step.tick() => None,
        };
        if let Some(to_ms) = moved {
            (from_ms, since) = (to_ms, Instant::now());
        }
        let gone_ms = i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
        clock.advance(from_ms + gone_ms - clock.now_ms());
        if moved.is_some() {
            say(&format!("now {}", Stamp::japan(clock.now_ms())));
        }
    }
}

/// Whoever reads our output may be gone; the office goes on.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        done = tokio::signal::ctrl_c() => done,
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
