//! Sending: the message and everything attached to it in one commit, pictures and files sealed before.

use super::{drafts, page, rooms, start};
use crate::bridge::chat::{ChatSendArgs, MessageView};
use crate::change::{self, Change};
use crate::open::Open;
use crate::usecase::{captures, photos};
use ekitei_model::chat::message as field;
use ekitei_model::kinds::{self, Variant};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Lane, RecordId, Scope};
use ekitei_store::queue::{self, Blob};
use serde_json::{Value, json};
use std::path::Path;

/// What travels with a message.
#[derive(Default)]
pub(super) struct Attached {
    pub changes: Vec<Change>,
    /// Sealed files of this phone.
    pub blobs: Vec<Blob>,
    /// Of these, the ones that the office has to be sent.
    pub uploads: Vec<Blob>,
    /// Inbox files that are taken.
    pub names: Vec<String>,
}

/// # Errors
/// `room-unknown`, `message-empty`, `message-too-long`, `urgent-without-reason`, `chat-field` for an unknown stamp;
/// `file-too-large`, `files-too-large`; faults of pictures. Nothing is sent then.
pub fn send(open: &Open, args: &ChatSendArgs) -> Result<MessageView, Fault> {
    check(args)?;
    let known = rooms::known(open, args.room)?;
    let draft = if args.draft { drafts::load(open, args.room)? } else { None };
    let id = draft.map_or_else(change::mint, |d| d.message);
    let lane = lane_of(args.urgent.as_deref());
    let scope = Scope::Room(args.room);
    let mut attached = Attached::default();
    // An app that opens at this moment does not take them for photographs of their own.
    let _alone = open.inbox_lock()?;
    for name in &args.photos {
        take_photo(open, name, id, &scope, lane, &mut attached).map_err(|f| f.with("name", name))?;
    }
    let mut all_bytes = 0;
    for name in &args.files {
        all_bytes +=
            take_file(open, name, id, &scope, lane, &mut attached).map_err(|f| f.with("name", name))?;
    }
    if all_bytes > field::MAX_FILES_BYTES {
        return Err(Fault::ask("files-too-large").with("limit_mb", field::MAX_FILES_BYTES >> 20));
    }
    let mut fields = Fields::new();
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            fields.insert(name.to_owned(), value);
        }
    };
    let some = |list: &[String]| if list.is_empty() { Value::Null } else { json!(list) };
    let count = |n: usize| if n == 0 { Value::Null } else { json!(n) };
    set(field::TEXT, if args.text.trim().is_empty() { Value::Null } else { json!(args.text) });
    set(field::REPLY_TO, json!(args.reply_to));
    set(field::MENTIONS, some(&args.mentions));
    set(field::URGENT, json!(args.urgent.as_deref().map(str::trim)));
    set(field::STAMP, json!(args.stamp));
    set(field::LINK, json!(args.link));
    set(field::PHOTOS, count(args.photos.len()));
    set(field::FILES, count(args.files.len()));
    commit(open, &known, id, lane, fields, attached)?;
    if args.draft {
        drafts::forget(open, args.room)?;
    }
    page::message(open, id)
}

fn check(args: &ChatSendArgs) -> Result<(), Fault> {
    let words = !args.text.trim().is_empty();
    if !words
        && args.photos.is_empty()
        && args.files.is_empty()
        && args.stamp.is_none()
        && args.link.is_none()
    {
        return Err(Fault::ask("message-empty"));
    }
    if args.text.chars().count() > field::MAX_TEXT_CHARS {
        return Err(Fault::ask("message-too-long").with("limit", field::MAX_TEXT_CHARS));
    }
    if args.urgent.as_deref().is_some_and(|reason| !field::is_reason(reason)) {
        return Err(Fault::ask("urgent-without-reason"));
    }
    if args.stamp.as_deref().is_some_and(|stamp| !field::STAMPS.contains(&stamp)) {
        return Err(Fault::ask("chat-field"));
    }
    Ok(())
}

