//! Bytes of a photo, through the record that the caller may read; in parts when asked.

use super::auth::MayRead;
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::RecordId;
use ekitei_model::kinds::Variant;
use ekitei_server_db::BlobRow;
use std::io::SeekFrom;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

pub async fn bytes(
    State(app): State<Shared>,
    MayRead(caller): MayRead,
    Path((record, variant)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let record: RecordId = record.parse().map_err(|_| Refused::not_found())?;
    let variant: Variant = variant.parse().map_err(|_| Refused::not_found())?;
    let blob = app.storage.blob_of(&caller, record, variant).await?.ok_or_else(Refused::not_found)?;
    serve_blob(&app, &blob, &headers).await
}

/// The blob with its hash as entity tag; a single range is honoured (RFC 9110, 14).
///
/// # Errors
/// The file is missing (a damaged data folder): 503, because a restore can bring it back.
pub async fn serve_blob(app: &App, blob: &BlobRow, headers: &HeaderMap) -> Answer<Response> {
    let tag = format!("\"{}\"", blob.sha256);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.to_str().is_ok_and(|v| v.contains(&tag))) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let path = app.blob_path(&blob.sha256);
    let mut file = tokio::fs::File::open(&path).await.map_err(|e| Refused::unavailable(&e))?;
    let total = file.metadata().await.map_err(|e| Refused::unavailable(&e))?.len();
    let unchanged = headers.get(header::IF_RANGE).is_none_or(|v| v.as_bytes() == tag.as_bytes());
    let asked = headers.get(header::RANGE).filter(|_| unchanged).and_then(|v| v.to_str().ok());
    let (status, from, to) = match asked.map_or(Asked::Whole, |r| range(r, total)) {
        Asked::Whole => (StatusCode::OK, 0, total),
        Asked::Part { from, to } => (StatusCode::PARTIAL_CONTENT, from, to),
        Asked::Beyond => {
            let star = format!("bytes */{total}");
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, star)]).into_response());
        }
    };
    file.seek(SeekFrom::Start(from)).await.map_err(|e| Refused::unavailable(&e))?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(to - from), 64 * 1024));
    let mut response = (status, body).into_response();
    let h = response.headers_mut();
    let text = |s: &str| HeaderValue::from_str(s).unwrap_or_else(|_| HeaderValue::from_static(""));
    h.insert(header::CONTENT_TYPE, text(&blob.media_type));
    h.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    h.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    h.insert(header::ETAG, text(&tag));
    h.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600, immutable"));
    if status == StatusCode::PARTIAL_CONTENT {
        h.insert(header::CONTENT_RANGE, text(&format!("bytes {from}-{}/{total}", to - 1)));
    }
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// No range, or a form that is not served: the whole is a correct answer.
    Whole,
    /// `from` inclusive, `to` exclusive.
    Part {
        from: u64,
        to: u64,
    },
    Beyond,
}

fn range(text: &str, total: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Asked::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(from), _) if from >= total => Asked::Beyond,
        (Ok(from), Ok(last)) if last >= from => Asked::Part { from, to: (last + 1).min(total) },
        (Ok(from), Err(_)) if last.is_empty() => Asked::Part { from, to: total },
        (Err(_), Ok(0)) if first.is_empty() => Asked::Beyond,
        (Err(_), Ok(_)) if first.is_empty() && total == 0 => Asked::Beyond,
        (Err(_), Ok(n)) if first.is_empty() => Asked::Part { from: total.saturating_sub(n), to: total },
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_range_leads_out_of_the_file(text in "(bytes=)?[0-9a-z, -]{0,24}", total in 0u64..1_000) {
            if let Asked::Part { from, to } = range(&text, total) {
                prop_assert!(from < to && to <= total);
            }
        }
    }

    #[test]
    fn ranges_as_http_says() {
        let part = |from, to| Asked::Part { from, to };
        assert_eq!(range("bytes=0-0", 10), part(0, 1));
        assert_eq!(range("bytes=5-", 10), part(5, 10));
        assert_eq!(range("bytes=5-99", 10), part(5, 10));
        assert_eq!(range("bytes=-3", 10), part(7, 10));
        assert_eq!(range("bytes=-30", 10), part(0, 10));
        assert_eq!(range("bytes=10-", 10), Asked::Beyond);
        assert_eq!(range("bytes=-0", 10), Asked::Beyond);
        for odd in
            ["bytes=7-3", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=1-2,4-5", "bytes=99999999999999999999-"]
        {
            assert_eq!(range(odd, 10), Asked::Whole, "{odd}");
        }
    }
}
