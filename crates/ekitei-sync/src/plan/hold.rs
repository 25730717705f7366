//! When to try again: full jitter for the line, the server's own word for what it sheds.

use rand::RngExt;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};

use crate::error::MAX_RETRY_AFTER_MS;

pub const BASE_BACKOFF_MS: i64 = 1_000;
pub const MAX_BACKOFF_MS: i64 = 5 * 60_000;
/// Even a lucky draw does not hammer.
const MIN_BACKOFF_MS: i64 = 100;

/// Something happened that may have ended the stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// A line appeared or changed.
    Connectivity,
    /// The app came to the front.
    Foreground,
    /// A person asked for it.
    Tap,
    /// The office says that something is new.
    Hint,
    /// Something was put into the queue.
    Work,
}

/// What is held back. Durable: the next process goes on where the last was killed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// Failures in a row.
    pub attempts: u32,
    /// The line rests until then (our own jitter).
    pub line_until_ms: i64,
    /// The server asked for silence, per lane, and for pulls and downloads.
    #[serde(default)]
    pub lane_until_ms: [i64; 5],
    #[serde(default)]
    pub receive_until_ms: i64,
}

/// Upper end of the draw after so many failures in a row.
pub fn ceiling_ms(attempts: u32) -> i64 {
    BASE_BACKOFF_MS.saturating_mul(1i64 << attempts.min(20)).min(MAX_BACKOFF_MS)
}

/// A wait that lies further ahead than any we set was written by a clock that has since been corrected.
fn due(until_ms: i64, now_ms: i64, longest_ms: i64) -> bool {
    until_ms <= now_ms || until_ms > now_ms.saturating_add(longest_ms)
}

impl Holds {
    /// A failure that may be cured by time.
    pub fn back_off(&mut self, now_ms: i64, rng: &mut StdRng) {
        let ceiling = ceiling_ms(self.attempts);
        self.attempts = self.attempts.saturating_add(1);
        self.line_until_ms = now_ms + rng.random_range(0..=ceiling).max(MIN_BACKOFF_MS);
    }

    /// The server named the time: `lane` and every less urgent one rest. `None`: pulls and downloads.
    pub fn shed(&mut self, lane: Option<u8>, retry_after_ms: i64, now_ms: i64) {
        let until = now_ms + retry_after_ms.clamp(MIN_BACKOFF_MS, MAX_RETRY_AFTER_MS);
        match lane {
            Some(lane) => {
                for held in self.lane_until_ms.iter_mut().skip(usize::from(lane)) {
                    *held = until;
                }
            }
            None => self.receive_until_ms = until,
        }
    }

    /// Any successful request ends the stall; what the server asked for stays.
    pub fn succeeded(&mut self) {
        self.attempts = 0;
        self.line_until_ms = 0;
    }

    /// Ends our own waiting. The server's word stands, except against a person who asks.
    pub fn wake(&mut self, wake: Wake) {
        match wake {
            // A hint came over the line: it works.
            Wake::Connectivity | Wake::Foreground | Wake::Hint => self.line_until_ms = 0,
            Wake::Tap => *self = Self { attempts: self.attempts, ..Self::default() },
            // New work alone says nothing about the line.
            Wake::Work => {}
        }
    }

    pub fn line_open(&self, now_ms: i64) -> bool {
        due(self.line_until_ms, now_ms, MAX_BACKOFF_MS)
    }

    pub fn lane_open(&self, lane: usize, now_ms: i64) -> bool {
        self.lane_until_ms.get(lane).is_none_or(|t| due(*t, now_ms, MAX_RETRY_AFTER_MS))
    }

    pub fn receive_open(&self, now_ms: i64) -> bool {
        due(self.receive_until_ms, now_ms, MAX_RETRY_AFTER_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;

    proptest! {
        /// Never longer than five minutes, never at once, whatever the clock says meanwhile.
        #[test]
        fn a_wait_is_bounded(seed: u64, failures in 1usize..60, jump_ms in -10_000_000_000i64..10_000_000_000) {
            let mut rng = StdRng::seed_from_u64(seed);
            let (mut holds, now_ms) = (Holds::default(), 1_800_000_000_000);
            for _ in 0..failures {
                holds.back_off(now_ms, &mut rng);
                let wait = holds.line_until_ms - now_ms;
                prop_assert!((MIN_BACKOFF_MS..=MAX_BACKOFF_MS).contains(&wait));
                prop_assert!(!holds.line_open(now_ms));
                prop_assert!(holds.line_open(now_ms + MAX_BACKOFF_MS));
            }
            // After a jump of the clock the phone is never silent for longer than the longest wait.
            let later = now_ms + jump_ms;
            prop_assert!(holds.line_open(later) || holds.line_until_ms - later <= MAX_BACKOFF_MS);
        }
    }

    #[test]
    fn jitter_spreads_over_the_whole_range() {
        let mut rng = StdRng::seed_from_u64(7);
        let waits: Vec<i64> = (0..400)
            .map(|_| {
                let mut holds = Holds { attempts: 12, ..Holds::default() };
                holds.back_off(0, &mut rng);
                holds.line_until_ms
            })
            .collect();
        for tenth in 0..10 {
            let range = tenth * MAX_BACKOFF_MS / 10..(tenth + 1) * MAX_BACKOFF_MS / 10 + 1;
            assert!(waits.iter().any(|w| range.contains(w)), "nothing in {range:?}");
        }
    }

    #[test]
    fn shedding_spares_the_more_urgent_lanes() {
        let mut holds = Holds::default();
        holds.shed(Some(4), 30_000, 1_000);
        assert!(holds.lane_open(3, 1_000) && !holds.lane_open(4, 1_000) && holds.lane_open(4, 31_000));
        holds.succeeded();
        assert!(!holds.lane_open(4, 1_000), "a success elsewhere does not overrule the server");
        holds.wake(Wake::Connectivity);
        assert!(!holds.lane_open(4, 1_000));
        holds.wake(Wake::Tap);
        assert!(holds.lane_open(4, 1_000));
    }

    #[test]
    fn what_wakes_a_resting_line() {
        let mut rng = StdRng::seed_from_u64(1);
        for (wake, wakes) in [
            (Wake::Connectivity, true),
            (Wake::Foreground, true),
            (Wake::Tap, true),
            (Wake::Hint, true),
            (Wake::Work, false),
        ] {
            let mut holds = Holds { attempts: 9, ..Holds::default() };
            holds.back_off(0, &mut rng);
            holds.wake(wake);
            assert_eq!(holds.line_open(0), wakes, "{wake:?}");
            assert!(holds.attempts > 0, "only a success forgets the failures");
        }
    }
}
