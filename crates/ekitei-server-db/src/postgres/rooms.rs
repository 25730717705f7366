//! Rooms: what plans about messaging need, and the tables beside the records that follow from it.

use super::codec::{self, record_of};
use super::load::{load as load_set, settle};
use super::session::{Go, Params, Session, rows, run};
use crate::plan::{self, Needs, Waiting, WorkingSet, Writes};
use crate::rows::Changed;
use crate::words;
use deadpool_postgres::Transaction;
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, Scope, StaffId, Stamp, kinds};
use uuid::Uuid;

/// Held messages that one transaction lets go.
const RELEASED_AT_ONCE: usize = 200;

pub(super) async fn load(s: &mut Session<'_>, ws: &mut WorkingSet, needs: &Needs) -> Go<()> {
    for path in &needs.section_people {
        let people = people_of(&s.tx, path).await?;
        ws.section_people.insert(path.clone(), people);
    }
    for path in &needs.section_times {
        let scope = Scope::Section(path.clone()).to_string();
        let sql = "SELECT body FROM records WHERE scope = $1 AND kind IN ('hours', 'duty') AND NOT deleted";
        ws.section_times.insert(path.clone(), records(&s.tx, sql, &[&scope]).await?);
    }
    for room in &needs.room_held {
        let sql = format!(
            "SELECT {} FROM records r JOIN waiting w ON w.needs = r.id
             WHERE r.parent = $1 AND r.kind = 'held' AND NOT r.deleted ORDER BY w.arrival FOR UPDATE OF w",
            qualified()
        );
        let found = rows(&s.tx, &sql, &[&room.0]).await?;
        ws.room_held.insert(*room, found.iter().map(codec::waiting).collect::<Go<_>>()?);
    }
    for message in &needs.attached {
        let sql = "SELECT body FROM records WHERE parent = $1 AND kind IN ('photo', 'file') AND NOT deleted";
        ws.attached.insert(*message, records(&s.tx, sql, &[&message.0]).await?);
    }
    for source in &needs.copies {
        let sql = "SELECT record FROM shared WHERE source = $1 ORDER BY record";
        let mut ids = Vec::new();
        for row in rows(&s.tx, sql, &[&source.0]).await? {
            ids.push(RecordId(row.try_get(0)?));
        }
        ws.copies.insert(*source, ids);
    }
    for message in &needs.hanging {
        let sql =
            "SELECT body FROM records WHERE parent = $1 AND kind IN ('photo', 'file', 'reaction', 'pin')
           AND parent IS NOT NULL AND NOT deleted";
        ws.hanging.insert(*message, records(&s.tx, sql, &[&message.0]).await?);
    }
    for call in &needs.answers {
        let sql =
            "SELECT body FROM records WHERE scope = $1 AND kind = 'call_answer' AND NOT deleted LIMIT $2";
        let (scope, most) = (Scope::Tally(*call).to_string(), plan::ANSWERS_AT_ONCE as i64);
        ws.answers.insert(*call, records(&s.tx, sql, &[&scope, &most]).await?);
    }
    Ok(())
}

pub(super) async fn people(tx: &Transaction<'_>, ids: &[StaffId]) -> Go<Vec<Staff>> {
    let ids: Vec<&str> = ids.iter().map(StaffId::as_str).collect();
    let mut people: Vec<Staff> = Vec::new();
    for row in rows(tx, "SELECT body FROM staff WHERE id = ANY($1) ORDER BY id", &[&ids]).await? {
        people.push(serde_json::from_str(row.try_get(0)?)?);
    }
    Ok(people)
}

/// Everybody who ever held a post in the section.
pub(super) async fn people_of(tx: &Transaction<'_>, section: &str) -> Go<Vec<Staff>> {
    let sql = "SELECT s.body FROM posts p JOIN staff s ON s.id = p.staff WHERE p.section = $1 ORDER BY s.id";
    let mut people: Vec<Staff> = Vec::new();
    for row in rows(tx, sql, &[&section]).await? {
        people.push(serde_json::from_str(row.try_get(0)?)?);
    }
    Ok(people)
}

fn qualified() -> String {
    codec::WAITING.split(", ").map(|c| format!("w.{c}")).collect::<Vec<_>>().join(", ")
}

