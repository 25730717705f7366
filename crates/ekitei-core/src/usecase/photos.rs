//! The walk of a photo on the phone: inbox file → checked and derived → sealed → queued → shown.

use super::{captures, cases};
use crate::bridge::args::{InspectionPlace, PhotoAddArgs};
use crate::bridge::views::PhotoView;
use crate::change;
use crate::inbox::Inbox;
use crate::open::Open;
use crate::view::{self, PhotoFiles};
use ekitei_model::inspection::State;
use ekitei_model::kinds::{self, Variant, photo as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId, Scope, Stamp};
use ekitei_photo::{Derived, Exif, Format, PhotoError};
use ekitei_store::queue::{self, Blob};
use ekitei_store::vault::Shown;
use serde_json::{Value, json};

/// An original that is safe at the office stays on the phone for so long.
const ORIGINAL_KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// Where a new photo goes.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub scope: Scope,
    pub visit: Option<RecordId>,
    pub note: Option<RecordId>,
    pub inspection: Option<InspectionPlace>,
}

impl Place {
    /// A scope and nothing in it.
    pub fn bare(scope: Scope) -> Self {
        Self { scope, visit: None, note: None, inspection: None }
    }
}

/// Each file by itself: what was taken before a bad one stays taken, and repeating the call doubles nothing.
pub fn add(open: &Open, args: &PhotoAddArgs) -> Result<Vec<PhotoView>, Fault> {
    let place = place(open, args)?;
    let mut taken = Vec::new();
    for name in &args.names {
        taken.push(take(open, name, &place, &args.caption).map_err(|f| f.with("name", name))?);
    }
    Ok(taken)
}

fn place(open: &Open, args: &PhotoAddArgs) -> Result<Place, Fault> {
    let scope = match (args.case, args.note.or(args.visit)) {
        (Some(case), _) => Scope::Case(case),
        (None, Some(on)) => {
            open.reader().record(on)?.ok_or_else(|| Fault::ask("record-unknown"))?.record.scope
        }
        (None, None) => Scope::User(open.me().clone()),
    };
    if let Some(case) = scope.case() {
        cases::ensure_followed(open, case)?;
    }
    let inspection = args.place.as_ref().map(|p| checked(open, p, &scope)).transpose()?;
    Ok(Place { scope, visit: args.visit, note: args.note, inspection })
}

/// # Errors
/// `record-unknown`: the inspection is not in this case; `inspection-locked`: it is finished.
fn checked(open: &Open, place: &InspectionPlace, scope: &Scope) -> Result<InspectionPlace, Fault> {
    let record = open.record_of(place.inspection, kinds::INSPECTION)?.record;
    if record.scope != *scope {
        return Err(Fault::ask("record-unknown"));
    }
    if !State::of(&record).is_open() {
        return Err(Fault::ask("inspection-locked"));
    }
    Ok(place.clone())
}

/// The id that the inbox file `name` gets on this phone: taking the same file twice makes one photo.
pub(super) fn id_of(open: &Open, name: &str) -> RecordId {
    RecordId::derived(&["photo", &open.device().to_string(), name])
}

/// # Errors
/// `inbox-missing`, `inbox-name`; faults of pictures: the file stays as it is.
pub(super) fn take(open: &Open, name: &str, place: &Place, caption: &str) -> Result<PhotoView, Fault> {
    // The camera's page and an app that opens may both have this file in hand.
    let _alone = open.inbox_lock()?;
    let id = id_of(open, name);
    if open.reader().record(id)?.is_some() {
        let view = shown(open, id)?;
        // Adopted while its page was still asking for the caption.
        let unnamed = view.caption.is_empty() && !caption.is_empty();
        let view = if unnamed { set_caption(open, id, caption)? } else { view };
        captures::forget(open, name)?;
        return Ok(view);
    }
    let path = open.inbox().path(name)?;
    if !path.exists() {
        return Err(Fault::ask("inbox-missing"));
    }
    let (original, derived) = ekitei_photo::derive_file(&path).map_err(|e| photo_fault(&e))?;
    if let Some(twin) = same_bytes(open, place, &derived.sha256_hex())? {
        // The same picture under a new name: it is not doubled, and the name is not lost.
        let twin_view = shown(open, twin)?;
        let renamed = !caption.is_empty() && caption != twin_view.caption;
        let view = if renamed { set_caption(open, twin, caption)? } else { twin_view };
        captures::forget(open, name)?;
        return Ok(PhotoView { already_there: true, ..view });
    }
    let blobs = seal_variants(open, id, &place.scope, &original, &derived)?;
    let taken_at = taken_at(&derived.exif, captures::shutter(open, name)?);
    let fields = fields_of(&derived, original.len() as u64, place, caption, name, taken_at);
    let parent = place.inspection.as_ref().map(|p| p.inspection);
    let create = change::create_under(open.now(), id, kinds::PHOTO, &place.scope, parent, fields);
    open.commit_with(&[create], |tx| {
        for blob in &blobs {
            queue::blobs::put(tx, blob)?;
            queue::uploads::add(tx, blob, None, blob.made_ms)?;
        }
        captures::taken(tx, name)
    })?;
    // From here on the sealed file is the photo; a kill before this line is cured when the app opens.
    open.inbox().remove(name);
    shown(open, id)
}

