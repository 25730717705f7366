//! The line to the database: plain on this machine, TLS beyond it, as the address says with libpq's words
//! `sslmode=disable|require|verify-full` and `sslrootcert=FILE`.

use crate::error::{Result, StorageError};
use ekitei_model::Fault;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};

/// Reads the address. Without `sslmode` a database on this machine is reached in plain, any other is refused: whoever
/// wants a plain line across a network must say so.
///
/// # Errors
/// Refused: `database-address`, `database-sslmode`, `database-root`.
pub(super) fn read(url: &str) -> Result<(tokio_postgres::Config, Tls)> {
    let (rest, mode, root) = split(url);
    let mut config: tokio_postgres::Config = rest.parse().map_err(|_| refused("database-address", ""))?;
    let roots = root.as_deref().map(read_roots).transpose()?;
    let client = match (mode.as_deref(), roots) {
        (Some("disable"), None) => None,
        (None, None) if is_local(&config) => None,
        (Some("require"), None) => Some(client_config(Arc::new(Unverified(provider())))?),
        (Some("require" | "verify-full") | None, Some(roots)) => {
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
            let verifier = verifier.map_err(|_| refused("database-root", root.as_deref().unwrap_or("")))?;
            Some(client_config(verifier)?)
        }
        (Some("verify-full"), None) => return Err(refused("database-root", "")),
        (mode, _) => return Err(refused("database-sslmode", mode.unwrap_or(""))),
    };
    config.ssl_mode(if client.is_some() { SslMode::Require } else { SslMode::Disable });
    Ok((config, Tls { client }))
}

fn refused(code: &str, what: &str) -> StorageError {
    StorageError::Refused(Fault::ask(code).with("what", what))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn client_config(verifier: Arc<dyn ServerCertVerifier>) -> Result<Arc<ClientConfig>> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|e| StorageError::Unavailable(e.to_string()))?;
    let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(Arc::new(config))
}

/// The address without our two words, and these. They stand in the query of a URL.
fn split(url: &str) -> (String, Option<String>, Option<String>) {
    let Some((address, query)) = url.split_once('?') else { return (url.to_owned(), None, None) };
    let (mut mode, mut root) = (None, None);
    let mut others = Vec::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => root = Some(unescape(value)),
            _ => others.push(pair),
        }
    }
    let rest = if others.is_empty() { address.to_owned() } else { format!("{address}?{}", others.join("&")) };
    (rest, mode, root)
}

/// `%2F` and its like.
fn unescape(text: &str) -> String {
    let hex = |at: usize| text.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok());
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = text.as_bytes().get(at) {
        match (byte, hex(at + 1)) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn is_local(config: &tokio_postgres::Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }) && config.get_hostaddrs().iter().all(|ip| ip.is_loopback())
}

fn read_roots(file: &str) -> Result<RootCertStore> {
    let wrong = || refused("database-root", file);
    let mut roots = RootCertStore::empty();
    for cert in CertificateDer::pem_file_iter(Path::new(file)).map_err(|_| wrong())? {
        roots.add(cert.map_err(|_| wrong())?).map_err(|_| wrong())?;
    }
    if roots.is_empty() { Err(wrong()) } else { Ok(roots) }
}

/// `require` without a root: nobody listens in from outside, but nobody proves who is at the other end.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// What the driver asks for a TLS line. Not asked at all for a plain one.
#[derive(Clone)]
pub(super) struct Tls {
    client: Option<Arc<ClientConfig>>,
}

pub(super) struct Connect {
    client: Option<Arc<ClientConfig>>,
    name: Option<ServerName<'static>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Line<S>;
    type TlsConnect = Connect;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Connect> {
        Ok(Connect { client: self.client.clone(), name: ServerName::try_from(host.to_owned()).ok() })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Connect {
    type Stream = Line<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Line<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let unasked =
                || io::Error::new(io::ErrorKind::InvalidInput, "no name to check, or no TLS asked for");
            let (client, name) = self.client.zip(self.name).ok_or_else(unasked)?;
            let line = tokio_rustls::TlsConnector::from(client).connect(name, stream).await?;
            Ok(Line(Box::new(line)))
        })
    }
}

pub(super) struct Line<S>(Box<tokio_rustls::client::TlsStream<S>>);

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Line<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> std::result::Result<SslMode, String> {
        match read(url) {
            Ok((config, tls)) => {
                assert_eq!(tls.client.is_some(), config.get_ssl_mode() == SslMode::Require);
                Ok(config.get_ssl_mode())
            }
            Err(StorageError::Refused(fault)) => Err(fault.code),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_plain_line_across_a_network_must_be_asked_for() {
        for local in
            ["postgres://u@127.0.0.1/x", "postgres://u@localhost:5433/x", "postgres://u@%2Frun%2Fpg/x"]
        {
            assert_eq!(mode(local), Ok(SslMode::Disable), "{local}");
        }
        assert_eq!(mode("postgres://u@db.example/x"), Err("database-sslmode".into()));
        assert_eq!(mode("postgres://u@127.0.0.1,db.example/x"), Err("database-sslmode".into()));
        assert_eq!(mode("postgres://u@db.example/x?sslmode=disable"), Ok(SslMode::Disable));
        assert_eq!(mode("postgres://u@db.example/x?sslmode=require&connect_timeout=3"), Ok(SslMode::Require));
        assert_eq!(mode("postgres://u@127.0.0.1/x?sslmode=require"), Ok(SslMode::Require));
        for weak in ["prefer", "allow", "verify-ca", "", "Require"] {
            let url = format!("postgres://u@127.0.0.1/x?sslmode={weak}");
            assert_eq!(mode(&url), Err("database-sslmode".into()), "{weak}");
        }
        assert_eq!(mode("mysql://u@127.0.0.1/x"), Err("database-address".into()));
    }

    #[test]
    fn checking_needs_a_root_that_can_be_read() {
        for root in ["", "&sslrootcert=%2Fnowhere%2Froot.pem", "&sslrootcert=/dev/null"] {
            let url = format!("postgres://u@db.example/x?sslmode=verify-full{root}");
            assert_eq!(mode(&url), Err("database-root".into()), "{root}");
        }
        let (rest, mode, root) =
            split("postgres://u@h/x?a=1&sslrootcert=%2Fa%20b%2Fr.pem&sslmode=verify-full&b=2");
        assert_eq!(rest, "postgres://u@h/x?a=1&b=2");
        assert_eq!((mode.as_deref(), root.as_deref()), (Some("verify-full"), Some("/a b/r.pem")));
    }
}
