//! Wrong PINs, counted durably **before** each try, with a growing delay between them.

use super::meta;
use crate::db::Database;
use crate::error::StoreError;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinTries {
    /// In a row.
    pub wrong: u32,
    pub last_ms: i64,
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

/// Milliseconds until the next try; 0: now.
pub fn wait_ms(tries: PinTries, now_ms: i64) -> i64 {
    let delay = delay_ms(tries.wrong);
    // A clock set back must not lengthen the wait beyond the delay, nor (set forward and back) shorten it.
    let passed = now_ms.saturating_sub(tries.last_ms);
    if passed < 0 { delay } else { (delay - passed).max(0) }
}

/// Counts one try as wrong; [`succeeded`] takes it back. Killing the app in between does not help a guesser.
pub(crate) fn begin(queue: &Database, now_ms: i64) -> Result<(), StoreError> {
    let refused = queue.write(|tx| {
        let before = tries(tx)?;
        let wait = wait_ms(before, now_ms);
        if wait == 0 {
            meta::set_json(
                tx,
                meta::PIN,
                &PinTries { wrong: before.wrong.saturating_add(1), last_ms: now_ms },
            )?;
        } else if now_ms < before.last_ms {
            meta::set_json(tx, meta::PIN, &PinTries { wrong: before.wrong, last_ms: now_ms })?;
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
        meta::set_json(tx, meta::PIN, &PinTries { wrong: 1, last_ms: before.last_ms })
    })
}
