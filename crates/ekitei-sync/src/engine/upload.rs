//! Sealed files on their way: created with their first bytes, resumed at the byte that the server names.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ekitei_model::Fault;
use ekitei_seal::SealError;
use ekitei_seal::atomic::FileError;
use ekitei_store::queue::{Upload, uploads};

use super::flight::{Flight, Landed, Yields};
use super::{Engine, Halt, Run};
use crate::error::CallError;
use crate::plan::{Consequence, Step};
use crate::transport::{AllSent, NewUpload, UploadAt};

/// Below this, an exchange's round trip is nothing beside its bytes, and two files at once would only halve the line.
const OVERLAP_FROM_BYTES_PER_S: u64 = 64 * 1024;
/// Overlapping exchanges are measured together over stretches of this length.
const MEASURE_MS: u64 = 250;

/// A chunk of a file on the line.
struct Sending {
    step: Step,
    file: Upload,
    flight: Flight<UploadAt>,
    sent: AllSent,
    /// Nothing of the file is left behind it.
    ends_file: bool,
}

/// What overlapping exchanges moved in a stretch of time; each alone would count the line's time twice.
struct Meter {
    since_ms: u64,
    bytes: u64,
}

impl Engine {
    /// Chunks of files. While the office checks a whole file and answers, the next file's first bytes are on the line already.
    pub(super) async fn upload_run(&mut self, run: &mut Run<'_>, step: Step) -> Result<(), Halt> {
        let Some(mut current) = self.begin_chunk(run, step, None).await? else { return Ok(()) };
        let mut meter = Meter { since_ms: self.clock.steady_ms(), bytes: 0 };
        loop {
            let mut ahead = None;
            let mut sent = current.ends_file.then(|| current.sent.clone());
            let result = loop {
                let landed =
                    self.land_unless(run, &mut current.flight, Yields::ToEmergency, sent.as_ref()).await?;
                match landed {
                    Landed::Done(result, _) => break result,
                    Landed::Sent => {
                        sent = None;
                        ahead = self.begin_behind(run, &current).await?;
                    }
                    Landed::GaveWay => {
                        self.abandon(&current);
                        ahead.iter().for_each(|next| self.abandon(next));
                        return Ok(());
                    }
                }
            };
            match result {
                Ok(at) => {
                    self.arrived(run, &current.step, &current.file, &at)?;
                    self.measure(&mut meter, &current.step, at.traffic.up, ahead.is_none());
                }
                Err(error) => self.upload_failed(run, &current.step, &current.file, &error).await?,
            }
            match ahead {
                Some(next) if self.planner.holds().line_open(self.clock.now_ms()) => current = next,
                Some(next) => {
                    self.abandon(&next);
                    return Ok(());
                }
                None => return Ok(()),
            }
        }
    }

    /// Sends the next chunk of the step's lane; `but`: of another file than this.
    async fn begin_chunk(
        &mut self,
        run: &mut Run<'_>,
        step: Step,
        but: Option<i64>,
    ) -> Result<Option<Sending>, Halt> {
        let Step::Upload { lane, chunk_bytes } = step else { return Ok(None) };
        let Some(file) = self.home.queue().read(|c| uploads::next(c, lane, but))? else {
            run.loads.forget();
            return Ok(None);
        };
        let sent = AllSent::default();
        match self.launch_chunk(&file, chunk_bytes, &sent) {
            Ok(flight) => {
                let ends_file = file.sent_bytes.saturating_add(chunk_bytes) >= file.cipher_bytes;
                Ok(Some(Sending { step, file, flight, sent, ends_file }))
            }
            Err(fault) => {
                self.upload_failed(run, &step, &file, &CallError::Disk(fault)).await?;
                Ok(None)
            }
        }
    }

    /// What the planner would send if `current` had arrived, when that is a file.
    async fn begin_behind(&mut self, run: &mut Run<'_>, current: &Sending) -> Result<Option<Sending>, Halt> {
        let now_ms = self.clock.now_ms();
        let quick = self.planner.up_bytes_per_s(now_ms).is_some_and(|r| r >= OVERLAP_FROM_BYTES_PER_S);
        if !quick {
            return Ok(None);
        }
        self.hear(run);
        run.loads.refresh(self.home.queue(), self.clock.steady_ms())?;
        let file = &current.file;
        let loads = run.loads.without(file.lane, file.cipher_bytes.saturating_sub(file.sent_bytes));
        let snapshot = loads.snapshot(run.may_read, run.pull_due_since_ms);
        match self.planner.next(&snapshot, now_ms) {
            step @ Step::Upload { .. } => self.begin_chunk(run, step, Some(file.item)).await,
            _ => Ok(None),
        }
    }

    /// A chunk whose answer nobody waits for: perhaps the office has it, so it is asked before anything is sent again.
    fn abandon(&mut self, given: &Sending) {
        if given.file.url.is_none() {
            self.restarts.entry(given.file.item).or_insert(0);
        }
    }

    /// `last`: nothing overlaps what comes next.
    fn measure(&mut self, meter: &mut Meter, step: &Step, bytes: u64, last: bool) {
        meter.bytes += bytes;
        let now_ms = self.clock.steady_ms();
        let elapsed_ms = now_ms.saturating_sub(meter.since_ms);
        if last || elapsed_ms >= MEASURE_MS {
            self.planner.timed(step, meter.bytes, elapsed_ms, self.clock.now_ms());
            *meter = Meter { since_ms: now_ms, bytes: 0 };
        }
    }

    fn launch_chunk(
        &self,
        file: &Upload,
        chunk_bytes: u64,
        sent: &AllSent,
    ) -> Result<Flight<UploadAt>, Fault> {
        let line = Arc::clone(&self.line);
        // Begun before in vain: perhaps the office has part of it, so ask before sending again.
        let blind = file.url.is_none() && self.restarts.contains_key(&file.item);
        let bytes = if blind {
            Bytes::new()
        } else {
            let path = self.home.blobs().path(&file.name);
            read_chunk(&path, file.cipher_bytes, file.sent_bytes, chunk_bytes)?
        };
        let (url, from, sent) = (file.url.clone(), file.sent_bytes, sent.clone());
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
                Some(url) => line.upload_patch(&url, from, bytes, &sent).await,
                None => line.upload_create(&new, bytes, &sent).await,
            }
        }))
    }

    fn arrived(&mut self, run: &mut Run<'_>, step: &Step, file: &Upload, at: &UploadAt) -> Result<(), Halt> {
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
        self.moved(run, step, at.traffic);
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
                queue.write(|tx| uploads::restart(tx, file.item))?;
                *self.restarts.entry(file.item).or_insert(0) += 1;
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
        // Only an office that answers and still disagrees wears a file out: neither a bad line nor a full disk, on which
        // its answer cannot be kept.
        match result {
            Ok(at) if at.offset <= file.cipher_bytes => self.arrived(run, step, file, &at)?,
            Ok(_) | Err(CallError::UploadMoved { .. }) => {
                self.home.queue().write(|tx| uploads::restart(tx, file.item))?;
                *self.restarts.entry(file.item).or_insert(0) += 1;
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
