//! Wrong PINs, counted durably **before** each try, with a growing delay between them.
//!
//! The delay runs on the time since the phone was switched on, which nobody can set, and never on the wall clock. A
//! restart is told by that time having gone back; the delay then counts from the restart, so switching off and on gains
//! nothing.

use super::meta;
use crate::db::Database;
use crate::error::StoreError;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinTries {
    /// In a row.
    pub wrong: u32,
    /// Milliseconds since the phone was switched on, at the last try; after a restart that was noticed: 0. `None`:
    /// written by a program that did not know it.
    #[serde(default)]
    pub up_ms: Option<u64>,
}

/// How long after the n-th wrong PIN the next one is refused.
pub fn delay_ms(wrong: u32) -> i64 {
    match wrong {
        0..=4 => 0,
        5 => 30_000,
        6 => 60_000,
        7 => 5 * 60_000,
        8 => 15 * 60_000,
        _ => 60 * 60_000,
    }
}

pub fn tries(conn: &Connection) -> Result<PinTries, StoreError> {
    Ok(meta::json(conn, meta::PIN)?.unwrap_or_default())
}

/// Milliseconds until the next try; 0: now. `up_ms`: since the phone was switched on.
pub fn wait_ms(tries: PinTries, up_ms: u64) -> i64 {
    let passed = match tries.up_ms {
        Some(at) if at <= up_ms => up_ms - at,
        // Switched off and on since: at least so long ago.
        Some(_) => up_ms,
        None => 0,
    };
    (delay_ms(tries.wrong) - i64::try_from(passed).unwrap_or(i64::MAX)).max(0)
}

/// Counts one try as wrong; [`succeeded`] takes it back. Killing the app in between does not help a guesser.
pub(crate) fn begin(queue: &Database, up_ms: u64) -> Result<(), StoreError> {
    let refused = queue.write(|tx| {
        let before = tries(tx)?;
        let wait = wait_ms(before, up_ms);
        let after = match before.up_ms {
            _ if wait == 0 => PinTries { wrong: before.wrong.saturating_add(1), up_ms: Some(up_ms) },
            Some(at) if at <= up_ms => before,
            Some(_) => PinTries { up_ms: Some(0), ..before },
            None => PinTries { up_ms: Some(up_ms), ..before },
        };
        if after != before {
            meta::set_json(tx, meta::PIN, &after)?;
        }
        Ok(wait)
    })?;
    if refused > 0 { Err(StoreError::PinWait { wait_ms: refused }) } else { Ok(()) }
}

pub(crate) fn succeeded(queue: &Database) -> Result<(), StoreError> {
    queue.write(|tx| meta::remove(tx, meta::PIN))
}

/// Counts a try of a PIN that is said to have unlocked just now. Right after a success no wrong try is counted, so it passes;
/// once one was wrong, only an unlock (with its delays) opens the way again.
///
/// # Errors
/// `pin-wrong` when the last try, here or at unlocking, was wrong.
pub(crate) fn begin_repeated(queue: &Database) -> Result<(), StoreError> {
    queue.write(|tx| {
        let before = tries(tx)?;
        if before.wrong > 0 {
            return Err(ekitei_seal::SealError::WrongPin.into());
        }
        meta::set_json(tx, meta::PIN, &PinTries { wrong: 1, ..before })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_runs_on_the_time_since_switching_on() {
        let after = |wrong, up_ms| PinTries { wrong, up_ms };
        assert_eq!(wait_ms(after(5, Some(1_000)), 1_000), 30_000);
        assert_eq!(wait_ms(after(5, Some(1_000)), 21_000), 10_000);
        assert_eq!(wait_ms(after(5, Some(1_000)), 31_000), 0);
        assert_eq!(wait_ms(after(4, Some(1_000)), 1_000), 0);
        // Restarted: what passed before the restart is not known, so it does not count.
        assert_eq!(wait_ms(after(5, Some(900_000)), 4_000), 26_000);
        assert_eq!(wait_ms(after(5, Some(900_000)), 30_000), 0);
        // A row of an older program.
        assert_eq!(wait_ms(after(5, None), 900_000), 30_000);
        assert_eq!(
            serde_json::from_str::<PinTries>(r#"{"wrong":5,"last_ms":7}"#).expect("old"),
            after(5, None)
        );
    }
}
