//! Resumable uploads: tus 1.0 with creation, creation-with-upload, checksum, expiration and termination.
//! Offsets and fences are the storage's; chunks lie in DATA/staging and are durable before an offset says so.

pub mod active;
pub mod finish;
pub mod protocol;
mod receive;
mod routes;

pub use routes::router;
