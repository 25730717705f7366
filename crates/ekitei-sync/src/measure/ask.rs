//! Questions over the one connection of a line check, each with a watch beside it.

use std::time::Duration;

use bytes::Bytes;
use ekitei_model::Fault;
use ekitei_model::line::Broken;
use ekitei_model::wire::{LineReceived, TokenReply, paths};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use reqwest::Url;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::connect::{Line, Target};
use super::path_of;
use crate::http::HttpTransport;

/// An answer that is not a stream of bytes is a few lines.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

pub struct Asking {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    base: Url,
    host: HeaderValue,
    bearer: Option<HeaderValue>,
}

impl Drop for Asking {
    fn drop(&mut self) {
        // Ends the connection, also in the middle of a stream.
        self.driver.abort();
    }
}

pub struct Answered {
    pub took: Duration,
    status: StatusCode,
    body: Bytes,
}

/// One transfer in one direction, as its receiver saw it.
pub struct Sample {
    pub total: u64,
    /// Bytes after the first piece, and the time from the first piece to the last.
    after_first: u64,
    spread: Duration,
    /// From the question to the end of the answer.
    elapsed: Duration,
}

impl Sample {
    /// `answer`: what a small question takes.
    pub fn bits_per_s(&self, answer: Duration) -> u64 {
        // The spread of what arrived tells the rate, without the way there and back; where everything came in one
        // piece, the line is so fast that the whole will do.
        let (bytes, time) = if self.after_first * 4 >= self.total && self.spread >= Duration::from_millis(1) {
            (self.after_first, self.spread)
        } else {
            (self.total, self.elapsed.saturating_sub(answer).max(Duration::from_micros(200)))
        };
        let bits = u128::from(bytes) * 8 * 1_000_000 / time.as_micros().max(1);
        u64::try_from(bits).unwrap_or(u64::MAX)
    }
}

impl Asking {
    pub async fn over(
        line: Box<dyn Line>,
        transport: &HttpTransport,
        target: &Target,
    ) -> Result<Self, Broken> {
        let (sender, connection) = http1::handshake(TokioIo::new(line)).await.map_err(|_| Broken::Answer)?;
        let driver = tokio::spawn(async move {
            // Its end is seen by whoever asks.
            let _ = connection.await;
        });
        let authority = target.base.port().map_or_else(
            || target.host.clone(),
            |port| format!("{}:{port}", target.base.host_str().unwrap_or(&target.host)),
        );
        let host = HeaderValue::try_from(authority).map_err(|_| Broken::Name)?;
        let bearer = transport.tokens().saved().await.and_then(|held| bearer(&held.token));
        Ok(Self { sender, driver, base: target.base.clone(), host, bearer })
    }

    /// Fetches a token unless there is one; `answered` hears how long the office's first answer took.
    pub async fn sign_in(
        &mut self,
        transport: &HttpTransport,
        mut answered: impl FnMut(Duration),
    ) -> Result<(), Broken> {
        if self.bearer.is_some() {
            // It may be out of date: one small question tells.
            let asked = self.ask(Method::GET, super::PING, Bytes::new()).await?;
            answered(asked.took);
            if asked.status.is_success() {
                return Ok(());
            }
            if asked.status != StatusCode::UNAUTHORIZED {
                return Err(Broken::Refused);
            }
            self.bearer = None;
        }
        let mut challenge = String::new();
        for _ in 0..2 {
            let body = transport.tokens().signed(&challenge);
            let asked = self.ask(Method::POST, paths::TOKEN, body.into()).await?;
            answered(asked.took);
            if asked.status.is_success() {
                let held: TokenReply = serde_json::from_slice(&asked.body).map_err(|_| Broken::Refused)?;
                self.bearer = bearer(&held.token);
                transport.tokens().restore(held).await;
                return Ok(());
            }
            let fault: Option<Fault> = serde_json::from_slice(&asked.body).ok();
            let fresh =
                fault.filter(|f| f.code == "challenge").and_then(|mut f| f.params.remove("challenge"));
            challenge = fresh.ok_or(Broken::Refused)?;
        }
        Err(Broken::Refused)
    }

