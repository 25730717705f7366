//! Who has read a message: of those who are in its room today, and for whom it is. Who left, and who came later into a room
//! that shows nothing of before, neither counts nor is waited for, wherever their mark stands.

use super::message;
use super::room::{self, Span};
use crate::StaffId;
use crate::people::Staff;
use crate::record::Record;
use std::collections::BTreeMap;

/// Everybody in a room, how much of it each may read, and up to where each has.
#[derive(Clone, Debug, Default)]
pub struct Readers(BTreeMap<StaffId, Reader>);

#[derive(Clone, Debug)]
struct Reader {
    spans: Vec<Span>,
    read_to: u64,
}

impl Readers {
    /// `room`: `None` as long as only its members are known; `people`: who is in it today; `read_to`: by their marks.
    pub fn new<'a>(
        room: Option<&Record>,
        people: impl IntoIterator<Item = &'a Staff>,
        read_to: impl Fn(&StaffId) -> u64,
        today: &str,
    ) -> Self {
        let spans = |who: &Staff| room.map_or_else(|| vec![Span::ALL], |of| room::spans(of, who, today));
        let reader = |who: &Staff| Reader { spans: spans(who), read_to: read_to(&who.id) };
        Self(people.into_iter().map(|who| (who.id.clone(), reader(who))).collect())
    }

    /// Those for whom a message or call is, without its author: who has read it, and who has not. What the office does not
    /// have yet will be born behind everything.
    pub fn split(&self, of: &Record) -> (Vec<&StaffId>, Vec<&StaffId>) {
        let born = if of.born_seq == 0 { u64::MAX } else { of.born_seq };
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        for (who, reader) in &self.0 {
            if message::author(of) == Some(who) || !reader.spans.iter().any(|s| s.holds(born)) {
                continue;
            }
            if reader.read_to >= born { read.push(who) } else { unread.push(who) }
        }
        (read, unread)
    }
}
