//! From a configuration to a running office, and back.

use crate::app::App;
use crate::config::{Config, ConfigError};
use crate::enrolment::Door;
use crate::keys::{KeyError, Keys};
use crate::listener::{self, TlsError};
use crate::{blobs, jobs, keys, store, web};
use ekitei_seal::atomic::{FileError, create_dirs, remove_leftovers};
use ekitei_server_db::{Storage, StorageError};
use std::fs::{File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Where `enrol` finds the address that phones dial, and the pin of the authority that they trust.
pub const META_PUBLIC_URL: &str = "public_url";
pub const META_CA_PIN: &str = "ca_pin";

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("another server works on {0}")]
    Taken(PathBuf),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
}

/// A running server. Dropping it leaves it running until its runtime ends; [`Running::shutdown`] ends it in order.
pub struct Running {
    pub addr: SocketAddr,
    /// `http://127.0.0.1:8443`
    pub url: String,
    pub storage: Arc<dyn Storage>,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    working: JoinHandle<()>,
    /// Held until this server is gone; a killed one loses it by itself.
    _lock: Option<File>,
}

impl Running {
    /// No new connections; requests and the job under way are finished.
    pub async fn shutdown(self) {
        self.stop.cancel();
        for task in [self.serving, self.working] {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task ended badly");
            }
        }
    }
}

/// Starts listening and working; returns when requests are answered.
///
/// # Errors
/// Nothing is listening then: a wrong configuration, folder, key, certificate, database or address.
pub async fn start(config: Config) -> Result<Running, StartError> {
    config.check()?;
    if !config.data.exists() {
        create_dirs(&config.data)?;
        keys::restrict(&config.data)?;
    }
    let lock = lock(&config)?;
    let keys = Keys::open_or_create(&config.data)?;
    let authority = listener::authority(config.tls.as_ref(), config.tls_ca.as_deref())?;
    let ca_pin = authority.as_ref().and_then(listener::pin);
    let tls = config.tls.as_ref().map(|files| listener::acceptor(files, authority)).transpose()?;
    if tls.is_some() && ca_pin.is_none() {
        tracing::warn!(
            "QR codes cannot tell phones whom to trust: give --tls-ca, or a chain with its authority"
        );
    }
    let storage = store::open(&config.data, config.database.as_deref()).await?;
    let listen = |e| StartError::Listen(config.listen, e);
    let socket = TcpListener::bind(config.listen).await.map_err(listen)?;
    let addr = socket.local_addr().map_err(listen)?;
    let url = format!("{}://{addr}", if tls.is_some() { "https" } else { "http" });
    let public_url = config.public_url.clone().unwrap_or_else(|| url.clone());
    storage.meta_set(META_PUBLIC_URL, &public_url).await?;
    storage.meta_set(META_CA_PIN, ca_pin.as_deref().unwrap_or_default()).await?;
    if lock.is_some() {
        // Alone on this database: what a killed server had begun is nobody's any more, and is taken up at once.
        storage.resume_jobs(config.clock.now_ms()).await?;
        remove_leftovers(&blobs::staging_folder(&config.data))?;
    }
    let stop = CancellationToken::new();
    let door = Door { server: public_url, ca_pin };
    let app = Arc::new(App::new(config, keys, Arc::clone(&storage), stop.clone(), door));
    let router = web::router(Arc::clone(&app));
    let serving = tokio::spawn(listener::serve(socket, tls, router, Arc::clone(&app.limits), stop.clone()));
    let working = tokio::spawn(jobs::run(app));
    Ok(Running { addr, url, storage, stop, serving, working, _lock: lock })
}

/// One server for each SQLite file: a second one would not hear of the first one's jobs and hints. With PostgreSQL
/// several may work on shared folders.
fn lock(config: &Config) -> Result<Option<File>, StartError> {
    if config.database.is_some() {
        return Ok(None);
    }
    let path = config.data.join("server.lock");
    let open = File::options().create(true).truncate(false).write(true).open(&path);
    let file = open.map_err(|e| FileError::new("open", &path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StartError::Taken(config.data.clone())),
        Err(TryLockError::Error(e)) => Err(FileError::new("lock", &path, e).into()),
    }
}
