//! The scopes whose records come to this phone, and why.

use super::{meta, pages};
use crate::error::StoreError;
use ekitei_model::Scope;
use ekitei_model::wire::Want;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::BTreeSet;

/// Why a scope is followed. It stays as long as one reason holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The person's own, of the sections, and of all.
    Standing,
    /// Assigned or planned; follows the assignments in the mirror.
    Assigned,
    /// Asked for on this phone.
    Asked,
}

impl Reason {
    fn column(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Assigned => "assigned",
            Self::Asked => "asked",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    pub scope: Scope,
    pub standing: bool,
    pub assigned: bool,
    pub asked: bool,
    /// When a person last looked at it; cases that were only asked for go 14 days after.
    pub used_ms: i64,
    /// The office said no; asked again when permissions change or a person asks.
    pub denied: bool,
}

/// Adds a reason. Its records are fetched from the next pull on.
pub fn follow(tx: &Transaction, scope: &Scope, reason: Reason, now_ms: i64) -> Result<(), StoreError> {
    let column = reason.column();
    tx.prepare_cached(&format!(
        "INSERT INTO follow (scope, {column}, used_ms) VALUES (?1, 1, ?2)
         ON CONFLICT (scope) DO UPDATE SET {column} = 1, denied = 0, used_ms = max(used_ms, excluded.used_ms)"
    ))?
    .execute(params![scope.to_string(), now_ms])?;
    Ok(())
}

/// Takes a reason away. When it was the last one, the scope is erased at the next replay (what is unsent stays).
/// Returns whether it is no longer followed.
pub fn unfollow(tx: &Transaction, scope: &Scope, reason: Reason) -> Result<bool, StoreError> {
    let column = reason.column();
    let left: Option<bool> = tx
        .prepare_cached(&format!(
            "UPDATE follow SET {column} = 0 WHERE scope = ?1 RETURNING standing OR assigned OR asked"
        ))?
        .query_row([scope.to_string()], |r| r.get(0))
        .optional()?;
    if left == Some(false) {
        pages::erase(tx, scope)?;
        tx.prepare_cached("DELETE FROM follow WHERE scope = ?1")?.execute([scope.to_string()])?;
        return Ok(true);
    }
    Ok(false)
}

/// The standing scopes as the office names them with every pull; withdrawn ones are erased.
pub fn set_standing(tx: &Transaction, scopes: &[Scope], now_ms: i64) -> Result<(), StoreError> {
    let before: Vec<Scope> = list(tx)?.into_iter().filter(|f| f.standing).map(|f| f.scope).collect();
    for scope in scopes.iter().filter(|s| !before.contains(s)) {
        follow(tx, scope, Reason::Standing, now_ms)?;
    }
    for scope in before.iter().filter(|s| !scopes.contains(s)) {
        unfollow(tx, scope, Reason::Standing)?;
    }
    Ok(())
}

/// Makes the assigned scopes exactly `scopes`.
pub(crate) fn set_assigned(
    tx: &Transaction,
    scopes: &BTreeSet<Scope>,
    now_ms: i64,
) -> Result<(), StoreError> {
    let before: BTreeSet<Scope> = list(tx)?.into_iter().filter(|f| f.assigned).map(|f| f.scope).collect();
    for scope in scopes.difference(&before) {
        follow(tx, scope, Reason::Assigned, now_ms)?;
    }
    for scope in before.difference(scopes) {
        unfollow(tx, scope, Reason::Assigned)?;
    }
    Ok(())
}

/// A person looked at it.
pub fn used(tx: &Transaction, scope: &Scope, now_ms: i64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE follow SET used_ms = max(used_ms, ?2) WHERE scope = ?1")?
        .execute(params![scope.to_string(), now_ms])?;
    Ok(())
}

/// Cases that were only asked for and not looked at since `before_ms`: unfollows them; returns which.
pub fn expire(tx: &Transaction, before_ms: i64) -> Result<Vec<Scope>, StoreError> {
    let old: Vec<Scope> = list(tx)?
        .into_iter()
        .filter(|f| f.asked && !f.assigned && !f.standing && f.used_ms < before_ms)
        .map(|f| f.scope)
        .collect();
    for scope in &old {
        unfollow(tx, scope, Reason::Asked)?;
    }
    Ok(old)
}

/// The office's permissions for this person changed: what was denied is asked for again. Returns whether it was news.
pub fn set_acl_version(tx: &Transaction, version: u64) -> Result<bool, StoreError> {
    let text = version.to_string();
    if meta::text(tx, meta::ACL_VERSION)?.as_deref() == Some(&text) {
        return Ok(false);
    }
    meta::set_text(tx, meta::ACL_VERSION, &text)?;
    tx.execute("UPDATE follow SET denied = 0", [])?;
    Ok(true)
}

/// Standing scopes first, then assigned, then those looked at last.
pub fn list(conn: &Connection) -> Result<Vec<Follow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT scope, standing, assigned, asked, used_ms, denied FROM follow ORDER BY standing DESC, assigned DESC, used_ms DESC, scope",
    )?;
    let mut rows = statement.query([])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(Follow {
            scope: super::ops::parse_scope(&row.get::<_, String>(0)?)?,
            standing: row.get(1)?,
            assigned: row.get(2)?,
            asked: row.get(3)?,
            used_ms: row.get(4)?,
            denied: row.get(5)?,
        });
    }
    Ok(out)
}

/// What to ask with the next pull: for each followed scope a beginning, or its changes and (while there are older
/// records) its next page backward.
pub fn wants(conn: &Connection) -> Result<Vec<Want>, StoreError> {
    let mut forward = Vec::new();
    let mut backward = Vec::new();
    for followed in list(conn)?.into_iter().filter(|f| !f.denied) {
        let scope = followed.scope;
        match super::cursors::get(conn, &scope)? {
            None => forward.push(Want { scope, after: None, before: None }),
            Some(cursor) => {
                if let Some(before) = cursor.before {
                    backward.push(Want { scope: scope.clone(), after: None, before: Some(before) });
                }
                forward.push(Want { scope, after: Some(cursor.after), before: None });
            }
        }
    }
    forward.append(&mut backward);
    Ok(forward)
}
