//! The papers of an inspection, made on the phone from what is on it; never stored, so that nothing lies there open.

use crate::media::Media;
use crate::open::Open;
use crate::usecase::cases;
use ekitei_forms::list_pieces::make_whole;
use ekitei_model::kinds::{self, Variant, inspection as field, photo};
use ekitei_model::{Fault, Record, RecordId};
use ekitei_papers::{Inspected, Paper, Parts, Pictures};
use zeroize::Zeroizing;

/// A picture that is not on this phone leaves its frame empty, and is fetched when there is a line.
///
/// # Errors
/// `record-unknown`; `form-not-here`; limits of the paper.
pub fn paper(open: &Open, id: RecordId, name: &str) -> Result<Media, Fault> {
    let unknown = || Fault::ask("record-unknown");
    // Workbooks fill the section's own sheet, which the office has.
    let paper = Paper::named(name).filter(|p| p.extension() == "pdf").ok_or_else(unknown)?;
    let of = inspected(open, open.record_of(id, kinds::INSPECTION)?.record)?;
    let mut pictures = Pictures::default();
    for record in of.photos.iter().filter(|p| p.text(photo::ROLE) != "file") {
        match open.sealed_file(record.id, Variant::Display)? {
            Some(bytes) => pictures.add(record, &bytes),
            None => open.want_file(record, Variant::Display)?,
        }
    }
    let bytes = Zeroizing::new(ekitei_papers::make(&of, &pictures, None, paper)?);
    Ok(Media { bytes, media_type: paper.media_type() })
}

fn inspected(open: &Open, record: Record) -> Result<Inspected, Fault> {
    let reader = open.reader();
    let named = |text: &str| -> Result<Option<Record>, Fault> {
        match text.parse::<RecordId>() {
            Ok(id) => Ok(reader.record(id)?.map(|s| s.record)),
            Err(_) => Ok(None),
        }
    };
    let case = record.scope.case().ok_or_else(|| Fault::ask("record-unknown"))?;
    let case = cases::known(open, case)?.record;
    let mut version = named(record.text(field::FORM_VERSION))?.ok_or_else(|| Fault::wait("form-not-here"))?;
    // Without every row the papers say the value instead of its words.
    make_whole(&mut version, |id| Ok::<_, Fault>(reader.record(id)?.map(|s| s.record)))?;
    let visit = named(record.text(field::VISIT))?;
    let below = reader.in_scope(&record.scope, &[kinds::PHOTO, kinds::AMENDMENT])?.into_iter();
    let children = below.map(|s| s.record).filter(|r| r.parent == Some(record.id)).collect();
    let mut of = Inspected::new(Parts { record, case, version, visit, children })?;
    for id in of.staff() {
        let name = reader.name_of(&id)?;
        of.names.insert(id, name);
    }
    Ok(of)
}
