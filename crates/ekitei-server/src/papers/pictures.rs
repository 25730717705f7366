//! Display copies of an inspection's photos with their marks and small blackboard burned in.

use super::Inspected;
use crate::app::App;
use ekitei_model::kinds::{Variant, photo};
use ekitei_model::{Fault, Record, RecordId};
use ekitei_report::Picture;
use ekitei_report::marks::{Board, Marks, burn};
use std::collections::HashMap;
use std::path::PathBuf;

/// Where the bytes are, looked up before the slow work.
pub struct Pictures {
    found: HashMap<RecordId, Picture>,
}

/// Photos whose display copy the record names and the office does not have yet.
pub fn waiting(of: &Inspected) -> usize {
    let on_its_way = |p: &&Record| {
        source(p).is_none() && Variant::ALL.iter().any(|v| !p.text(&photo::sha256(*v)).is_empty())
    };
    of.photos.iter().filter(on_its_way).count()
}

/// The hash of the best copy that is here: the display copy, else the original.
fn source(p: &Record) -> Option<&str> {
    [Variant::Display, Variant::Original].into_iter().find_map(|v| {
        let arrived = !p.text(&photo::arrived(v)).is_empty();
        arrived.then(|| p.fields.get(&photo::sha256(v))?.as_str()).flatten()
    })
}

impl Pictures {
    /// What [`Pictures::read`] will read.
    pub fn sources(app: &App, of: &Inspected) -> Vec<(Record, PathBuf)> {
        let here = of.photos.iter().filter_map(|p| Some((p, source(p)?)));
        here.filter(|(p, _)| p.text(photo::ROLE) != "file")
            .map(|(p, sha)| (p.clone(), app.blob_path(sha)))
            .collect()
    }

    /// Reads and burns; slow. A file that is no picture leaves its frame empty.
    ///
    /// # Errors
    /// A file that should be here cannot be read.
    pub fn read(sources: Vec<(Record, PathBuf)>) -> Result<Self, Fault> {
        let mut found = HashMap::new();
        for (record, path) in sources {
            let bytes = std::fs::read(&path).map_err(|_| Fault::wait("blob-missing"))?;
            match picture(&record, &bytes) {
                Ok(picture) => {
                    found.insert(record.id, picture);
                }
                Err(fault) => {
                    tracing::warn!(record = %record.id, code = fault.code, "a picture stays out of the papers")
                }
            }
        }
        Ok(Self { found })
    }

    pub fn of(&self, photo: RecordId) -> Option<Picture> {
        self.found.get(&photo).cloned()
    }
}

/// A layer that cannot be read must not bare what it may black out: the picture stays out then.
fn picture(record: &Record, bytes: &[u8]) -> Result<Picture, Fault> {
    let layer = |field| record.fields.get(field).filter(|v| !v.is_null()).cloned();
    let unreadable = |e: serde_json::Error| Fault::ask("picture-marks").with("detail", e);
    let marks: Marks =
        layer(photo::MARKS).map(serde_json::from_value).transpose().map_err(unreadable)?.unwrap_or_default();
    let board: Option<Board> =
        layer(photo::BOARD).map(serde_json::from_value).transpose().map_err(unreadable)?;
    if marks.marks.is_empty() && board.is_none() {
        return Picture::new(bytes);
    }
    Picture::new(&burn(bytes, &marks, board.as_ref())?)
}
