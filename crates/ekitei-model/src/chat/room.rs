//! Rooms and who is in them.

use crate::kinds;
use crate::people::{Role, Staff};
use crate::record::Record;
use crate::{RecordId, Scope, StaffId};
use serde_json::Value;

/// One of [`Type`].
pub const TYPE: &str = "type";
pub const NAME: &str = "name";
/// One of [`COLOURS`].
pub const COLOUR: &str = "colour";
/// Full paths: everybody with a post there is a member.
pub const SECTIONS: &str = "sections";
/// `all` | `joined`: from where those who join may read.
pub const HISTORY: &str = "history";
/// On a one-to-one room: the staff ids of both, sorted. Its id is derived from them, so that nobody can take the id of
/// two others.
pub const PAIR: &str = "pair";
/// Days after which messages are removed, where the office's setting for the type leaves a choice
/// ([`super::retention`]); absent: as the office has set.
pub const RETENTION_DAYS: &str = "retention_days";
/// Office: sorted staff ids of those who are members by name.
pub const MEMBERS: &str = "office.members";
/// Office: sorted staff ids of those of them who look after the room.
pub const ADMINS: &str = "office.admins";
/// Office: `{staff: [[from_born, to_born or null]…]}`: what of the room each may read. Both ends are read.
pub const SPANS: &str = "office.spans";
/// Office: the same by section, `{path: [[from_born, to_born or null]…]}`. A section that is not in it reads all of the room.
pub const SECTION_SPANS: &str = "office.section_spans";
/// Office, in rooms over [`TALLY_OVER`]: `[[born_seq, how many have read so far]…]` of the newest messages.
pub const READS: &str = "office.reads";
/// Office: what came before this ([`crate::Stamp`] text) was removed by retention, pinned messages excepted.
pub const PURGED_TO: &str = "office.purged_to";
/// Office: how many messages and calls retention has removed in all.
pub const PURGED: &str = "office.purged";

pub const COLOURS: [&str; 8] = ["blue", "cyan", "green", "lime", "orange", "red", "magenta", "purple"];
pub const HISTORY_ALL: &str = "all";
pub const HISTORY_JOINED: &str = "joined";

/// In rooms with more members, read marks go to `tally:<room>`.
pub const TALLY_OVER: usize = 100;
/// Most members by name; larger circles are rooms of sections.
pub const MAX_MEMBERS: usize = 500;

/// Fields of a `room_member`.
pub mod member {
    /// Staff id.
    pub const STAFF: &str = "staff";
    /// `admin` | `member`
    pub const ROLE: &str = "role";
    /// `member` | `left`
    pub const STATE: &str = "state";
    pub const ADMIN: &str = "admin";
    pub const MEMBER: &str = "member";
    pub const LEFT: &str = "left";
}

/// Fields of a `room_entry`: what a person's or a section's list shows of a room, and how a phone learns of it.
pub mod entry {
    /// Record id of the room.
    pub const ROOM: &str = "room";
    pub const TYPE: &str = super::TYPE;
    pub const NAME: &str = super::NAME;
    pub const COLOUR: &str = super::COLOUR;
    /// How many members there are by name.
    pub const MEMBERS: &str = "members";
    pub const SECTIONS: &str = super::SECTIONS;
    /// On the entry of a one-to-one room: the other's staff id.
    pub const WITH: &str = "with";
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// 自分宛
    #[serde(rename = "self")]
    Own,
    Direct,
    Group,
    /// Follows the directory; made by the office.
    Section,
    /// Several sections.
    Offices,
    Disaster,
}

impl Type {
    pub const ALL: [Type; 6] =
        [Type::Own, Type::Direct, Type::Group, Type::Section, Type::Offices, Type::Disaster];

    pub fn as_str(self) -> &'static str {
        match self {
            Type::Own => "self",
            Type::Direct => "direct",
            Type::Group => "group",
            Type::Section => "section",
            Type::Offices => "offices",
            Type::Disaster => "disaster",
        }
    }

    /// Of a `room` or `room_entry`. `None`: none that is known.
    pub fn of(record: &Record) -> Option<Type> {
        record.text(TYPE).parse().ok()
    }

    /// Its members never change.
    pub fn is_fixed(self) -> bool {
        matches!(self, Type::Own | Type::Direct)
    }
}

impl std::str::FromStr for Type {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Type::ALL.into_iter().find(|t| t.as_str() == s).ok_or_else(|| format!("no room type {s:?}"))
    }
}

/// 自分宛 of a person.
pub fn self_id(staff: &StaffId) -> RecordId {
    RecordId::derived(&["room", "self", staff.as_str()])
}

