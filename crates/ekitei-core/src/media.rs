//! Bytes of pictures, opened for a screen.

use crate::open::Open;
use ekitei_model::kinds::{PHOTO, Variant, photo};
use ekitei_model::{Fault, RecordId};
use zeroize::Zeroizing;

/// Plain bytes of one variant.
pub struct Media {
    pub bytes: Zeroizing<Vec<u8>>,
    pub media_type: &'static str,
}

/// # Errors
/// `record-unknown`; `media-not-here` when the file is not on this phone (a display copy is then asked for).
pub(crate) fn read(open: &Open, id: RecordId, variant: Variant) -> Result<Media, Fault> {
    let record = open.record_of(id, PHOTO)?.record;
    let Some(bytes) = open.sealed_file(id, variant)? else {
        open.want_file(&record, variant)?;
        return Err(Fault::wait("media-not-here"));
    };
    let media_type = match (variant, record.text(photo::FORMAT)) {
        (Variant::Original, "png") => "image/png",
        (Variant::Original, "webp") => "image/webp",
        _ => "image/jpeg",
    };
    Ok(Media { bytes, media_type })
}
