//! What the console shows, as JSON. docs/openapi.json is made from these types.

mod forms;
mod inspections;
mod people;
mod records;
mod work;

pub use forms::*;
pub use inspections::*;
pub use people::*;
pub use records::*;
pub use work::*;
