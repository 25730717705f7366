//! Delivery and fetching.
pub mod clock;
pub mod error;
pub mod http;
pub mod live;
pub mod plan;
pub mod transport;
pub mod wire;
