//! Who may speak to the host: programs and pages of this machine that name it by a loopback address. A page of
//! another site (also one whose name was made to point here) may not.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ekitei_model::Fault;
use std::net::SocketAddr;

/// The authority names that mean this host.
#[derive(Clone, Debug)]
pub struct Names(Vec<String>);

impl Names {
    pub fn of(addr: SocketAddr) -> Self {
        let port = addr.port();
        Self(vec![
            format!("{addr}"),
            format!("127.0.0.1:{port}"),
            format!("[::1]:{port}"),
            format!("localhost:{port}"),
        ])
    }

    fn admit(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|v: &HeaderValue| v.to_str().unwrap_or("?"));
        let host = text(header::HOST).is_some_and(|h| self.0.iter().any(|n| n == h));
        let origin = text(header::ORIGIN)
            .is_none_or(|o| o.strip_prefix("http://").is_some_and(|o| self.0.iter().any(|n| n == o)));
        // Images and the like carry no Origin; browsers tell in this header where the page came from. A person who
        // follows a link here is welcome.
        let site = text(header::HeaderName::from_static("sec-fetch-site")) != Some("cross-site")
            || text(header::HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
        host && origin && site
    }
}

/// What the pages may load, and who may frame them: nobody but `frame_origin`, which must be of this machine.
///
/// # Errors
/// `listen-not-loopback`.
pub fn policy(frame_origin: Option<&str>) -> Result<HeaderValue, Fault> {
    let elsewhere = |origin: &str| Fault::ask("listen-not-loopback").with("addr", origin);
    if let Some(origin) = frame_origin {
        let addr = origin.strip_prefix("http://").and_then(|a| a.parse::<SocketAddr>().ok());
        addr.filter(|a| a.ip().is_loopback()).ok_or_else(|| elsewhere(origin))?;
    }
    let text = format!("{POLICY}; frame-ancestors 'self' {}", frame_origin.unwrap_or_default());
    HeaderValue::from_str(text.trim_end()).map_err(|_| elsewhere(frame_origin.unwrap_or_default()))
}

pub async fn check(names: Names, policy: HeaderValue, request: Request, next: Next) -> Response {
    if !names.admit(request.headers()) {
        return (StatusCode::FORBIDDEN, "this address serves only pages and programs of this machine")
            .into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
                      style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";
const HEADERS: [(header::HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn admitted(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        Names::of("127.0.0.1:4810".parse().unwrap()).admit(&headers)
    }

    #[test]
    fn loopback_names_with_the_right_port_are_admitted() {
        assert!(admitted(&[("host", "127.0.0.1:4810")]));
        assert!(admitted(&[("host", "localhost:4810"), ("origin", "http://localhost:4810")]));
        assert!(!admitted(&[("host", "127.0.0.1:4811")]));
        assert!(!admitted(&[("host", "phone.example:4810")]));
        assert!(!admitted(&[]));
    }

    #[test]
    fn only_the_named_page_of_this_machine_may_frame_the_screens() {
        let text = |origin| policy(origin).map(|p| p.to_str().unwrap().to_owned());
        assert!(text(None).unwrap().ends_with("frame-ancestors 'self'"));
        assert!(
            text(Some("http://127.0.0.1:8787"))
                .unwrap()
                .ends_with("frame-ancestors 'self' http://127.0.0.1:8787")
        );
        for bad in ["https://evil.example", "http://10.0.0.1:80", "*", "http://127.0.0.1:1; script-src *"] {
            assert_eq!(policy(Some(bad)).unwrap_err().code, "listen-not-loopback", "{bad}");
        }
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        assert!(!admitted(&[("host", "127.0.0.1:4810"), ("origin", "https://evil.example")]));
        assert!(!admitted(&[("host", "127.0.0.1:4810"), ("origin", "null")]));
        assert!(!admitted(&[
            ("host", "127.0.0.1:4810"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors")
        ]));
        assert!(admitted(&[
            ("host", "127.0.0.1:4810"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate")
        ]));
    }
}
