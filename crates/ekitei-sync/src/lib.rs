//! Delivery and fetching.
pub mod clock;
pub mod error;
pub mod plan;
