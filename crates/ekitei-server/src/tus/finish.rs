//! The end of an upload: check what travelled, open it, check what it is, keep it under its hash. Only then the
//! receipt. Repeating any step after a crash gives the same result.

use super::protocol::checksum_mismatch;
use crate::app::App;
use crate::blobs;
use crate::fault::{Answer, Refused};
use crate::filing::place::file_sha256;
use axum::http::StatusCode;
use ekitei_model::chat::message::MAX_FILE_BYTES;
use ekitei_model::{Fault, kinds};
use ekitei_photo::FILE_LIMIT_BYTES;
use ekitei_seal::{Identity, open_to_file};
use ekitei_server_db::{BlobRow, Upload};
use std::fs;
use std::path::{Path, PathBuf};

/// Why an upload is worthless; it is dropped, and the phone begins anew or asks its person.
#[derive(Debug)]
enum Wrong {
    /// What travelled is not what was announced.
    Cipher,
    Refused(Fault),
}

enum Failure {
    Wrong(Wrong),
    /// Ours: disk or database. Nothing is dropped.
    Here(Refused),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Wrong(Wrong::Refused(fault))
    }
}

/// Verifies a completely received upload and stores its bytes.
///
/// # Errors
/// 460 (hash of what travelled), 422 (cannot be opened, other content, not a photo; the upload is gone then), 503.
pub async fn finish(app: &App, upload: &Upload) -> Answer<()> {
    match verified(app, upload).await {
        Ok(blob) => {
            let changed = app.storage.upload_finish(upload.id, upload.fence, &blob, app.now_ms()).await?;
            app.metrics.uploads_verified.add(1);
            app.announce(&changed, false);
            remove_staging(app, upload);
            Ok(())
        }
        Err(Failure::Here(refused)) => Err(refused),
        Err(Failure::Wrong(wrong)) => {
            app.metrics.uploads_wrong.add(1);
            app.storage.upload_drop(upload.id).await?;
            remove_staging(app, upload);
            Err(match wrong {
                Wrong::Cipher => Refused::new(checksum_mismatch(), Fault::retry("upload-hash")),
                Wrong::Refused(fault) => Refused::new(StatusCode::UNPROCESSABLE_ENTITY, fault),
            })
        }
    }
}

async fn verified(app: &App, upload: &Upload) -> Result<BlobRow, Failure> {
    let stopped = |e: &dyn std::fmt::Display| Failure::Here(Refused::unavailable(e));
    let of = app.storage.office_record(upload.new.record).await.map_err(|e| stopped(&e))?;
    let kind = match of {
        Some(record) => Some(record.kind),
        // Its message waits for working hours.
        None => app.storage.waiting_kind(upload.new.record).await.map_err(|e| stopped(&e))?,
    };
    let sort = if kind.as_deref() == Some(kinds::FILE) { Sort::Any } else { Sort::Photo };
    let work = Work {
        sort,
        data: app.config.data.clone(),
        identity: upload.new.key_id.as_deref().map(|k| app.keys.identity(k).cloned()),
        upload: upload.clone(),
    };
    let (work, plain) = tokio::task::spawn_blocking(move || work.open()).await.map_err(|e| stopped(&e))??;
    // Decoding takes a core for a moment: one at a time per core, whatever else arrives meanwhile.
    let turn = app.decoding.acquire().await.map_err(|e| stopped(&e))?;
    let done = tokio::task::spawn_blocking(move || work.keep(&plain)).await.map_err(|e| stopped(&e))?;
    drop(turn);
    done
}

/// What is left goes with the clean-up of expired uploads if it cannot go now.
pub fn remove_staging(app: &App, upload: &Upload) {
    let path = blobs::staging(&app.config.data, upload.id);
    for leftover in [opened_path(&path), path] {
        if let Err(error) = blobs::remove(&leftover) {
            tracing::warn!(code = error.code(), upload = %upload.id, "staging file stays");
        }
    }
}

fn opened_path(staging: &Path) -> PathBuf {
    staging.with_extension("open")
}

/// What the bytes must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Photo,
    /// A file of a message.
    Any,
}

