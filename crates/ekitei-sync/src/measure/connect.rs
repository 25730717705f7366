//! The steps to a connection, each by itself.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ekitei_model::line::Broken;
use reqwest::Url;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::http::{HttpTransport, client_config, is_certificate_error};

/// A name server that is silent for so long leads nowhere.
const NAME_WITHIN: Duration = Duration::from_secs(4);
const TCP_WITHIN: Duration = Duration::from_secs(5);
/// What is sent is measured as it leaves: a deep buffer would swallow it at once.
const SEND_BUFFER_BYTES: u32 = 64 * 1024;

/// Plain on this machine, TLS to everywhere else.
pub trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

pub struct Target {
    pub base: Url,
    pub host: String,
    port: u16,
    ca_pem: Option<String>,
}

impl Target {
    pub fn of(transport: &HttpTransport) -> Result<Self, Broken> {
        let base = transport.base().clone();
        let host = base.host_str().ok_or(Broken::Name)?.trim_matches(['[', ']']).to_owned();
        let port = base.port_or_known_default().ok_or(Broken::Name)?;
        Ok(Self { base, host, port, ca_pem: transport.ca_pem().map(str::to_owned) })
    }

    pub async fn resolve(&self) -> Result<Vec<SocketAddr>, Broken> {
        if let Ok(ip) = self.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, self.port)]);
        }
        let found = timeout(NAME_WITHIN, lookup_host((self.host.as_str(), self.port))).await;
        let addresses: Vec<SocketAddr> =
            found.map_err(|_| Broken::Name)?.map_err(|_| Broken::Name)?.collect();
        if addresses.is_empty() { Err(Broken::Name) } else { Ok(addresses) }
    }

    pub async fn connect(&self, addresses: &[SocketAddr]) -> Result<TcpStream, Broken> {
        for address in addresses {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
            let Ok(socket) = socket else { continue };
            // Where the system does not take it, its own size will do.
            let _ = socket.set_send_buffer_size(SEND_BUFFER_BYTES);
            if let Ok(Ok(stream)) = timeout(TCP_WITHIN, socket.connect(*address)).await {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
        }
        Err(Broken::Tcp)
    }

    /// The connection, and whether TLS lies around it.
    pub async fn secure(&self, tcp: TcpStream) -> Result<(Box<dyn Line>, bool), Broken> {
        if self.base.scheme() != "https" {
            return Ok((Box::new(tcp), false));
        }
        let config = client_config(&self.base, self.ca_pem.as_deref()).map_err(|_| Broken::Certificate)?;
        let name = ServerName::try_from(self.host.clone()).map_err(|_| Broken::Name)?;
        match TlsConnector::from(Arc::new(config)).connect(name, tcp).await {
            Ok(line) => Ok((Box::new(line), true)),
            Err(error) if is_certificate_error(&error) => Err(Broken::Certificate),
            Err(_) => Err(Broken::Answer),
        }
    }
}
