//! One write transaction: its locks, and when it must begin again.
//!
//! Locks, in this order: the *waiting gate* (an advisory lock: shared by everybody who may bring records, exclusive for
//! whoever is about to wait for one that is not here, so that neither can miss the other), the lane's row, then the
//! rows of scopes, then kept operations. A record is only read after its scope's row is locked; its scope never changes. So the isolation
//! level READ COMMITTED is enough, and sequence numbers are given in commit order.

use crate::error::StorageError;
use deadpool_postgres::Transaction;
use std::collections::BTreeSet;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

/// Why a transaction did not go through.
#[derive(Debug)]
pub(crate) enum Trouble {
    Final(StorageError),
    /// A collision with another transaction: the same may succeed at once.
    Again(String),
    /// It must hold the waiting gate alone.
    Alone,
}
pub(super) type Go<T> = std::result::Result<T, Trouble>;

impl From<StorageError> for Trouble {
    fn from(e: StorageError) -> Self {
        Self::Final(e)
    }
}
impl From<serde_json::Error> for Trouble {
    fn from(e: serde_json::Error) -> Self {
        Self::Final(e.into())
    }
}
impl From<tokio_postgres::Error> for Trouble {
    fn from(e: tokio_postgres::Error) -> Self {
        // The message of the server, without values of rows.
        let text =
            e.as_db_error().map_or_else(|| e.to_string(), |d| format!("{} {}", d.code().code(), d.message()));
        match e.code() {
            Some(c)
                if [
                    SqlState::T_R_SERIALIZATION_FAILURE,
                    SqlState::T_R_DEADLOCK_DETECTED,
                    SqlState::UNIQUE_VIOLATION,
                ]
                .contains(c) =>
            {
                Self::Again(text)
            }
            // Without a code: the connection. 08 connection, 53 resources, 57 operator, 58 system.
            None => Self::Final(StorageError::Unavailable(text)),
            Some(c) if ["08", "53", "57", "58"].iter().any(|class| c.code().starts_with(class)) => {
                Self::Final(StorageError::Unavailable(text))
            }
            Some(_) => Self::Final(StorageError::Damaged(text)),
        }
    }
}
impl From<Trouble> for StorageError {
    fn from(t: Trouble) -> Self {
        match t {
            Trouble::Final(e) => e,
            Trouble::Again(why) => Self::Unavailable(why),
            Trouble::Alone => Self::Unavailable("collision".to_owned()),
        }
    }
}

pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

pub(super) async fn rows(tx: &Transaction<'_>, sql: &str, params: Params<'_>) -> Go<Vec<Row>> {
    let statement = tx.prepare_cached(sql).await?;
    Ok(tx.query(&statement, params).await?)
}
pub(super) async fn maybe(tx: &Transaction<'_>, sql: &str, params: Params<'_>) -> Go<Option<Row>> {
    let statement = tx.prepare_cached(sql).await?;
    Ok(tx.query_opt(&statement, params).await?)
}
pub(super) async fn one(tx: &Transaction<'_>, sql: &str, params: Params<'_>) -> Go<Row> {
    let statement = tx.prepare_cached(sql).await?;
    Ok(tx.query_one(&statement, params).await?)
}
pub(super) async fn run(tx: &Transaction<'_>, sql: &str, params: Params<'_>) -> Go<u64> {
    let statement = tx.prepare_cached(sql).await?;
    Ok(tx.execute(&statement, params).await?)
}

/// The waiting gate's number, this program's own.
const GATE: i64 = 0x656b_6974_6569_0001;

pub(super) struct Session<'t> {
    pub tx: Transaction<'t>,
    /// Scopes whose rows this transaction holds.
    pub locked: BTreeSet<String>,
    alone: bool,
}

impl<'t> Session<'t> {
    pub async fn begin(tx: Transaction<'t>, alone: bool) -> Go<Self> {
        let sql = if alone {
            "SELECT pg_advisory_xact_lock($1)"
        } else {
            "SELECT pg_advisory_xact_lock_shared($1)"
        };
        one(&tx, sql, &[&GATE]).await?;
        Ok(Self { tx, locked: BTreeSet::new(), alone })
    }

    /// Called by whoever leaves something waiting for a record that is not here.
    pub fn must_be_alone(&self) -> Go<()> {
        if self.alone { Ok(()) } else { Err(Trouble::Alone) }
    }
}