/// Value of [`PAIR`]: the same, whoever of the two writes it.
pub fn pair<'a>(one: &'a StaffId, other: &'a StaffId) -> [&'a StaffId; 2] {
    if one <= other { [one, other] } else { [other, one] }
}

/// The one room of these two, whoever opens it.
pub fn direct_id(one: &StaffId, other: &StaffId) -> RecordId {
    let [a, b] = pair(one, other);
    RecordId::derived(&["room", "direct", a.as_str(), b.as_str()])
}

/// The room of a section, by its full path.
pub fn section_id(path: &str) -> RecordId {
    RecordId::derived(&["room", "section", path])
}

pub fn member_id(room: RecordId, staff: &StaffId) -> RecordId {
    RecordId::derived(&["room_member", &room.to_string(), staff.as_str()])
}

/// `scope`: the person's or the section's.
pub fn entry_id(room: RecordId, scope: &Scope) -> RecordId {
    RecordId::derived(&["room_entry", &room.to_string(), &scope.to_string()])
}

/// The scope in which the read marks of a room stand. `members`: how many read it, by name and by section.
pub fn mark_scope(room: RecordId, members: usize) -> Scope {
    if members > TALLY_OVER { Scope::Tally(room) } else { Scope::Room(room) }
}

/// Member by name.
pub fn is_member(room: &Record, staff: &StaffId) -> bool {
    has(room, MEMBERS, staff)
}

/// Looks after the room: an administrator by name; for the room of a section, who leads it.
pub fn is_admin(room: &Record, staff: &Staff, today: &str) -> bool {
    if Type::of(room) == Some(Type::Section) {
        let leads = |s: &String| staff.has_role_in(s, &[Role::Head, Role::Steward], today);
        return room.list(SECTIONS).iter().any(leads);
    }
    has(room, ADMINS, &staff.id)
}

fn has(room: &Record, field: &str, staff: &StaffId) -> bool {
    let listed = room.fields.get(field).and_then(Value::as_array);
    listed.is_some_and(|ids| ids.iter().any(|id| id.as_str() == Some(staff.as_str())))
}

/// Member by a post held today.
pub fn is_by_section(room: &Record, staff: &Staff, today: &str) -> bool {
    let sections = room.list(SECTIONS);
    staff.sections_on(today).any(|s| sections.iter().any(|r| r == s))
}

/// Whether the person may read and write in the room today.
pub fn may_read(room: &Record, staff: &Staff, today: &str) -> bool {
    room.kind == kinds::ROOM
        && !room.deleted
        && (is_member(room, &staff.id) || is_by_section(room, staff, today))
}

/// A part of a room's order that a person may read: `born_seq` from and to, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: u64,
    pub to: u64,
}

impl Span {
    pub const ALL: Span = Span { from: 0, to: u64::MAX };

    pub fn holds(self, born_seq: u64) -> bool {
        (self.from..=self.to).contains(&born_seq)
    }
}

/// What the person may read of a room that is open to them ([`may_read`]): what is open to them by name, and to the
/// sections of the room where they work today.
pub fn spans(room: &Record, staff: &Staff, today: &str) -> Vec<Span> {
    let sections = room.list(SECTIONS);
    let mut all = listed_spans(room, SPANS, staff.id.as_str()).unwrap_or_default();
    for path in staff.sections_on(today).filter(|s| sections.iter().any(|r| r == s)) {
        match listed_spans(room, SECTION_SPANS, path) {
            Some(open) => all.extend(open),
            None => return vec![Span::ALL],
        }
    }
    if all.contains(&Span::ALL) { vec![Span::ALL] } else { all }
}

fn listed_spans(room: &Record, field: &str, whose: &str) -> Option<Vec<Span>> {
    let listed = room.fields.get(field)?.get(whose)?.as_array()?;
    Some(listed.iter().filter_map(span).collect())
}

fn span(value: &Value) -> Option<Span> {
    let from = value.get(0)?.as_u64()?;
    Some(Span { from, to: value.get(1).and_then(Value::as_u64).unwrap_or(u64::MAX) })
}

/// Kinds that every member sees, whenever they were born: they say how things are today, not what was once said. A read mark
/// keeps its birth for good while it moves on.
pub const ALWAYS_SHOWN: [&str; 3] = [kinds::ROOM, kinds::ROOM_MEMBER, kinds::MARK];

/// Whether a record of the room is for a reader with these spans.
pub fn shows(record: &Record, spans: &[Span]) -> bool {
    ALWAYS_SHOWN.contains(&record.kind.as_str()) || spans.iter().any(|s| s.holds(record.born_seq))
}
