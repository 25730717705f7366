//! The phone's two encrypted databases, its sealed files and its search index.
//!
//! - [`Home`]: one directory with everything of one installation; opens the queue, unlocks the vault, holds the engine lock.
//! - [`Queue`] (`queue.db`, opens without a user): operations to send, lane counters, uploads, downloads, fetched pages,
//!   cursors, followed scopes, sealed files, device credential, line state, wrong-PIN count. All that a locked phone needs to deliver.
//! - [`Vault`] (`vault.db`, opens by PIN): the mirror of server state, pending operations laid over it, search index, drafts.
//!
//! **Queue first, then vault**: a change is committed to the queue, then [`Vault::replay`] copies what the vault lacks.
//! A crash in between is cured by the next replay, which unlocking runs.
//!
//! Functions that write take `&Transaction`, readers take `&Connection`; each file has one writer connection in a process
//! ([`Database::write`], [`Database::read`]). Do not nest `read` in `read` or `write` in `write` of the same database: it would wait for itself.
//!
//! What may not live here: network, clocks (times are arguments, `now_ms`; only the delay after wrong PINs asks the system
//! itself, for the time since switching on), decisions about what to send when (ekitei-sync) or what a
//! screen offers (ekitei-core). Callers: ekitei-sync, ekitei-core. It calls ekitei-seal and ekitei-model.

mod biometrics;
pub mod blobs;
mod db;
mod error;
mod home;
pub mod queue;
mod remembered;
mod uptime;
pub mod vault;
mod wipe;

pub use db::Database;
pub use error::StoreError;
pub use home::{FileGuard, Home, UpMs};
pub use queue::Queue;
pub use rusqlite::{Connection, Transaction};
pub use uptime::ms as uptime_ms;
pub use vault::Vault;

/// Acknowledged operations stay this long, so that an office restored from a backup gets them again.
pub const RETENTION_MS: i64 = 30 * 24 * 3_600_000;
