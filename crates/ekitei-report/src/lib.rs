//! ekitei-report: paper out of records. Photo ledgers and inspection reports as PDF and Excel, the section's own Excel
//! sheet read and filled, pictures with marks and a small blackboard burned in, result tables as CSV and Excel.
//!
//! Lives here: page layout, Japanese line breaking, the reading and patching of .xlsx parts, drawing on copies of
//! pictures. Does not live here: databases, the network, a clock (dates come in as data), originals of photos (only
//! display copies are drawn on), the engine of forms (inputs are the plain types of this crate).
//! Called by ekitei-core (phone) and ekitei-server. Nothing here panics on hostile bytes: refusals are [`Fault`]s with
//! stable codes whose texts are in assets/messages.

mod breaking;
mod dates;
mod faces;
pub mod inspection;
mod label;
pub mod ledger;
pub mod marks;
pub mod own_sheet;
mod pdf;
mod picture;
pub mod results;
mod stub;
mod workbook;

pub use breaking::{Breaking, break_lines, tidy};
pub use dates::{japanese_date, japanese_date_short};
pub use ekitei_model::fault::Fault;
pub use faces::{Weight, covers};
pub use picture::{Kind as PictureKind, Picture, Size as PictureSize};
