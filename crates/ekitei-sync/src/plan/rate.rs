//! How fast the line is, and how much to send at once so that an emergency never waits long.

/// A chunk should occupy the line for about this long at most.
pub const CHUNK_TARGET_MS: u64 = 2_000;
pub const MIN_CHUNK_BYTES: u64 = 16 * 1024;
pub const MAX_CHUNK_BYTES: u64 = 4 * 1024 * 1024;
/// While nothing is known about the line.
pub const FIRST_CHUNK_BYTES: u64 = 64 * 1024;
/// Smaller exchanges measure the round trip, not the line.
const MIN_SAMPLE_BYTES: u64 = 8 * 1024;
/// What was measured longer ago is only a rumour.
const STALE_MS: i64 = 120_000;

/// Estimate of one direction of the line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate {
    bytes_per_s: Option<u64>,
    measured_at_ms: i64,
}

impl Rate {
    /// So many bytes took so long, answer included (therefore a lower bound of the line).
    pub fn observe(&mut self, bytes: u64, elapsed_ms: u64, now_ms: i64) {
        if bytes < MIN_SAMPLE_BYTES {
            return;
        }
        let sample = bytes.saturating_mul(1000) / elapsed_ms.max(1);
        self.bytes_per_s = Some(match self.known(now_ms) {
            // Falls quickly and rises quickly: half of each.
            Some(old) => old / 2 + sample / 2,
            None => sample,
        });
        self.measured_at_ms = now_ms;
    }

    /// A request failed on the way: the line is worse than thought.
    pub fn penalise(&mut self) {
        self.bytes_per_s = self.bytes_per_s.map(|r| r / 4);
    }

    /// Another network: what was known is worthless.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    pub fn known(&self, now_ms: i64) -> Option<u64> {
        let age_ms = now_ms.saturating_sub(self.measured_at_ms);
        // A clock that jumped back also makes it a rumour.
        self.bytes_per_s.filter(|_| (0..=STALE_MS).contains(&age_ms))
    }

    /// How much to send at once.
    pub fn chunk_bytes(&self, now_ms: i64) -> u64 {
        match self.known(now_ms) {
            Some(r) => (r.saturating_mul(CHUNK_TARGET_MS) / 1000).clamp(MIN_CHUNK_BYTES, MAX_CHUNK_BYTES),
            None if self.bytes_per_s.is_some_and(|r| r < FIRST_CHUNK_BYTES) => MIN_CHUNK_BYTES,
            None => FIRST_CHUNK_BYTES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever was measured, a chunk stays within its bounds and within the target time at the known rate.
        #[test]
        fn a_chunk_keeps_its_bounds(samples in proptest::collection::vec((1u64..50_000_000, 0u64..600_000), 0..20)) {
            let mut rate = Rate::default();
            for (bytes, ms) in samples {
                rate.observe(bytes, ms, 1_000);
                let chunk = rate.chunk_bytes(1_000);
                prop_assert!((MIN_CHUNK_BYTES..=MAX_CHUNK_BYTES).contains(&chunk));
                if let Some(r) = rate.known(1_000) {
                    prop_assert!(chunk == MIN_CHUNK_BYTES || chunk * 1000 <= r * CHUNK_TARGET_MS);
                }
            }
        }
    }

    #[test]
    fn a_stranger_line_begins_small_and_a_good_one_grows() {
        let mut rate = Rate::default();
        assert_eq!(rate.chunk_bytes(0), FIRST_CHUNK_BYTES);
        rate.observe(FIRST_CHUNK_BYTES, 52, 0);
        assert!(rate.chunk_bytes(0) > 2_000_000);
        assert_eq!(rate.chunk_bytes(STALE_MS + 1), FIRST_CHUNK_BYTES, "an old measure is forgotten");
        assert_eq!(rate.chunk_bytes(-1), FIRST_CHUNK_BYTES, "so is one from the future");
        rate.observe(64 * 1024, 16_000, 0);
        rate.observe(64 * 1024, 16_000, 0);
        for _ in 0..12 {
            rate.observe(16 * 1024, 4_000, 0);
        }
        assert_eq!(rate.chunk_bytes(0), MIN_CHUNK_BYTES);
    }
}
