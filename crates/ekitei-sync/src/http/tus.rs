//! tus 1.0: creation (with the first bytes, so that a thumbnail costs one request), resume by byte, checksums.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ekitei_model::wire::{VERIFIED_HEADER, paths, upload_meta};
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use sha2::{Digest, Sha256};

use super::{Answer, Call, HttpTransport, text};
use crate::error::CallError;
use crate::transport::{AllSent, NewUpload, UploadAt};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const VERIFIED: HeaderName = HeaderName::from_static(VERIFIED_HEADER);
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const CHUNK: HeaderValue = HeaderValue::from_static("application/offset+octet-stream");

impl HttpTransport {
    pub(super) async fn tus_create(
        &self,
        new: &NewUpload,
        first: Bytes,
        all_sent: &AllSent,
    ) -> Result<UploadAt, CallError> {
        let mut call = self.tus_call(Method::POST, paths::UPLOADS)?;
        call.of_upload = false;
        call.sent = all_sent.clone();
        call.headers.insert(LENGTH, HeaderValue::from(new.cipher_bytes));
        call.headers.insert(METADATA, metadata(new)?);
        let sent = first.len();
        if !first.is_empty() {
            carry(&mut call, first);
        }
        let answer = self.send(call).await?;
        let location = text(&answer.headers, &LOCATION).ok_or_else(|| garbage("location"))?;
        let location = self.own_path(location)?;
        match offset(&answer.headers) {
            Some(offset) => at(location, offset, &answer),
            // A server without creation-with-upload says nothing of bytes.
            None if sent == 0 => at(location, 0, &answer),
            None => {
                let mut found = self.tus_head(&location).await?;
                found.traffic.up += answer.traffic.up;
                found.traffic.down += answer.traffic.down;
                Ok(found)
            }
        }
    }

    pub(super) async fn tus_head(&self, location: &str) -> Result<UploadAt, CallError> {
        let answer = self.send(self.tus_call(Method::HEAD, location)?).await?;
        let offset = offset(&answer.headers).ok_or_else(|| garbage("upload-offset"))?;
        at(location.to_owned(), offset, &answer)
    }

    pub(super) async fn tus_patch(
        &self,
        location: &str,
        from: u64,
        bytes: Bytes,
        all_sent: &AllSent,
    ) -> Result<UploadAt, CallError> {
        let mut call = self.tus_call(Method::PATCH, location)?;
        call.sent = all_sent.clone();
        call.headers.insert(OFFSET, HeaderValue::from(from));
        let end = from + bytes.len() as u64;
        carry(&mut call, bytes);
        let answer = self.send(call).await?;
        let offset = offset(&answer.headers).ok_or_else(|| garbage("upload-offset"))?;
        if offset > end {
            return Err(garbage("upload-offset"));
        }
        at(location.to_owned(), offset, &answer)
    }

    fn tus_call(&self, method: Method, path: &str) -> Result<Call, CallError> {
        let mut call = self.call(method, path)?;
        call.headers.remove(ACCEPT_ENCODING);
        call.headers.insert(RESUMABLE, VERSION);
        call.of_upload = true;
        Ok(call)
    }

    /// The path of an upload; one on another host would carry our token there.
    fn own_path(&self, location: &str) -> Result<String, CallError> {
        let url = self.url(location)?;
        if url.origin() != self.base().origin() {
            return Err(garbage("location"));
        }
        Ok(match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        })
    }
}

fn garbage(what: &str) -> CallError {
    CallError::Garbage(what.to_owned())
}

fn carry(call: &mut Call, bytes: Bytes) {
    let hash = format!("sha256 {}", STANDARD.encode(Sha256::digest(&bytes)));
    call.headers.insert(CHECKSUM, HeaderValue::try_from(hash).expect("base64 is a header value"));
    call.headers.insert(CONTENT_TYPE, CHUNK);
    call.body = bytes;
}

fn offset(headers: &HeaderMap) -> Option<u64> {
    text(headers, &OFFSET)?.parse().ok()
}

fn at(location: String, offset: u64, answer: &Answer) -> Result<UploadAt, CallError> {
    let verified = answer.headers.contains_key(VERIFIED);
    Ok(UploadAt { location, offset, verified, traffic: answer.traffic })
}

fn metadata(new: &NewUpload) -> Result<HeaderValue, CallError> {
    let record = new.record.to_string();
    let mut pairs = vec![
        (upload_meta::RECORD, record.as_str()),
        (upload_meta::VARIANT, new.variant.as_str()),
        (upload_meta::SHA256, &new.sha256),
        (upload_meta::CIPHER_SHA256, &new.cipher_sha256),
    ];
    pairs.extend(new.key_id.as_deref().map(|id| (upload_meta::KEY_ID, id)));
    let text: Vec<String> = pairs.iter().map(|(k, v)| format!("{k} {}", STANDARD.encode(v))).collect();
    HeaderValue::try_from(text.join(",")).map_err(|_| garbage("metadata"))
}
