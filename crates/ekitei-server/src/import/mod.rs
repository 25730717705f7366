//! Tables of people and cases from a spreadsheet. Pure: bytes in, rows or every fault with its line out; nothing is
//! half imported.

mod cases;
pub mod difference;
mod holidays;
mod staff;
pub(crate) mod table;

pub use cases::parse_cases;
pub use holidays::parse_holidays;
pub use staff::parse_staff;
pub use table::RowFault;