/// A picture of the inbox for a place that is no case's: its fields, and its files sealed for this phone and the office.
pub(super) fn prepared(
    open: &Open,
    name: &str,
    id: RecordId,
    scope: &Scope,
) -> Result<(Fields, [Blob; 3]), Fault> {
    let path = open.inbox().path(name)?;
    if !path.exists() {
        return Err(Fault::ask("inbox-missing"));
    }
    let (original, derived) = ekitei_photo::derive_file(&path).map_err(|e| photo_fault(&e))?;
    let place = Place::bare(scope.clone());
    let blobs = seal_variants(open, id, scope, &original, &derived)?;
    let taken_at = taken_at(&derived.exif, captures::shutter(open, name)?);
    Ok((fields_of(&derived, original.len() as u64, &place, "", name, taken_at), blobs))
}

/// The same original in the same case, whoever took it. In an inspection: for the same question, since each must show
/// its own.
fn same_bytes(open: &Open, place: &Place, sha256: &str) -> Result<Option<RecordId>, Fault> {
    let name = field::sha256(Variant::Original);
    let photos = open.reader().in_scope(&place.scope, &[kinds::PHOTO])?;
    let fits = |r: &Record| match &place.inspection {
        Some(p) => r.parent == Some(p.inspection) && r.text(field::ITEM) == p.item,
        None => r.text(field::ITEM).is_empty(),
    };
    Ok(photos.iter().find(|p| p.record.text(&name) == sha256 && fits(&p.record)).map(|p| p.record.id))
}

/// The same original in the case, of no inspection.
pub(super) fn loose_twin(open: &Open, scope: &Scope, sha256: &str) -> Result<Option<RecordId>, Fault> {
    same_bytes(open, &Place::bare(scope.clone()), sha256)
}

/// The three files, sealed for this phone and the office, durable in the blob folder.
pub(super) fn seal_variants(
    open: &Open,
    id: RecordId,
    scope: &Scope,
    original: &[u8],
    derived: &Derived,
) -> Result<[Blob; 3], Fault> {
    let seal = |variant, bytes: &[u8]| open.seal_file(id, scope, variant, bytes);
    Ok([
        seal(Variant::Thumb, &derived.thumb.bytes)?,
        seal(Variant::Display, &derived.display.bytes)?,
        seal(Variant::Original, original)?,
    ])
}

fn fields_of(
    derived: &Derived,
    original_bytes: u64,
    place: &Place,
    caption: &str,
    name: &str,
    taken_at: Stamp,
) -> Fields {
    let (width, height) = upright(derived);
    let reference = |id: Option<RecordId>| id.map_or(Value::Null, |id| json!(id));
    let mut fields = Fields::from([
        (field::CAPTION.into(), json!(caption)),
        (field::VISIT.into(), reference(place.visit)),
        (field::NOTE.into(), reference(place.note)),
        (field::TAKEN_AT.into(), json!(taken_at)),
        (field::LAT.into(), json!(derived.exif.position.map(|p| p.0))),
        (field::LON.into(), json!(derived.exif.position.map(|p| p.1))),
        (field::ITEM.into(), json!(place.inspection.as_ref().map(|p| &p.item))),
        (field::ROLE.into(), json!(place.inspection.as_ref().map(|p| &p.role))),
        (field::FILE_NAME.into(), json!(Inbox::original_name(name))),
        (field::FORMAT.into(), json!(format_name(derived.probe.format))),
        (field::WIDTH.into(), json!(width)),
        (field::HEIGHT.into(), json!(height)),
    ]);
    fields.extend(file_fields(derived, original_bytes));
    fields
}

/// Hashes and sizes of the three files.
pub(super) fn file_fields(derived: &Derived, original_bytes: u64) -> Fields {
    let mut fields = Fields::new();
    let files = [
        (Variant::Original, derived.sha256_hex(), original_bytes),
        (Variant::Display, derived.display.sha256_hex(), derived.display.bytes.len() as u64),
        (Variant::Thumb, derived.thumb.sha256_hex(), derived.thumb.bytes.len() as u64),
    ];
    for (variant, sha256, bytes) in files {
        fields.insert(field::sha256(variant), json!(sha256));
        fields.insert(field::bytes(variant), json!(bytes));
    }
    fields
}

