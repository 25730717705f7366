//! Sealing: age files for two recipients (this phone, the office), the device key store, the PIN around the
//! vault key, and the one way in which both phone and office put a file under its final name.
//!
//! Lives here: keys, ciphertext, durable file placement. May not live here: databases, network, clocks, any
//! rule about *what* is sealed for whom. Callers: ekitei-store, ekitei-sync and ekitei-core on the phone,
//! ekitei-server in the office.
//!
//! Conventions: hashes are SHA-256 as 64 lower-case hex digits; sizes are bytes; secrets are wiped when dropped
//! and print as `…` in `Debug`.

mod aead;
pub mod atomic;
mod error;
mod keys;
mod keystore;
mod pin;
mod seal;
mod secret;

pub use error::SealError;
pub use keys::{Identity, Recipient, key_id};
pub use keystore::{DeviceKeystore, FileKeystore};
pub use pin::{Argon2Params, PIN_PURPOSE, WrappedKey, check_pin, rewrap, unwrap_with_pin, wrap_with_pin};
pub use seal::{
    OpenReader, Opened, Sealed, measure_file, open_bytes, open_file, open_reader, open_to_file, seal_bytes,
    seal_file, seal_reader,
};
pub use secret::{Secret32, VaultKey};
