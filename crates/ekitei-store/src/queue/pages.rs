//! Fetched pages, sealed to this phone until the vault takes them; page and cursor move in one transaction.

use super::own::Own;
use super::{cursors, meta};
use crate::error::StoreError;
use ekitei_model::Scope;
use ekitei_model::wire::{Direction, Epoch, PageHeader};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

/// One fetched page, or the order to erase a scope.
#[derive(Clone, Debug)]
pub struct Page {
    pub id: i64,
    pub scope: Scope,
    pub epoch: Epoch,
    pub body: PageBody,
}

/// What the column `header` holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    header: PageHeader,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    own: Option<Own>,
}

#[derive(Clone, Debug)]
pub enum PageBody {
    /// Sealed: the records as JSON lines.
    Records { header: PageHeader, sealed: Vec<u8> },
    /// Written here: the vault makes the records from its operations.
    Own { header: PageHeader, own: Own },
    /// Not readable any more, or no longer followed.
    Erase,
}

/// Keeps one page and advances the scope's cursor. `sealed`: the page's JSON lines, sealed to
/// [`super::Credential::own_recipient`] (`ekitei_seal::seal_bytes`); not kept when the page has no record.
/// A denied page erases the scope. A page of another epoch, or of a scope that is no longer followed, is dropped.
/// Returns whether it was taken.
pub fn put_page(
    tx: &Transaction,
    epoch: &Epoch,
    header: &PageHeader,
    sealed: &[u8],
) -> Result<bool, StoreError> {
    if meta::text(tx, meta::EPOCH)?.as_ref() != Some(epoch) || !is_followed(tx, &header.scope)? {
        return Ok(false);
    }
    if header.denied {
        erase(tx, &header.scope)?;
        tx.prepare_cached("UPDATE follow SET denied = 1 WHERE scope = ?1")?
            .execute([header.scope.to_string()])?;
        return Ok(true);
    }
    if !advance(tx, header)? {
        return Ok(false);
    }
    tx.prepare_cached("INSERT INTO pages (scope, epoch, header, sealed) VALUES (?1, ?2, ?3, ?4)")?.execute(
        params![
            header.scope.to_string(),
            epoch,
            serde_json::to_string(header)?,
            if header.count == 0 { &[] } else { sealed }
        ],
    )?;
    Ok(true)
}

/// Keeps a page whose records were written here, and advances the cursor over them.
pub(super) fn put_own(
    tx: &Transaction,
    epoch: &Epoch,
    header: &PageHeader,
    own: &Own,
) -> Result<(), StoreError> {
    if advance(tx, header)? {
        let kept = Kept { header: header.clone(), own: Some(own.clone()) };
        tx.prepare_cached("INSERT INTO pages (scope, epoch, header, sealed) VALUES (?1, ?2, ?3, x'')")?
            .execute(params![header.scope.to_string(), epoch, serde_json::to_string(&kept)?])?;
    }
    Ok(())
}

/// `false`: the page does not continue what is here (a repeated or late answer).
fn advance(tx: &Transaction, header: &PageHeader) -> Result<bool, StoreError> {
    let scope = header.scope.to_string();
    let before = header.more.then_some(header.next);
    match (cursors::get(tx, &header.scope)?, header.direction) {
        (None, Direction::Before) => {
            tx.prepare_cached("INSERT INTO cursors VALUES (?1, ?2, ?3, ?2)")?.execute(params![
                scope,
                header.head,
                before
            ])?;
            // Readable (again): what was written here before a loss is shown again.
            let change = super::ops::next_change(tx)?;
            tx.prepare_cached("UPDATE ops SET hidden = 0, change = ?2 WHERE scope = ?1 AND hidden = 1")?
                .execute(params![scope, change])?;
            tx.prepare_cached("UPDATE uploads SET hidden = 0 WHERE scope = ?1 AND hidden = 1")?
                .execute([&scope])?;
            Ok(true)
        }
        (None, Direction::After) => Ok(false),
        (Some(cursor), Direction::Before) => {
            let continues = cursor.before.is_some_and(|b| header.next <= b);
            if continues {
                tx.prepare_cached("UPDATE cursors SET before = ?2 WHERE scope = ?1")?
                    .execute(params![scope, before])?;
            }
            Ok(continues)
        }
        (Some(cursor), Direction::After) => {
            let continues = header.next >= cursor.after;
            // Nothing new: nothing to write, so an idle pull costs no disk.
            if continues && (header.next, header.head) != (cursor.after, cursor.head) {
                tx.prepare_cached("UPDATE cursors SET after = ?2, head = ?3 WHERE scope = ?1")?
                    .execute(params![scope, header.next, header.head])?;
            }
            Ok(continues && (header.next > cursor.after || header.count > 0))
        }
    }
}

/// Forgets what was fetched of a scope and tells the vault to erase it. Unsent operations and files stay and are
/// delivered, but are no longer shown; answered ones go.
pub(crate) fn erase(tx: &Transaction, scope: &Scope) -> Result<(), StoreError> {
    let text = scope.to_string();
    tx.execute("DELETE FROM cursors WHERE scope = ?1", [&text])?;
    tx.execute("DELETE FROM pages WHERE scope = ?1", [&text])?;
    tx.execute("DELETE FROM downloads WHERE scope = ?1", [&text])?;
    tx.execute("DELETE FROM ops WHERE scope = ?1 AND state = 2", [&text])?;
    let change = super::ops::next_change(tx)?;
    tx.execute("UPDATE ops SET hidden = 1, change = ?2 WHERE scope = ?1", params![text, change])?;
    tx.execute("DELETE FROM uploads WHERE scope = ?1 AND state = 2", [&text])?;
    tx.execute("UPDATE uploads SET hidden = 1 WHERE scope = ?1", [&text])?;
    // Their files are swept; unsent uploads keep theirs.
    tx.execute("INSERT OR IGNORE INTO doomed SELECT name FROM blobs WHERE scope = ?1", [&text])?;
    tx.execute("DELETE FROM blobs WHERE scope = ?1", [&text])?;
    let epoch = meta::text(tx, meta::EPOCH)?.unwrap_or_default();
    tx.execute("INSERT INTO pages (scope, epoch) VALUES (?1, ?2)", params![text, epoch])?;
    Ok(())
}

/// Waiting for the vault, in the order they came.
pub fn waiting(conn: &Connection, limit: u32) -> Result<Vec<Page>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id, scope, epoch, header, sealed FROM pages ORDER BY id LIMIT ?1")?;
    let mut rows = statement.query([limit])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let header: Option<String> = row.get(3)?;
        out.push(Page {
            id: row.get(0)?,
            scope: super::ops::parse_scope(&row.get::<_, String>(1)?)?,
            epoch: row.get(2)?,
            body: match header {
                Some(header) => match serde_json::from_str(&header)? {
                    Kept { header, own: Some(own) } => PageBody::Own { header, own },
                    Kept { header, own: None } => PageBody::Records { header, sealed: row.get(4)? },
                },
                None => PageBody::Erase,
            },
        });
    }
    Ok(out)
}

/// How many wait for the vault.
pub fn count(conn: &Connection) -> Result<u64, StoreError> {
    Ok(conn.prepare_cached("SELECT count(*) FROM pages")?.query_row([], |r| r.get(0))?)
}

pub(super) fn is_followed(conn: &Connection, scope: &Scope) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM follow WHERE scope = ?1)")?
        .query_row([scope.to_string()], |r| r.get(0))?)
}
