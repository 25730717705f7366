//! The line over HTTPS. The only home of reqwest.

mod activity;
mod phones;
mod tls;
mod token;
mod trust;
mod tus;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use ekitei_model::wire::{
    BytesOf, EnrolReply, EnrolRequest, MeReply, PullRequest, REUSE_MS, Salvage, TokenReply, WAITING_HEADER,
    paths,
};
use ekitei_model::{DeviceId, Fault, Record};
use ekitei_seal::Secret32;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, RANGE, RETRY_AFTER,
};
use reqwest::{Client, Method, StatusCode, Url};

use crate::clock::{Clock, SystemClock};
use crate::error::{CallError, classify, classify_upload, retry_after_ms};
use crate::transport::{
    AllSent, NewUpload, Piece, PullAnswer, PushAnswer, PushBatch, Traffic, Transport, UploadAt, Waiting,
};
use crate::wire::{self, MAX_BODY_BYTES, Packing};
use activity::{Activity, WatchedBody};
use token::Tokens;

pub(crate) use tls::{client_config, is_certificate_error};

const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
const WAITING: HeaderName = HeaderName::from_static(WAITING_HEADER);
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ZSTD: HeaderValue = HeaderValue::from_static("zstd");
/// A refusal is a few lines.
const MAX_FAULT_BYTES: usize = 64 * 1024;

/// There is no limit on the whole: a chunk on a bad line may take its time.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect_ms: u64,
    /// Silence in either direction.
    pub idle_ms: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect_ms: 10_000, idle_ms: 30_000 }
    }
}

/// The key that proves which installation this is.
#[derive(Clone, Debug)]
pub struct DeviceKey {
    pub device_id: DeviceId,
    /// Ed25519 seed.
    pub signing_key: Secret32,
}

/// See [`Transport`].
pub struct HttpTransport {
    /// Replaced when the line changes: its connections are of the former network.
    client: Mutex<Client>,
    base: Url,
    timeouts: Timeouts,
    tokens: Tokens,
    waiting: Mutex<Option<HeaderValue>>,
    /// Certificates of the office's authority, and pins of its key.
    ca_pem: Option<String>,
    clock: Arc<dyn Clock>,
}

/// A request that can be sent again with another token.
struct Call {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    /// Bytes of the answer at most.
    limit: usize,
    of_upload: bool,
    sent: AllSent,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    packing: Packing,
    traffic: Traffic,
}

impl HttpTransport {
    /// # Errors
    /// `server-address`, `server-needs-tls`, `server-ca`: what the person must correct.
    pub fn new(server_url: &str, ca_pem: Option<&str>, key: DeviceKey) -> Result<Self, Fault> {
        Self::with_timeouts(server_url, ca_pem, key, Timeouts::default())
    }

    /// As [`HttpTransport::new`], for lines that are known to be better or worse.
    ///
    /// # Errors
    /// As [`HttpTransport::new`].
    pub fn with_timeouts(
        server_url: &str,
        ca_pem: Option<&str>,
        key: DeviceKey,
        timeouts: Timeouts,
    ) -> Result<Self, Fault> {
        let (client, base) = client(server_url, ca_pem, timeouts)?;
        Ok(Self {
            client: Mutex::new(client),
            base,
            timeouts,
            tokens: Tokens::new(key),
            waiting: Mutex::default(),
            ca_pem: ca_pem.map(str::to_owned),
            clock: Arc::new(SystemClock::new()),
        })
    }

    /// Clones share their connections.
    fn client(&self) -> Client {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// A token for the live socket; `fresh` after the last one was not accepted.
    pub(crate) async fn bearer(&self, fresh: bool) -> Result<String, CallError> {
        if fresh {
            self.tokens.forget().await;
        }
        self.tokens.get(self).await
    }

    fn url(&self, path: &str) -> Result<Url, CallError> {
        self.base.join(path).map_err(|_| CallError::Garbage("location".into()))
    }

    fn call(&self, method: Method, path: &str) -> Result<Call, CallError> {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, ZSTD)]);
        Ok(Call {
            method,
            url: self.url(path)?,
            headers,
            body: Bytes::new(),
            limit: MAX_BODY_BYTES,
            of_upload: false,
            sent: AllSent::default(),
        })
    }

    /// A push or a pull: says along the way what still waits here.
    fn reporting_call(&self, path: &str) -> Result<Call, CallError> {
        let mut call = self.call(Method::POST, path)?;
        if let Some(waiting) = &*self.waiting.lock().unwrap_or_else(PoisonError::into_inner) {
            call.headers.insert(WAITING, waiting.clone());
        }
        Ok(call)
    }

    /// Sends with a token; a token that is not accepted is renewed once.
    async fn send(&self, call: Call) -> Result<Answer, CallError> {
        let token = self.tokens.get(self).await?;
        match self.send_with(&call, Some(&token)).await {
            Err(CallError::Token) => {
                self.tokens.renew(self, &token).await?;
                let token = self.tokens.get(self).await?;
                self.send_with(&call, Some(&token)).await
            }
            other => other,
        }
    }

    async fn send_with(&self, call: &Call, token: Option<&str>) -> Result<Answer, CallError> {
        let answer = exchange(&self.client(), call, token, self.timeouts).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(self.refusal(call, &answer)) }
    }

    fn refusal(&self, call: &Call, answer: &Answer) -> CallError {
        refusal(call, answer, self.clock.now_ms())
    }
}

