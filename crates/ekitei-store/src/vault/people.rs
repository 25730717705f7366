//! The directory: staff records of `all:`, folded for finding by any part.

use super::{meta, read};
use crate::db::Database;
use crate::error::StoreError;
use ekitei_model::fold::fold;
use ekitei_model::people::Post;
use ekitei_model::{Record, RecordId, Scope, StaffId, kinds};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use uuid::Uuid;

/// Of the rows here; a vault with an older one is filled anew when it is opened.
const FORM: i64 = 2;
/// In no name, and what separates the parts of a folded entry.
pub const SEPARATOR: char = '\u{1f}';

/// One person, for finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub record: RecordId,
    /// The folded reading.
    pub kana: String,
    /// Name, reading, extension, mobile, number, sections: folded, name first, with [`SEPARATOR`]s. Telephone numbers stand
    /// there with and without their hyphens.
    pub folded: String,
    /// The last day on which a post is held; empty: no end is known.
    pub until: String,
}

/// Differs when the directory may have changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    newest: i64,
    after: i64,
    epoch: i64,
}

/// People whose name, reading, extension, mobile, number or section contains `query` (folded), in the order of their
/// reading. An empty query lists the first.
pub fn directory(conn: &Connection, query: &str, limit: u32) -> Result<Vec<Record>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT record FROM people WHERE instr(folded, ?1) > 0 OR ?1 = '' ORDER BY kana LIMIT ?2",
    )?;
    let ids: Vec<[u8; 16]> =
        statement.query_map(params![fold(query), limit], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        out.extend(read::mirrored(conn, RecordId(Uuid::from_bytes(id)))?);
    }
    Ok(out)
}

/// Full paths of the sections in which anybody holds a post on this day, sorted.
pub fn sections(conn: &Connection, today: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT json_extract(post.value, '$.section') AS section
         FROM mirror, json_each(body, '$.fields.posts') AS post
         WHERE kind = ?1 AND deleted = 0 AND section IS NOT NULL
           AND coalesce(json_extract(post.value, '$.to'), ?2) >= ?2 ORDER BY section",
    )?;
    let rows = statement.query_map(params![kinds::STAFF, today], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Everybody, in no order: for one who looks through them in memory.
pub fn all(conn: &Connection) -> Result<Vec<Entry>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT record, kana, folded, until FROM people")?;
    let rows = statement.query_map([], |r| {
        let record = RecordId(Uuid::from_bytes(r.get(0)?));
        Ok(Entry { record, kana: r.get(1)?, folded: r.get(2)?, until: r.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Costs nothing: new rows have higher numbers, changed ones come with a higher position of the scope.
pub fn mark(conn: &Connection) -> Result<Mark, StoreError> {
    let newest =
        conn.prepare_cached("SELECT coalesce(max(rid), 0) FROM mirror")?.query_row([], |r| r.get(0))?;
    let place: Option<(i64, i64)> = conn
        .prepare_cached("SELECT after, epoch FROM scopes WHERE scope = ?1")?
        .query_row([Scope::All.to_string()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let (after, epoch) = place.unwrap_or_default();
    Ok(Mark { newest, after, epoch })
}

/// One person's entry.
pub fn person(conn: &Connection, staff: &StaffId) -> Result<Option<Record>, StoreError> {
    read::mirrored(conn, kinds::staff_record_id(staff))
}

pub(super) fn put(tx: &Transaction, record: &Record) -> Result<(), StoreError> {
    let posts: Vec<Post> = match record.fields.get("posts") {
        Some(posts) => serde_json::from_value(posts.clone()).unwrap_or_default(),
        None => Vec::new(),
    };
    let mut parts = vec![record.text("name").to_owned(), record.text("kana").to_owned()];
    for field in ["extension", "mobile"] {
        let number = record.text(field);
        parts.push(number.to_owned());
        parts.push(number.chars().filter(|c| !matches!(c, '-' | '‐' | '－' | 'ー' | ' ')).collect());
    }
    parts.push(record.text("id").to_owned());
    parts.extend(posts.iter().map(|p| p.section.clone()));
    let separator = SEPARATOR.to_string();
    // A line feed would fold to a space; this separator is in no name.
    let folded = parts.iter().map(|p| fold(p)).collect::<Vec<_>>().join(&separator);
    tx.prepare_cached("INSERT OR REPLACE INTO people (record, kana, folded, until) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![record.id.0.into_bytes(), fold(record.text("kana")), folded, until(&posts)])?;
    Ok(())
}

fn until(posts: &[Post]) -> &str {
    match posts.iter().map(|p| p.to.as_deref()).collect::<Option<Vec<&str>>>() {
        Some(ends) => ends.into_iter().max().unwrap_or(""),
        None => "",
    }
}

/// Rows that an older program wrote are made anew from the mirror.
pub(super) fn bring_up_to_date(db: &Database) -> Result<(), StoreError> {
    if db.read(|c| meta::number(c, meta::PEOPLE_FORM))? >= FORM {
        return Ok(());
    }
    db.write(|tx| {
        let bodies: Vec<String> = tx
            .prepare("SELECT body FROM mirror WHERE kind = ?1 AND deleted = 0")?
            .query_map([kinds::STAFF], |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        tx.execute("DELETE FROM people", [])?;
        for body in bodies {
            put(tx, &serde_json::from_str(&body)?)?;
        }
        meta::set(tx, meta::PEOPLE_FORM, &FORM.to_string())
    })
}
