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
        let (cluster, sql) =
            (self.cluster.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
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
    use ekitei_server_db::conformance::kit::sound;

    async fn sql(s: &Scratch, text: &str) -> Result<(), tokio_postgres::Error> {
        let (client, connection) =
            tokio_postgres::connect(&format!("{}/{}", s.cluster, s.name), NoTls).await.unwrap();
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
        fixture::fill_rooms(&store).await;
    }

    /// Each past schema, and today's: filled, upgraded, checked.
    #[tokio::test]
    async fn every_schema_is_brought_up_to_date() {
        let past = [
            (1, include_str!("fixtures/postgres_v1.sql")),
            (3, include_str!("fixtures/postgres_v3.sql")),
            (4, include_str!("fixtures/postgres_v4.sql")),
        ];
        for (version, past) in past {
            let Some(s) = scratch().await else { return };
            sql(&s, past).await.unwrap();
            let store: Arc<dyn Storage> =
                Arc::new(Postgres::connect(&format!("{}/{}", s.cluster, s.name)).await.unwrap());
            fixture::check(&store, version >= 4).await;
            if version >= 4 {
                fixture::check_rooms(&store).await;
            }
        }
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

    /// The worst moment: a push has looked for the photo's bytes and not committed yet when they are finished. Without
    /// the waiting gate neither would see the other.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn bytes_finished_during_the_push_of_their_record_are_noted() {
        use ekitei_model::kinds::{Variant, photo};
        use ekitei_server_db::conformance::kit::*;
        use ekitei_server_db::{BlobRow, NewUpload};
        let Some((store, s)) = open().await else { return };
        let (a1, case) = office(&store).await;
        let (arrived, record) = (photo::arrived(Variant::Original), record_id());
        let named = fields([(&photo::sha256(Variant::Original), "s".into())]);
        let made = create(record, "photo", &ekitei_model::Scope::Case(case), None, named);
        let new = NewUpload {
            device: a1.caller.device,
            record,
            variant: Variant::Original,
            sha256: "s".into(),
            cipher_sha256: "c".into(),
            key_id: None,
            length_bytes: 1,
            expires_ms: NOW,
        };
        let upload = store.upload_create(new, NOW).await.unwrap();

        let (mut hand, connection) =
            tokio_postgres::connect(&format!("{}/{}", s.cluster, s.name), NoTls).await.unwrap();
        tokio::spawn(connection);
        let hold = hand.transaction().await.unwrap();
        // The log can be read, not written: the push stops after it has decided.
        hold.batch_execute("LOCK TABLE ops IN EXCLUSIVE MODE").await.unwrap();
        let blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let line = [incoming(&made)];
        let push = tokio::spawn(async move { (a1.push_at(a1.next, &line).await.unwrap().jobs, a1) });
        while hold.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) < 1 {
            tokio::task::yield_now().await;
        }
        let finishing = Arc::clone(&store);
        let blob = BlobRow { sha256: "s".into(), bytes: 1, media_type: "image/jpeg".into() };
        let bytes =
            tokio::spawn(
                async move { finishing.upload_finish(upload.id, 0, &blob, NOW).await.unwrap().jobs },
            );
        while !bytes.is_finished() && hold.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) < 2 {
            tokio::task::yield_now().await;
        }
        hold.commit().await.unwrap();
        let (pushed, a1) = push.await.unwrap();
        assert_eq!([pushed, bytes.await.unwrap()], [false, true]);
        assert!(a1.record(record).await.unwrap().fields.contains_key(&arrived));
        sound(&store).await;
    }

    /// Every two seconds somebody looks: of what waits only what is due is locked, and rooms before it, as in a push.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_held_is_not_locked_before_its_time_nor_before_its_room() {
        use ekitei_server_db::conformance::held;
        let Some((store, s)) = open().await else { return };
        held::two_are_held(&store).await;
        let (mut hand, connection) =
            tokio_postgres::connect(&format!("{}/{}", s.cluster, s.name), NoTls).await.unwrap();
        tokio::spawn(connection);
        // In another's hands: whoever touched it would wait for ever.
        let hold = hand.transaction().await.unwrap();
        hold.batch_execute("SELECT * FROM waiting FOR UPDATE").await.unwrap();
        assert_eq!(store.release_held(held::MORNING - 1).await.unwrap().count, 0);
        hold.commit().await.unwrap();
        // A push is in the room: it goes on to what waits there.
        let hold = hand.transaction().await.unwrap();
        hold.batch_execute("SELECT * FROM scopes WHERE scope LIKE 'room:%' FOR UPDATE").await.unwrap();
        let releasing = Arc::clone(&store);
        let release = tokio::spawn(async move { releasing.release_held(held::MORNING).await.unwrap().count });
        let (watch, connection) =
            tokio_postgres::connect(&format!("{}/{}", s.cluster, s.name), NoTls).await.unwrap();
        tokio::spawn(connection);
        let blocked = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while watch.query_one(blocked, &[]).await.unwrap().get::<_, i64>(0) < 1 {
            tokio::task::yield_now().await;
        }
        hold.batch_execute("SELECT * FROM waiting FOR UPDATE NOWAIT").await.unwrap();
        hold.commit().await.unwrap();
        assert_eq!(release.await.unwrap(), 1);
        sound(&store).await;
    }

    #[tokio::test]
    async fn a_silent_database_is_unavailable_not_damaged() {
        let err = Postgres::connect("postgres://nobody@127.0.0.1:1/none").await.err().unwrap();
        assert!(matches!(err, ekitei_server_db::StorageError::Unavailable(_)));
    }
}

