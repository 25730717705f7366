//! Writes a chunk into staging: bytes first, fsync, then the offset.

use super::active::Turn;
use super::protocol::{self, Checksum, checksum_mismatch};
use crate::app::App;
use crate::blobs;
use crate::body;
use crate::fault::{Answer, Refused};
use axum::body::Body;
use ekitei_model::Fault;
use ekitei_seal::atomic::create_dirs;
use ekitei_server_db::Upload;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::io::SeekFrom;
use std::time::Duration;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::time::Instant;

/// Without a checksum the offset is committed at least this often, so that a killed server loses little.
const COMMIT_EVERY_BYTES: u64 = 4 * 1024 * 1024;
const PIECE_BYTES: usize = 64 * 1024;

/// What became of a request's body.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// All of it is committed.
    Complete,
    /// The line broke, the time was over or a newer request came; what is committed stays.
    Cut,
}

enum Hash {
    Sha256(Sha256, [u8; 32]),
    Sha1(Sha1, [u8; 20]),
}

impl Hash {
    fn of(checksum: &Checksum) -> Self {
        match checksum {
            Checksum::Sha256(want) => Self::Sha256(Sha256::new(), *want),
            Checksum::Sha1(want) => Self::Sha1(Sha1::new(), *want),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(h, _) => h.update(bytes),
            Self::Sha1(h, _) => h.update(bytes),
        }
    }

    fn matches(self) -> bool {
        match self {
            Self::Sha256(h, want) => h.finalize().as_slice() == want,
            Self::Sha1(h, want) => h.finalize().as_slice() == want,
        }
    }
}

/// Appends `body` at the upload's offset; moves `upload.offset_bytes` as far as is durable. With a checksum the chunk
/// is taken whole or not at all.
///
/// # Errors
/// 460 (checksum), 413 (more than the announced length), 409 (a newer request took over), 503 (disk).
pub async fn receive(
    app: &App,
    turn: &Turn,
    upload: &mut Upload,
    body: Body,
    checksum: Option<Checksum>,
) -> Answer<Ended> {
    let disk = |e: std::io::Error| Refused::unavailable(&e);
    let mut file = open(app, upload).await?;
    file.seek(SeekFrom::Start(upload.offset_bytes)).await.map_err(disk)?;
    let mut reader = body::reader(body);
    let mut hash = checksum.as_ref().map(Hash::of);
    let deadline = Instant::now() + Duration::from_millis(app.limits.body_read_ms);
    let mut piece = vec![0u8; PIECE_BYTES];
    let mut written = upload.offset_bytes;
    let ended = loop {
        let read = tokio::select! {
            () = turn.leave.cancelled() => break Ended::Cut,
            () = tokio::time::sleep_until(deadline) => break Ended::Cut,
            read = reader.read(&mut piece) => read,
        };
        let n = match read {
            Ok(0) => break Ended::Complete,
            Ok(n) => n,
            Err(_) => break Ended::Cut,
        };
        if written + n as u64 > upload.new.length_bytes {
            return Err(Refused::too_large(upload.new.length_bytes));
        }
        file.write_all(&piece[..n]).await.map_err(disk)?;
        if let Some(hash) = &mut hash {
            hash.update(&piece[..n]);
        }
        written += n as u64;
        app.metrics.upload_bytes.add(n as u64);
        if hash.is_none() && written - upload.offset_bytes >= COMMIT_EVERY_BYTES {
            commit(app, upload, &mut file, written).await?;
        }
    };
    if let Some(hash) = hash {
        if ended == Ended::Cut {
            return Ok(Ended::Cut);
        }
        if !hash.matches() {
            return Err(Refused::new(checksum_mismatch(), Fault::retry("chunk-checksum")));
        }
    }
    commit(app, upload, &mut file, written).await?;
    Ok(ended)
}

async fn open(app: &App, upload: &Upload) -> Answer<File> {
    let folder = blobs::staging_folder(&app.config.data);
    create_dirs(&folder).map_err(|e| Refused::unavailable(&e))?;
    let path = blobs::staging(&app.config.data, upload.id);
    // Never truncated: bytes beyond the committed offset are written over.
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).await;
    file.map_err(|e| Refused::unavailable(&e))
}

/// Bytes are durable before the offset says so.
async fn commit(app: &App, upload: &mut Upload, file: &mut File, to: u64) -> Answer<()> {
    if to == upload.offset_bytes {
        return Ok(());
    }
    file.flush().await.map_err(|e| Refused::unavailable(&e))?;
    file.sync_data().await.map_err(|e| Refused::unavailable(&e))?;
    app.storage.upload_advance(upload.id, upload.fence, upload.offset_bytes, to).await?;
    upload.offset_bytes = to;
    Ok(())
}

/// Reads and forgets a body, so that the answer reaches a caller who is still sending.
pub async fn drain(app: &App, body: Body) {
    let mut reader = body::reader(body).take(app.limits.upload_bytes);
    let mut nowhere = tokio::io::sink();
    let all = tokio::io::copy(&mut reader, &mut nowhere);
    // Too slow or cut: the connection ends, and the caller asks with HEAD.
    tokio::select! {
        () = app.stop.cancelled() => {}
        _ = tokio::time::timeout(Duration::from_millis(app.limits.drain_ms), all) => {}
    }
}

/// Whether a chunk may begin here.
///
/// # Errors
/// 409 with the true offset, as tus says.
pub fn check_offset(headers: &axum::http::HeaderMap, upload: &Upload) -> Answer<()> {
    let offset = protocol::number(headers, &protocol::OFFSET)?;
    if offset == upload.offset_bytes {
        return Ok(());
    }
    Err(Refused::new(
        axum::http::StatusCode::CONFLICT,
        Fault::retry("offset-wrong").with("offset", upload.offset_bytes),
    ))
}
