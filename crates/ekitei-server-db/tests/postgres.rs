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
