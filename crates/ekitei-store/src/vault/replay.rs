//! Bringing the vault up to date with the queue: what was written, what was answered, what was fetched.

pub use super::apply::wish;
use super::apply::{Line, Opened, Told, apply};
use super::index::Later;
use super::recover::{self, kept};
use super::{Vault, meta, mirror, settle};
use crate::RETENTION_MS;
use crate::error::StoreError;
use crate::queue::downloads;
use crate::queue::pages::{self, Page, PageBody};
use crate::queue::{Queue, QueuedOp, blobs, follow, generation, meta as queue_meta, ops, refused};
use ekitei_model::kinds::Variant;
use ekitei_model::{OpId, Scope};
use ekitei_seal::{SealError, open_bytes};
use rusqlite::{Connection, Transaction};
use std::collections::BTreeMap;
use std::sync::PoisonError;
use uuid::Uuid;

/// Pages taken in one transaction; bounds memory.
const PAGES_A_STEP: u32 = 16;

/// A day longer than an operation waits at the office for the record that it needs.
const ASK_AGAIN_MS: i64 = 8 * 24 * 3_600_000;

/// What a replay did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Operations copied or updated.
    pub ops: u64,
    /// Records of pages that changed the mirror.
    pub records: u64,
    pub pages: u64,
    /// Lines of pages that are no records this program understands.
    pub skipped: u64,
    /// Scopes that were erased.
    pub erased: Vec<Scope>,
}

impl Replayed {
    /// Whether a screen may show something else now.
    pub fn changed(&self) -> bool {
        *self != Self::default()
    }
}

/// One snapshot of what the queue has for the vault.
pub(super) struct Work {
    pub queue_id: String,
    vault_id: Option<String>,
    pub credential: Option<String>,
    pub generation: i64,
    pub newest: i64,
    pub changes: Vec<QueuedOp>,
    pub dropped: Vec<OpId>,
    pub pages: Vec<Page>,
    /// Operations that stay shown although their scope is erased (written after it was followed again).
    pub keep: BTreeMap<i64, Vec<OpId>>,
}

impl Vault {
    /// Copies what this vault lacks: operations by their change number, answers, fetched pages; moves answered operations here
    /// (kept [`RETENTION_MS`]); settles what the mirror shows by now; follows assigned cases; wishes for thumbnails; after an epoch
    /// change gives retained operations back to the queue; asks what became of those that waited long at the office. Repeating it
    /// changes nothing. Call it after every write to the queue, after pulls, and at unlock; it costs little when there is
    /// nothing to do.
    ///
    /// # Errors
    /// Those of both databases. A page that cannot be opened is no error: its scope is fetched again.
    pub fn replay(&self, queue: &Queue, now_ms: i64) -> Result<Replayed, StoreError> {
        let _one_at_a_time = self.replaying.lock().unwrap_or_else(PoisonError::into_inner);
        recover::queue(self, queue, now_ms)?;
        recover::files(self, queue, now_ms)?;
        self.belong(queue)?;
        self.ask_again(queue, now_ms)?;
        let mut done = Replayed::default();
        let epoch = queue.read(|c| queue_meta::text(c, queue_meta::EPOCH))?;
        if self.read(|c| meta::get(c, meta::EPOCH))? != epoch
            && let Some(epoch) = &epoch
        {
            while self.step(queue, Some(epoch), now_ms, &mut done)? {}
            self.begin_epoch(queue, epoch, now_ms)?;
        }
        while self.step(queue, None, now_ms, &mut done)? {}
        self.expire(queue, now_ms)?;
        Ok(done)
    }

    /// The queue's cursors describe one vault's mirror. Those of another (given up, set aside) are useless, and its pages are
    /// sealed to another key.
    fn belong(&self, queue: &Queue) -> Result<(), StoreError> {
        let known = queue.read(|c| queue_meta::text(c, queue_meta::VAULT_ID))?;
        if known.as_ref() == Some(&self.id) {
            return Ok(());
        }
        queue.write(|tx| {
            // Nobody's yet: fetched since the enrolment, for this vault.
            if known.is_some() {
                tx.execute_batch("DELETE FROM cursors; DELETE FROM pages;")?;
            }
            queue_meta::set_text(tx, queue_meta::VAULT_ID, &self.id)
        })
    }

