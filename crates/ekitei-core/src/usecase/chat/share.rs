//! What is shared into a room: a message forwarded, pictures of a case with 「教えて」. Pictures that the office has are
//! not sent a second time: the new record names the one that it was shared from. Files are sent again.

use super::send::{Attached, commit, lane_of};
use super::{Names, author, own, page, rooms};
use crate::bridge::chat::{ChatAnswerArgs, ChatAskArgs, ChatForwardArgs, MessageView};
use crate::change;
use crate::media;
use crate::open::Open;
use ekitei_model::chat::message as field;
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Lane, Record, RecordId, Scope};
use ekitei_store::queue::{Blob, blobs};
use serde_json::{Value, json};

/// The same words, pictures and files, with where they come from.
///
/// # Errors
/// `message-unsent`; `parts-not-here`: not all of it has come yet; `file-not-here`: the file is asked for. Nothing is sent then.
pub fn forward(open: &Open, args: &ChatForwardArgs) -> Result<MessageView, Fault> {
    let record = open.record_of(args.id, kinds::MESSAGE)?.record;
    if record.flag(field::UNSENT) {
        return Err(Fault::ask("message-unsent"));
    }
    let from = rooms::known(open, super::room_of(&record)?)?;
    let room_name = rooms::title(&from, &mut Names::new(open))?;
    let to = rooms::known(open, args.room)?;
    let mut fields = Fields::new();
    for name in [field::TEXT, field::STAMP, field::LINK] {
        if let Some(value) = record.fields.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    // Who wrote it stays named, however often it goes on.
    let origin = record.fields.get(field::FORWARD).cloned().unwrap_or_else(|| {
        let at = super::view::at(open, &record);
        json!({"from_staff": author(&record), "at": at, "room_name": room_name})
    });
    fields.insert(field::FORWARD.to_owned(), origin);
    let id = change::mint();
    let hanging = open.reader().hanging(&record.scope, &[record.id], &[kinds::PHOTO, kinds::FILE])?;
    let hanging = hanging.into_values().flatten().map(|s| s.record);
    let (pictures, files): (Vec<Record>, Vec<Record>) = hanging.partition(|r| r.kind == kinds::PHOTO);
    let here = |list: &[Record], count: &str| list.len() >= rooms::number(&record, count) as usize;
    if !here(&pictures, field::PHOTOS) || !here(&files, field::FILES) {
        return Err(Fault::wait("parts-not-here"));
    }
    let mut attached = shared(open, &pictures, id, to.id, &mut fields)?;
    again(open, &files, id, to.id, &mut fields, &mut attached)?;
    commit(open, &to, id, Lane::Chat, fields, attached)?;
    page::message(open, id)
}

/// Pictures of a case, with 教えて or simply so.
///
/// # Errors
/// `message-empty` without a picture; `record-unknown`: not pictures of one case.
pub fn ask(open: &Open, args: &ChatAskArgs) -> Result<MessageView, Fault> {
    let to = rooms::known(open, args.room)?;
    let pictures = args.photos.iter().map(|p| open.record_of(*p, kinds::PHOTO).map(|s| s.record));
    let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
    let first = pictures.first().ok_or_else(|| Fault::ask("message-empty"))?;
    let case = first.scope.case().ok_or_else(|| Fault::ask("record-unknown"))?;
    if pictures.iter().any(|p| p.scope != first.scope) {
        return Err(Fault::ask("record-unknown"));
    }
    let mut fields = Fields::new();
    if args.question {
        fields.insert(field::QUESTION.to_owned(), json!({ "case": case }));
    }
    if !args.text.trim().is_empty() {
        fields.insert(field::TEXT.to_owned(), json!(args.text));
    }
    let id = change::mint();
    let attached = shared(open, &pictures, id, to.id, &mut fields)?;
    commit(open, &to, id, lane_of(None), fields, attached)?;
    page::message(open, id)
}

/// Whoever asked says which message answered it; the office writes it into the case.
///
/// # Errors
/// `not-author`; `record-unknown`: that message is not in this room.
pub fn answer(open: &Open, args: &ChatAnswerArgs) -> Result<MessageView, Fault> {
    let question = own(open, args.question)?.record;
    let answer = open.record_of(args.answer, kinds::MESSAGE)?.record;
    if answer.scope != question.scope || !question.fields.contains_key(field::QUESTION) {
        return Err(Fault::ask("record-unknown"));
    }
    open.patch(&question, Fields::from([(field::ANSWER.to_owned(), json!(args.answer))]))?;
    page::message(open, args.question)
}

/// Records of the same pictures under `message` in `room`, with the files that this phone has.
fn shared(
    open: &Open,
    pictures: &[Record],
    message: RecordId,
    room: RecordId,
    fields: &mut Fields,
) -> Result<Attached, Fault> {
    const KEPT: [&str; 8] = [
        photo::CAPTION,
        photo::TAKEN_AT,
        photo::FILE_NAME,
        photo::FORMAT,
        photo::WIDTH,
        photo::HEIGHT,
        photo::MARKS,
        photo::BOARD,
    ];
    let scope = Scope::Room(room);
    let mut attached = Attached::default();
    for picture in pictures {
        let id = RecordId::derived(&["chat shared", &message.to_string(), &picture.id.to_string()]);
        let same = |name: &String| {
            KEPT.contains(&name.as_str()) || name.starts_with("sha256.") || name.starts_with("bytes.")
        };
        let own = picture.fields.iter().filter(|(name, _)| same(name));
        let mut own: Fields = own.map(|(name, value)| (name.clone(), value.clone())).collect();
        // One that the office does not show yet may still be taken back; then the copy goes with bytes of its own.
        if picture.born_seq > 0 {
            own.insert(field::SOURCE.to_owned(), json!(picture.id));
        }
        let create = change::create_under(open.now(), id, kinds::PHOTO, &scope, Some(message), own);
        attached.changes.push(create.in_lane(Lane::Chat));
        for blob in open.queue_read(|c| blobs::of_record(c, picture.id))? {
            let arrived = !picture.text(&photo::arrived(blob.variant)).is_empty();
            let blob = Blob { record: id, scope: scope.clone(), ..blob };
            // What the office is still waiting for it may get from either; it takes the same bytes once.
            if !arrived && blob.key_id.is_some() {
                attached.uploads.push(blob.clone());
            }
            attached.blobs.push(blob);
        }
    }
    if !pictures.is_empty() {
        fields.insert(field::PHOTOS.to_owned(), Value::from(pictures.len()));
    }
    Ok(attached)
}

/// Files under `message` in `room`, sealed anew from the bytes on this phone.
fn again(
    open: &Open,
    files: &[Record],
    message: RecordId,
    room: RecordId,
    fields: &mut Fields,
    attached: &mut Attached,
) -> Result<(), Fault> {
    const KEPT: [&str; 4] = [field::file::NAME, field::file::BYTES, field::file::SHA256, field::file::TYPE];
    let scope = Scope::Room(room);
    for file in files {
        let bytes =
            media::read(open, file.id, Variant::Original).map_err(|fault| match fault.code.as_str() {
                "media-not-here" => Fault::wait("file-not-here").with("name", file.text(field::file::NAME)),
                _ => fault,
            })?;
        let id = RecordId::derived(&["chat shared", &message.to_string(), &file.id.to_string()]);
        let blob = open.seal_file(id, &scope, Variant::Original, &bytes.bytes)?;
        let own = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), file.fields.get(*name)?.clone())));
        let create = change::create_under(open.now(), id, kinds::FILE, &scope, Some(message), own.collect());
        attached.changes.push(create.in_lane(Lane::Chat));
        attached.uploads.push(blob.clone());
        attached.blobs.push(blob);
    }
    if !files.is_empty() {
        fields.insert(field::FILES.to_owned(), Value::from(files.len()));
    }
    Ok(())
}
