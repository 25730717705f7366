//! Messages and what hangs on them.

use crate::record::Record;
use crate::{RecordId, StaffId};
use serde_json::Value;

pub const TEXT: &str = "text";
/// Id of the message it answers.
pub const REPLY_TO: &str = "reply_to";
/// Staff ids, or [`EVERYBODY`].
pub const MENTIONS: &str = "mentions";
/// 緊急: the reason in a few words. Absent: not urgent.
pub const URGENT: &str = "urgent";
/// One of [`STAMPS`], sent as a message of its own.
pub const STAMP: &str = "stamp";
/// `{kind, id, label}` of a case, note, inspection or photo; of a note or inspection also `case`.
pub const LINK: &str = "link";
/// `{from_staff, at, room_name}`
pub const FORWARD: &str = "forward";
/// How many were attached, so that a receiver can say "2 of 3 have arrived".
pub const PHOTOS: &str = "photos";
pub const FILES: &str = "files";
/// 教えて: `{case}`, the case's record id.
pub const QUESTION: &str = "question";
/// On the question: id of the message that answered it, set by who asked.
pub const ANSWER: &str = "answer";
/// On the answering message, when it was written as one: id of the question.
pub const ANSWER_TO: &str = "answer_to";
/// [`crate::Stamp`] text.
pub const EDITED_AT: &str = "edited_at";
/// 送信取消. The office then empties the message.
pub const UNSENT: &str = "unsent";

/// Title of the note that a marked answer becomes; a part of the register, as file names are.
pub const ANSWER_TITLE: &str = "回答";
pub const EVERYBODY: &str = "all";
pub const MAX_TEXT_CHARS: usize = 10_000;
/// A reminder names so many in its text; more are called by [`MENTIONS`] alone.
pub const NAMED_IN_TEXT: usize = 12;
/// Of those whom a message calls, so many are shown by name. Changing the text of one that calls more leaves them as they are.
pub const CALLED_SHOWN: usize = 100;
pub const MIN_REASON_CHARS: usize = 2;
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;
/// All files of one message.
pub const MAX_FILES_BYTES: u64 = 20 * 1024 * 1024;

/// Fields that are emptied when a message is taken back.
pub const CONTENT: [&str; 11] =
    [TEXT, REPLY_TO, MENTIONS, URGENT, STAMP, LINK, FORWARD, PHOTOS, FILES, QUESTION, ANSWER];

/// The six reactions.
pub const REACTIONS: [&str; 6] = ["thumbs_up", "heart", "smile", "surprise", "bow", "clap"];
/// Work stamps: 了解 確認しました 到着 対応中 出られる 30分 不可. Sent as a message or set on one.
pub const STAMPS: [&str; 7] = ["ryokai", "confirmed", "arrived", "working", "can_go", "in_30", "cannot"];
const STAMP_WORDS: [&str; 7] = ["了解", "確認しました", "到着", "対応中", "出られる", "30分", "不可"];

/// A stamp's word as the office's papers have it; of what is no stamp none.
pub fn stamp_word(stamp: &str) -> &'static str {
    STAMPS.iter().position(|s| *s == stamp).map_or("", |at| STAMP_WORDS[at])
}

/// Fields of a `reaction`.
pub mod reaction {
    /// One of [`super::REACTIONS`] or [`super::STAMPS`].
    pub const MARK: &str = "mark";
    /// Taken back.
    pub const OFF: &str = "off";
}

/// Fields of a `pin`.
pub mod pin {
    pub const OFF: &str = "off";
}

/// Fields of a `file`.
pub mod file {
    pub const NAME: &str = "name";
    pub const BYTES: &str = "bytes";
    /// Of the plain bytes, hex.
    pub const SHA256: &str = "sha256";
    /// Media type.
    pub const TYPE: &str = "type";
    /// Server: when the bytes were here and verified ([`crate::Stamp`] text).
    pub const ARRIVED: &str = "office.original_at";
}

/// Field of a `photo` in a room that was shared from a case or another room: the id of that photo. Its bytes are at the
/// office already.
pub const SOURCE: &str = "source";

/// Fields of a `held`: an own message that waits for the receivers' working hours.
pub mod held {
    /// Record id of the message.
    pub const MESSAGE: &str = "message";
    /// Record id of the room.
    pub const ROOM: &str = "room";
    pub const TEXT: &str = "text";
    /// [`crate::Stamp`] text.
    pub const UNTIL: &str = "until";
    /// `quiet`
    pub const REASON: &str = "reason";
    pub const QUIET: &str = "quiet";
    /// The message's own fields, so that another phone of the sender shows it whole.
    pub const FIELDS: &str = "fields";
    /// Code of the reason for which the office did not deliver it when its time had come. It stays until its sender sends
    /// it again or takes it back.
    pub const REFUSED: &str = "refused";

    /// When it goes, ms since 1970; `None`: it does not go any more, or not by itself.
    pub fn due_ms(held: &super::Record) -> Option<i64> {
        let waits = !held.deleted && !held.fields.contains_key(REFUSED);
        waits.then(|| held.text(UNTIL).parse::<crate::Stamp>().map_or(0, |s| s.utc_ms))
    }
}

/// Fields of an `urgent_use`.
pub mod urgent_use {
    pub const MESSAGE: &str = "message";
    pub const ROOM: &str = "room";
    pub const STAFF: &str = "staff";
    pub const REASON: &str = "reason";
    /// [`crate::Stamp`] text.
    pub const AT: &str = "at";
    /// On the first of a message: the other sections of its writer that have one, too.
    pub const ALSO: &str = "also";
}

pub fn reaction_id(message: RecordId, staff: &StaffId, mark: &str) -> RecordId {
    RecordId::derived(&["reaction", &message.to_string(), staff.as_str(), mark])
}

pub fn pin_id(message: RecordId) -> RecordId {
    RecordId::derived(&["pin", &message.to_string()])
}

pub fn held_id(message: RecordId) -> RecordId {
    RecordId::derived(&["held", &message.to_string()])
}

pub fn urgent_use_id(message: RecordId) -> RecordId {
    RecordId::derived(&["urgent_use", &message.to_string()])
}

/// For a section that is named in [`urgent_use::ALSO`].
pub fn urgent_use_also_id(message: RecordId, section: &str) -> RecordId {
    RecordId::derived(&["urgent_use", &message.to_string(), section])
}

/// Whether anybody may set this mark on a message.
pub fn is_mark(mark: &str) -> bool {
    REACTIONS.contains(&mark) || STAMPS.contains(&mark)
}

/// A reason that says something.
pub fn is_reason(text: &str) -> bool {
    text.trim().chars().count() >= MIN_REASON_CHARS
}

pub fn is_urgent(message: &Record) -> bool {
    is_reason(message.text(URGENT))
}

/// Who wrote it.
pub fn author(record: &Record) -> Option<&StaffId> {
    record.created.as_ref().map(|c| &c.staff)
}

/// Whether a message calls on the person: by name or everybody.
pub fn mentions(message: &Record, staff: &StaffId) -> bool {
    message.list(MENTIONS).iter().any(|m| m == EVERYBODY || m == staff.as_str())
}

/// Id of the message it answers.
pub fn reply_to(message: &Record) -> Option<RecordId> {
    message.text(REPLY_TO).parse().ok()
}

/// The case that a photo question is about.
pub fn question_case(message: &Record) -> Option<RecordId> {
    message.fields.get(QUESTION)?.get("case").and_then(Value::as_str)?.parse().ok()
}
