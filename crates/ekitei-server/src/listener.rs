//! Accepts connections, with the limits that `axum::serve` does not set: head, idle, number of connections, TLS
//! handshake. Stops on request: no new connections, requests under way may finish.

use crate::config::{Limits, TlsFiles};
use crate::idle::{IdleIo, Patience};
use axum::Router;
use axum::extract::ConnectInfo;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use rustls::ServerConfig;
use rustls::server::ParsedCertificate;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::Service;

/// A head larger than this is refused; a token and a few headers need 2 KiB.
const MAX_HEAD_BYTES: usize = 32 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{file}: {reason}")]
    File { file: String, reason: String },
    #[error("certificate and key do not work together: {0}")]
    Rustls(#[from] rustls::Error),
}

/// Reads the certificate chain and the key. `authority` ends the chain, if it does not stand there already: a phone that
/// knows it by its pin must see it.
///
/// # Errors
/// A file is missing, not PEM, or the two do not belong together.
pub fn acceptor(
    files: &TlsFiles,
    authority: Option<CertificateDer<'static>>,
) -> Result<TlsAcceptor, TlsError> {
    let mut chain = certificates(&files.cert)?;
    chain.extend(authority.filter(|a| !chain.contains(a)));
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| unreadable(&files.key, &e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    read.map_err(|e| unreadable(file, &e))
}

fn unreadable(file: &Path, error: &rustls_pki_types::pem::Error) -> TlsError {
    TlsError::File { file: file.display().to_string(), reason: error.to_string() }
}

/// The certificate in which phones trust: `ca`, else the end of the server's own chain. `None`: there is no TLS here, or
/// the chain ends below its authority.
///
/// # Errors
/// A file is missing or not PEM.
pub fn authority(
    tls: Option<&TlsFiles>,
    ca: Option<&Path>,
) -> Result<Option<CertificateDer<'static>>, TlsError> {
    if let Some(ca) = ca {
        let named = certificates(ca)?.pop();
        return named.map(Some).ok_or_else(|| unreadable(ca, &rustls_pki_types::pem::Error::NoItemsFound));
    }
    let Some(files) = tls else { return Ok(None) };
    let mut chain = certificates(&files.cert)?;
    let alone = chain.len() == 1;
    Ok(chain.pop().filter(|last| !alone || is_self_issued(last)))
}

/// The name of who issued it is its own: it stands in it twice.
fn is_self_issued(cert: &CertificateDer<'_>) -> bool {
    let mut store = rustls::RootCertStore::empty();
    if store.add(cert.clone().into_owned()).is_err() {
        return false;
    }
    let name: &[u8] = &store.roots[0].subject;
    !name.is_empty() && cert.windows(name.len()).filter(|part| *part == name).count() > 1
}

/// `sha256/…`: the hash of the certificate's public key, as phones compare it.
pub fn pin(cert: &CertificateDer<'_>) -> Option<String> {
    let parsed = ParsedCertificate::try_from(cert).ok()?;
    Some(format!("sha256/{}", STANDARD.encode(Sha256::digest(parsed.subject_public_key_info()))))
}

/// Serves until `stop` is cancelled, then waits for the requests under way, at most `limits.shutdown_ms`.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: Arc<Limits>,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    accept_failed(&error).await;
                    continue;
                }
            },
        };
        // Small answers go out at once; a socket that refuses still works.
        let _ = stream.set_nodelay(true);
        let (tls, router, limits, watcher) =
            (tls.clone(), router.clone(), Arc::clone(&limits), graceful.watcher());
        tokio::spawn(async move {
            let patience = Patience::new(Duration::from_millis(limits.idle_ms));
            let stream = IdleIo::new(stream, patience.clone());
            let about = (peer, patience);
            match tls {
                None => connection(stream, about, router, &limits, watcher).await,
                Some(tls) => {
                    let handshake = tls.accept(stream);
                    match tokio::time::timeout(Duration::from_millis(limits.header_read_ms), handshake).await
                    {
                        Ok(Ok(stream)) => connection(stream, about, router, &limits, watcher).await,
                        Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                        Err(_) => tracing::debug!("TLS handshake too slow"),
                    }
                }
            }
            drop(place);
        });
    }
    drop(listener);
    let patience = Duration::from_millis(limits.shutdown_ms);
    if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut");
    }
}

async fn connection<S>(
    stream: S,
    (peer, patience): (SocketAddr, Patience),
    router: Router,
    limits: &Limits,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(patience.clone());
        router.clone().call(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limits.header_read_ms))
        .max_buf_size(MAX_HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .max_header_list_size(MAX_HEAD_BYTES as u32)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    let serving =
        watcher.watch(builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned());
    if let Err(error) = serving.await {
        tracing::debug!(%error, "connection ended");
    }
}

/// A lost connection is nothing; too many open files needs a pause, or the loop would spin.
async fn accept_failed(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
