//! Numbered migrations, each in a transaction. Only ever added.

use super::session::Go;
use crate::error::StorageError;
use ekitei_model::Fault;
use tokio_postgres::Client;

const MIGRATIONS: [&str; 7] = [
    include_str!("migrations/0001_base.sql"),
    include_str!("migrations/0002_recent.sql"),
    include_str!("migrations/0003_retention.sql"),
    include_str!("migrations/0004_rooms.sql"),
    include_str!("migrations/0005_lists.sql"),
    include_str!("migrations/0006_posts.sql"),
    include_str!("migrations/0007_held.sql"),
];

/// Keeps two servers that start at once from migrating together.
const LOCK: i64 = 0x656b_6974_6569_0002;

/// Brings the database to this program's schema. Refused: `database-newer`.
pub(super) async fn migrate(client: &mut Client) -> Go<()> {
    let known = MIGRATIONS.len() as i64;
    loop {
        let tx = client.transaction().await?;
        tx.query_one("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
        tx.batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)").await?;
        let row = tx.query_one("SELECT coalesce(max(version), 0) FROM schema_version", &[]).await?;
        let found: i64 = row.get(0);
        if found > known {
            let fault = Fault::ask("database-newer").with("found", found).with("known", known);
            return Err(StorageError::Refused(fault).into());
        }
        let next = usize::try_from(found).ok().and_then(|n| MIGRATIONS.get(n));
        if let Some(sql) = next {
            tx.batch_execute(sql).await?;
            tx.execute("DELETE FROM schema_version", &[]).await?;
            tx.execute("INSERT INTO schema_version VALUES ($1)", &[&(found + 1)]).await?;
        }
        tx.commit().await?;
        if next.is_none() {
            return Ok(());
        }
    }
}
