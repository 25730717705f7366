//! Files of others: fetched by ranges, checked by hash, sealed to this phone. Plain bytes are never written; a file that
//! comes in several stretches goes on after a kill ([`super::partial`]).

use std::io::Read;
use std::sync::Arc;

use ekitei_model::Fault;
use ekitei_model::wire::BytesOf;
use ekitei_store::StoreError;
use ekitei_store::queue::{Blob, Download, downloads};

use super::flight::{Flight, Landed, Yields};
use super::partial::{self, Partial};
use super::{Engine, Halt, Run};
use crate::error::CallError;
use crate::plan::{Consequence, MAX_CHUNK_BYTES, Step};
use crate::transport::Piece;

/// More than an original may have (`ekitei-photo` refuses files over 30 MB).
const MAX_FILE_BYTES: u64 = 40 * 1024 * 1024;
/// A small file comes whole even on a slow line.
const WHOLE_BYTES: u64 = 64 * 1024;
/// Small files on the line at once.
const AT_ONCE: usize = 4;

/// A request for one stretch.
struct Asked {
    wish: Download,
    from: u64,
    flight: Flight<Piece>,
}

impl Engine {
    /// One stretch of the most urgent file, or several small files at once.
    pub(super) async fn download(
        &mut self,
        run: &mut Run<'_>,
        step: Step,
        chunk_bytes: u64,
    ) -> Result<(), Halt> {
        let want_bytes = chunk_bytes.clamp(WHOLE_BYTES, MAX_CHUNK_BYTES);
        let wishes = self.home.queue().read(|c| downloads::next(c, AT_ONCE as u32))?;
        let Some(first) = wishes.first() else {
            run.loads.forget();
            return Ok(());
        };
        let from = Partial::of(&self.home, first)?.map_or(0, |p| p.len_bytes());
        let mut left_bytes = want_bytes;
        let mut asked = Vec::new();
        for wish in &wishes {
            let from = if asked.is_empty() { from } else { 0 };
            let is_small = wish.plain_bytes > 0 && wish.plain_bytes <= left_bytes;
            if asked.is_empty() || is_small {
                asked.push(self.ask(wish, from, want_bytes));
                left_bytes = left_bytes.saturating_sub(wish.plain_bytes);
            }
            // A long file goes alone.
            if !is_small {
                break;
            }
        }
        for Asked { wish, from, mut flight } in asked {
            match self.land_unless(run, &mut flight, Yields::ToEmergency, None).await? {
                Landed::Done(Ok(piece), elapsed_ms) => {
                    self.succeeded(run, &step, piece.traffic, elapsed_ms);
                    self.came(run, &step, &wish, from, &piece)?;
                }
                // The others of this round would fail alike.
                Landed::Done(Err(error), _) => return self.download_failed(run, &step, &wish, &error),
                Landed::Sent | Landed::GaveWay => return Ok(()),
            }
        }
        Ok(())
    }

    fn ask(&self, wish: &Download, from: u64, want_bytes: u64) -> Asked {
        let of = BytesOf { record: wish.record, variant: wish.variant };
        let line = Arc::clone(&self.line);
        let flight = Flight::launch(&self.clock, async move { line.download(of, from, want_bytes).await });
        Asked { wish: wish.clone(), from, flight }
    }

    /// A stretch is here: the whole file is sealed into its place, a part of it waits.
    fn came(
        &mut self,
        run: &mut Run<'_>,
        step: &Step,
        wish: &Download,
        from: u64,
        piece: &Piece,
    ) -> Result<(), Halt> {
        if piece.total_bytes > MAX_FILE_BYTES {
            return self.give_up(run, wish, &Fault::ask("file-too-large"));
        }
        let complete = from + piece.bytes.len() as u64 >= piece.total_bytes;
        if !complete && piece.bytes.is_empty() {
            return self.download_failed(run, step, wish, &CallError::Garbage("empty range".into()));
        }
        let partial = if from > 0 { Partial::of(&self.home, wish)? } else { None };
        if !complete {
            let mut partial = match partial {
                Some(partial) => partial,
                None => Partial::begin(&self.home, wish)?,
            };
            if let Err(error) = partial.push(&self.home, &piece.bytes) {
                self.no_room(run, error);
            }
            return Ok(());
        }
        let kept = match &partial {
            Some(partial) => partial.read(&piece.bytes).and_then(|whole| self.keep(run, wish, whole)),
            None => self.keep(run, wish, &piece.bytes[..]),
        };
        if partial.is_some() {
            partial::discard(&self.home)?;
        }
        match kept {
            Ok(()) => {
                self.spoiled.remove(&(wish.record, wish.variant));
                run.report.received_files += 1;
                run.loads.forget();
                run.side.progressed();
                Ok(())
            }
            // Once more from the beginning: what came may have been mixed from two answers, or damaged here.
            Err(StoreError::HashMismatch | StoreError::Seal(_))
                if self.spoiled.insert((wish.record, wish.variant)) =>
            {
                Ok(())
            }
            Err(StoreError::HashMismatch) => self.give_up(run, wish, &Fault::ask("hash-mismatch")),
            Err(error) => {
                self.no_room(run, error);
                Ok(())
            }
        }
    }

    /// Taking in fails on this phone's side: what is to be sent goes on.
    fn no_room(&self, run: &mut Run<'_>, error: StoreError) {
        let fault = Fault::from(error);
        tracing::warn!(%fault, "no more files in this run");
        run.no_downloads = true;
        run.lasting_fault = Some(fault);
    }

    fn keep(&self, run: &Run<'_>, wish: &Download, plain: impl Read) -> Result<(), StoreError> {
        let own = std::slice::from_ref(&run.credential.own_recipient);
        let queue = self.home.queue();
        let file = self.home.blobs().seal(queue, plain, &wish.sha256, wish.variant, own, None)?;
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
        queue.write(|tx| downloads::done(tx, &blob))
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
        self.spoiled.remove(&(wish.record, wish.variant));
        self.home.queue().write(|tx| downloads::give_up(tx, wish.record, wish.variant, fault))?;
        run.loads.forget();
        Ok(())
    }
}
