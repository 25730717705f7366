//! Request and answer bodies: limits, time, JSON lines, zstd.

use crate::fault::{Answer, Refused};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::Fault;
use ekitei_model::wire::ZSTD_LEVEL;
use futures_util::TryStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::time::Duration;
use tokio_util::io::StreamReader;

pub const NDJSON: &str = "application/x-ndjson";
const ZSTD: &str = "zstd";
/// Below this, compressing costs more than it saves.
const WORTH_COMPRESSING_BYTES: usize = 512;

/// The whole body, at most `limit_bytes` and complete within `within_ms`.
///
/// # Errors
/// 413, 408, or 400 when the caller went away.
pub async fn read(body: Body, limit_bytes: usize, within_ms: u64) -> Answer<Bytes> {
    use http_body_util::BodyExt;
    let limited = http_body_util::Limited::new(body, limit_bytes);
    let all = tokio::time::timeout(Duration::from_millis(within_ms), limited.collect());
    match all.await {
        Err(_) => Err(Refused::new(StatusCode::REQUEST_TIMEOUT, Fault::retry("request-slow"))),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(e)) if e.is::<http_body_util::LengthLimitError>() => {
            Err(Refused::too_large(limit_bytes as u64))
        }
        Ok(Err(_)) => Err(Refused::bad("body-broken")),
    }
}

/// The body after its `content-encoding`, at most `limit_bytes` both ways.
///
/// # Errors
/// As [`read`]; 415 for an unknown encoding; 400 when it does not decompress.
pub async fn read_decoded(
    headers: &HeaderMap,
    body: Body,
    limit_bytes: usize,
    within_ms: u64,
) -> Answer<Bytes> {
    let raw = read(body, limit_bytes, within_ms).await?;
    match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(raw),
        Some(b"zstd") => unzstd(&raw, limit_bytes),
        Some(_) => Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Fault::ask("encoding-unknown"))),
    }
}

fn unzstd(raw: &[u8], limit_bytes: usize) -> Answer<Bytes> {
    let broken = |_| Refused::bad("body-broken");
    let mut decoder = zstd::Decoder::with_buffer(raw).map_err(broken)?;
    // A small frame must not ask for a window of gigabytes.
    decoder.window_log_max(23).map_err(broken)?;
    let mut out = Vec::with_capacity((raw.len() * 4).min(limit_bytes));
    decoder.take(limit_bytes as u64 + 1).read_to_end(&mut out).map_err(broken)?;
    if out.len() > limit_bytes {
        return Err(Refused::too_large(limit_bytes as u64));
    }
    Ok(out.into())
}

/// One JSON value.
///
/// # Errors
/// 400 with the place of the mistake.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes)
        .map_err(|e| Refused::bad("body-not-json").with("detail", short(&e.to_string())))
}

/// The lines of a JSON-lines body, without the last line break. Empty lines are skipped.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == b'\n').filter(|l| !l.iter().all(u8::is_ascii_whitespace))
}

/// serde's message without a quotation of content.
fn short(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(at) => message[at + 1..].to_owned(),
        None => "at the start".to_owned(),
    }
}

/// Adds one line.
pub fn push_line(out: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(&mut *out, value).expect("wire types are plain data");
    out.push(b'\n');
}

/// JSON lines, compressed when the caller takes zstd.
pub fn ndjson(headers: &HeaderMap, lines: Vec<u8>) -> Response {
    let takes_zstd = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .any(|e| e.split(';').next().is_some_and(|name| name.trim() == ZSTD) && !e.contains(";q=0"));
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    let worth = takes_zstd && lines.len() > WORTH_COMPRESSING_BYTES;
    match worth.then(|| zstd::bulk::compress(&lines, ZSTD_LEVEL)) {
        Some(Ok(small)) => {
            let encoding = (header::CONTENT_ENCODING, HeaderValue::from_static(ZSTD));
            ([kind, encoding], small).into_response()
        }
        _ => ([kind], lines).into_response(),
    }
}

/// The body as a reader, for streaming to a file.
pub fn reader(body: Body) -> impl tokio::io::AsyncRead + Unpin + Send {
    StreamReader::new(Box::pin(body.into_data_stream().map_err(std::io::Error::other)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = zstd::bulk::compress(&vec![b'a'; 50_000_000], 3).unwrap();
        assert!(bomb.len() < 20_000);
        assert_eq!(unzstd(&bomb, 1_000_000).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(unzstd(b"not zstd", 1_000_000).unwrap_err().status, StatusCode::BAD_REQUEST);
        let fine = zstd::bulk::compress(b"abc", 3).unwrap();
        assert_eq!(&unzstd(&fine, 3).unwrap()[..], b"abc");
        assert!(unzstd(&fine, 2).is_err());
        assert!(unzstd(&fine[..fine.len() - 2], 1_000).is_err());
    }

    #[test]
    fn a_mistake_is_placed_without_quoting_what_was_sent() {
        let e = json::<u32>(br#""secret name""#).unwrap_err();
        assert!(!format!("{:?}", e.fault).contains("secret"));
    }

    #[test]
    fn lines_skip_the_empty_ones() {
        assert_eq!(lines(b"a\n\n b\r\n").collect::<Vec<_>>(), [b"a".as_slice(), b" b\r"]);
    }
}
