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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{ImageBuffer, ImageFormat, Rgb};
    use serde_json::{Value, json};

    fn record(layer: &Value) -> Record {
        let mut record = json!({"id": "01890000-0000-7000-8000-000000000002", "kind": "photo",
            "scope": "case:01890000-0000-7000-8000-000000000001", "born_seq": 1, "seq": 1, "fields": {}});
        record["fields"] = layer.clone();
        serde_json::from_value(record).unwrap()
    }

    fn white() -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        ImageBuffer::from_pixel(200, 100, Rgb([255_u8, 255, 255]))
            .write_to(&mut out, ImageFormat::Jpeg)
            .unwrap();
        out.into_inner()
    }

    fn black_out() -> Value {
        json!({"marks": [{"kind": "black_out", "area": {"from": {"x": 0.5, "y": 0.0}, "to": {"x": 1.0, "y": 1.0}}}]})
    }

    #[test]
    fn what_is_blacked_out_is_gone_from_every_picture_on_a_paper() {
        let mut pictures = Pictures::default();
        let photo = record(&json!({"marks": black_out()}));
        pictures.add(&photo, &white());
        let shown = image::load_from_memory(pictures.of(photo.id).unwrap().bytes()).unwrap().to_luma8();
        assert!(shown.get_pixel(150, 50).0[0] < 8, "black");
        assert!(shown.get_pixel(40, 50).0[0] > 247, "the rest is as it was");
        assert!(is_marked(&photo) && !is_marked(&record(&json!({"marks": null}))));
    }

    #[test]
    fn a_layer_that_is_not_understood_keeps_its_picture_off_the_papers() {
        for layer in
            [json!({"marks": {"marks": [{"kind": "veil"}]}}), json!({"marks": "x"}), json!({"board": 1})]
        {
            let (mut pictures, photo) = (Pictures::default(), record(&layer));
            pictures.add(&photo, &white());
            assert!(pictures.of(photo.id).is_none(), "{layer}");
            assert_eq!(burned(&photo, &white()).unwrap_err().code, "picture-marks");
        }
        let plain = record(&json!({}));
        assert_eq!(burned(&plain, &white()).unwrap(), white());
    }
}
