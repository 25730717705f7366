//! Counts of calls and large rooms; and the trait's methods about rooms.

use super::load::{head, record, settle};
use super::rooms::records;
use super::{Sqlite, purge, rooms, rooms_read};
use crate::error::Result;
use crate::plan::{self, Needs, WorkingSet};
use crate::rooms::*;
use crate::rows::{Caller, Changed};
use crate::words_rooms as words;
use async_trait::async_trait;
use ekitei_model::chat::{call, room};
use ekitei_model::fold::fold;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, Scope, StaffId, Stamp};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

/// Calls whose numbers are kept up to date, by their last change.
const CALL_DAYS_MS: i64 = 14 * 24 * 3_600_000;
/// Messages of a large room that say how many have read them.
const COUNTED_MESSAGES: i64 = 20;

type Numbers = Vec<(RecordId, &'static str, Value)>;

/// Read beside the writer: adding up 20,000 answers keeps nobody's push waiting.
fn numbers(db: &Connection, now_ms: i64) -> Result<Numbers> {
    let today = Stamp::japan(now_ms).local_date();
    let mut numbers = Numbers::new();
    // A clock that was put back stops no count.
    let sql = "SELECT body FROM records WHERE kind = 'call' AND deleted = 0 AND changed_ms > ?1
       AND (changed_ms <= ?2 OR changed_ms > ?3)";
    for of in records(db, sql, &[&(now_ms - CALL_DAYS_MS), &(now_ms - TALLY_EVERY_MS), &now_ms])? {
        if let Some(value) = call_numbers(db, &of, &today, now_ms)? {
            numbers.push((of.id, call::TALLY, value));
        }
    }
    for id in large_rooms(db, now_ms)? {
        if let Some(of) = record(db, id)? {
            numbers.push((id, room::READS, room_reads(db, &of, &today)?));
        }
    }
    Ok(numbers)
}

fn tally(db: &Connection, numbers: &Numbers, now_ms: i64) -> Result<(u64, Changed)> {
    settle(db, &mut WorkingSet::default(), now_ms, |ws| plan::tally(ws, numbers, now_ms))
}

/// `None`: nothing came since they were made.
fn call_numbers(db: &Connection, of: &Record, today: &str, now_ms: i64) -> Result<Option<Value>> {
    let Some(room) = of.scope.owner() else { return Ok(None) };
    let heads = head(db, &Scope::Tally(of.id))? + head(db, &Scope::Tally(room))? + head(db, &Scope::All)?;
    let seen = heads + marks_head(db, room)? + words::day(now_ms);
    if words::seen(of) == Some(seen) {
        return Ok(None);
    }
    let mut ws = WorkingSet::default();
    let needs = Needs { section_people: of.list(call::SECTIONS).into_iter().collect(), ..Needs::default() };
    rooms::load(db, &mut ws, &needs)?;
    let asked: Vec<Staff> = ws.section_people.into_values().flatten().collect();
    let answers = rooms_read::call_answers(db, of.id)?;
    let marks = rooms_read::office_marks(db, room)?;
    Ok(Some(words::call_numbers(of, &asked, &answers, &marks, today, seen)))
}

/// Grows whenever somebody reads on in the room itself.
fn marks_head(db: &Connection, room: RecordId) -> Result<u64> {
    let mut find =
        db.prepare_cached("SELECT coalesce(max(seq), 0) FROM records WHERE scope = ?1 AND kind = 'mark'")?;
    Ok(find.query_row([Scope::Room(room).to_string()], |r| super::codec::number(r, 0))?)
}

/// Rooms in whose tally somebody has read on in the last minute, and whose counts may be told again.
fn large_rooms(db: &Connection, now_ms: i64) -> Result<Vec<RecordId>> {
    let mut find = db.prepare_cached(
        "SELECT DISTINCT scope FROM records INDEXED BY records_marks WHERE kind = 'mark' AND scope >= 'tally:'
           AND scope < 'tally;' AND changed_ms > ?1",
    )?;
    let scopes = find
        .query_map([now_ms - 60_000], |r| r.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    let mut due =
        db.prepare_cached("SELECT changed_ms <= ?2 OR changed_ms > ?3 FROM records WHERE id = ?1")?;
    let mut out = Vec::new();
    for id in scopes.iter().filter_map(|s| s.strip_prefix("tally:")?.parse::<RecordId>().ok()) {
        let key = rusqlite::params![id.0.into_bytes(), now_ms - TALLY_EVERY_MS, now_ms];
        if due.query_row(key, |r| r.get(0)).optional()?.unwrap_or(false) {
            out.push(id);
        }
    }
    Ok(out)
}

fn room_reads(db: &Connection, of: &Record, today: &str) -> Result<Value> {
    let by_name: Vec<StaffId> = of.list(room::MEMBERS).into_iter().map(StaffId).collect();
    let mut people = rooms::people(db, &by_name)?;
    for section in of.list(room::SECTIONS) {
        people.extend(rooms::people_of(db, &section)?);
    }
    let sql = "SELECT body FROM records WHERE scope = ?1 AND kind IN ('message', 'call') AND deleted = 0
         ORDER BY born_seq DESC LIMIT ?2";
    let newest = records(db, sql, &[&of.scope.to_string(), &COUNTED_MESSAGES])?;
    let marks = rooms_read::office_marks(db, of.id)?;
    Ok(words::room_reads(of, &newest, &people, &marks, today))
}

fn done((count, changed): (u64, Changed)) -> Done {
    Done { count, changed }
}

#[async_trait]
impl Rooms for Sqlite {
    async fn release_held(&self, now_ms: i64) -> Result<Done> {
        self.write(move |db| rooms::release_held(db, now_ms)).await.map(done)
    }
    async fn section_rooms(&self, now_ms: i64) -> Result<Done> {
        self.write(move |db| rooms::section_rooms(db, now_ms)).await.map(done)
    }
    async fn tally(&self, now_ms: i64) -> Result<Done> {
        let numbers = self.read(move |db| numbers(db, now_ms)).await?;
        if numbers.is_empty() {
            return Ok(Done::default());
        }
        self.write(move |db| tally(db, &numbers, now_ms)).await.map(done)
    }
    async fn forget_messages(
        &self,
        room: RecordId,
        before_ms: i64,
        after: u64,
        now_ms: i64,
        limit: u32,
    ) -> Result<Forgotten> {
        self.write(move |db| purge::forget(db, room, before_ms, after, now_ms, limit)).await
    }
    async fn forgettable(&self, room: RecordId, before_ms: i64) -> Result<u64> {
        self.read(move |db| purge::forgettable(db, room, before_ms)).await
    }
    async fn rooms(&self, caller: &Caller) -> Result<Vec<RoomLine>> {
        let caller = caller.clone();
        self.read(move |db| rooms_read::rooms(db, &caller)).await
    }
    async fn room_line(&self, caller: &Caller, room: RecordId) -> Result<Option<RoomLine>> {
        let caller = caller.clone();
        self.read(move |db| rooms_read::room_line(db, &caller, room)).await
    }
    async fn room_page(&self, caller: &Caller, room: RecordId, ask: RoomAsk, limit: u32) -> Result<RoomPage> {
        let caller = caller.clone();
        self.read(move |db| rooms_read::room_page(db, &caller, room, ask, limit)).await
    }
    async fn room_marks(&self, caller: &Caller, room: RecordId) -> Result<Vec<MarkRow>> {
        let caller = caller.clone();
        self.read(move |db| rooms_read::room_marks(db, &caller, room)).await
    }
    async fn search_messages(
        &self,
        caller: &Caller,
        filter: &MessageFilter,
        limit: u32,
    ) -> Result<Vec<String>> {
        let (caller, filter) = (caller.clone(), filter.clone());
        self.read(move |db| rooms_read::search_messages(db, &caller, &filter, limit)).await
    }
    async fn calls(&self, caller: &Caller, limit: u32) -> Result<Vec<String>> {
        let caller = caller.clone();
        self.read(move |db| rooms_read::calls(db, &caller, limit)).await
    }
    async fn call_answers(&self, call: RecordId) -> Result<Vec<Record>> {
        self.read(move |db| rooms_read::call_answers(db, call)).await
    }
    async fn office_marks(&self, room: RecordId) -> Result<Vec<MarkRow>> {
        self.read(move |db| rooms_read::office_marks(db, room)).await
    }
    async fn of_section(&self, section: &str, kind: &str) -> Result<Vec<Record>> {
        let (section, kind) = (section.to_owned(), kind.to_owned());
        self.read(move |db| rooms_read::of_section(db, &section, &kind)).await
    }
    async fn people(&self, ids: Vec<StaffId>) -> Result<Vec<Staff>> {
        self.read(move |db| rooms::people(db, &ids)).await
    }
    async fn people_of_section(&self, section: &str) -> Result<Vec<Staff>> {
        let section = section.to_owned();
        self.read(move |db| rooms::people_of(db, &section)).await
    }
    async fn count_inside(&self, circle: &Circle) -> Result<u64> {
        let circle = circle.clone();
        self.read(move |db| rooms::count_inside(db, &circle)).await
    }
    async fn inside(&self, circle: &Circle, text: &str, limit: u32) -> Result<Vec<(Staff, bool)>> {
        let (circle, text) = (circle.clone(), fold(text).replace(' ', ""));
        self.read(move |db| rooms::inside(db, &circle, &text, limit)).await
    }
    async fn waiting_kind(&self, record: RecordId) -> Result<Option<String>> {
        self.read(move |db| rooms_read::waiting_kind(db, record)).await
    }
    async fn kept_children(&self, staff: &StaffId, message: RecordId) -> Result<Vec<Record>> {
        let staff = staff.clone();
        self.read(move |db| rooms_read::kept_children(db, &staff, message)).await
    }
    async fn whole_room(&self, room: RecordId) -> Result<Vec<Record>> {
        self.read(move |db| rooms_read::whole_room(db, room)).await
    }
}