fn refusal(call: &Call, answer: &Answer, now_ms: i64) -> CallError {
    let wait = answer.headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok());
    let wait_ms = wait.and_then(|v| retry_after_ms(v, now_ms));
    let fault = wire::decode_json::<Fault>(&answer.body, answer.packing, "fault").ok();
    let sort = if call.of_upload { classify_upload } else { classify };
    sort(answer.status.as_u16(), wait_ms, fault)
}

fn client(server_url: &str, ca_pem: Option<&str>, timeouts: Timeouts) -> Result<(Client, Url), Fault> {
    let base = tls::server_url(server_url)?;
    let config = tls::client_config(&base, ca_pem)?;
    let client = Client::builder()
        .tls_backend_preconfigured(config)
        .http1_only()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_millis(timeouts.connect_ms))
        .tcp_nodelay(true)
        .pool_idle_timeout(Duration::from_millis(REUSE_MS))
        .user_agent(concat!("ekitei/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| Fault::ask("server-address").with("url", server_url))?;
    Ok((client, base))
}

/// Joins this installation to an office with a one-time code.
///
/// # Errors
/// The address faults of [`HttpTransport::new`]; `enrol-untrusted`: not the office that `ca_pem` names, the code was not
/// shown to it; `code-unknown`, `code-expired`, `code-used`; or the line's.
pub async fn enrol(
    server_url: &str,
    ca_pem: Option<&str>,
    request: &EnrolRequest,
) -> Result<EnrolReply, Fault> {
    let timeouts = Timeouts::default();
    let (client, base) = client(server_url, ca_pem, timeouts)?;
    let wrong = |_| Fault::ask("server-address").with("url", server_url);
    let body = serde_json::to_vec(request).expect("an enrolment request is plain data");
    let call = Call {
        method: Method::POST,
        url: base.join(paths::ENROL).map_err(wrong)?,
        headers: HeaderMap::from_iter([(CONTENT_TYPE, JSON)]),
        body: body.into(),
        limit: MAX_FAULT_BYTES,
        of_upload: false,
        sent: AllSent::default(),
    };
    let answer = exchange(&client, &call, None, timeouts).await.map_err(|e| match e {
        CallError::Untrusted => Fault::ask("enrol-untrusted"),
        other => other.to_fault(),
    })?;
    if !answer.status.is_success() {
        return Err(refusal(&call, &answer, SystemClock::new().now_ms()).to_fault());
    }
    wire::decode_json(&answer.body, answer.packing, "enrolment").map_err(|e| e.to_fault())
}

/// One request, one whole answer.
async fn exchange(
    client: &Client,
    call: &Call,
    token: Option<&str>,
    timeouts: Timeouts,
) -> Result<Answer, CallError> {
    let activity = Activity::begin();
    let mut request = client.request(call.method.clone(), call.url.clone()).headers(call.headers.clone());
    if let Some(token) = token {
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| CallError::Garbage("token".into()))?;
        bearer.set_sensitive(true);
        request = request.header(AUTHORIZATION, bearer);
    }
    if call.method != Method::GET && call.method != Method::HEAD {
        let body = WatchedBody::new(call.body.clone(), activity.clone(), call.sent.clone());
        request = request.body(reqwest::Body::wrap(body));
    }
    let watched = activity.clone();
    let work = async move {
        let mut response = request.send().await.map_err(from_reqwest)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let limit = if status.is_success() { call.limit } else { MAX_FAULT_BYTES };
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(from_reqwest)? {
            watched.touch();
            if body.len() + piece.len() > limit {
                return Err(CallError::Garbage("the answer is too long".into()));
            }
            body.extend_from_slice(&piece);
        }
        let packing = match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
            None | Some(b"identity") => Packing::Plain,
            Some(b"zstd") => Packing::Zstd,
            Some(_) => return Err(CallError::Garbage("content-encoding".into())),
        };
        let traffic = Traffic { up: call.body.len() as u64, down: body.len() as u64 };
        Ok(Answer { status, headers, body: body.into(), packing, traffic })
    };
    activity.watch(Duration::from_millis(timeouts.idle_ms), work).await
}

