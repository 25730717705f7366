//! How far each scope has been fetched, in the current epoch.

use super::ops::parse_scope;
use crate::error::StoreError;
use ekitei_model::Scope;
use rusqlite::{Connection, OptionalExtension, params};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub scope: Scope,
    /// Changes up to here are fetched.
    pub after: u64,
    /// Older records (by `born_seq`) below this are still to be fetched; `None`: all are here.
    pub before: Option<u64>,
    /// The office's newest sequence number when last asked.
    pub head: u64,
}

pub fn get(conn: &Connection, scope: &Scope) -> Result<Option<Cursor>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT after, before, head FROM cursors WHERE scope = ?1")?
        .query_row(params![scope.to_string()], |r| {
            Ok(Cursor { scope: scope.clone(), after: r.get(0)?, before: r.get(1)?, head: r.get(2)? })
        })
        .optional()?)
}

pub fn list(conn: &Connection) -> Result<Vec<Cursor>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT scope, after, before, head FROM cursors ORDER BY scope")?;
    let mut rows = statement.query([])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(Cursor {
            scope: parse_scope(&row.get::<_, String>(0)?)?,
            after: row.get(1)?,
            before: row.get(2)?,
            head: row.get(3)?,
        });
    }
    Ok(out)
}
