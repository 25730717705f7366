//! The end of an upload: check what travelled, open it, check what it is, keep it under its hash. Only then the
//! receipt. Repeating any step after a crash gives the same result.

use super::protocol::checksum_mismatch;
use crate::app::App;
use crate::blobs;
use crate::fault::{Answer, Refused};
use crate::filing::place::file_sha256;
use axum::http::StatusCode;
use ekitei_model::Fault;
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
    let work = Work {
        data: app.config.data.clone(),
        identity: upload.new.key_id.as_deref().map(|k| app.keys.identity(k).cloned()),
        upload: upload.clone(),
    };
    let done = tokio::task::spawn_blocking(move || work.run()).await.map_err(|e| Refused::unavailable(&e))?;
    match done {
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

struct Work {
    data: PathBuf,
    /// `None`: not sealed. `Some(None)`: sealed to a key that is not ours.
    identity: Option<Option<Identity>>,
    upload: Upload,
}

impl Work {
    fn run(self) -> Result<BlobRow, Failure> {
        let here = |e: &dyn std::fmt::Display| Failure::Here(Refused::unavailable(e));
        let staging = blobs::staging(&self.data, self.upload.id);
        let new = &self.upload.new;
        if !staging.exists() {
            // Killed between rename and receipt: the blob is there already.
            return self.adopted(&here);
        }
        let cipher = file_sha256(&staging).map_err(|e| here(&e))?;
        if cipher != new.cipher_sha256 {
            return Err(Failure::Wrong(Wrong::Cipher));
        }
        let (plain_file, plain_sha256) = match self.identity {
            None => (staging, cipher),
            Some(None) => return Err(Fault::ask("upload-key-unknown").into()),
            Some(Some(identity)) => {
                let target = opened_path(&staging);
                match open_to_file(&staging, &[identity], &target) {
                    Ok(opened) => (target, opened.plain_sha256),
                    Err(e) if e.code().starts_with("seal-") => {
                        return Err(Fault::ask("upload-sealed-wrong").into());
                    }
                    Err(e) => return Err(here(&e)),
                }
            }
        };
        if plain_sha256 != new.sha256 {
            return Err(Fault::ask("upload-content").into());
        }
        let blob = check(&plain_file, plain_sha256)?;
        blobs::adopt(&self.data, &plain_file, &blob.sha256).map_err(|e| here(&e))?;
        Ok(blob)
    }

    fn adopted(&self, here: &dyn Fn(&dyn std::fmt::Display) -> Failure) -> Result<BlobRow, Failure> {
        let sha256 = &self.upload.new.sha256;
        let path = blobs::path(&self.data, sha256);
        match file_sha256(&path) {
            Ok(found) if found == *sha256 => check(&path, found),
            Ok(_) => Err(here(&"a blob has other content than its name")),
            // Neither staging nor blob: the phone must send it again.
            Err(_) => Err(Failure::Wrong(Wrong::Cipher)),
        }
    }
}

/// It must be a photograph of a kind and size that everyone downstream can read.
fn check(path: &Path, sha256: String) -> Result<BlobRow, Failure> {
    let here = |e: std::io::Error| Failure::Here(Refused::unavailable(&e));
    let bytes = fs::metadata(path).map_err(here)?.len();
    if bytes > FILE_LIMIT_BYTES {
        return Err(Fault::ask("photo-file-large")
            .with("size_mb", bytes.div_ceil(1_000_000))
            .with("limit_mb", FILE_LIMIT_BYTES / (1024 * 1024))
            .into());
    }
    let content = fs::read(path).map_err(here)?;
    let probe = ekitei_photo::probe(&content).map_err(|e| {
        let fault = e.params().into_iter().fold(Fault::ask(e.code()), |f, (name, value)| f.with(name, value));
        Failure::from(fault)
    })?;
    Ok(BlobRow { sha256, bytes, media_type: probe.format.mime().to_owned() })
}
