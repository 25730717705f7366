//! Sealed files on their way: created with their first bytes, resumed at the byte that the server names.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ekitei_model::{Fault, Lane};
use ekitei_seal::SealError;
use ekitei_seal::atomic::FileError;
use ekitei_store::queue::{Upload, uploads};

use super::flight::{Flight, Landed, Yields};
use super::{Engine, Halt, Run};
use crate::error::CallError;
use crate::plan::{Consequence, Step};
use crate::transport::{NewUpload, UploadAt};

impl Engine {
    /// One chunk of the next file of a lane.
    pub(super) async fn upload(
        &mut self,
        run: &mut Run<'_>,
        step: Step,
        lane: Lane,
        chunk_bytes: u64,
    ) -> Result<(), Halt> {
        let Some(file) = self.home.queue().read(|c| uploads::next(c, lane))? else {
            run.loads.forget();
            return Ok(());
        };
        let flight = match self.launch_chunk(&file, chunk_bytes) {
            Ok(flight) => flight,
            Err(fault) => return self.upload_failed(run, &step, &file, &CallError::Disk(fault)).await,
        };
        let (result, elapsed_ms) = match self.land_unless(run, flight, Yields::ToEmergency).await? {
            Landed::Done(result, elapsed_ms) => (result, elapsed_ms),
            Landed::GaveWay => return Ok(()),
        };
        match result {
            Ok(at) => self.arrived(run, &step, &file, &at, elapsed_ms),
            Err(error) => self.upload_failed(run, &step, &file, &error).await,
        }
    }

    fn launch_chunk(&self, file: &Upload, chunk_bytes: u64) -> Result<Flight<UploadAt>, Fault> {
        let line = Arc::clone(&self.line);
        // Begun before in vain: perhaps the office has part of it, so ask before sending again.
        let blind = file.url.is_none() && self.restarts.contains_key(&file.item);
        let bytes = if blind {
            Bytes::new()
        } else {
            let path = self.home.blobs().path(&file.name);
            read_chunk(&path, file.cipher_bytes, file.sent_bytes, chunk_bytes)?
        };
        let (url, from) = (file.url.clone(), file.sent_bytes);
        let new = NewUpload {
            record: file.record,
            variant: file.variant,
            sha256: file.sha256.clone(),
            cipher_sha256: file.cipher_sha256.clone(),
            cipher_bytes: file.cipher_bytes,
            key_id: file.key_id.clone(),
        };
        Ok(Flight::launch(&self.clock, async move {
            match url {
                Some(url) => line.upload_patch(&url, from, bytes).await,
                None => line.upload_create(&new, bytes).await,
            }
        }))
    }

    fn arrived(
        &mut self,
        run: &mut Run<'_>,
        step: &Step,
        file: &Upload,
        at: &UploadAt,
        elapsed_ms: u64,
    ) -> Result<(), Halt> {
        let now_ms = self.clock.now_ms();
        self.home.queue().write(|tx| {
            if at.verified {
                uploads::done(tx, file.item, now_ms)
            } else {
                uploads::progress(tx, file.item, &at.location, at.offset)
            }
        })?;
        if at.verified {
            self.restarts.remove(&file.item);
            run.report.sent_files += 1;
            run.receipts_due = true;
        } else if at.offset > file.sent_bytes {
            // It goes on: earlier misfortunes do not count any more.
            self.restarts.remove(&file.item);
        } else if file.url.is_some() {
            // The server took nothing of it; without an end to that, it would be asked for ever.
            *self.restarts.entry(file.item).or_insert(0) += 1;
            if self.restarts[&file.item] > crate::plan::MAX_FILE_RESTARTS {
                let stuck = Fault::retry("upload-unverified");
                self.home.queue().write(|tx| uploads::park(tx, file.item, &stuck))?;
                run.report.parked += 1;
                run.loads.forget();
            }
        }
        run.loads.sent_file(file.lane, at.offset.saturating_sub(file.sent_bytes), at.verified);
        self.succeeded(run, step, at.traffic, elapsed_ms);
        run.side.progressed();
        Ok(())
    }

    async fn upload_failed(
        &mut self,
        run: &mut Run<'_>,
        step: &Step,
        file: &Upload,
        error: &CallError,
    ) -> Result<(), Halt> {
        let restarts = self.restarts.get(&file.item).copied().unwrap_or(0);
        if error.is_ambiguous() && file.url.is_none() {
            self.restarts.entry(file.item).or_insert(0);
        }
        let Some(consequence) = self.failed(run, step, error, 1, restarts)? else { return Ok(()) };
        let queue = self.home.queue();
        match consequence {
            Consequence::Park(fault) => {
                queue.write(|tx| uploads::park(tx, file.item, &fault))?;
                self.restarts.remove(&file.item);
                run.report.parked += 1;
                run.side.progressed();
            }
            Consequence::Restart => {
                *self.restarts.entry(file.item).or_insert(0) += 1;
                queue.write(|tx| uploads::restart(tx, file.item))?;
            }
            Consequence::Relocate => self.relocate(run, step, file).await?,
            _ => {}
        }
        run.loads.forget();
        Ok(())
    }

    /// Asks where the upload stands; one that is gone is begun anew.
    async fn relocate(&mut self, run: &mut Run<'_>, step: &Step, file: &Upload) -> Result<(), Halt> {
        let Some(url) = file.url.clone() else {
            *self.restarts.entry(file.item).or_insert(0) += 1;
            return Ok(());
        };
        let line = Arc::clone(&self.line);
        let flight = Flight::launch(&self.clock, async move { line.upload_head(&url).await });
        let (result, _) = self.land(run, flight).await?;
        if matches!(result, Ok(_) | Err(CallError::UploadMoved { .. })) {
            // Only an office that answers and still disagrees wears a file out, not a bad line.
            *self.restarts.entry(file.item).or_insert(0) += 1;
        }
        match result {
            Ok(at) if at.offset > file.cipher_bytes => {
                self.home.queue().write(|tx| uploads::restart(tx, file.item))?;
            }
            Ok(at) => self.arrived(run, step, file, &at, 0)?,
            Err(CallError::UploadMoved { .. }) => {
                self.home.queue().write(|tx| uploads::restart(tx, file.item))?;
            }
            Err(error) => {
                self.failed(run, step, &error, 1, 0)?;
            }
        }
        Ok(())
    }
}

/// At most `chunk_bytes` of the file from `from` on. Only the chunk is in memory.
fn read_chunk(path: &Path, whole_bytes: u64, from: u64, chunk_bytes: u64) -> Result<Bytes, Fault> {
    let fault = |e| Fault::from(FileError::new("read", path, e));
    let mut file = std::fs::File::open(path).map_err(fault)?;
    if file.metadata().map_err(fault)?.len() != whole_bytes {
        return Err(SealError::Truncated.into());
    }
    file.seek(SeekFrom::Start(from)).map_err(fault)?;
    let wanted = chunk_bytes.min(whole_bytes.saturating_sub(from));
    let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
    file.take(wanted).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes.into())
}
