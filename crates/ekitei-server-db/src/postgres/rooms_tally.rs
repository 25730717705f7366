//! Counts of calls and large rooms; and the trait's methods about rooms.

use super::load::{record, settle};
use super::rooms::records;
use super::session::{self, Go, Session};
use super::{Postgres, after, purge, rooms, rooms_read};
use crate::error::Result;
use crate::plan::{self, Needs, WorkingSet};
use crate::rooms::*;
use crate::rows::{Caller, Changed};
use crate::words_rooms as words;
use async_trait::async_trait;
use deadpool_postgres::Transaction;
use ekitei_model::chat::{call, room};
use ekitei_model::fold::fold;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, Scope, StaffId, Stamp};
use serde_json::Value;
use tokio_postgres::IsolationLevel;

/// Calls whose numbers are kept up to date, by their last change.
const CALL_DAYS_MS: i64 = 14 * 24 * 3_600_000;
/// Messages of a large room that say how many have read them.
const COUNTED_MESSAGES: i64 = 20;

async fn tally(s: &mut Session<'_>, now_ms: i64) -> Go<(u64, Changed)> {
    let today = Stamp::japan(now_ms).local_date();
    let mut numbers: Vec<(RecordId, &'static str, Value)> = Vec::new();
    // A clock that was put back stops no count.
    let sql = "SELECT body FROM records WHERE kind = 'call' AND NOT deleted AND changed_ms > $1
       AND (changed_ms <= $2 OR changed_ms > $3)";
    let told_ms = now_ms - TALLY_EVERY_MS;
    for of in records(&s.tx, sql, &[&(now_ms - CALL_DAYS_MS), &told_ms, &now_ms]).await? {
        if let Some(value) = call_numbers(s, &of, &today, now_ms).await? {
            numbers.push((of.id, call::TALLY, value));
        }
    }
    for id in rooms_read::large_rooms(&s.tx, now_ms).await? {
        if let Some(of) = record(&s.tx, id).await? {
            numbers.push((id, room::READS, room_reads(&s.tx, &of, &today).await?));
        }
    }
    if numbers.is_empty() {
        return Ok((0, Changed::default()));
    }
    settle(s, &mut WorkingSet::default(), now_ms, |ws| plan::tally(ws, &numbers, now_ms)).await
}

/// `None`: nothing came since they were made.
async fn call_numbers(s: &mut Session<'_>, of: &Record, today: &str, now_ms: i64) -> Go<Option<Value>> {
    let Some(room) = of.scope.owner() else { return Ok(None) };
    let tallies = [Scope::Tally(of.id), Scope::Tally(room)];
    let seen = rooms_read::head(&s.tx, &tallies[0]).await?
        + rooms_read::head(&s.tx, &tallies[1]).await?
        + rooms_read::head(&s.tx, &Scope::All).await?
        + rooms_read::marks_head(&s.tx, room).await?
        + words::day(now_ms);
    if words::seen(of) == Some(seen) {
        return Ok(None);
    }
    let mut ws = WorkingSet::default();
    let needs = Needs { section_people: of.list(call::SECTIONS).into_iter().collect(), ..Needs::default() };
    rooms::load(s, &mut ws, &needs).await?;
    let asked: Vec<Staff> = ws.section_people.into_values().flatten().collect();
    let answers = rooms_read::call_answers(&s.tx, of.id).await?;
    let marks = rooms_read::office_marks(&s.tx, room).await?;
    Ok(Some(words::call_numbers(of, &asked, &answers, &marks, today, seen)))
}

async fn room_reads(tx: &Transaction<'_>, of: &Record, today: &str) -> Go<Value> {
    let by_name: Vec<StaffId> = of.list(room::MEMBERS).into_iter().map(StaffId).collect();
    let mut people = rooms::people(tx, &by_name).await?;
    for section in of.list(room::SECTIONS) {
        people.extend(rooms::people_of(tx, &section).await?);
    }
    let sql = "SELECT body FROM records WHERE scope = $1 AND kind IN ('message', 'call') AND NOT deleted
         ORDER BY born_seq DESC LIMIT $2";
    let newest = records(tx, sql, &[&of.scope.to_string(), &COUNTED_MESSAGES]).await?;
    let marks = rooms_read::office_marks(tx, of.id).await?;
    Ok(words::room_reads(of, &newest, &people, &marks, today))
}

fn done((count, changed): (u64, Changed)) -> Done {
    Done { count, changed }
}

#[async_trait]
impl Rooms for Postgres {
    async fn release_held(&self, now_ms: i64) -> Result<Done> {
        write!(self, s, rooms::release_held(&mut s, now_ms).await).map(done)
    }
    async fn section_rooms(&self, now_ms: i64) -> Result<Done> {
        write!(self, s, rooms::section_rooms(&mut s, now_ms).await).map(done)
    }
    async fn tally(&self, now_ms: i64) -> Result<Done> {
        write!(self, s, tally(&mut s, now_ms).await).map(done)
    }
    async fn forget_messages(
        &self,
        room: RecordId,
        before_ms: i64,
        after: u64,
        now_ms: i64,
        limit: u32,
    ) -> Result<Forgotten> {
        write!(self, s, purge::forget(&mut s, room, before_ms, after, now_ms, limit).await)
    }
    async fn forgettable(&self, room: RecordId, before_ms: i64) -> Result<u64> {
        read!(self, tx, purge::forgettable(&tx, room, before_ms).await)
    }
    async fn rooms(&self, caller: &Caller) -> Result<Vec<RoomLine>> {
        read!(self, tx, rooms_read::rooms(&tx, caller).await)
    }
    async fn room_line(&self, caller: &Caller, room: RecordId) -> Result<Option<RoomLine>> {
        read!(self, tx, rooms_read::room_line(&tx, caller, room).await)
    }
    async fn room_page(&self, caller: &Caller, room: RecordId, ask: RoomAsk, limit: u32) -> Result<RoomPage> {
        read!(self, tx, rooms_read::room_page(&tx, caller, room, ask, limit).await)
    }
    async fn room_marks(&self, caller: &Caller, room: RecordId) -> Result<Vec<MarkRow>> {
        read!(self, tx, rooms_read::room_marks(&tx, caller, room).await)
    }
    async fn search_messages(
        &self,
        caller: &Caller,
        filter: &MessageFilter,
        limit: u32,
    ) -> Result<Vec<String>> {
        read!(self, tx, rooms_read::search_messages(&tx, caller, filter, limit).await)
    }
    async fn calls(&self, caller: &Caller, limit: u32) -> Result<Vec<String>> {
        read!(self, tx, rooms_read::calls(&tx, caller, limit).await)
    }
    async fn call_answers(&self, call: RecordId) -> Result<Vec<Record>> {
        read!(self, tx, rooms_read::call_answers(&tx, call).await)
    }
    async fn office_marks(&self, room: RecordId) -> Result<Vec<MarkRow>> {
        read!(self, tx, rooms_read::office_marks(&tx, room).await)
    }
    async fn of_section(&self, section: &str, kind: &str) -> Result<Vec<Record>> {
        read!(self, tx, rooms_read::of_section(&tx, section, kind).await)
    }
    async fn people(&self, ids: Vec<StaffId>) -> Result<Vec<Staff>> {
        read!(self, tx, rooms::people(&tx, &ids).await)
    }
    async fn people_of_section(&self, section: &str) -> Result<Vec<Staff>> {
        read!(self, tx, rooms::people_of(&tx, section).await)
    }
    async fn count_inside(&self, circle: &Circle) -> Result<u64> {
        read!(self, tx, rooms::count_inside(&tx, circle).await)
    }
    async fn inside(&self, circle: &Circle, text: &str, limit: u32) -> Result<Vec<(Staff, bool)>> {
        let text = fold(text).replace(' ', "");
        read!(self, tx, rooms::inside(&tx, circle, &text, limit).await)
    }
    async fn waiting_kind(&self, record: RecordId) -> Result<Option<String>> {
        read!(self, tx, rooms_read::waiting_kind(&tx, record).await)
    }
    async fn kept_children(&self, staff: &StaffId, message: RecordId) -> Result<Vec<Record>> {
        read!(self, tx, rooms_read::kept_children(&tx, staff, message).await)
    }
    async fn whole_room(&self, room: RecordId) -> Result<Vec<Record>> {
        read!(self, tx, rooms_read::whole_room(&tx, room).await)
    }
}
