//! What the console shows, as JSON. docs/openapi.json is made from these types.

mod people;
mod records;
mod work;

pub use people::*;
pub use records::*;
pub use work::*;
