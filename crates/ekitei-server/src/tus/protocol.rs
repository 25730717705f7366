//! The words of tus 1.0 (tus.io): headers in, headers out. Pure.

use crate::fault::{Answer, Refused};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ekitei_model::Fault;
use std::collections::BTreeMap;

pub const VERSION: &str = "1.0.0";
pub const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
pub const CHECKSUMS: &str = "sha256,sha1";
pub const CHUNK_TYPE: &str = "application/offset+octet-stream";

pub const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub const CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub const LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub const DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
pub const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// tus: the checksum of a chunk does not match.
pub const STATUS_CHECKSUM_MISMATCH: u16 = 460;

/// Status 460, which http has no name for.
pub fn checksum_mismatch() -> StatusCode {
    StatusCode::from_u16(STATUS_CHECKSUM_MISMATCH).expect("460 is a valid status")
}

/// Every request but OPTIONS names the version.
///
/// # Errors
/// 412 as tus says.
pub fn check_version(headers: &HeaderMap) -> Answer<()> {
    if headers.get(RESUMABLE).is_some_and(|v| v == VERSION) {
        return Ok(());
    }
    Err(Refused::new(StatusCode::PRECONDITION_FAILED, Fault::ask("tus-version").with("version", VERSION)))
}

/// # Errors
/// 415 for any other type of body.
pub fn check_chunk_type(headers: &HeaderMap) -> Answer<()> {
    let kind = headers.get(axum::http::header::CONTENT_TYPE);
    if kind
        .and_then(|k| k.to_str().ok())
        .is_some_and(|k| k.split(';').next().is_some_and(|k| k.trim() == CHUNK_TYPE))
    {
        return Ok(());
    }
    Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Fault::ask("tus-type").with("type", CHUNK_TYPE)))
}

/// A number header.
///
/// # Errors
/// 400 when it is absent or not a number.
pub fn number(headers: &HeaderMap, name: &HeaderName) -> Answer<u64> {
    headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .filter(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|v| v.parse().ok())
        .ok_or_else(|| Refused::bad("header-wrong").with("header", name))
}

/// `Upload-Metadata`: `key base64,key base64,key`.
///
/// # Errors
/// 400 when a value is not base64 of UTF-8.
pub fn metadata(headers: &HeaderMap) -> Answer<BTreeMap<String, String>> {
    let wrong = || Refused::bad("header-wrong").with("header", &METADATA);
    let Some(text) = headers.get(METADATA) else { return Ok(BTreeMap::new()) };
    let text = text.to_str().map_err(|_| wrong())?;
    let mut out = BTreeMap::new();
    for pair in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).map_err(|_| wrong())?;
        out.insert(key.to_owned(), String::from_utf8(value).map_err(|_| wrong())?);
    }
    Ok(out)
}

/// `Upload-Checksum` of a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    Sha256([u8; 32]),
    Sha1([u8; 20]),
}

/// # Errors
/// 400 for an unknown algorithm or a wrong form.
pub fn checksum(headers: &HeaderMap) -> Answer<Option<Checksum>> {
    let Some(text) = headers.get(CHECKSUM) else { return Ok(None) };
    let wrong = || Refused::bad("header-wrong").with("header", &CHECKSUM);
    let (name, value) = text.to_str().ok().and_then(|t| t.split_once(' ')).ok_or_else(wrong)?;
    let value = STANDARD.decode(value.trim()).map_err(|_| wrong())?;
    match name {
        "sha256" => value.try_into().map(|h| Some(Checksum::Sha256(h))).map_err(|_| wrong()),
        "sha1" => value.try_into().map(|h| Some(Checksum::Sha1(h))).map_err(|_| wrong()),
        _ => Err(Refused::bad("tus-checksum-unknown").with("known", CHECKSUMS)),
    }
}

/// `Upload-Expires` as HTTP writes dates.
pub fn http_date(at_ms: i64) -> HeaderValue {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let text =
        jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default();
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn metadata_is_pairs_of_base64() {
        let m = metadata(&with(METADATA, "record YWJj, variant b3JpZ2luYWw=,empty")).unwrap();
        assert_eq!(m["record"], "abc");
        assert_eq!(m["variant"], "original");
        assert_eq!(m["empty"], "");
        assert!(metadata(&with(METADATA, "record !!!")).is_err());
        assert!(metadata(&with(METADATA, "record /w==")).is_err());
        assert!(metadata(&HeaderMap::new()).unwrap().is_empty());
    }

    #[test]
    fn numbers_are_digits_only() {
        assert_eq!(number(&with(LENGTH, "17"), &LENGTH).unwrap(), 17);
        for wrong in ["", "-1", "+1", "1.5", "99999999999999999999999"] {
            assert!(number(&with(LENGTH, wrong), &LENGTH).is_err(), "{wrong}");
        }
    }

    #[test]
    fn checksums_have_the_length_of_their_algorithm() {
        let zero20 = STANDARD.encode([0; 20]);
        assert_eq!(
            checksum(&with(CHECKSUM, &format!("sha1 {zero20}"))).unwrap(),
            Some(Checksum::Sha1([0; 20]))
        );
        assert!(checksum(&with(CHECKSUM, &format!("sha256 {zero20}"))).is_err());
        assert!(checksum(&with(CHECKSUM, &format!("md5 {zero20}"))).is_err());
        assert_eq!(checksum(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn dates_are_written_as_http_does() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
