//! Who may speak to the host: programs and pages of this machine that name it by a loopback address. A page of
//! another site (also one whose name was made to point here) may not.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;

/// The authority names that mean this host.
#[derive(Clone, Debug)]
pub struct Names(Vec<String>);

impl Names {
    pub fn of(addr: SocketAddr) -> Self {
        let port = addr.port();
        Self(vec![format!("{addr}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}"), format!("localhost:{port}")])
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

pub async fn check(names: Names, request: Request, next: Next) -> Response {
    if !names.admit(request.headers()) {
        return (StatusCode::FORBIDDEN, "this address serves only pages and programs of this machine").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The demo's stage shows phones in frames, hence the loopback frame ancestors.
const HEADERS: [(header::HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
         object-src 'none'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
    ),
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
    fn pages_of_other_sites_are_refused() {
        assert!(!admitted(&[("host", "127.0.0.1:4810"), ("origin", "https://evil.example")]));
        assert!(!admitted(&[("host", "127.0.0.1:4810"), ("origin", "null")]));
        assert!(!admitted(&[("host", "127.0.0.1:4810"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]));
        assert!(admitted(&[("host", "127.0.0.1:4810"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
    }
}
