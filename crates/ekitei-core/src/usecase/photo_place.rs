//! Photos of one's own that were taken without a case, and their way into one.

use super::{cases, photos};
use crate::bridge::args::PhotoPlaceArgs;
use crate::bridge::views::PhotoView;
use crate::change;
use crate::open::Open;
use ekitei_model::kinds::{self, Variant, photo as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, RecordId, Scope};
use ekitei_store::queue;

/// Newest first.
pub fn own(open: &Open) -> Result<Vec<PhotoView>, Fault> {
    photos::of_scope(open, &Scope::User(open.me().clone()))
}

/// The photo becomes one of the case, with a new id: its files are sealed and sent anew, for the case's readers.
/// Repeating the call after a lost answer makes no second photo.
///
/// # Errors
/// `photo-in-case`; `media-not-here`: the original must come to this phone first.
pub fn place(open: &Open, args: &PhotoPlaceArgs) -> Result<PhotoView, Fault> {
    let id = RecordId::derived(&["placed", &args.id.to_string(), &args.case.to_string()]);
    if open.reader().record(id)?.is_some() {
        // Another phone of the same person may have placed it while this one still shows it.
        if let Some(own) = open.reader().record(args.id)?.filter(|s| s.record.scope.case().is_none()) {
            open.delete(&own.record)?;
        }
        return photos::shown(open, id);
    }
    let own = open.record_of(args.id, kinds::PHOTO)?.record;
    if own.scope.case().is_some() {
        return Err(Fault::ask("photo-in-case"));
    }
    cases::ensure_followed(open, args.case)?;
    let scope = Scope::Case(args.case);
    let Some(original) = open.sealed_file(own.id, Variant::Original)? else {
        open.want_file(&own, Variant::Original)?;
        return Err(Fault::wait("media-not-here"));
    };
    if let Some(twin) = photos::loose_twin(open, &scope, &ekitei_photo::sha256_hex(&original))? {
        open.delete(&own)?;
        return Ok(PhotoView { already_there: true, ..photos::shown(open, twin)? });
    }
    let derived = ekitei_photo::derive(&original).map_err(|e| photos::photo_fault(&e))?;
    let blobs = photos::seal_variants(open, id, &scope, &original, &derived)?;
    let stays = |name: &str| !name.starts_with(kinds::OFFICE_PREFIX) && name != field::NOTE;
    let mut fields: Fields =
        own.fields.iter().filter(|(name, _)| stays(name)).map(|(k, v)| (k.clone(), v.clone())).collect();
    fields.extend(photos::file_fields(&derived, original.len() as u64));
    let create = change::create(open.now(), id, kinds::PHOTO, &scope, fields);
    open.commit_with(&[create], |tx| {
        for blob in &blobs {
            queue::blobs::put(tx, blob)?;
            queue::uploads::add(tx, blob, None, blob.made_ms)?;
        }
        open.remove(tx, &own)
    })?;
    photos::shown(open, id)
}