fn from_reqwest(error: reqwest::Error) -> CallError {
    let error = error.without_url();
    if is_certificate_error(&error) {
        CallError::Untrusted
    } else if error.is_timeout() {
        CallError::Timeout
    } else {
        let mut root: &dyn std::error::Error = &error;
        while let Some(next) = root.source() {
            root = next;
        }
        // The innermost cause carries no address and no content.
        CallError::Network(root.to_string())
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

#[async_trait]
impl Transport for HttpTransport {
    async fn me(&self) -> Result<MeReply, CallError> {
        let answer = self.send(self.call(Method::GET, paths::ME)?).await?;
        wire::decode_json(&answer.body, answer.packing, "me")
    }

    async fn push(&self, batch: PushBatch) -> Result<PushAnswer, CallError> {
        let mut call = self.reporting_call(paths::PUSH)?;
        call.headers.insert(CONTENT_TYPE, NDJSON);
        call.headers.insert(CONTENT_ENCODING, ZSTD);
        call.body = wire::encode_push(&batch.header, batch.ops.iter().map(|o| &o[..])).into();
        let answer = self.send(call).await?;
        let (reply, results) = wire::decode_push(&answer.body, answer.packing, &batch.ids)?;
        Ok(PushAnswer { reply, results, traffic: answer.traffic })
    }

    async fn pull(&self, request: PullRequest) -> Result<PullAnswer, CallError> {
        let mut call = self.reporting_call(paths::PULL)?;
        call.headers.insert(CONTENT_TYPE, JSON);
        let plain = serde_json::to_vec(&request).expect("a pull request is plain data");
        // Many scopes make a long list; it shrinks well.
        if plain.len() > 1024 {
            call.headers.insert(CONTENT_ENCODING, ZSTD);
            call.body = wire::compress(&plain).into();
        } else {
            call.body = plain.into();
        }
        let answer = self.send(call).await?;
        let (reply, pages) = wire::decode_pull(&answer.body, answer.packing)?;
        Ok(PullAnswer { reply, pages, traffic: answer.traffic })
    }

    async fn upload_create(
        &self,
        new: &NewUpload,
        first: Bytes,
        sent: &AllSent,
    ) -> Result<UploadAt, CallError> {
        self.tus_create(new, first, sent).await
    }

    async fn upload_head(&self, location: &str) -> Result<UploadAt, CallError> {
        self.tus_head(location).await
    }

    async fn upload_patch(
        &self,
        location: &str,
        offset: u64,
        bytes: Bytes,
        sent: &AllSent,
    ) -> Result<UploadAt, CallError> {
        self.tus_patch(location, offset, bytes, sent).await
    }

    async fn download(&self, of: BytesOf, from: u64, max_bytes: u64) -> Result<Piece, CallError> {
        let path = format!("{}/{}/bytes/{}", paths::RECORDS, of.record, of.variant.as_str());
        let mut call = self.call(Method::GET, &path)?;
        call.headers.remove(ACCEPT_ENCODING);
        let range = format!("bytes={from}-{}", from + max_bytes.max(1) - 1);
        call.headers.insert(RANGE, HeaderValue::try_from(range).expect("digits are a header value"));
        call.limit = usize::try_from(max_bytes).unwrap_or(MAX_BODY_BYTES);
        let answer = self.send(call).await?;
        let got = answer.body.len() as u64;
        let (begins, total_bytes) = match answer.status {
            StatusCode::PARTIAL_CONTENT => {
                let range = text(&answer.headers, &CONTENT_RANGE).and_then(content_range);
                range.ok_or_else(|| CallError::Garbage("content-range".into()))?
            }
            // The whole file was shorter than what was asked for, or ranges are not spoken here.
            _ => (0, got),
        };
        if begins > from || begins + got > total_bytes || (begins < from && begins + got <= from) {
            return Err(CallError::Garbage("content-range".into()));
        }
        let skip = usize::try_from(from - begins).map_err(|_| CallError::Garbage("content-range".into()))?;
        Ok(Piece { from, bytes: answer.body.slice(skip..), total_bytes, traffic: answer.traffic })
    }

    async fn salvage(&self, records: &[Record]) -> Result<Traffic, CallError> {
        let mut plain = Vec::new();
        for record in records {
            let line = Salvage { record: record.clone() };
            serde_json::to_writer(&mut plain, &line).expect("a record is plain data");
            plain.push(b'\n');
        }
        let mut call = self.call(Method::POST, paths::SALVAGE)?;
        call.headers.insert(CONTENT_TYPE, NDJSON);
        call.headers.insert(CONTENT_ENCODING, ZSTD);
        call.body = wire::compress(&plain).into();
        Ok(self.send(call).await?.traffic)
    }

    fn line_changed(&self) {
        // The address and the roots were good when this transport was made.
        if let Ok((fresh, _)) = client(self.base.as_str(), self.ca_pem.as_deref(), self.timeouts) {
            *self.client.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }

    fn tell_waiting(&self, waiting: Waiting) {
        let Waiting { items, bytes, oldest_ms } = waiting;
        let text = format!("{items} {bytes} {} {}", oldest_ms.unwrap_or(0), env!("CARGO_PKG_VERSION"));
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = HeaderValue::try_from(text).ok();
    }

    async fn token(&self) -> Option<TokenReply> {
        self.tokens.saved().await
    }

    async fn use_token(&self, token: TokenReply) {
        self.tokens.restore(token).await;
    }
}

/// `bytes 0-99/1234` → (0, 1234).
fn content_range(header: &str) -> Option<(u64, u64)> {
    let (range, total) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (from, _) = range.split_once('-')?;
    Some((from.trim().parse().ok()?, total.trim().parse().ok()?))
}
