//! Where the bytes of an inspection's pictures lie at the office.

use super::Inspected;
use crate::app::App;
use ekitei_model::kinds::{Variant, photo};
use ekitei_model::{Fault, Record};
use ekitei_papers::{Pictures, is_marked};
use std::path::PathBuf;

/// Photos whose copy the record names and the office does not have yet.
pub fn waiting(of: &Inspected) -> usize {
    let on_its_way = |p: &&Record| {
        source(p).is_none() && Variant::ALL.iter().any(|v| !p.text(&photo::sha256(*v)).is_empty())
    };
    of.photos.iter().filter(on_its_way).count()
}

/// The hash of the best copy that is here: the display copy, else the original of a photo over which nothing lies.
fn source(p: &Record) -> Option<&str> {
    let fitting: &[Variant] =
        if is_marked(p) { &[Variant::Display] } else { &[Variant::Display, Variant::Original] };
    fitting.iter().find_map(|v| {
        let arrived = !p.text(&photo::arrived(*v)).is_empty();
        arrived.then(|| p.fields.get(&photo::sha256(*v))?.as_str()).flatten()
    })
}

/// What [`read`] will read: looked up before the slow work.
pub fn sources(app: &App, of: &Inspected) -> Vec<(Record, PathBuf)> {
    let here = of.photos.iter().filter_map(|p| Some((p, source(p)?)));
    here.filter(|(p, _)| p.text(photo::ROLE) != "file")
        .map(|(p, sha)| (p.clone(), app.blob_path(sha)))
        .collect()
}

/// Reads and burns; slow.
///
/// # Errors
/// A file that should be here cannot be read.
pub fn read(sources: Vec<(Record, PathBuf)>) -> Result<Pictures, Fault> {
    let mut pictures = Pictures::default();
    for (record, path) in sources {
        let bytes = std::fs::read(&path).map_err(|_| Fault::wait("blob-missing"))?;
        pictures.add(&record, &bytes);
    }
    Ok(pictures)
}