mod tls {
    //! The line to the database, through an end of TLS in front of the scratch cluster.
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use std::path::{Path, PathBuf};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use tokio_rustls::rustls::{ServerConfig, crypto::ring};

    fn authority() -> CertifiedIssuer<'static, KeyPair> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn acceptor(ca: &CertifiedIssuer<'static, KeyPair>, name: &str) -> TlsAcceptor {
        let pair = KeyPair::generate().unwrap();
        let cert = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&pair, ca).unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], private)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// Speaks PostgreSQL's request for TLS, then TLS, and hands everything on in plain.
    async fn front(cluster: &str, acceptor: TlsAcceptor) -> u16 {
        let upstream = cluster.rsplit('@').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (mut line, _) = listener.accept().await.unwrap();
                let (acceptor, upstream) = (acceptor.clone(), upstream.clone());
                tokio::spawn(async move {
                    let mut request = [0; 8];
                    line.read_exact(&mut request).await.unwrap();
                    assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47], "asks for TLS before anything else");
                    line.write_all(b"S").await.unwrap();
                    let Ok(mut line) = acceptor.accept(line).await else { return };
                    let mut database = TcpStream::connect(upstream).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut line, &mut database).await;
                });
            }
        });
        port
    }

    fn pem(dir: &Path, name: &str, ca: &CertifiedIssuer<'static, KeyPair>) -> PathBuf {
        let path = dir.join(name);
        std::fs::write(&path, ca.pem()).unwrap();
        path
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_database_is_checked_against_the_named_root() {
        let Some(s) = scratch().await else { return };
        let dir = tempfile::tempdir().unwrap();
        let (ca, stranger) = (authority(), authority());
        let (root, other) = (pem(dir.path(), "根 root.pem", &ca), pem(dir.path(), "other.pem", &stranger));
        let escaped = root.to_str().unwrap().replace(' ', "%20");
        let good = front(&s.cluster, acceptor(&ca, "127.0.0.1")).await;
        let misnamed = front(&s.cluster, acceptor(&ca, "other.example")).await;
        let open = |port: u16, query: String| {
            let url = format!("postgres://postgres@127.0.0.1:{port}/{}?{query}", s.name);
            async move { Postgres::connect(&url).await }
        };
        for query in ["sslmode=require".to_owned(), format!("sslmode=verify-full&sslrootcert={escaped}")] {
            let store = open(good, query.clone()).await.unwrap_or_else(|e| panic!("{query}: {e}"));
            store.meta_set("line", &query).await.unwrap();
            assert_eq!(store.meta_get("line").await.unwrap(), Some(query));
        }
        for (port, query) in [
            (good, format!("sslmode=verify-full&sslrootcert={}", other.display())),
            (good, format!("sslmode=require&sslrootcert={}", other.display())),
            (misnamed, format!("sslmode=verify-full&sslrootcert={escaped}")),
        ] {
            let error = open(port, query.clone()).await.err().unwrap_or_else(|| panic!("{query} was taken"));
            assert!(matches!(error, ekitei_server_db::StorageError::Unavailable(_)), "{query}: {error}");
        }
        // The scratch cluster itself speaks no TLS: what asks for it does not fall back to a plain line.
        let url = format!("{}/{}?sslmode=require", s.cluster, s.name);
        assert!(Postgres::connect(&url).await.is_err());
    }
}