    pub async fn ping(&mut self) -> Result<Answered, Broken> {
        let answered = self.ask(Method::GET, super::PING, Bytes::new()).await?;
        if answered.status.is_success() { Ok(answered) } else { Err(Broken::Refused) }
    }

    /// Sends so many bytes; the office says how they arrived.
    pub async fn send(&mut self, bytes: u64) -> Result<Sample, Broken> {
        let body = noise(bytes);
        let asked = self.ask(Method::POST, paths::LINE_UP, body).await?;
        if !asked.status.is_success() {
            return Err(Broken::Refused);
        }
        let told: LineReceived = serde_json::from_slice(&asked.body).map_err(|_| Broken::Refused)?;
        Ok(Sample {
            total: told.bytes,
            after_first: told.bytes.saturating_sub(told.first_bytes),
            spread: Duration::from_micros(told.spread_us),
            elapsed: asked.took,
        })
    }

    /// Takes so many bytes from the office.
    pub async fn receive(&mut self, bytes: u64) -> Result<Sample, Broken> {
        let begun = Instant::now();
        let path = format!("{}?bytes={bytes}", paths::LINE_DOWN);
        let mut body = self.request(Method::GET, &path, Bytes::new()).await?;
        let (mut total, mut first) = (0, None);
        while let Some(frame) = body.1.frame().await {
            let data = frame.map_err(|_| Broken::Answer)?.into_data().unwrap_or_default();
            total += data.len() as u64;
            first.get_or_insert((Instant::now(), data.len() as u64));
        }
        if !body.0.is_success() {
            return Err(Broken::Refused);
        }
        let (at, first_bytes) = first.ok_or(Broken::Answer)?;
        let after_first = total - first_bytes;
        Ok(Sample { total, after_first, spread: at.elapsed(), elapsed: begun.elapsed() })
    }

    async fn ask(&mut self, method: Method, path: &str, body: Bytes) -> Result<Answered, Broken> {
        let begun = Instant::now();
        let (status, incoming) = self.request(method, path, body).await?;
        let whole = http_body_util::Limited::new(incoming, MAX_ANSWER_BYTES).collect().await;
        let body = whole.map_err(|_| Broken::Answer)?.to_bytes();
        Ok(Answered { took: begun.elapsed(), status, body })
    }

    async fn request(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Incoming), Broken> {
        let mut request =
            Request::builder().method(method).uri(path_of(&self.base, path)).header(HOST, &self.host);
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        if path == paths::TOKEN {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::new(body)).map_err(|_| Broken::Answer)?;
        self.sender.ready().await.map_err(|_| Broken::Answer)?;
        let response = self.sender.send_request(request).await.map_err(|_| Broken::Answer)?;
        Ok((response.status(), response.into_body()))
    }
}

fn bearer(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Bytes that nothing on the way makes smaller.
fn noise(bytes: u64) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = usize::try_from(bytes).unwrap_or(0).div_ceil(8);
    let mut out = Vec::with_capacity(words * 8);
    for _ in 0..words {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(usize::try_from(bytes).unwrap_or(0));
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_receiver_without_the_way_there() {
        let sample = |total, after_first, spread_ms, elapsed_ms| Sample {
            total,
            after_first,
            spread: Duration::from_millis(spread_ms),
            elapsed: Duration::from_millis(elapsed_ms),
        };
        let answer = Duration::from_millis(400);
        // 30,000 of 32,000 bytes in one second, although the whole took two.
        assert_eq!(sample(32_000, 30_000, 1_000, 2_000).bits_per_s(answer), 240_000);
        // Everything in one piece: only the whole is known.
        assert_eq!(sample(16_000, 0, 0, 410).bits_per_s(answer), 12_800_000);
    }

    #[test]
    fn noise_has_its_length_and_does_not_shrink() {
        let some = noise(16_001);
        assert_eq!(some.len(), 16_001);
        assert!(zstd::bulk::compress(&some, 3).is_ok_and(|small| small.len() > 15_900));
    }
}
