//! Rooms: what plans about messaging need, and the tables beside the records that follow from it.

use super::codec::{self, record_of};
use super::load::{load as load_set, settle};
use crate::error::Result;
use crate::plan::{self, Needs, Waiting, WorkingSet, Writes};
use crate::rooms::Circle;
use crate::rows::Changed;
use crate::words;
use ekitei_model::chat::message;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, Scope, StaffId, Stamp, kinds};
use rusqlite::{Connection, ToSql, params};

/// Held messages that one transaction lets go.
const RELEASED_AT_ONCE: usize = 200;

pub(super) fn load(db: &Connection, ws: &mut WorkingSet, needs: &Needs) -> Result<()> {
    for path in &needs.section_people {
        let people = people_of(db, path)?;
        ws.section_people.insert(path.clone(), people);
    }
    for path in &needs.section_times {
        let scope = Scope::Section(path.clone()).to_string();
        let sql = "SELECT body FROM records WHERE scope = ?1 AND kind IN ('hours', 'duty') AND deleted = 0";
        ws.section_times.insert(path.clone(), records(db, sql, &[&scope])?);
    }
    if !needs.room_held.is_empty() {
        let sql = format!(
            "SELECT {} FROM records r JOIN waiting w ON w.needs = r.id
             WHERE r.parent = ?1 AND r.kind = 'held' AND r.deleted = 0 ORDER BY w.arrival",
            qualified()
        );
        let mut find = db.prepare_cached(&sql)?;
        for room in &needs.room_held {
            let rows =
                find.query_map([room.0.into_bytes()], codec::waiting)?.collect::<rusqlite::Result<_>>()?;
            ws.room_held.insert(*room, rows);
        }
    }
    for message in &needs.attached {
        // The index's own condition first: SQLite takes a partial index only where it reads it word for word.
        let sql =
            "SELECT body FROM records WHERE parent = ?1 AND kind IN ('photo', 'file', 'reaction', 'pin')
           AND parent IS NOT NULL AND kind IN ('photo', 'file') AND deleted = 0";
        ws.attached.insert(*message, records(db, sql, &[&message.0.into_bytes()])?);
    }
    for source in &needs.copies {
        let mut find = db.prepare_cached("SELECT record FROM shared WHERE source = ?1 ORDER BY record")?;
        let ids = find.query_map([source.0.into_bytes()], |r| Ok(RecordId(codec::uuid(r, 0)?)))?;
        ws.copies.insert(*source, ids.collect::<rusqlite::Result<_>>()?);
    }
    for message in &needs.hanging {
        let sql =
            "SELECT body FROM records WHERE parent = ?1 AND kind IN ('photo', 'file', 'reaction', 'pin')
           AND parent IS NOT NULL AND deleted = 0";
        ws.hanging.insert(*message, records(db, sql, &[&message.0.into_bytes()])?);
    }
    for call in &needs.answers {
        let sql =
            "SELECT body FROM records WHERE scope = ?1 AND kind = 'call_answer' AND deleted = 0 LIMIT ?2";
        let (scope, most) = (Scope::Tally(*call).to_string(), plan::ANSWERS_AT_ONCE as i64);
        ws.answers.insert(*call, records(db, sql, &[&scope, &most])?);
    }
    Ok(())
}

pub(super) fn people(db: &Connection, ids: &[StaffId]) -> Result<Vec<Staff>> {
    let found = ids.iter().map(|id| super::load::staff(db, id));
    found.filter_map(Result::transpose).collect()
}

/// Everybody who ever held a post in the section.
pub(super) fn people_of(db: &Connection, section: &str) -> Result<Vec<Staff>> {
    let mut find = db.prepare_cached(
        "SELECT body FROM staff WHERE id IN (SELECT staff FROM posts WHERE section = ?1) ORDER BY id",
    )?;
    let bodies: Vec<String> = find.query_map([section], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(bodies.iter().map(|b| serde_json::from_str(b)).collect::<std::result::Result<_, _>>()?)
}

/// How many are in the circle.
pub(super) fn count_inside(db: &Connection, circle: &Circle) -> Result<u64> {
    let mut find = db.prepare_cached(
        "SELECT count(*) FROM (SELECT staff FROM posts WHERE section IN (SELECT value FROM json_each(?1))
           AND role NOT IN ('admin', 'audit') AND from_day <= ?3 AND to_day >= ?3
         UNION SELECT id FROM staff WHERE id IN (SELECT value FROM json_each(?2)))",
    )?;
    let (sections, members) = (serde_json::to_string(&circle.sections)?, members_of(circle)?);
    Ok(find.query_row(params![sections, members, circle.today], |r| codec::number(r, 0))?)
}

