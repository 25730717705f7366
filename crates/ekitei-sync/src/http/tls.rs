//! Who is on the other side: the office's own roots decide, never the machine's.

use std::net::IpAddr;
use std::sync::Arc;

use ekitei_model::Fault;
use reqwest::Url;
use rustls::ClientConfig;

use super::trust::{Pinned, Trust};

/// Checks the address: HTTPS, or plain HTTP to this machine only.
///
/// # Errors
/// `server-address` for anything else.
pub fn server_url(text: &str) -> Result<Url, Fault> {
    let wrong = || Fault::ask("server-address").with("url", text);
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(host) => Ok(url),
        "http" => Err(Fault::ask("server-needs-tls").with("url", text)),
        _ => Err(wrong()),
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// TLS with the given authority alone; `trust` as in [`Trust::read`].
///
/// # Errors
/// `server-ca` when an HTTPS office comes without a usable certificate authority.
pub fn client_config(url: &Url, trust: Option<&str>) -> Result<ClientConfig, Fault> {
    let wrong = || Fault::ask("server-ca");
    let trust = Trust::read(trust.unwrap_or_default())?;
    if url.scheme() == "https" && trust.is_empty() {
        return Err(wrong());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| wrong())?;
    let config = if trust.pins.is_empty() {
        config.with_root_certificates(trust.roots)
    } else {
        config.dangerous().with_custom_certificate_verifier(Arc::new(Pinned::new(trust, provider)))
    };
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Whether an error comes from the certificate check.
pub fn is_certificate_error(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(e) = next {
        let inner = e.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inner.and_then(|i| i.downcast_ref::<rustls::Error>()).or(e.downcast_ref());
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        if let Some(inner) = inner
            && is_certificate_error(inner)
        {
            return true;
        }
        next = e.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in ["http://127.0.0.1:80", "http://[::1]:9/", "http://localhost:1", "https://ekitei.example"]
        {
            assert!(server_url(good).is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.1", "http://localhost.example", "ftp://127.0.0.1", "ekitei", "file:///etc"]
        {
            assert!(server_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn https_needs_the_office_s_own_root() {
        let url = server_url("https://ekitei.example").expect("valid");
        assert_eq!(client_config(&url, None).expect_err("no root").code, "server-ca");
        for bad in
            ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "sha256/", "sha256/AAAA"]
        {
            assert_eq!(client_config(&url, Some(bad)).expect_err(bad).code, "server-ca");
        }
        assert!(client_config(&url, Some(&format!("sha256/{}=", "A".repeat(43)))).is_ok());
    }
}
