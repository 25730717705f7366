//! Messaging: rooms, messages, quiet hours, calls for safety and turnout. Everything of it is a record of a `room:`,
//! `user:`, `section:` or `tally:` scope; there is no second pipe.

pub mod call;
pub mod export;
pub mod message;
pub mod quiet;
pub mod readers;
pub mod retention;
pub mod room;
mod rules;

pub use rules::{chooses_sections, last_wins, leads, meets, refuse, refuse_in_room, scope_fits};

/// Codes for the quarantine of what messaging refuses; the texts are in the message catalogue.
pub mod code {
    /// 緊急 needs a reason of at least two characters.
    pub const URGENT_WITHOUT_REASON: &str = "urgent-without-reason";
    /// A record whose id must follow from what it says has another one.
    pub const DERIVED_ID: &str = "derived-id";
    /// Only its author changes a message, reaction or answer.
    pub const NOT_AUTHOR: &str = "not-author";
    /// Only an administrator of the room may do that.
    pub const NOT_ROOM_ADMIN: &str = "not-room-admin";
    /// Hours and duty of a section are those of its own people.
    pub const NOT_OF_SECTION: &str = "not-of-section";
    /// The members of a self room or of a one-to-one room never change.
    pub const ROOM_FIXED: &str = "room-fixed";
    /// There are [`super::room::MAX_MEMBERS`] in it by name already.
    pub const ROOM_FULL: &str = "room-full";
    /// The field's value is none that is known.
    pub const CHAT_FIELD: &str = "chat-field";
    /// A message that was taken back does not change any more.
    pub const MESSAGE_UNSENT: &str = "message-unsent";
    /// Longer than [`super::message::MAX_TEXT_CHARS`].
    pub const MESSAGE_TOO_LONG: &str = "message-too-long";
    /// What was to be shared is not there, or not for its sender to read.
    pub const SOURCE_UNREADABLE: &str = "source-unreadable";
    /// A file over [`super::message::MAX_FILE_BYTES`].
    pub const FILE_TOO_LARGE: &str = "file-too-large";
    /// Files of one message over [`super::message::MAX_FILES_BYTES`] together.
    pub const FILES_TOO_LARGE: &str = "files-too-large";
}