/// As a person sees it: orientations 5 to 8 lie on their side.
fn upright(derived: &Derived) -> (u32, u32) {
    let (width, height) = (derived.probe.width, derived.probe.height);
    if derived.exif.orientation >= 5 { (height, width) } else { (width, height) }
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "jpeg",
        Format::Png => "png",
        Format::WebP => "webp",
    }
}

/// The camera's own time if it wrote one (without an offset: the phone's), else the shutter's.
fn taken_at(exif: &Exif, shutter: Stamp) -> Stamp {
    let Some(local) = &exif.taken_local else { return shutter };
    let own_offset = || shutter.to_string().get(23..).unwrap_or("Z").to_owned();
    let offset = exif.offset.clone().unwrap_or_else(own_offset);
    format!("{local}{offset}").parse().unwrap_or(shutter)
}

pub(crate) fn photo_fault(error: &PhotoError) -> Fault {
    error.params().into_iter().fold(Fault::ask(error.code()), |fault, (name, value)| fault.with(name, value))
}

pub(crate) fn shown(open: &Open, id: RecordId) -> Result<PhotoView, Fault> {
    let shown = open.record_of(id, kinds::PHOTO)?;
    Ok(view::photo(&shown.record, (&shown).into(), &open.reader().files_of(id)?))
}

pub fn of_case(open: &Open, case: RecordId) -> Result<Vec<PhotoView>, Fault> {
    of_scope(open, &Scope::Case(case))
}

pub(super) fn of_scope(open: &Open, scope: &Scope) -> Result<Vec<PhotoView>, Fault> {
    let reader = open.reader();
    let (files, none) = (reader.files(scope)?, PhotoFiles::default());
    let view = |s: &Shown| view::photo(&s.record, s.into(), files.get(&s.record.id).unwrap_or(&none));
    let mut photos: Vec<PhotoView> = reader.in_scope(scope, &[kinds::PHOTO])?.iter().map(view).collect();
    photos.sort_by_key(|p| std::cmp::Reverse((p.taken_at.utc_ms, p.id)));
    Ok(photos)
}

/// All photos on this phone, newest first.
pub fn all(open: &Open) -> Result<Vec<PhotoView>, Fault> {
    let mut scopes: Vec<Scope> =
        open.reader().of_kind(kinds::PHOTO)?.into_iter().map(|s| s.record.scope).collect();
    scopes.sort();
    scopes.dedup();
    let mut photos = Vec::new();
    for scope in scopes {
        photos.extend(of_scope(open, &scope)?);
    }
    photos.sort_by_key(|p| std::cmp::Reverse((p.taken_at.utc_ms, p.id)));
    Ok(photos)
}

pub fn set_caption(open: &Open, id: RecordId, caption: &str) -> Result<PhotoView, Fault> {
    let record = open.record_of(id, kinds::PHOTO)?.record;
    open.patch(&record, Fields::from([(field::CAPTION.into(), json!(caption))]))?;
    shown(open, id)
}

pub fn delete(open: &Open, id: RecordId) -> Result<(), Fault> {
    let record = open.record_of(id, kinds::PHOTO)?.record;
    open.delete(&record)
}

/// Originals that the office has filed (or keeps) and has in a backup leave the phone after a while; the display copy
/// stays. Returns how many went.
pub fn let_go(open: &Open) -> Result<u64, Fault> {
    let before_ms = open.now().ms() - ORIGINAL_KEPT_MS;
    let mut gone = 0;
    for Shown { record, sort_ms, .. } in open.reader().of_kind(kinds::PHOTO)? {
        let receipt = [field::FILED_AT, field::KEPT_AT].iter().any(|f| !record.text(f).is_empty());
        let safe = receipt && !record.text(field::BACKED_UP_AT).is_empty();
        if safe && sort_ms < before_ms && open.reader().files_of(record.id)?.has_sent(Variant::Original) {
            open.queue_write(|tx| queue::blobs::forget(tx, record.id, Variant::Original).map(|_| ()))?;
            gone += 1;
        }
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_camera_s_time_wins_and_borrows_the_phone_s_offset() {
        let shutter: Stamp = "2026-11-21T10:05:00.000+09:00".parse().unwrap();
        let mut exif = Exif { taken_local: Some("2026-11-20T08:00:00".into()), ..Exif::default() };
        assert_eq!(taken_at(&exif, shutter).to_string(), "2026-11-20T08:00:00.000+09:00");
        exif.offset = Some("+10:00".into());
        assert_eq!(taken_at(&exif, shutter).to_string(), "2026-11-20T08:00:00.000+10:00");
        assert_eq!(taken_at(&Exif::default(), shutter), shutter);
    }
}