pub(super) fn lane_of(urgent: Option<&str>) -> Lane {
    if urgent.is_some() { Lane::Emergency } else { Lane::Chat }
}

/// The room where it is not made yet, the message, what hangs on it: all or nothing, in this order.
pub(super) fn commit(
    open: &Open,
    known: &rooms::Known,
    id: RecordId,
    lane: Lane,
    fields: Fields,
    attached: Attached,
) -> Result<(), Fault> {
    let mut changes = start::missing_own(open, known)?;
    // In the message's lane, so that it cannot be overtaken.
    changes.iter_mut().for_each(|c| c.lane = lane);
    changes
        .push(change::create(open.now(), id, kinds::MESSAGE, &Scope::Room(known.id), fields).in_lane(lane));
    changes.extend(attached.changes);
    open.commit_with(&changes, |tx| {
        for blob in &attached.blobs {
            queue::blobs::put(tx, blob)?;
        }
        for blob in &attached.uploads {
            // A thumbnail goes with the words, as fast as they do.
            let lane = (blob.variant == Variant::Thumb).then_some(Lane::Chat);
            queue::uploads::add(tx, blob, lane, blob.made_ms)?;
        }
        attached.names.iter().try_for_each(|name| captures::taken(tx, name))
    })?;
    attached.names.iter().for_each(|name| open.inbox().remove(name));
    Ok(())
}

fn take_photo(
    open: &Open,
    name: &str,
    message: RecordId,
    scope: &Scope,
    lane: Lane,
    attached: &mut Attached,
) -> Result<(), Fault> {
    let id = RecordId::derived(&["chat photo", &message.to_string(), name]);
    let (fields, blobs) = photos::prepared(open, name, id, scope)?;
    let create = change::create_under(open.now(), id, kinds::PHOTO, scope, Some(message), fields);
    attached.changes.push(create.in_lane(lane));
    attached.uploads.extend(blobs.clone());
    attached.blobs.extend(blobs);
    attached.names.push(name.to_owned());
    Ok(())
}

/// Returns the file's length.
fn take_file(
    open: &Open,
    name: &str,
    message: RecordId,
    scope: &Scope,
    lane: Lane,
    attached: &mut Attached,
) -> Result<u64, Fault> {
    let path = open.inbox().path(name)?;
    let bytes = std::fs::metadata(&path).map_err(|_| Fault::ask("inbox-missing"))?.len();
    if bytes > field::MAX_FILE_BYTES {
        let size_mb = bytes.div_ceil(1 << 20);
        let limit_mb = field::MAX_FILE_BYTES >> 20;
        return Err(Fault::ask("file-too-large").with("size_mb", size_mb).with("limit_mb", limit_mb));
    }
    let plain = std::fs::read(&path).map_err(|e| crate::inbox::file_fault(&e))?;
    let id = RecordId::derived(&["chat file", &message.to_string(), name]);
    let blob = open.seal_file(id, scope, Variant::Original, &plain)?;
    let shown_name = crate::inbox::Inbox::original_name(name).unwrap_or(name);
    let fields = Fields::from([
        (field::file::NAME.to_owned(), json!(shown_name)),
        (field::file::BYTES.to_owned(), json!(bytes)),
        (field::file::SHA256.to_owned(), json!(blob.sha256)),
        (field::file::TYPE.to_owned(), json!(media_type(shown_name))),
    ]);
    let create = change::create_under(open.now(), id, kinds::FILE, scope, Some(message), fields);
    attached.changes.push(create.in_lane(lane));
    attached.uploads.push(blob.clone());
    attached.blobs.push(blob);
    attached.names.push(name.to_owned());
    Ok(bytes)
}

fn media_type(name: &str) -> &'static str {
    let end = Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase());
    match end.as_deref() {
        Some("pdf") => "application/pdf",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("pptx") => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Some("csv") => "text/csv",
        Some("txt") => "text/plain",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}
