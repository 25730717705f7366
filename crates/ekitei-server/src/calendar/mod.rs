//! A person's calendar from the file that the groupware exports: RFC 5545 as far as such files use it, with their habits
//! (folded anywhere, zones by Windows names, no UID). Pure: bytes and a window in, occurrences or every fault with its
//! line out. Own reader: the crates for it stand on chrono, which the office does not use beside jiff.

mod events;
mod lines;
mod recur;
mod times;

use crate::import::RowFault;
use ekitei_model::calendar::{event, event_id};
use ekitei_model::record::Fields;
use ekitei_model::{RecordId, StaffId, Stamp, kinds};
use ekitei_server_db::{Imported, Storage, StorageError};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

/// A file at most.
pub const FILE_BYTES: usize = 8 << 20;
/// From yesterday on, phones carry so many days.
const DAYS: i64 = 60;

/// One appointment on one day (or several).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    pub uid: String,
    pub title: String,
    pub place: String,
    pub starts_at: Stamp,
    /// Exclusive.
    pub ends_at: Stamp,
    pub all_day: bool,
}

/// Local days: from the first, before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Date,
    pub until: Date,
}

impl Window {
    /// What phones carry on that local day (`YYYY-MM-DD`).
    pub fn around(today: &str) -> Self {
        let today: Date = today.parse().unwrap_or_default();
        Self { from: today.saturating_sub(1.day()), until: today.saturating_add(DAYS.days()) }
    }
}

/// What is in the window, in its order.
///
/// # Errors
/// Every fault with its line; then nothing is to be imported.
pub fn parse(bytes: &[u8], window: Window) -> Result<Vec<Occurrence>, Vec<RowFault>> {
    let lines = lines::read(bytes)?;
    events::occurrences(&lines, window)
}

/// The person's calendar becomes what the file says.
///
/// # Errors
/// The database did not answer.
pub async fn store(
    storage: &dyn Storage,
    staff: &StaffId,
    found: &[Occurrence],
    now_ms: i64,
) -> Result<Imported, StorageError> {
    let records = found.iter().map(|one| record(staff, one)).collect::<BTreeMap<_, _>>();
    let scope = ekitei_model::Scope::User(staff.clone());
    storage.replace_kind(kinds::CALENDAR_EVENT, &scope, records, now_ms).await
}

fn record(staff: &StaffId, one: &Occurrence) -> (RecordId, Fields) {
    let id = event_id(staff, &one.uid, one.starts_at);
    let fields = [
        (event::UID, json!(one.uid)),
        (event::TITLE, json!(one.title)),
        (event::PLACE, json!(one.place)),
        (event::STARTS_AT, json!(one.starts_at)),
        (event::ENDS_AT, json!(one.ends_at)),
        (event::ALL_DAY, json!(one.all_day)),
    ];
    (id, fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

#[cfg(test)]
mod tests;
