//! Marks, black-outs and the small blackboard of a photo: a layer beside bytes that nobody changes.

use super::photos;
use crate::bridge::args::PhotoMarksArgs;
use crate::bridge::views::PhotoView;
use crate::open::Open;
use ekitei_model::Fault;
use ekitei_model::kinds::{self, photo as field};
use ekitei_model::record::Fields;
use serde_json::{Value, json};

/// Replaces the layer; what is empty is taken away.
///
/// # Errors
/// `marks-many`, `marks-place`, `marks-text-long`.
pub fn set(open: &Open, args: &PhotoMarksArgs) -> Result<PhotoView, Fault> {
    args.marks.check()?;
    if let Some(board) = &args.board {
        board.check()?;
    }
    let record = open.record_of(args.id, kinds::PHOTO)?.record;
    let marks = if args.marks.marks.is_empty() { Value::Null } else { json!(args.marks) };
    let board = args.board.as_ref().map_or(Value::Null, |board| json!(board));
    open.patch(&record, Fields::from([(field::MARKS.into(), marks), (field::BOARD.into(), board)]))?;
    photos::shown(open, args.id)
}