struct Work {
    sort: Sort,
    data: PathBuf,
    /// `None`: not sealed. `Some(None)`: sealed to a key that is not ours.
    identity: Option<Option<Identity>>,
    upload: Upload,
}

/// Bytes whose hashes are right.
struct Plain {
    file: PathBuf,
    sha256: String,
}

impl Work {
    /// Hashes what travelled, opens it, hashes what was inside.
    fn open(self) -> Result<(Self, Plain), Failure> {
        let here = |e: &dyn std::fmt::Display| Failure::Here(Refused::unavailable(e));
        let staging = blobs::staging(&self.data, self.upload.id);
        let new = &self.upload.new;
        if !staging.exists() {
            // Killed between rename and receipt: the blob is there already.
            let plain = self.adopted(&here)?;
            return Ok((self, plain));
        }
        let cipher = file_sha256(&staging).map_err(|e| here(&e))?;
        if cipher != new.cipher_sha256 {
            return Err(Failure::Wrong(Wrong::Cipher));
        }
        let (file, sha256) = match &self.identity {
            None => (staging, cipher),
            Some(None) => return Err(Fault::ask("upload-key-unknown").into()),
            Some(Some(identity)) => {
                let target = opened_path(&staging);
                match open_to_file(&staging, std::slice::from_ref(identity), &target) {
                    Ok(opened) => (target, opened.plain_sha256),
                    Err(e) if e.code().starts_with("seal-") => {
                        return Err(Fault::ask("upload-sealed-wrong").into());
                    }
                    Err(e) => return Err(here(&e)),
                }
            }
        };
        if sha256 != new.sha256 {
            return Err(Fault::ask("upload-content").into());
        }
        Ok((self, Plain { file, sha256 }))
    }

    /// Decodes it to the end, then gives it its place.
    fn keep(self, plain: &Plain) -> Result<BlobRow, Failure> {
        let blob = check(&plain.file, plain.sha256.clone(), self.sort)?;
        if plain.file != blobs::path(&self.data, &blob.sha256) {
            let placed = blobs::adopt(&self.data, &plain.file, &blob.sha256);
            placed.map_err(|e| Failure::Here(Refused::unavailable(&e)))?;
        }
        Ok(blob)
    }

    fn adopted(&self, here: &dyn Fn(&dyn std::fmt::Display) -> Failure) -> Result<Plain, Failure> {
        let sha256 = &self.upload.new.sha256;
        let path = blobs::path(&self.data, sha256);
        match file_sha256(&path) {
            Ok(found) if found == *sha256 => Ok(Plain { file: path, sha256: found }),
            Ok(_) => Err(here(&"a blob has other content than its name")),
            // Neither staging nor blob: the phone must send it again.
            Err(_) => Err(Failure::Wrong(Wrong::Cipher)),
        }
    }
}

/// A photograph must be one to its last line, of a kind and size that everyone downstream can read. A file of a message is
/// only handed on.
fn check(path: &Path, sha256: String, sort: Sort) -> Result<BlobRow, Failure> {
    let here = |e: std::io::Error| Failure::Here(Refused::unavailable(&e));
    let bytes = fs::metadata(path).map_err(here)?.len();
    if sort == Sort::Any {
        if bytes > MAX_FILE_BYTES {
            return Err(Fault::ask("file-too-large").into());
        }
        return Ok(BlobRow { sha256, bytes, media_type: "application/octet-stream".to_owned() });
    }
    if bytes > FILE_LIMIT_BYTES {
        return Err(Fault::ask("photo-file-large")
            .with("size_mb", bytes.div_ceil(1_000_000))
            .with("limit_mb", FILE_LIMIT_BYTES / (1024 * 1024))
            .into());
    }
    let content = fs::read(path).map_err(here)?;
    let probe = ekitei_photo::verify(&content).map_err(|e| {
        let fault = e.params().into_iter().fold(Fault::ask(e.code()), |f, (name, value)| f.with(name, value));
        Failure::from(fault)
    })?;
    Ok(BlobRow { sha256, bytes, media_type: probe.format.mime().to_owned() })
}
