//! The words of the field: ids, records, operations, wire types and the pure rules over them
//! (merge, overlay, folding, file names, permissions).
//!
//! What may not live here: I/O, clocks, randomness, async, SQL. Everything is a function of its
//! arguments, so the phone, the server and the simulation decide alike. Anyone may call it; it
//! calls nobody.

pub mod calendar;
pub mod chat;
pub mod checklist;
pub mod fault;
pub mod filing;
pub mod fold;
pub mod help_card;
pub mod ids;
pub mod inspection;
pub mod kinds;
pub mod lane;
pub mod line;
pub mod merge;
pub mod op;
pub mod overlay;
pub mod people;
pub mod phones;
pub mod record;
pub mod rules;
pub mod runs;
pub mod scope;
pub mod text;
pub mod time;
pub mod wire;

pub use fault::{Cure, Fault};
pub use ids::{DeviceId, OpId, RecordId, StaffId};
pub use lane::Lane;
pub use op::{OpBody, Operation, Outcome};
pub use record::{Record, Rev};
pub use scope::Scope;
pub use time::Stamp;
