//! Pictures as they may stand on a paper: with their marks and small blackboard burned in.

use ekitei_model::kinds::photo;
use ekitei_model::{Fault, Record, RecordId};
use ekitei_report::Picture;
use ekitei_report::marks::{Board, Marks, burn};
use std::collections::HashMap;

/// The pictures of one inspection, by their records.
#[derive(Default)]
pub struct Pictures {
    found: HashMap<RecordId, Picture>,
}

impl Pictures {
    /// Reads and burns one upright copy; slow when it is marked. What is no picture leaves its frame empty.
    pub fn add(&mut self, record: &Record, bytes: &[u8]) {
        match burned(record, bytes).and_then(|bytes| Picture::new(&bytes)) {
            Ok(picture) => {
                self.found.insert(record.id, picture);
            }
            Err(fault) => {
                tracing::warn!(record = %record.id, code = fault.code, "a picture stays out of the papers");
            }
        }
    }

    pub fn of(&self, photo: RecordId) -> Option<Picture> {
        self.found.get(&photo).cloned()
    }
}

fn layer<'a>(record: &'a Record, field: &str) -> Option<&'a serde_json::Value> {
    record.fields.get(field).filter(|v| !v.is_null())
}

/// Whether anything lies over the photo. Such a layer fits the upright copy only: the original may lie on its side, and a
/// black-out would miss what it covers.
pub fn is_marked(record: &Record) -> bool {
    [photo::MARKS, photo::BOARD].into_iter().any(|field| layer(record, field).is_some())
}

/// `bytes` of the upright copy with everything burned in that lies over the photo.
///
/// # Errors
/// `picture-marks`: a layer that cannot be read must not bare what it may black out; those of [`burn`].
pub fn burned(record: &Record, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let unreadable = |e: serde_json::Error| Fault::ask("picture-marks").with("detail", e);
    let marks: Option<Marks> =
        layer(record, photo::MARKS).cloned().map(serde_json::from_value).transpose().map_err(unreadable)?;
    let board: Option<Board> =
        layer(record, photo::BOARD).cloned().map(serde_json::from_value).transpose().map_err(unreadable)?;
    let marks = marks.unwrap_or_default();
    if marks.marks.is_empty() && board.is_none() {
        return Ok(bytes.to_vec());
    }
    burn(bytes, &marks, board.as_ref())
}
