//! From records to what screens show. Pure: no database, no clock.

mod cases;
mod conflicts;
mod notes;
mod photos;
mod search;
mod visits;

pub use cases::{case_row, matches_filter, person};
pub use conflicts::{conflict, title};
pub use notes::note;
pub use photos::{PhotoFiles, photo};
pub use search::{excerpt, hit};
pub use visits::{next_states, visit};

use crate::bridge::views::{Progress, TimelineEntry};
use ekitei_model::{Record, Stamp};
use ekitei_store::vault::Shown;

/// How the phone's own work on one record stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// An operation of this phone about it is not acknowledged yet.
    pub waits: bool,
    /// One of them, or a file of it, is parked: a person must look.
    pub parked: bool,
}

impl From<&Shown> for Pending {
    fn from(shown: &Shown) -> Self {
        Self { waits: shown.waiting, parked: shown.parked }
    }
}

/// The field that tells that a record is kept in the register only; photos and notes alike.
const KEPT_AT: &str = ekitei_model::kinds::photo::KEPT_AT;
const FILED_AT: &str = ekitei_model::kinds::photo::FILED_AT;

/// Of a record without files.
pub fn progress(record: &Record, pending: Pending) -> Progress {
    if pending.parked {
        Progress::Parked
    } else if pending.waits || record.seq == 0 {
        Progress::Waiting
    } else {
        at_office(record).unwrap_or(Progress::Arrived)
    }
}

fn at_office(record: &Record) -> Option<Progress> {
    if !record.text(FILED_AT).is_empty() {
        Some(Progress::Filed)
    } else if !record.text(KEPT_AT).is_empty() {
        Some(Progress::Kept)
    } else {
        None
    }
}

/// A stamp in a text field, else when the record was made, else the beginning of time.
pub fn stamp_of(record: &Record, field: &str) -> Stamp {
    stamp_field(record, field)
        .or_else(|| record.created.as_ref().map(|c| c.at))
        .unwrap_or(Stamp::japan(record.received_ms))
}

pub fn stamp_field(record: &Record, field: &str) -> Option<Stamp> {
    record.text(field).parse().ok()
}

pub fn reference(record: &Record, field: &str) -> Option<ekitei_model::RecordId> {
    record.text(field).parse().ok()
}

pub fn author(record: &Record) -> String {
    record.created.as_ref().map(|c| c.staff.to_string()).unwrap_or_default()
}

/// Newest first; of the same instant the later id first, so that the order is the same on every reading.
pub fn newest_first(entries: &mut [TimelineEntry]) {
    entries.sort_by_key(|e| std::cmp::Reverse((e.at.utc_ms, entry_id(e))));
}

fn entry_id(entry: &TimelineEntry) -> Option<ekitei_model::RecordId> {
    let note = entry.note.as_ref().map(|n| n.id);
    note.or_else(|| entry.photo.as_ref().map(|p| p.id)).or_else(|| entry.visit_view.as_ref().map(|v| v.id))
}
