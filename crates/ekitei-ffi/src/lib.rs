//! The core's skin for Kotlin: delivering in the background without Tauri, and the phone's own key store for the app.
//!
//! Lives here: the UniFFI surface and nothing behind it; `ekitei_core::background` decides. The only crate whose
//! scaffolding may be `unsafe`; written code is not. Callers: Kotlin (`android/`), and `src-tauri`, which carries this
//! crate in its library so that a phone has one core. Calls block: Kotlin makes them on threads of its own.

mod background;
mod keystore;
mod types;

pub use background::{EkiteiBackground, EkiteiLive};
pub use keystore::{KeystoreCallback, KeystoreError, install_keystore, installed_keystore};
pub use types::{DeliveryCallback, EkiteiError, LiveEvent, SyncReport, Waiting};

uniffi::setup_scaffolding!("ekitei");

/// The version of the core, as the office sees it.
#[uniffi::export]
pub fn core_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
