//! Bytes of pictures and files, opened for a screen.

use crate::open::Open;
use ekitei_model::chat::message::file;
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