/// The first of them: those by name before those by section, each in the directory's order.
pub(super) fn inside(db: &Connection, circle: &Circle, text: &str, limit: u32) -> Result<Vec<(Staff, bool)>> {
    let mut find = db.prepare_cached(
        "SELECT s.id IN (SELECT value FROM json_each(?2)) AS by_name, s.body FROM staff s
         WHERE s.id IN (SELECT staff FROM posts WHERE section IN (SELECT value FROM json_each(?1))
             AND role NOT IN ('admin', 'audit') AND from_day <= ?3 AND to_day >= ?3
           UNION SELECT value FROM json_each(?2)) AND (?4 = '' OR instr(replace(s.folded, ' ', ''), ?4) > 0)
         ORDER BY by_name DESC, s.kana, s.id LIMIT ?5",
    )?;
    let (sections, members) = (serde_json::to_string(&circle.sections)?, members_of(circle)?);
    let rows = find.query_map(params![sections, members, circle.today, text, limit], |r| {
        Ok((r.get::<_, String>(1)?, r.get::<_, bool>(0)?))
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<(String, bool)>>>()?;
    rows.into_iter().map(|(body, by_name)| Ok((serde_json::from_str(&body)?, by_name))).collect()
}

fn members_of(circle: &Circle) -> Result<String> {
    Ok(serde_json::to_string(&circle.members)?)
}

fn qualified() -> String {
    codec::WAITING.split(", ").map(|c| format!("w.{c}")).collect::<Vec<_>>().join(", ")
}

pub(super) fn records(db: &Connection, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<Record>> {
    let mut find = db.prepare_cached(sql)?;
    let bodies: Vec<String> = find.query_map(params, |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    bodies.iter().map(|b| record_of(b)).collect()
}

/// The kept operations of held messages whose time has come, in the order of arrival.
fn due(db: &Connection, now_ms: i64) -> Result<Vec<Waiting>> {
    let sql = format!(
        "SELECT {} FROM held_due d CROSS JOIN records r ON r.id = d.record CROSS JOIN waiting w ON w.needs = r.id
         WHERE d.due_ms <= ?1 AND r.kind = 'held' AND r.deleted = 0 ORDER BY w.arrival LIMIT ?2",
        qualified()
    );
    let mut find = db.prepare_cached(&sql)?;
    Ok(find
        .query_map(params![now_ms, RELEASED_AT_ONCE as i64], codec::waiting)?
        .collect::<rusqlite::Result<_>>()?)
}

/// Lets held messages go whose time has come; says how many, at most [`RELEASED_AT_ONCE`].
pub(super) fn release_held(db: &Connection, now_ms: i64) -> Result<(u64, Changed)> {
    let today = Stamp::japan(now_ms).local_date();
    let rows = due(db, now_ms)?;
    if rows.is_empty() {
        return Ok((0, Changed::default()));
    }
    let mut ws = WorkingSet::default();
    load_set(db, &mut ws, &Needs { records: rows.iter().map(|w| w.needs).collect(), ..Needs::default() })?;
    let due = plan::due_of(&ws, rows, now_ms, RELEASED_AT_ONCE);
    if due.is_empty() {
        return Ok((0, Changed::default()));
    }
    settle(db, &mut ws, now_ms, |ws| plan::release_held(ws, &due, now_ms, &today))
}

pub(super) fn section_rooms(db: &Connection, now_ms: i64) -> Result<(u64, Changed)> {
    let sql = "SELECT body FROM records WHERE scope = 'all:' AND kind = 'section' AND deleted = 0";
    let paths: Vec<String> = records(db, sql, &[])?.iter().map(|r| r.text("path").to_owned()).collect();
    settle(db, &mut WorkingSet::default(), now_ms, |ws| plan::section_rooms(ws, &paths, now_ms))
}

/// What messages say, for the search.
pub(super) fn words(db: &Connection, w: &Writes) -> Result<()> {
    for r in w.records.values().filter(|r| r.kind == kinds::MESSAGE) {
        let id = r.id.0.into_bytes();
        match words::folded_message(r) {
            Some(folded) => {
                let sql = "INSERT OR REPLACE INTO words (record, scope, folded) VALUES (?1, ?2, ?3)";
                db.prepare_cached(sql)?.execute(params![id, r.scope.to_string(), folded])?;
            }
            None => {
                db.prepare_cached("DELETE FROM words WHERE record = ?1")?.execute([id])?;
            }
        }
    }
    Ok(())
}

/// When held messages go.
pub(super) fn held_due(db: &Connection, w: &Writes) -> Result<()> {
    for r in w.records.values().filter(|r| r.kind == kinds::HELD) {
        let id = r.id.0.into_bytes();
        match message::held::due_ms(r) {
            Some(due_ms) => {
                let sql = "INSERT OR REPLACE INTO held_due (record, due_ms) VALUES (?1, ?2)";
                db.prepare_cached(sql)?.execute(params![id, due_ms])?;
            }
            None => {
                db.prepare_cached("DELETE FROM held_due WHERE record = ?1")?.execute([id])?;
            }
        }
    }
    Ok(())
}

/// Bytes that are here and belong to one more record.
pub(super) fn arrivals(db: &Connection, w: &Writes) -> Result<()> {
    for (record, a) in &w.arrivals {
        let sql =
            "INSERT OR IGNORE INTO arrivals (record, variant, sha256, stored_ms) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(sql)?.execute(params![
            record.0.into_bytes(),
            a.variant.as_str(),
            a.sha256,
            a.stored_ms
        ])?;
    }
    let mut put = db.prepare_cached("INSERT OR IGNORE INTO shared (source, record) VALUES (?1, ?2)")?;
    for (source, record) in &w.shared {
        put.execute([source.0.into_bytes(), record.0.into_bytes()])?;
    }
    Ok(())
}

/// Who holds or held a post where.
pub(super) fn posts(db: &Connection, s: &Staff) -> Result<()> {
    db.prepare_cached("DELETE FROM posts WHERE staff = ?1")?.execute([s.id.as_str()])?;
    let mut put = db.prepare_cached(
        "INSERT INTO posts (section, staff, role, from_day, to_day) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for [section, role, from, to] in words::posts(s) {
        put.execute([section, s.id.as_str(), role, from, to])?;
    }
    Ok(())
}
