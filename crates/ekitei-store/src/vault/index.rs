//! Keeps the search index and the directory in step with what is shown.

use super::{people, read};
use crate::error::StoreError;
use ekitei_model::fold::index_tokens;
use ekitei_model::{Record, RecordId, kinds};
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Row ids grow with time: seconds since 2000, then a counter within the second.
const COUNTER_BITS: u32 = 10;
const YEAR_2000_S: i64 = 946_684_800;

/// Records whose entries must follow, collected over one transaction.
#[derive(Default)]
pub(crate) struct Later {
    /// `None`: as shown when everything else is written; `Some`: nothing lies over this mirror row.
    records: BTreeMap<RecordId, Option<Record>>,
}

impl Later {
    /// The overlay of the record may have changed.
    pub(crate) fn touched(&mut self, id: RecordId) {
        self.records.insert(id, None);
    }

    /// The mirror has this record now, and this phone has no operations at all.
    pub(crate) fn mirrored(&mut self, record: &Record) {
        self.records.insert(record.id, Some(record.clone()));
    }

    /// Brings the index up to date. Oldest first: the index buffers rows only while their ids ascend, and a page that is read
    /// backward comes newest first.
    pub(crate) fn refresh(self, tx: &Transaction) -> Result<(), StoreError> {
        let mut puts: Vec<(i64, Record)> = Vec::with_capacity(self.records.len());
        for (id, known) in self.records {
            let shown = match known {
                Some(record) => Some(record).filter(|r| !r.deleted),
                None => read::record(tx, id)?.map(|s| s.record),
            };
            match shown {
                Some(record) => puts.push((read::sort_ms(&record), record)),
                None => remove(tx, id)?,
            }
        }
        puts.sort_by_key(|(sort_ms, record)| (*sort_ms, record.id));
        for (sort_ms, record) in &puts {
            put(tx, record, *sort_ms)?;
        }
        Ok(())
    }
}

fn put(tx: &Transaction, record: &Record, sort_ms: i64) -> Result<(), StoreError> {
    if matches!(record.kind.as_str(), kinds::STAFF) {
        return people::put(tx, record);
    }
    let fields = kinds::searchable(&record.kind);
    if fields.is_empty() {
        return Ok(());
    }
    let text = fields.iter().map(|f| record.text(f)).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
    let digest = digest(&text, sort_ms);
    let before: Option<(i64, i64)> = tx
        .prepare_cached("SELECT rid, digest FROM docs WHERE record = ?1")?
        .query_row([record.id.0.into_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    match before {
        Some((_, old)) if old == digest => return Ok(()),
        Some((rid, _)) => drop_doc(tx, rid)?,
        None => {}
    }
    if text.is_empty() {
        return Ok(());
    }
    let rid = free_rid(tx, sort_ms)?;
    tx.prepare_cached("INSERT INTO docs VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        rid,
        record.id.0.into_bytes(),
        record.scope.to_string(),
        digest
    ])?;
    tx.prepare_cached("INSERT INTO texts (rowid, tokens) VALUES (?1, ?2)")?
        .execute(params![rid, index_tokens(&text)])?;
    Ok(())
}

pub(crate) fn remove(tx: &Transaction, id: RecordId) -> Result<(), StoreError> {
    let rid: Option<i64> = tx
        .prepare_cached("SELECT rid FROM docs WHERE record = ?1")?
        .query_row([id.0.into_bytes()], |r| r.get(0))
        .optional()?;
    if let Some(rid) = rid {
        drop_doc(tx, rid)?;
    }
    tx.prepare_cached("DELETE FROM people WHERE record = ?1")?.execute([id.0.into_bytes()])?;
    Ok(())
}

/// Everything of one scope.
pub(crate) fn erase(tx: &Transaction, scope: &str) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM texts WHERE rowid IN (SELECT rid FROM docs WHERE scope = ?1)")?
        .execute([scope])?;
    tx.prepare_cached("DELETE FROM docs WHERE scope = ?1")?.execute([scope])?;
    Ok(())
}

fn drop_doc(tx: &Transaction, rid: i64) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM texts WHERE rowid = ?1")?.execute([rid])?;
    tx.prepare_cached("DELETE FROM docs WHERE rid = ?1")?.execute([rid])?;
    Ok(())
}

/// The next free row id at or after this time. Full seconds spill into the next one.
fn free_rid(tx: &Transaction, sort_ms: i64) -> Result<i64, StoreError> {
    let per_second = 1_i64 << COUNTER_BITS;
    let mut first =
        (sort_ms.div_euclid(1000) - YEAR_2000_S).clamp(0, i64::MAX >> (COUNTER_BITS + 1)) << COUNTER_BITS;
    let mut newest = tx.prepare_cached("SELECT max(rid) FROM docs WHERE rid BETWEEN ?1 AND ?2")?;
    loop {
        let last = first + per_second - 1;
        let taken: Option<i64> = newest.query_row([first, last], |r| r.get(0))?;
        match taken {
            None => return Ok(first),
            Some(rid) if rid < last => return Ok(rid + 1),
            Some(_) => first += per_second,
        }
    }
}

/// Tells an unchanged text from a changed one; a new compiler's other hash only costs one indexing more.
fn digest(text: &str, sort_ms: i64) -> i64 {
    let mut hasher = DefaultHasher::new();
    (text, sort_ms).hash(&mut hasher);
    hasher.finish().cast_signed()
}
