//! A tiny HTTP server that does exactly what a test tells it, right or wrong.
#![allow(clippy::unwrap_used, dead_code)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// `Upload-Metadata` as a map.
    pub fn metadata(&self) -> std::collections::BTreeMap<String, String> {
        self.header("upload-metadata")
            .split(',')
            .filter_map(|p| p.split_once(' '))
            .map(|(k, v)| (k.to_owned(), String::from_utf8(STANDARD.decode(v).unwrap()).unwrap()))
            .collect()
    }
}

pub enum Does {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
    },
    /// The connection breaks without an answer.
    Drops,
    /// Headers and this much of the body come, then the connection breaks.
    Cuts {
        headers: Vec<(&'static str, String)>,
        body: Bytes,
        after: usize,
    },
    /// Nothing comes, the connection stays.
    Stalls,
}

pub fn answer(status: u16, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Does {
    let headers = headers.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
    Does::Answer { status, headers, body: body.into() }
}

#[allow(clippy::needless_pass_by_value)]
pub fn json(status: u16, value: serde_json::Value) -> Does {
    answer(status, &[("content-type", "application/json")], value.to_string())
}

type Handler = Arc<dyn Fn(&Seen) -> Does + Send + Sync>;

pub struct Server {
    pub addr: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type BoxBody = http_body_util::combinators::BoxBody<Bytes, std::io::Error>;

impl Server {
    /// Gives tokens by itself (challenge "c1", token "t1", "t2" …); everything else is up to `handler`.
    pub async fn start(handler: impl Fn(&Seen) -> Does + Send + Sync + 'static) -> Self {
        Self::start_with(None, handler).await
    }

    pub async fn start_with(
        tls: Option<tokio_rustls::TlsAcceptor>,
        handler: impl Fn(&Seen) -> Does + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (handler, log): (Handler, _) = (Arc::new(handler), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            loop {
                let Ok((socket, _)) = listener.accept().await else { return };
                let (handler, log, tls) = (Arc::clone(&handler), Arc::clone(&log), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(socket) = tls.accept(socket).await {
                                serve(socket, handler, log).await;
                            }
                        }
                        None => serve(socket, handler, log).await,
                    }
                });
            }
        });
        Self { addr, seen, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Without the token calls.
    pub fn calls(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|s| s.path != "/v1/token").collect()
    }
}

async fn serve<S>(socket: S, handler: Handler, log: Arc<Mutex<Vec<Seen>>>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let (handler, log) = (Arc::clone(&handler), Arc::clone(&log));
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
            let seen = Seen {
                method: parts.method,
                path: parts.uri.path().to_owned(),
                headers: parts.headers,
                body,
            };
            let tokens = {
                let mut log = log.lock().unwrap();
                log.push(seen.clone());
                log.iter().filter(|s| s.path == "/v1/token").count()
            };
            let does = if seen.path == "/v1/token" { token(&seen, tokens) } else { handler(&seen) };
            respond(does).await
        }
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}

/// A challenge first, then a token named after the number of calls.
fn token(seen: &Seen, calls: usize) -> Does {
    let request: ekitei_model::wire::TokenRequest = serde_json::from_slice(&seen.body).unwrap();
    if request.challenge != "c1" {
        return json(
            401,
            serde_json::json!({"code": "challenge", "params": {"challenge": "c1"}, "cure": "retry"}),
        );
    }
    json(200, serde_json::json!({"token": format!("t{calls}"), "expires_ms": 0, "challenge": "c1"}))
}

async fn respond(does: Does) -> Result<Response<BoxBody>, std::io::Error> {
    let build = |status: u16, headers: Vec<(&'static str, String)>| {
        headers.into_iter().fold(Response::builder().status(status), |b, (k, v)| b.header(k, v))
    };
    match does {
        Does::Answer { status, headers, body } => {
            let body = Full::new(body).map_err(|e: Infallible| match e {}).boxed();
            Ok(build(status, headers).body(body).unwrap())
        }
        Does::Drops => Err(std::io::Error::other("dropped")),
        Does::Cuts { headers, body, after } => {
            let whole = body.len();
            let pieces = vec![Ok(Frame::data(body.slice(..after))), Err(std::io::Error::other("cut"))];
            let body = BodyExt::boxed(StreamBody::new(futures_util::stream::iter(pieces)));
            Ok(build(200, headers).header("content-length", whole).body(body).unwrap())
        }
        Does::Stalls => std::future::pending().await,
    }
}