pub(super) async fn records(tx: &Transaction<'_>, sql: &str, params: Params<'_>) -> Go<Vec<Record>> {
    rows(tx, sql, params).await?.iter().map(|row| record_of(row.try_get(0)?)).collect()
}

/// Lets held messages go whose time has come; says how many, at most [`RELEASED_AT_ONCE`].
pub(super) async fn release_held(s: &mut Session<'_>, now_ms: i64) -> Go<(u64, Changed)> {
    let today = Stamp::japan(now_ms).local_date();
    let sql = format!(
        "SELECT {} FROM records r JOIN waiting w ON w.needs = r.id
         WHERE r.kind = 'held' AND NOT r.deleted ORDER BY w.arrival FOR UPDATE OF w",
        qualified()
    );
    let found: Vec<Waiting> = rows(&s.tx, &sql, &[]).await?.iter().map(codec::waiting).collect::<Go<_>>()?;
    let mut ws = WorkingSet::default();
    let needs = Needs { records: found.iter().map(|w| w.needs).collect(), ..Needs::default() };
    load_set(s, &mut ws, &needs).await?;
    let due = plan::due_of(&ws, found, now_ms, RELEASED_AT_ONCE);
    if due.is_empty() {
        return Ok((0, Changed::default()));
    }
    settle(s, &mut ws, now_ms, |ws| plan::release_held(ws, &due, now_ms, &today)).await
}

pub(super) async fn section_rooms(s: &mut Session<'_>, now_ms: i64) -> Go<(u64, Changed)> {
    let sql = "SELECT body FROM records WHERE scope = 'all:' AND kind = 'section' AND NOT deleted";
    let found = records(&s.tx, sql, &[]).await?;
    let paths: Vec<String> = found.iter().map(|r| r.text("path").to_owned()).collect();
    settle(s, &mut WorkingSet::default(), now_ms, |ws| plan::section_rooms(ws, &paths, now_ms)).await
}

/// What messages say, for the search.
pub(super) async fn words(s: &Session<'_>, w: &Writes) -> Go<()> {
    let (mut ids, mut scopes, mut texts, mut gone): (Vec<Uuid>, Vec<String>, Vec<String>, Vec<Uuid>) =
        Default::default();
    for r in w.records.values().filter(|r| r.kind == kinds::MESSAGE) {
        match words::folded_message(r) {
            Some(folded) => {
                ids.push(r.id.0);
                scopes.push(r.scope.to_string());
                // A text column takes no zero character.
                texts.push(folded.replace('\0', " "));
            }
            None => gone.push(r.id.0),
        }
    }
    if !ids.is_empty() {
        let sql = "INSERT INTO words (record, scope, folded) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
             ON CONFLICT (record) DO UPDATE SET folded = excluded.folded";
        run(&s.tx, sql, &[&ids, &scopes, &texts]).await?;
    }
    if !gone.is_empty() {
        run(&s.tx, "DELETE FROM words WHERE record = ANY($1)", &[&gone]).await?;
    }
    Ok(())
}

/// Bytes that are here and belong to one more record.
pub(super) async fn arrivals(s: &Session<'_>, w: &Writes) -> Go<()> {
    for (record, a) in &w.arrivals {
        let sql = "INSERT INTO arrivals (record, variant, sha256, stored_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING";
        run(&s.tx, sql, &[&record.0, &a.variant.as_str(), &a.sha256, &a.stored_ms]).await?;
    }
    for (source, record) in &w.shared {
        let sql = "INSERT INTO shared (source, record) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        run(&s.tx, sql, &[&source.0, &record.0]).await?;
    }
    Ok(())
}

/// Who ever held a post where.
pub(super) async fn posts(s: &Session<'_>, w: &Writes) -> Go<()> {
    let ids: Vec<&str> = w.staff.keys().map(|id| id.as_str()).collect();
    let held = || w.staff.values().flat_map(|x| words::post_sections(x).into_iter().map(move |p| (p, x)));
    let sections: Vec<&str> = held().map(|(p, _)| p).collect();
    let people: Vec<&str> = held().map(|(_, x)| x.id.as_str()).collect();
    run(&s.tx, "DELETE FROM posts WHERE staff = ANY($1)", &[&ids]).await?;
    let sql = "INSERT INTO posts (section, staff) SELECT * FROM unnest($1::text[], $2::text[])";
    run(&s.tx, sql, &[&sections, &people]).await?;
    Ok(())
}