    /// One transaction here, then one in the queue. `before`: only pages of other epochs than this. Returns whether there may be more.
    fn step(
        &self,
        queue: &Queue,
        before: Option<&str>,
        now_ms: i64,
        done: &mut Replayed,
    ) -> Result<bool, StoreError> {
        let (known_queue, mark, known_credential) = self.read(|c| {
            Ok((
                meta::get(c, meta::QUEUE_ID)?,
                meta::number(c, meta::QUEUE_MARK)?,
                meta::get(c, meta::CREDENTIAL)?,
            ))
        })?;
        let work = queue.read(|c| collect(c, known_queue.as_deref(), mark, before))?;
        let same_queue = known_queue.as_deref() == Some(work.queue_id.as_str());
        let nothing_new = same_queue && work.newest == mark && work.credential == known_credential;
        if nothing_new && work.pages.is_empty() {
            return Ok(false);
        }
        let opened = self.open_pages(&work.pages, done)?;
        let told = self.write(|tx| apply(tx, &work, &opened, done))?;
        let last_page = work.pages.last().map_or(0, |p| p.id);
        queue.write(|tx| settle_queue(tx, &work, last_page, &told, now_ms))?;
        Ok(!work.pages.is_empty())
    }

    /// Damaged pages must not stop the others. A line that is no record is left out: fetching it again would bring it again.
    fn open_pages(&self, pages: &[Page], done: &mut Replayed) -> Result<Vec<Opened>, StoreError> {
        let identity = std::slice::from_ref(self.identity());
        let mut out = Vec::with_capacity(pages.len());
        for page in pages {
            let mut records = Vec::new();
            if let PageBody::Records { sealed, .. } = &page.body
                && !sealed.is_empty()
            {
                let plain = match open_bytes(sealed, identity) {
                    Ok(plain) => plain,
                    Err(SealError::NoMatchingKey | SealError::Damaged | SealError::Truncated) => {
                        out.push(None);
                        continue;
                    }
                    Err(other) => return Err(other.into()),
                };
                for line in plain.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
                    let text = String::from_utf8_lossy(line).into_owned();
                    match serde_json::from_str(&text) {
                        Ok(record) => records.push(Line { record, text }),
                        Err(_) => done.skipped += 1,
                    }
                }
            }
            out.push(Some(records));
        }
        Ok(out)
    }

    /// What the office kept for a record that never came it gives up without a word: the same operation, sent once more,
    /// is answered with what became of it.
    fn ask_again(&self, queue: &Queue, now_ms: i64) -> Result<(), StoreError> {
        // Without a feed position: what waits at the office, a handful.
        let there = self.read(|c| {
            kept(
                c,
                "state = 1 AND out_scope IS NULL AND answered_ms < ?1
                 AND json_extract(outcome, '$.result') = 'waiting_parent'",
                [now_ms - ASK_AGAIN_MS],
            )
        })?;
        if there.is_empty() {
            return Ok(());
        }
        queue.write(|tx| {
            for op in &there {
                generation::send_again(tx, op.ord, &op.op, op.lane, &op.about, op.at_ms, None)?;
            }
            Ok(())
        })
    }

    /// The office begins anew: retained operations wait in the queue again, the mirror will be read again from 0.
    fn begin_epoch(&self, queue: &Queue, epoch: &str, now_ms: i64) -> Result<(), StoreError> {
        let retained =
            self.read(|c| kept(c, "state IN (1, 2) AND answered_ms > ?1", [now_ms - RETENTION_MS]))?;
        if !retained.is_empty() {
            queue.write(|tx| {
                for op in &retained {
                    generation::send_again(tx, op.ord, &op.op, op.lane, &op.about, op.at_ms, op.answered_ms)?;
                }
                Ok(())
            })?;
        }
        self.write(|tx| {
            tx.execute(
                "UPDATE ops SET state = 0, outcome = NULL, out_scope = NULL, out_seq = NULL, answered_ms = NULL
                 WHERE state IN (1, 2) AND answered_ms > ?1",
                [now_ms - RETENTION_MS],
            )?;
            tx.execute("DELETE FROM scopes", [])?;
            meta::set(tx, meta::EPOCH_NO, &(mirror::epoch_no(tx)? + 1).to_string())?;
            meta::set(tx, meta::EPOCH, epoch)
        })
    }

    fn expire(&self, queue: &Queue, now_ms: i64) -> Result<(), StoreError> {
        let before_ms = now_ms - RETENTION_MS;
        let due = self.read(|c| {
            let sql = "SELECT EXISTS (SELECT 1 FROM ops WHERE answered_ms < ?1 AND answered_ms IS NOT NULL AND state IN (1, 2))";
            Ok(c.prepare_cached(sql)?.query_row([before_ms], |r| r.get::<_, bool>(0))?)
        })?;
        if !due {
            return Ok(());
        }
        self.write(|tx| {
            let mut later = Later::default();
            for id in settle::expire(tx, before_ms)? {
                later.touched(id);
            }
            later.refresh(tx)
        })?;
        queue.write(|tx| ops::forget_lanes(tx, before_ms))
    }
}

