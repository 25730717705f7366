//! The line check: what the line to the office is good for, in at most ten seconds and a few hundred kilobytes.
//!
//! One connection of its own goes through every step with a watch beside it: name, TCP, TLS, first answer, small
//! questions (whose stalls tell of lost packets), then both directions. Each direction begins small and grows to what
//! the line carries in about a second, so that a slow line is not filled. Whatever was found when the time is over
//! counts.

mod ask;
mod connect;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ekitei_model::line::{Broken, CHECK_WITHIN_MS, Measured, loss_of};
use ekitei_model::wire::paths;
use tokio::time::{Instant, timeout_at};

use crate::http::HttpTransport;
use ask::{Answered, Asking};
use connect::Target;

/// What any check may take.
pub const WITHIN: Duration = Duration::from_millis(CHECK_WITHIN_MS);
/// A little of it is kept for telling the result.
const SPARE: Duration = Duration::from_millis(300);

/// Small questions at most, and for how long.
const PINGS: u32 = 12;
const PING_FOR: Duration = Duration::from_millis(2_500);
/// A lost packet is sent again after 200 ms at the earliest.
const STALL: Duration = Duration::from_millis(180);
/// An answer that takes longer leaves no time for more of them.
const SLOW_ANSWER: Duration = Duration::from_millis(1_000);

/// A direction is tried with so much first …
const FIRST_BYTES: u64 = 16 * 1024;
/// … then with what it carries in this time, at most.
const SECOND_FOR_MS: u64 = 1_200;
const MOST_BYTES: u64 = 1024 * 1024;

/// What has been found so far; read also when the time is over in the middle of a step.
#[derive(Clone, Default)]
struct Found(Arc<Mutex<Measured>>);

impl Found {
    fn note(&self, write: impl FnOnce(&mut Measured)) {
        write(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn read(&self) -> Measured {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Measures the line to the transport's office. Never fails: that there is no line is a result.
pub async fn measure(transport: &HttpTransport, within: Duration) -> Measured {
    let begun = Instant::now();
    let found = Found::default();
    let stop = begun + within.min(WITHIN).saturating_sub(SPARE);
    if let Ok(Err(broken)) = timeout_at(stop, run(transport, &found, stop)).await {
        found.note(|m| m.error = Some(broken));
    }
    let mut measured = found.read();
    if measured.error.is_none() && measured.first_ms.is_none() {
        // The time was over before the office said anything.
        measured.error = Some(match (measured.name_ms, measured.tcp_ms) {
            (None, _) => Broken::Name,
            (_, None) => Broken::Tcp,
            _ => Broken::Answer,
        });
    }
    measured.took_ms = ms(begun.elapsed());
    measured
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

async fn run(transport: &HttpTransport, found: &Found, stop: Instant) -> Result<(), Broken> {
    let target = Target::of(transport)?;
    let begun = Instant::now();
    let addresses = target.resolve().await?;
    found.note(|m| m.name_ms = Some(ms(begun.elapsed())));

    let begun = Instant::now();
    let tcp = target.connect(&addresses).await?;
    found.note(|m| m.tcp_ms = Some(ms(begun.elapsed())));

    let begun = Instant::now();
    let (line, secured) = target.secure(tcp).await?;
    if secured {
        found.note(|m| m.tls_ms = Some(ms(begun.elapsed())));
    }
    let mut asking = Asking::over(line, transport, &target).await?;

    let begun = Instant::now();
    let first = |found: &Found, took: Duration| {
        found.note(|m| m.first_ms = m.first_ms.or(Some(ms(took).max(1))));
    };
    let mut best = Duration::MAX;
    // Also where the token has to be fetched first, its answer is the first one.
    asking.sign_in(transport, |took| first(found, took)).await?;
    let (mut asked, mut stalled) = (0, 0);
    while asked < PINGS && begun.elapsed() < PING_FOR {
        let Answered { took, .. } = asking.ping().await?;
        first(found, took);
        asked += 1;
        if best != Duration::MAX && took > best + STALL {
            stalled += 1;
        } else if best != Duration::MAX && best > took + STALL {
            // Those before this one stalled, as is seen only now.
            stalled = asked - 1;
        }
        best = best.min(took);
        found.note(|m| m.loss = (asked > 2).then(|| loss_of(stalled, asked)));
        if best > SLOW_ANSWER {
            break;
        }
    }
    // What a person waits for is the answer of an undisturbed moment.
    found.note(|m| m.first_ms = m.first_ms.map(|first| first.min(ms(best).max(1))));

    for up in [true, false] {
        let mut bytes = FIRST_BYTES;
        for round in 0..2 {
            let left = stop.saturating_duration_since(Instant::now());
            if round > 0 && left < best + Duration::from_millis(SECOND_FOR_MS) {
                break;
            }
            let sample = if up { asking.send(bytes).await? } else { asking.receive(bytes).await? };
            let bps = sample.bits_per_s(best).max(1);
            found.note(|m| {
                m.bytes += sample.total;
                *(if up { &mut m.up_bps } else { &mut m.down_bps }) = Some(bps);
            });
            bytes = (bps * SECOND_FOR_MS / 8_000).min(MOST_BYTES);
            if bytes < 2 * FIRST_BYTES {
                break;
            }
        }
    }
    Ok(())
}

/// A part of the office's line, as `path` with the base address before it.
fn path_of(base: &reqwest::Url, path: &str) -> String {
    // An office below a path (behind a gateway) keeps its prefix.
    base.join(path).map_or_else(
        |_| path.to_owned(),
        |url| url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())),
    )
}

/// What of the transport a check uses.
pub(crate) const PING: &str = paths::LINE_PING;
