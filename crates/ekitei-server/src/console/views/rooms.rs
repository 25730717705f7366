//! Rooms and messages.

use super::NameView;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A room in the person's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomRow {
    pub id: String,
    /// `self` | `direct` | `group` | `section` | `offices` | `disaster`
    #[serde(rename = "type")]
    pub kind: String,
    /// Empty for `self` and `direct`.
    pub name: String,
    pub colour: String,
    /// The other of a one-to-one room.
    pub with: Option<NameView>,
    /// Full paths.
    pub sections: Vec<String>,
    /// By name and by section.
    pub members: u64,
    /// At most 100.
    pub unread: u64,
    /// One of the unread messages calls on the person.
    pub mentioned: bool,
    pub last: Option<LastLine>,
    /// Own messages that wait for working hours.
    pub held: u64,
    /// The signed-in person looks after the room.
    pub may_manage: bool,
    /// `born_seq` of the own read mark, and of the newest message.
    pub read_to: u64,
    pub head: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LastLine {
    pub id: String,
    pub text: String,
    pub author: NameView,
    pub received_ms: i64,
    pub unsent: bool,
    pub photos: u64,
    pub files: u64,
    pub stamp: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoomView {
    #[serde(flatten)]
    pub row: RoomRow,
    /// `all` | `joined`
    pub history: String,
    /// Those who are in it by name, then those by section in the directory's order: at most 500 of `members`.
    pub people: Vec<RoomPerson>,
    pub keep: RoomKeep,
    /// Base revisions of the editable fields.
    pub revs: BTreeMap<String, String>,
}

/// How long the room keeps what is said in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomKeep {
    /// Days; null: for ever.
    pub days: Option<u32>,
    /// Days that the room has chosen for itself.
    pub chosen: Option<u32>,
    /// Fewest and most days that it may choose; null: it has no say.
    pub own: Option<[u32; 2]>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoomPerson {
    pub person: NameView,
    /// `admin` | `member` | `section`
    pub role: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewRoom {
    pub id: Option<String>,
    pub op_id: Option<String>,
    /// `group` | `offices` | `disaster`
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub colour: Option<String>,
    #[serde(default)]
    pub sections: Vec<String>,
    /// `all` | `joined`
    pub history: Option<String>,
    /// Staff ids.
    #[serde(default)]
    pub members: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct WithWhom {
    pub staff: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoomId {
    pub room: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct MemberEdit {
    pub op_id: Option<String>,
    pub staff: String,
    /// `admin` | `member`
    pub role: Option<String>,
    /// `member` | `left`
    pub state: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    /// Oldest first.
    pub messages: Vec<MessageView>,
    /// There are more: ask with this as `before` (`after`).
    pub older: Option<u64>,
    pub newer: Option<u64>,
    pub read_to: u64,
    pub held: Vec<HeldView>,
    /// Ids of pinned messages.
    pub pins: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HeldView {
    /// Id that the message will have.
    pub message: String,
    pub text: String,
    pub until_ms: i64,
    /// Why it was not delivered when its time had come: it waits until it is sent again or taken back.
    pub refused: Option<String>,
    pub stamp: Option<String>,
    pub urgent: Option<String>,
    pub reply: Option<ReplyView>,
    /// At most 100.
    pub mentions: Vec<NameView>,
    pub mentions_all: bool,
    /// `{kind, id, label}`
    #[schema(value_type = Option<Object>)]
    pub link: Option<Value>,
    pub forward: Option<ForwardView>,
    pub question: Option<QuestionView>,
    /// How many were attached; fewer may have come.
    pub photos_expected: u64,
    pub files_expected: u64,
    pub photos: Vec<RoomPhoto>,
    pub files: Vec<RoomFile>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    pub id: String,
    pub room: String,
    /// Its place in the room for ever.
    pub born_seq: u64,
    pub author: NameView,
    pub mine: bool,
    /// The writer's clock, RFC 3339.
    pub written_at: String,
    pub received_ms: i64,
    pub text: String,
    pub stamp: Option<String>,
    /// 緊急: the reason.
    pub urgent: Option<String>,
    pub reply: Option<ReplyView>,
    /// At most 100.
    pub mentions: Vec<NameView>,
    pub mentions_all: bool,
    pub mentions_me: bool,
    /// `{kind, id, label}`
    #[schema(value_type = Option<Object>)]
    pub link: Option<Value>,
    pub forward: Option<ForwardView>,
    /// How many were attached; fewer may have come.
    pub photos_expected: u64,
    pub files_expected: u64,
    pub photos: Vec<RoomPhoto>,
    pub files: Vec<RoomFile>,
    pub question: Option<QuestionView>,
    pub answer_to: Option<String>,
    pub edited: bool,
    pub unsent: bool,
    pub reactions: Vec<ReactionView>,
    pub pinned: bool,
    /// Others who have read it, of how many; own messages only.
    pub readers: u64,
    pub read_of: u64,
    /// 安否・参集 shows as a message of its room.
    pub call: Option<super::CallView>,
    /// Base revisions of the editable fields.
    pub revs: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyView {
    pub id: String,
    pub author: NameView,
    pub text: String,
    pub unsent: bool,
    /// What stands for it where it has no words.
    pub stamp: Option<String>,
    pub photos: u64,
    pub files: u64,
    /// Of its first file.
    pub file_name: Option<String>,
    /// A question of one's own that has no answer yet.
    pub unanswered: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ForwardView {
    pub from: NameView,
    pub at: String,
    pub room_name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoomPhoto {
    pub id: String,
    pub width: u64,
    pub height: u64,
    /// Which of its files are here.
    pub thumb: bool,
    pub display: bool,
    pub original: bool,
    pub file_name: String,
    pub bytes: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoomFile {
    pub id: String,
    pub name: String,
    pub bytes: u64,
    /// Media type.
    #[serde(rename = "type")]
    pub kind: String,
    pub here: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionView {
    pub case: String,
    /// Id of the message that answered it.
    pub answered: Option<String>,
    /// The signed-in person asked.
    pub may_mark: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReactionView {
    pub mark: String,
    pub people: Vec<NameView>,
    pub mine: bool,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct NewMessage {
    pub id: Option<String>,
    pub op_id: Option<String>,
    #[serde(default)]
    pub text: String,
    pub reply_to: Option<String>,
    #[serde(default)]
    pub mentions: Vec<String>,
    pub urgent: Option<String>,
    pub stamp: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub link: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub forward: Option<Value>,
    /// How many attachments follow.
    #[serde(default)]
    pub photos: u64,
    #[serde(default)]
    pub files: u64,
    /// Photo records of cases or rooms to be shared with it.
    #[serde(default)]
    pub shared: Vec<String>,
    /// `{case}`
    #[schema(value_type = Option<Object>)]
    pub question: Option<Value>,
    pub answer_to: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Attached {
    pub id: String,
    /// `photo` | `file`
    pub kind: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct MessageEdit {
    pub op_id: Option<String>,
    #[serde(default)]
    pub base: BTreeMap<String, String>,
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Once {
    pub op_id: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Again {
    pub op_id: Option<String>,
    /// What it says now; absent: as it was.
    pub text: Option<String>,
    /// Whom the changed text calls.
    #[serde(default)]
    pub mentions: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Remind {
    pub op_id: Option<String>,
    /// What they are told, in the writer's language. The names of a few are put before it; many are called without.
    pub text: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct React {
    pub op_id: Option<String>,
    pub mark: String,
    #[serde(default)]
    pub off: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Pinning {
    pub op_id: Option<String>,
    #[serde(default)]
    pub off: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct MarkAnswer {
    pub op_id: Option<String>,
    pub answer: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReadTo {
    pub op_id: Option<String>,
    /// `born_seq`
    pub to: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReadersView {
    /// At most 500 of `read_total`, in the directory's order.
    pub read: Vec<ReaderView>,
    pub read_total: u64,
    /// At most 500 of `unread_total`, in the directory's order.
    pub unread: Vec<NameView>,
    pub unread_total: u64,
    /// Both together.
    pub total: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReaderView {
    pub person: NameView,
    pub at_ms: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MessageHit {
    pub message: MessageView,
    pub room: String,
    pub room_name: String,
    pub room_type: String,
}
