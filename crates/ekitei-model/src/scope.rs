//! Scopes: the unit of permission and of sequence. A record's scope never changes.

use crate::ids::{RecordId, StaffId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Written as `user:s001`, `section:A振興局/商工労働観光課/指導保安係`, `case:<uuid>`, `room:<uuid>`, `tally:<uuid>`, `all:`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS)]
#[ts(type = "string")]
pub enum Scope {
    /// Drafts, assignments and memberships of one person.
    User(StaffId),
    /// Case headers, lists and grants of one section, named by its full path.
    Section(String),
    /// Every case is its own scope: visits, notes, photos, inspections.
    Case(RecordId),
    Room(RecordId),
    /// Answers and read marks of large rooms.
    Tally(RecordId),
    /// Directory, forms, checklists, notices.
    All,
}

/// The text is none of the known scope forms.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a scope: {0:?}")]
pub struct NotAScope(pub String);

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Section(path) => write!(f, "section:{path}"),
            Self::Case(id) => write!(f, "case:{id}"),
            Self::Room(id) => write!(f, "room:{id}"),
            Self::Tally(id) => write!(f, "tally:{id}"),
            Self::All => f.write_str("all:"),
        }
    }
}

impl FromStr for Scope {
    type Err = NotAScope;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let no = || NotAScope(s.to_owned());
        let (kind, rest) = s.split_once(':').ok_or_else(no)?;
        let id = || rest.parse::<RecordId>().map_err(|_| no());
        match kind {
            "user" if !rest.is_empty() => Ok(Self::User(rest.into())),
            "section" if !rest.is_empty() => Ok(Self::Section(rest.to_owned())),
            "case" => Ok(Self::Case(id()?)),
            "room" => Ok(Self::Room(id()?)),
            "tally" => Ok(Self::Tally(id()?)),
            "all" if rest.is_empty() => Ok(Self::All),
            _ => Err(no()),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Scope {
    /// The case of a `case:` scope.
    pub fn case(&self) -> Option<RecordId> {
        match self {
            Self::Case(id) => Some(*id),
            _ => None,
        }
    }

    /// The record that says who may read what stands in the scope: the case or the room itself.
    pub fn owner(&self) -> Option<RecordId> {
        match self {
            Self::Case(id) | Self::Room(id) => Some(*id),
            _ => None,
        }
    }
}
