//! Two brakes: a token bucket for each device, and a count of wrong attempts for each address or account.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

/// Above this many keys the ones that are at rest are forgotten.
const MAX_KEYS: usize = 50_000;

/// Requests of each device: `rate` a second on average, `burst` at once.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: f64,
    burst: f64,
    level: Mutex<HashMap<K, (f64, i64)>>,
}

impl<K: Eq + Hash + Clone> Buckets<K> {
    pub fn new(rate: f64, burst: f64) -> Self {
        Self { rate, burst, level: Mutex::default() }
    }

    /// Takes one request.
    ///
    /// # Errors
    /// Milliseconds until one will be free.
    pub fn take(&self, key: &K, now_ms: i64) -> Result<(), u64> {
        let mut level = self.level.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if level.len() > MAX_KEYS {
            // A device that has been quiet long enough for a full bucket needs no entry.
            let full_after_ms = (self.burst / self.rate * 1000.0) as i64;
            level.retain(|_, (_, at)| now_ms - *at < full_after_ms);
        }
        let (left, at) = level.entry(key.clone()).or_insert((self.burst, now_ms));
        let passed_ms = (now_ms - *at).max(0) as f64;
        *left = (*left + passed_ms * self.rate / 1000.0).min(self.burst);
        *at = now_ms;
        if *left < 1.0 {
            return Err(((1.0 - *left) / self.rate * 1000.0).ceil() as u64);
        }
        *left -= 1.0;
        Ok(())
    }
}

/// Wrong codes and passwords within a window.
#[derive(Debug)]
pub struct Attempts {
    limit: u32,
    window_ms: i64,
    wrong: Mutex<HashMap<String, (u32, i64)>>,
}

impl Attempts {
    pub fn new(limit: u32, window_ms: i64) -> Self {
        Self { limit, window_ms, wrong: Mutex::default() }
    }

    /// Whether `key` may try again.
    ///
    /// # Errors
    /// Milliseconds until it may.
    pub fn check(&self, key: &str, now_ms: i64) -> Result<(), u64> {
        let wrong = self.wrong.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match wrong.get(key) {
            Some((n, since)) if *n >= self.limit && now_ms - since < self.window_ms => {
                Err((self.window_ms - (now_ms - since)).unsigned_abs())
            }
            _ => Ok(()),
        }
    }

    pub fn failed(&self, key: &str, now_ms: i64) {
        let mut wrong = self.wrong.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if wrong.len() > MAX_KEYS {
            let window_ms = self.window_ms;
            wrong.retain(|_, (_, since)| now_ms - *since < window_ms);
        }
        let entry = wrong.entry(key.to_owned()).or_insert((0, now_ms));
        if now_ms - entry.1 >= self.window_ms {
            *entry = (0, now_ms);
        }
        entry.0 += 1;
    }

    pub fn succeeded(&self, key: &str) {
        self.wrong.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_with_time_for_each_device_alone() {
        let b = Buckets::new(2.0, 3.0);
        for _ in 0..3 {
            assert_eq!(b.take(&1, 0), Ok(()));
        }
        assert_eq!(b.take(&1, 0), Err(500));
        assert_eq!(b.take(&2, 0), Ok(()));
        assert_eq!(b.take(&1, 500), Ok(()));
        assert!(b.take(&1, 500).is_err());
        // A clock that goes back gives nothing and takes nothing.
        assert!(b.take(&1, 100).is_err());
    }

    #[test]
    fn wrong_attempts_close_the_door_for_the_window() {
        let a = Attempts::new(2, 1000);
        a.failed("x", 0);
        assert_eq!(a.check("x", 0), Ok(()));
        a.failed("x", 100);
        assert_eq!(a.check("x", 400), Err(600));
        assert_eq!(a.check("y", 400), Ok(()));
        assert_eq!(a.check("x", 1000), Ok(()));
        a.failed("x", 1000);
        assert_eq!(a.check("x", 1000), Ok(()));
        a.succeeded("x");
    }
}
