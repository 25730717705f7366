//! Rooms as the office reads and keeps them, beside the pipe that brings their records.

use crate::error::Result;
use crate::rows::{Caller, Changed};
use async_trait::async_trait;
use ekitei_model::chat::room;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, StaffId};

/// A room in a person's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomLine {
    /// The room's record, JSON.
    pub room: String,
    /// The newest message or call that the person may see, JSON.
    pub last: Option<String>,
    /// Others' messages after the person's read mark, at most [`UNREAD_MOST`].
    pub unread: u64,
    /// One of them calls on the person.
    pub mentioned: bool,
    /// `born_seq` of the person's read mark; 0: none.
    pub read_to: u64,
    /// Own messages of it that wait for working hours.
    pub held: u64,
}

/// Who is in a room on a day: by name, and by a post held then in one of its sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circle {
    pub members: Vec<StaffId>,
    pub sections: Vec<String>,
    /// `YYYY-MM-DD`
    pub today: String,
}

impl Circle {
    pub fn of(room: &Record, today: &str) -> Self {
        let members = room.list(room::MEMBERS).into_iter().map(StaffId).collect();
        Self { members, sections: room.list(room::SECTIONS), today: today.to_owned() }
    }
}

/// Members see new counts of a call or a large room at most so often.
pub const TALLY_EVERY_MS: i64 = 5_000;
/// Counting stops here.
pub const UNREAD_MOST: u64 = 100;

/// Which messages of a room, by `born_seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomAsk {
    Newest,
    Before(u64),
    After(u64),
    /// With this one in the middle.
    Around(u64),
}

/// A part of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomPage {
    /// Messages and calls, JSON, oldest first.
    pub messages: Vec<String>,
    /// Photos, files, reactions and pins of these, JSON, in the order of their birth.
    pub attached: Vec<String>,
    /// There are more: ask before (after) this `born_seq`.
    pub older: Option<u64>,
    pub newer: Option<u64>,
    /// `born_seq` of the person's read mark.
    pub read_to: u64,
    /// Own messages that wait for working hours (`held` records, JSON), in the order of their arrival.
    pub held: Vec<String>,
    /// Every pinned message of the room.
    pub pinned: Vec<RecordId>,
}

/// How far somebody has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkRow {
    pub staff: StaffId,
    pub to: u64,
    /// Server's clock.
    pub at_ms: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Part of the text; folded by the model's rule.
    pub text: Option<String>,
    pub room: Option<RecordId>,
    pub from_staff: Option<StaffId>,
    /// Server's clock, the end exclusive.
    pub from_ms: Option<i64>,
    pub to_ms: Option<i64>,
    /// Only messages with photos.
    pub photos: bool,
}

/// What the office does by the clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub count: u64,
    pub changed: Changed,
}

/// What retention did in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Messages and calls that are gone.
    pub messages: u64,
    /// Go on behind this `born_seq`; `None`: nothing is left to do.
    pub next: Option<u64>,
    pub changed: Changed,
}

/// Part of [`crate::Storage`].
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Held messages whose time has come get their place in their rooms, in the order of their arrival; some hundred at
    /// most: to be repeated until nothing is left.
    async fn release_held(&self, now_ms: i64) -> Result<Done>;
    /// Every section of the directory has its room.
    async fn section_rooms(&self, now_ms: i64) -> Result<Done>;
    /// Counts of calls and of large rooms are brought up to date, those of each at most every [`TALLY_EVERY_MS`].
    async fn tally(&self, now_ms: i64) -> Result<Done>;
    /// What came into a room before `before_ms` is removed with everything that hangs on it, pinned messages excepted:
    /// tombstones, hashes and a count stay. Looks at `limit` messages at most, those born after `after`.
    async fn forget_messages(
        &self,
        room: RecordId,
        before_ms: i64,
        after: u64,
        now_ms: i64,
        limit: u32,
    ) -> Result<Forgotten>;
    /// How many messages and calls it would remove.
    async fn forgettable(&self, room: RecordId, before_ms: i64) -> Result<u64>;

    /// The caller's rooms.
    async fn rooms(&self, caller: &Caller) -> Result<Vec<RoomLine>>;
    /// One of them; `None`: it is not.
    async fn room_line(&self, caller: &Caller, room: RecordId) -> Result<Option<RoomLine>>;
    /// Refused: `not-readable`.
    async fn room_page(&self, caller: &Caller, room: RecordId, ask: RoomAsk, limit: u32) -> Result<RoomPage>;
    /// How far everybody has read. Refused: `not-readable`.
    async fn room_marks(&self, caller: &Caller, room: RecordId) -> Result<Vec<MarkRow>>;
    /// Messages (JSON) that the caller may read, newest first.
    async fn search_messages(
        &self,
        caller: &Caller,
        filter: &MessageFilter,
        limit: u32,
    ) -> Result<Vec<String>>;
    /// Calls (JSON) in rooms of the caller or that ask them, newest first.
    async fn calls(&self, caller: &Caller, limit: u32) -> Result<Vec<String>>;
    /// Every answer to a call. No permission is asked.
    async fn call_answers(&self, call: RecordId) -> Result<Vec<Record>>;
    /// How far everybody has read a room. No permission is asked.
    async fn office_marks(&self, room: RecordId) -> Result<Vec<MarkRow>>;
    /// Living records of one kind in one section, oldest first. No permission is asked.
    async fn of_section(&self, section: &str, kind: &str) -> Result<Vec<Record>>;
    /// The people with these ids; who is not in the directory is left out. No permission is asked.
    async fn people(&self, ids: Vec<StaffId>) -> Result<Vec<Staff>>;
    /// Everybody who ever held a post in the section. No permission is asked.
    async fn people_of_section(&self, section: &str) -> Result<Vec<Staff>>;
    /// How many are in the circle, each once. No permission is asked.
    async fn count_inside(&self, circle: &Circle) -> Result<u64>;
    /// The first of them whose name, reading or number has `text` in it (spaces do not matter), and whether they are
    /// members by name: those by name first, each group in the directory's order. No permission is asked.
    async fn inside(&self, circle: &Circle, text: &str, limit: u32) -> Result<Vec<(Staff, bool)>>;
    /// Kind of the record that a kept operation will make (it waits, or its message does).
    async fn waiting_kind(&self, record: RecordId) -> Result<Option<String>>;
    /// What a person's kept operations will hang on a message when it is there, in the order of arrival; with the word
    /// of the bytes that came before it.
    async fn kept_children(&self, staff: &StaffId, message: RecordId) -> Result<Vec<Record>>;
    /// All living records of a room in the order of their birth, for its export. No permission is asked.
    async fn whole_room(&self, room: RecordId) -> Result<Vec<Record>>;
}
