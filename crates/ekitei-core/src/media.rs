//! Bytes of pictures and files, opened for a screen or handed out of the app.

use crate::open::Open;
use ekitei_model::chat::message::file;
use ekitei_model::filing::safe_part;
use ekitei_model::kinds::{FILE, PHOTO, Variant, photo};
use ekitei_model::{Fault, Record, RecordId};
use zeroize::Zeroizing;

/// Plain bytes of one variant.
pub struct Media {
    pub bytes: Zeroizing<Vec<u8>>,
    pub media_type: &'static str,
}

/// # Errors
/// `record-unknown`; `media-not-here` when the file is not on this phone (it is then asked for).
pub(crate) fn read(open: &Open, id: RecordId, variant: Variant) -> Result<Media, Fault> {
    let found = open.reader().record(id)?.map(|s| s.record);
    let record = found
        .filter(|r| r.kind == PHOTO || (r.kind == FILE && variant == Variant::Original))
        .ok_or_else(|| Fault::ask("record-unknown"))?;
    let Some(bytes) = open.sealed_file(id, variant)? else {
        open.want_file(&record, variant)?;
        return Err(Fault::wait("media-not-here"));
    };
    Ok(Media { bytes, media_type: media_type(&record, variant) })
}

/// A picture or file as a person keeps it outside of the app.
pub struct HandedOut {
    pub bytes: Zeroizing<Vec<u8>>,
    pub media_type: &'static str,
    /// A plain file name.
    pub name: String,
}

/// The original; of a photo with marks, black-outs or a small blackboard the upright copy with all of them burned in.
///
/// # Errors
/// `record-unknown`; `media-not-here` (it is asked for); `picture-marks`.
pub(crate) fn hand_out(open: &Open, id: RecordId) -> Result<HandedOut, Fault> {
    let record = open.reader().record(id)?.map(|s| s.record).ok_or_else(|| Fault::ask("record-unknown"))?;
    if record.kind == PHOTO && ekitei_papers::is_marked(&record) {
        let shown = read(open, id, Variant::Display)?;
        let bytes = Zeroizing::new(ekitei_papers::burned(&record, &shown.bytes)?);
        return Ok(HandedOut { bytes, media_type: "image/jpeg", name: named(&record, ".jpg") });
    }
    let Media { bytes, media_type } = read(open, id, Variant::Original)?;
    let ending = match media_type {
        "image/png" => ".png",
        "image/webp" => ".webp",
        "image/jpeg" => ".jpg",
        _ => "",
    };
    Ok(HandedOut { bytes, media_type, name: named(&record, ending) })
}

/// Its own name, or when it was taken. Pictures end as what they are, whatever their name said.
fn named(record: &Record, ending: &str) -> String {
    let given = match record.kind.as_str() {
        FILE => record.text(file::NAME),
        _ => record.text(photo::FILE_NAME),
    };
    let stem = match given.rsplit_once('.') {
        Some((stem, _)) if !ending.is_empty() => stem,
        _ => given,
    };
    let taken =
        || record.text(photo::TAKEN_AT).chars().take(19).map(|c| if c == ':' { '-' } else { c }).collect();
    let stem: String = if stem.is_empty() { taken() } else { stem.to_owned() };
    safe_part(&format!("{stem}{ending}"))
}

/// What is not a picture is never shown by a browser: it is saved.
fn media_type(record: &Record, variant: Variant) -> &'static str {
    if record.kind == FILE {
        return match record.text(file::TYPE) {
            "application/pdf" => "application/pdf",
            _ => "application/octet-stream",
        };
    }
    match (variant, record.text(photo::FORMAT)) {
        (Variant::Original, "png") => "image/png",
        (Variant::Original, "webp") => "image/webp",
        _ => "image/jpeg",
    }
}