fn collect(
    conn: &Connection,
    known_queue: Option<&str>,
    mark: i64,
    before: Option<&str>,
) -> Result<Work, StoreError> {
    let queue_id = queue_meta::text(conn, queue_meta::QUEUE_ID)?.unwrap_or_default();
    let since = if known_queue == Some(queue_id.as_str()) { mark } else { 0 };
    let mut pages = pages::waiting(conn, PAGES_A_STEP)?;
    if let Some(epoch) = before {
        pages.retain(|p| p.epoch != epoch);
    }
    let mut keep = BTreeMap::new();
    for page in pages.iter().filter(|p| matches!(p.body, PageBody::Erase)) {
        keep.insert(
            page.id,
            op_ids(conn, "SELECT op_id FROM ops WHERE scope = ?1 AND hidden = 0", [page.scope.to_string()])?,
        );
    }
    Ok(Work {
        queue_id,
        vault_id: queue_meta::text(conn, queue_meta::VAULT_ID)?,
        credential: queue_meta::text(conn, queue_meta::CREDENTIAL)?,
        generation: conn.query_row("SELECT max(generation) FROM lanes", [], |r| r.get(0))?,
        newest: ops::newest_change(conn)?,
        changes: ops::changed_since(conn, since)?,
        dropped: op_ids(conn, "SELECT op_id FROM dropped WHERE change > ?1", [since])?,
        pages,
        keep,
    })
}

fn op_ids(conn: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<OpId>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(values, |r| Ok(OpId(Uuid::from_bytes(r.get(0)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn settle_queue(
    tx: &Transaction,
    work: &Work,
    last_page: i64,
    told: &Told,
    now_ms: i64,
) -> Result<(), StoreError> {
    if work.vault_id.is_some() {
        tx.prepare_cached("DELETE FROM ops WHERE state = 2 AND change <= ?1")?.execute([work.newest])?;
        tx.prepare_cached("DELETE FROM dropped WHERE change <= ?1")?.execute([work.newest])?;
    }
    if last_page > 0 {
        // Pages left out of this step (of a newer epoch) have higher numbers.
        tx.prepare_cached("DELETE FROM pages WHERE id <= ?1")?.execute([last_page])?;
    }
    for scope in &told.again {
        tx.prepare_cached("DELETE FROM cursors WHERE scope = ?1")?.execute([scope.to_string()])?;
        tx.prepare_cached("DELETE FROM pages WHERE scope = ?1 AND header IS NOT NULL")?
            .execute([scope.to_string()])?;
    }
    if let Some(assigned) = &told.assigned {
        follow::set_assigned(tx, assigned, now_ms)?;
    }
    for news in &told.held {
        refused::take(tx, news, now_ms)?;
    }
    for wish in &told.wishes {
        downloads::want(tx, wish, now_ms)?;
    }
    for id in &told.deleted {
        blobs::forget_record(tx, *id)?;
        for variant in Variant::ALL {
            downloads::drop_wish(tx, *id, variant)?;
        }
    }
    Ok(())
}
