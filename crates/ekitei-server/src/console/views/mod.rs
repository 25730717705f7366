//! What the console shows, as JSON. docs/openapi.json is made from these types.

mod calls;
mod checks;
mod directory;
mod forms;
mod help;
mod inspections;
mod people;
mod records;
mod rooms;
mod work;

pub use calls::*;
pub use checks::*;
pub use directory::*;
pub use forms::*;
pub use help::*;
pub use inspections::*;
pub use people::*;
pub use records::*;
pub use rooms::*;
pub use work::*;
