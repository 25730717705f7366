//! Rooms: what plans about messaging need, and the tables beside the records that follow from it.

use super::codec::{self, record_of};
use super::load::{load as load_set, settle};
use super::session::{Go, Params, Session, one, rows, run};
use crate::plan::{self, Needs, Waiting, WorkingSet, Writes};
use crate::rooms::Circle;
use crate::rows::Changed;
use crate::words;
use deadpool_postgres::Transaction;
use ekitei_model::chat::message;
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
    let sql = "SELECT body FROM staff WHERE id IN (SELECT staff FROM posts WHERE section = $1) ORDER BY id";
    let mut people: Vec<Staff> = Vec::new();
    for row in rows(tx, sql, &[&section]).await? {
        people.push(serde_json::from_str(row.try_get(0)?)?);
    }
    Ok(people)
}

/// How many are in the circle.
pub(super) async fn count_inside(tx: &Transaction<'_>, circle: &Circle) -> Go<u64> {
    let sql = "SELECT count(*) FROM (SELECT staff FROM posts WHERE section = ANY($1)
           AND role NOT IN ('admin', 'audit') AND from_day <= $3 AND to_day >= $3
         UNION SELECT id FROM staff WHERE id = ANY($2)) inside";
    let row = one(tx, sql, &[&circle.sections, &members_of(circle), &circle.today]).await?;
    codec::number(&row, 0)
}

/// The first of them: those by name before those by section, each in the directory's order.
pub(super) async fn inside(
    tx: &Transaction<'_>,
    circle: &Circle,
    text: &str,
    limit: u32,
) -> Go<Vec<(Staff, bool)>> {
    let sql = "SELECT s.id = ANY($2) AS by_name, s.body FROM staff s
         WHERE s.id IN (SELECT staff FROM posts WHERE section = ANY($1)
             AND role NOT IN ('admin', 'audit') AND from_day <= $3 AND to_day >= $3
           UNION SELECT unnest($2::text[])) AND ($4 = '' OR strpos(replace(s.folded, ' ', ''), $4) > 0)
         ORDER BY by_name DESC, s.kana, s.id LIMIT $5";
    let (members, limit) = (members_of(circle), i64::from(limit));
    let found = rows(tx, sql, &[&circle.sections, &members, &circle.today, &text, &limit]).await?;
    found.iter().map(|row| Ok((serde_json::from_str(row.try_get(1)?)?, row.try_get(0)?))).collect()
}

fn members_of(circle: &Circle) -> Vec<&str> {
    circle.members.iter().map(StaffId::as_str).collect()
}

fn qualified() -> String {
    codec::WAITING.split(", ").map(|c| format!("w.{c}")).collect::<Vec<_>>().join(", ")
}

pub(super) async fn records(tx: &Transaction<'_>, sql: &str, params: Params<'_>) -> Go<Vec<Record>> {
    rows(tx, sql, params).await?.iter().map(|row| record_of(row.try_get(0)?)).collect()
}

/// Lets held messages go whose time has come; says how many, at most [`RELEASED_AT_ONCE`]. As in a push, the rows of
/// scopes are locked before kept operations.
pub(super) async fn release_held(s: &mut Session<'_>, now_ms: i64) -> Go<(u64, Changed)> {
    let today = Stamp::japan(now_ms).local_date();
    let sql = format!(
        "SELECT w.op_id, r.id, r.scope, r.parent FROM held_due d JOIN records r ON r.id = d.record
         JOIN waiting w ON w.needs = r.id WHERE d.due_ms <= $1 AND r.kind = 'held' AND NOT r.deleted
         ORDER BY w.arrival LIMIT {RELEASED_AT_ONCE}"
    );
    let (mut ops, mut needs): (Vec<Uuid>, Needs) = Default::default();
    for row in rows(&s.tx, &sql, &[&now_ms]).await? {
        ops.push(row.try_get(0)?);
        needs.records.insert(RecordId(row.try_get(1)?));
        needs.heads.insert(codec::word(&row, 2)?);
        needs.heads.extend(row.try_get::<_, Option<Uuid>>(3)?.map(|room| Scope::Room(RecordId(room))));
    }
    if ops.is_empty() {
        return Ok((0, Changed::default()));
    }
    let mut ws = WorkingSet::default();
    load_set(s, &mut ws, &needs).await?;
    let sql =
        format!("SELECT {} FROM waiting WHERE op_id = ANY($1) ORDER BY arrival FOR UPDATE", codec::WAITING);
    let found = rows(&s.tx, &sql, &[&ops]).await?;
    let found: Vec<Waiting> = found.iter().map(codec::waiting).collect::<Go<_>>()?;
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

/// When held messages go.
pub(super) async fn held_due(s: &Session<'_>, w: &Writes) -> Go<()> {
    let (mut ids, mut times, mut gone): (Vec<Uuid>, Vec<i64>, Vec<Uuid>) = Default::default();
    for r in w.records.values().filter(|r| r.kind == kinds::HELD) {
        match message::held::due_ms(r) {
            Some(due_ms) => {
                ids.push(r.id.0);
                times.push(due_ms);
            }
            None => gone.push(r.id.0),
        }
    }
    if !ids.is_empty() {
        let sql = "INSERT INTO held_due (record, due_ms) SELECT * FROM unnest($1::uuid[], $2::bigint[])
             ON CONFLICT (record) DO UPDATE SET due_ms = excluded.due_ms";
        run(&s.tx, sql, &[&ids, &times]).await?;
    }
    if !gone.is_empty() {
        run(&s.tx, "DELETE FROM held_due WHERE record = ANY($1)", &[&gone]).await?;
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

/// Who holds or held a post where.
pub(super) async fn posts(s: &Session<'_>, w: &Writes) -> Go<()> {
    let ids: Vec<&str> = w.staff.keys().map(|id| id.as_str()).collect();
    let posts: Vec<_> =
        w.staff.values().flat_map(|x| words::posts(x).into_iter().map(|p| (x.id.as_str(), p))).collect();
    let people: Vec<&str> = posts.iter().map(|(who, _)| *who).collect();
    let [sections, roles, from, to] =
        [0, 1, 2, 3].map(|n| posts.iter().map(|(_, p)| p[n]).collect::<Vec<_>>());
    run(&s.tx, "DELETE FROM posts WHERE staff = ANY($1)", &[&ids]).await?;
    let sql = "INSERT INTO posts (section, staff, role, from_day, to_day)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])";
    run(&s.tx, sql, &[&sections, &people, &roles, &from, &to]).await?;
    Ok(())
}
