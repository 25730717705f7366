//! Delivering and fetching: a pure planner ([`plan`]), the line it acts over ([`transport`], [`http`], [`live`]), and the
//! engine that records every result durably before it counts on it ([`Engine`]).
//!
//! May not live here: SQL (ekitei-store has the rows), rules over records (ekitei-model), what a screen offers
//! (ekitei-core), the vault (it takes fetched pages through [`VaultSide`]). Callers: ekitei-core, and the simulation with
//! its own [`Transport`] and [`Clock`]. It calls ekitei-store, ekitei-seal and ekitei-model; it is the only home of reqwest.
//!
//! The engine's calls run in tasks of the current tokio runtime; on a multi-thread runtime packing, sealing and the
//! database work overlap with the line.

pub mod clock;
mod engine;
pub mod error;
pub mod http;
pub mod live;
pub mod measure;
pub mod plan;
pub mod transport;
mod wake;
pub mod wire;

pub use clock::{Clock, SystemClock};
pub use engine::{Engine, Limits, Locked, SyncReport, Unlocked, VaultSide};
pub use error::CallError;
pub use plan::Wake;
pub use transport::Transport;
pub use wake::Waker;
