//! Files of others: fetched by ranges, checked by hash, sealed to this phone. Plain bytes are never written; a stretch
//! that was fetched before the process ended is fetched again.

use std::sync::Arc;

use ekitei_model::Fault;
use ekitei_model::wire::BytesOf;
use ekitei_store::StoreError;
use ekitei_store::queue::{Blob, Download, downloads};
use zeroize::Zeroizing;

use super::flight::{Flight, Landed, Yields};
use super::{Engine, Halt, Run};
use crate::error::CallError;
use crate::plan::{Consequence, MAX_CHUNK_BYTES, Step};

/// More than an original may have (`ekitei-photo` refuses files over 30 MB).
const MAX_FILE_BYTES: u64 = 40 * 1024 * 1024;
/// A small file comes whole even on a slow line.
const WHOLE_BYTES: u64 = 64 * 1024;

/// What has come of one file so far.
pub struct Partial {
    wish: Download,
    plain: Zeroizing<Vec<u8>>,
    spoiled: u32,
}

impl Engine {
    /// One stretch of the most urgent file.
    pub(super) async fn download(
        &mut self,
        run: &mut Run<'_>,
        step: Step,
        chunk_bytes: u64,
    ) -> Result<(), Halt> {
        let Some(wish) = self.home.queue().read(|c| downloads::next(c, 1))?.pop() else {
            run.loads.forget();
            return Ok(());
        };
        if self
            .partial
            .as_ref()
            .is_none_or(|p| p.wish.record != wish.record || p.wish.variant != wish.variant)
        {
            self.partial = Some(Partial { wish: wish.clone(), plain: Zeroizing::default(), spoiled: 0 });
        }
        let from = self.partial.as_ref().map_or(0, |p| p.plain.len() as u64);
        let of = BytesOf { record: wish.record, variant: wish.variant };
        let want_bytes = chunk_bytes.clamp(WHOLE_BYTES, MAX_CHUNK_BYTES);
        let line = Arc::clone(&self.line);
        let flight = Flight::launch(&self.clock, async move { line.download(of, from, want_bytes).await });
        let (result, elapsed_ms) = match self.land_unless(run, flight, Yields::ToEmergency).await? {
            Landed::Done(result, elapsed_ms) => (result, elapsed_ms),
            Landed::GaveWay => return Ok(()),
        };
        let piece = match result {
            Ok(piece) if piece.total_bytes <= MAX_FILE_BYTES => piece,
            Ok(_) => return self.give_up(run, &wish, &Fault::ask("file-too-large")),
            Err(error) => return self.download_failed(run, &step, &wish, &error),
        };
        self.succeeded(run, &step, piece.traffic, elapsed_ms);
        let Some(partial) = self.partial.as_mut() else { return Ok(()) };
        partial.plain.extend_from_slice(&piece.bytes);
        let complete = partial.plain.len() as u64 >= piece.total_bytes;
        if complete {
            self.keep(run, &step, &wish)?;
        } else if piece.bytes.is_empty() {
            self.download_failed(run, &step, &wish, &CallError::Garbage("empty range".into()))?;
        }
        Ok(())
    }

    /// The whole file is here: seals it into its place.
    fn keep(&mut self, run: &mut Run<'_>, step: &Step, wish: &Download) -> Result<(), Halt> {
        let Some(mut partial) = self.partial.take() else { return Ok(()) };
        let own = std::slice::from_ref(&run.credential.own_recipient);
        let queue = self.home.queue();
        let sealed = self.home.blobs().seal(queue, &partial.plain[..], &wish.sha256, wish.variant, own, None);
        match sealed {
            Ok(file) => {
                let blob = Blob {
                    record: wish.record,
                    variant: wish.variant,
                    scope: wish.scope.clone(),
                    sha256: wish.sha256.clone(),
                    plain_bytes: file.sealed.plain_bytes,
                    cipher_sha256: file.sealed.cipher_sha256,
                    cipher_bytes: file.sealed.cipher_bytes,
                    key_id: None,
                    name: file.name,
                    made_ms: self.clock.now_ms(),
                };
                queue.write(|tx| downloads::done(tx, &blob))?;
                run.report.received_files += 1;
                run.loads.forget();
                run.side.progressed();
                Ok(())
            }
            Err(StoreError::HashMismatch) if partial.spoiled == 0 => {
                // Once more from the beginning; what came may have been mixed from two answers.
                partial.plain = Zeroizing::default();
                partial.spoiled = 1;
                self.partial = Some(partial);
                Ok(())
            }
            Err(StoreError::HashMismatch) => {
                let fault = CallError::Refused(Fault::ask("hash-mismatch"));
                self.download_failed(run, step, wish, &fault)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn download_failed(
        &mut self,
        run: &mut Run<'_>,
        step: &Step,
        wish: &Download,
        error: &CallError,
    ) -> Result<(), Halt> {
        match self.failed(run, step, error, 1, 0)? {
            Some(Consequence::Park(fault)) => self.give_up(run, wish, &fault),
            _ => Ok(()),
        }
    }

    fn give_up(&mut self, run: &mut Run<'_>, wish: &Download, fault: &Fault) -> Result<(), Halt> {
        self.partial = None;
        self.home.queue().write(|tx| downloads::give_up(tx, wish.record, wish.variant, fault))?;
        run.loads.forget();
        Ok(())
    }
}
