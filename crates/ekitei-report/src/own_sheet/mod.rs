//! The section's own Excel sheet: which questions its labels and boxes ask ([`propose`]), and the same file with the
//! answers written in ([`fill`]). Only the parts that hold an answer are patched, byte by byte around what stays:
//! merged cells, borders, styles, print areas, widths, names and the seal box come out as they went in.
//!
//! A sheet comes from anywhere, so it is read as hostile: [`Fault`](crate::Fault) codes begin with `sheet-`.

mod address;
mod book;
mod fill;
mod grid;
mod package;
mod propose;
mod rels;
mod styles;
mod xml;

pub use address::{Cell, Range};
pub use fill::{ChoiceMark, Entry, Filled, Filling, Left, Value, fill};
pub use package::limits;
pub use propose::{
    Choice, Column, DateStyle, Mark, Notice, Proposal, Question, QuestionKind, SheetProposal, Table, Target,
    propose,
};
