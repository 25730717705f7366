//! The conformance suite on a real PostgreSQL. `EKITEI_TEST_POSTGRES` names a scratch cluster by a connection URL without
//! a database (`postgres://postgres@127.0.0.1:5499`); each test makes a database of its own and drops it.
#![allow(clippy::unwrap_used)]

use ekitei_server_db::{Postgres, Storage};
use std::sync::Arc;
use tokio_postgres::NoTls;

/// Drops the test's database when the test is over.
struct Scratch {
    cluster: String,
    name: String,
}

async fn admin(cluster: &str, sql: String) {
    let (client, connection) = tokio_postgres::connect(&format!("{cluster}/postgres"), NoTls).await.unwrap();
    let running = tokio::spawn(connection);
    client.batch_execute(&sql).await.unwrap();
    drop(client);
    running.await.unwrap().unwrap();
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let (cluster, sql) = (self.cluster.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        let drop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(admin(&cluster, sql));
        };
        // What a failed test leaves behind is the scratch cluster's matter.
        let _ = std::thread::spawn(drop).join();
    }
}

async fn scratch() -> Option<Scratch> {
    let Ok(cluster) = std::env::var("EKITEI_TEST_POSTGRES") else {
        println!("not run: EKITEI_TEST_POSTGRES is not set");
        return None;
    };
    let cluster = cluster.trim_end_matches('/').to_owned();
    let name = format!("ekitei_{}", uuid::Uuid::now_v7().simple());
    admin(&cluster, format!("CREATE DATABASE {name}")).await;
    Some(Scratch { cluster, name })
}

async fn open() -> Option<(Arc<dyn Storage>, Scratch)> {
    let scratch = scratch().await?;
    let url = format!("{}/{}", scratch.cluster, scratch.name);
    Some((Arc::new(Postgres::connect(&url).await.unwrap()), scratch))
}

ekitei_server_db::conformance_suite!(crate::open);

mod database {
    //! Migrations.
    use super::*;
    use ekitei_server_db::conformance::fixture;

    async fn sql(s: &Scratch, text: &str) -> Result<(), tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(&format!("{}/{}", s.cluster, s.name), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(text).await
    }

    /// Fills the database that `EKITEI_FIXTURE` names, to be dumped as SQL when a schema is released.
    #[tokio::test]
    #[ignore = "makes a fixture when a schema is released"]
    async fn fill_a_fixture() {
        let url = std::env::var("EKITEI_FIXTURE").unwrap();
        let store: Arc<dyn Storage> = Arc::new(Postgres::connect(&url).await.unwrap());
        fixture::fill(&store).await;
    }

    #[tokio::test]
    async fn schema_1_is_brought_up_to_date() {
        let Some(s) = scratch().await else { return };
        sql(&s, include_str!("fixtures/postgres_v1.sql")).await.unwrap();
        let store: Arc<dyn Storage> =
            Arc::new(Postgres::connect(&format!("{}/{}", s.cluster, s.name)).await.unwrap());
        fixture::check(&store).await;
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused() {
        let Some(s) = scratch().await else { return };
        let url = format!("{}/{}", s.cluster, s.name);
        drop(Postgres::connect(&url).await.unwrap());
        sql(&s, "UPDATE schema_version SET version = 99").await.unwrap();
        let err = Postgres::connect(&url).await.err().unwrap();
        assert_eq!(err.fault().unwrap().code, "database-newer");
    }

    #[tokio::test]
    async fn two_servers_may_start_at_once() {
        let Some(s) = scratch().await else { return };
        let url = format!("{}/{}", s.cluster, s.name);
        let (one, two) = tokio::join!(Postgres::connect(&url), Postgres::connect(&url));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.epoch().await.unwrap(), two.epoch().await.unwrap());
    }

    #[tokio::test]
    async fn a_silent_database_is_unavailable_not_damaged() {
        let err = Postgres::connect("postgres://nobody@127.0.0.1:1/none").await.err().unwrap();
        assert!(matches!(err, ekitei_server_db::StorageError::Unavailable(_)));
    }
}
