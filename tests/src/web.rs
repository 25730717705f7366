//! One HTTP client for loopback calls of demonstration and tests.

use reqwest::{Client, Response};
use serde_json::Value;
use std::time::Duration;

/// What went wrong, for a person at the terminal.
pub type Done<T> = Result<T, String>;

/// Loopback only: no certificates, no proxy of the environment.
pub fn client() -> Done<Client> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder =
        Client::builder().tls_backend_preconfigured(tls).no_proxy().timeout(Duration::from_secs(60));
    builder.build().map_err(|e| e.to_string())
}

/// An address with its query.
pub fn url(base: &str, query: &[(&str, &str)]) -> Done<reqwest::Url> {
    reqwest::Url::parse_with_params(base, query).map_err(|e| format!("{base}: {e}"))
}

/// The JSON of an answer that must be a success.
pub async fn json(what: &str, sent: Result<Response, reqwest::Error>) -> Done<Value> {
    let answer = sent.map_err(|e| format!("{what}: {e}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|e| format!("{what}: {e}"))?;
    if !status.is_success() {
        return Err(format!("{what}: {status} {text}"));
    }
    if text.is_empty() {
        Ok(Value::Null)
    } else {
        serde_json::from_str(&text).map_err(|e| format!("{what}: {e}: {text}"))
    }
}
