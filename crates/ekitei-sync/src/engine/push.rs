//! Operations on their way: the next batch is frozen and packed while the last is on the line, and the last one's
//! outcomes are written while the next is.

use std::sync::Arc;

use bytes::Bytes;
use ekitei_model::wire::{MAX_BATCH_BYTES, PROTO, PushHeader, PushResult};
use ekitei_model::{Lane, OpBody, Operation, Stamp};
use ekitei_store::queue::{Batch, answers, batch, credential, cursors, ops, own};
use ekitei_store::{StoreError, Transaction};

use super::flight::Flight;
use super::{Engine, Halt, Run};
use crate::error::CallError;
use crate::plan::{Consequence, Step};
use crate::transport::{PushAnswer, PushBatch};

impl Engine {
    /// Pushes batches of one lane for as long as the planner says so.
    pub(super) async fn push_run(&mut self, run: &mut Run<'_>, step: Step, lane: Lane) -> Result<(), Halt> {
        let Step::Push { mut max_ops, mut max_bytes, .. } = step else { return Ok(()) };
        let first = self.home.queue().write(|tx| batch::batch(tx, lane, max_ops, max_bytes))?;
        let Some(mut current) = first else {
            run.loads.forget();
            return Ok(());
        };
        let mut flight = self.launch_push(&current)?;
        let mut ahead = match self.has_more(run, &current) {
            true => self.home.queue().write(|tx| behind(tx, &current, max_ops, max_bytes))?,
            false => None,
        };
        loop {
            let (result, elapsed_ms) = self.land(run, flight).await?;
            let answer = match check(result, &current) {
                Ok(answer) => answer,
                Err(error) => return self.push_failed(run, &step, &current, &error),
            };
            run.loads.sent_ops(lane, current.ops.len() as u64, batch_bytes(&current));
            self.succeeded(run, &step, answer.traffic, elapsed_ms);
            self.hear(run);
            // Only if nothing more urgent has come up meanwhile.
            let goes_on = match ahead {
                Some(next) => self.continues(run, lane, &next)?.map(|size| (next, size)),
                None => None,
            };
            let Some((next, size)) = goes_on else {
                self.record(run, &current, &answer, None)?;
                return Ok(());
            };
            (max_ops, max_bytes) = size;
            flight = self.launch_push(&next)?;
            let freeze = self.has_more(run, &next).then_some((&next, max_ops, max_bytes));
            ahead = self.record(run, &current, &answer, freeze)?;
            current = next;
        }
    }

    /// Whether the lane has more than `last`, which is still in our count.
    fn has_more(&self, run: &Run<'_>, last: &Batch) -> bool {
        run.loads.ops(last.lane).items > last.ops.len() as u64
    }

    /// Whether the prepared batch is what the planner wants next; if so, the size of the one behind it.
    fn continues(
        &mut self,
        run: &mut Run<'_>,
        lane: Lane,
        next: &Batch,
    ) -> Result<Option<(usize, usize)>, Halt> {
        if run.deadline_ms.is_some_and(|d| self.clock.steady_ms() >= d) {
            return Ok(None);
        }
        let Step::Push { lane: chosen, max_ops, max_bytes } = self.decide(run)? else { return Ok(None) };
        // A size that shrank a little since is no reason to pack anew.
        let fits =
            next.ops.len() <= max_ops && batch_bytes(next) <= max_bytes.max(MAX_BATCH_BYTES / 8) as u64;
        Ok((chosen == lane && (fits || next.ops.len() == 1)).then_some((max_ops, max_bytes)))
    }

    fn launch_push(&self, batch: &Batch) -> Result<Flight<PushAnswer>, Halt> {
        let epoch = self.home.queue().read(credential::epoch)?.unwrap_or_default();
        let header = PushHeader {
            proto: PROTO,
            epoch,
            lane: batch.lane,
            generation: batch.generation,
            first: batch.first,
            count: u32::try_from(batch.ops.len()).unwrap_or(u32::MAX),
            runs: true,
        };
        let ops = batch.ops.iter().map(|op| Bytes::copy_from_slice(&op.bytes)).collect();
        let ids = batch.ops.iter().map(|op| op.op_id).collect();
        let line = Arc::clone(&self.line);
        Ok(Flight::launch(&self.clock, async move { line.push(PushBatch { header, ops, ids }).await }))
    }

    /// Writes the outcomes of `sent` and, in the same commit, makes the batch behind the named one ready.
    fn record(
        &mut self,
        run: &mut Run<'_>,
        sent: &Batch,
        answer: &PushAnswer,
        freeze: Option<(&Batch, usize, usize)>,
    ) -> Result<Option<Batch>, Halt> {
        let now_ms = self.clock.now_ms();
        let (device, staff) = (run.credential.device_id, &run.credential.staff.id);
        let (taken, news, ahead) = self.home.queue().write(|tx| {
            let taken = answers::record_outcomes(tx, sent.lane, sent.generation, &answer.results, now_ms)?;
            // An answer from before a restore says nothing about the sequence after it.
            if credential::epoch(tx)?.as_ref() == Some(&answer.reply.epoch) {
                own::take(tx, &answer.reply.epoch, device, staff, &answer.results)?;
            }
            let news = brings_news(tx, &answer.results)?;
            let ahead = match freeze {
                Some((last, max_ops, max_bytes)) => behind(tx, last, max_ops, max_bytes)?,
                None => None,
            };
            Ok((taken, news, ahead))
        })?;
        if news {
            run.pull_due_since_ms.get_or_insert(now_ms);
        }
        run.report.sent_ops += taken;
        run.side.progressed();
        Ok(ahead)
    }

    fn push_failed(
        &mut self,
        run: &mut Run<'_>,
        step: &Step,
        sent: &Batch,
        error: &CallError,
    ) -> Result<(), Halt> {
        let Some(Consequence::Void(fault)) = self.failed(run, step, error, sent.ops.len(), 0)? else {
            return Ok(());
        };
        let (void_id, now_ms) = (self.mint(), self.clock.now_ms());
        let Some(refused) = sent.ops.first() else { return Ok(()) };
        let is_void = serde_json::from_slice::<Operation>(&refused.bytes)
            .is_ok_and(|op| matches!(op.body, OpBody::Void { .. }));
        if is_void {
            // Not even that is taken: it is not the operations' fault, and replacing them all would help nobody.
            return Err(Halt::Stop(fault));
        }
        let refused = refused.op_id;
        self.home
            .queue()
            .write(|tx| ops::void_op(tx, refused, void_id, Stamp::japan(now_ms), &fault, now_ms))?;
        run.report.parked += 1;
        run.loads.forget();
        run.side.progressed();
        Ok(())
    }
}

fn batch_bytes(batch: &Batch) -> u64 {
    batch.ops.iter().map(|op| op.bytes.len() as u64 + 1).sum()
}

/// An answer to other operations than those that were sent is no answer.
fn check(result: Result<PushAnswer, CallError>, sent: &Batch) -> Result<PushAnswer, CallError> {
    let answer = result?;
    let same = answer.results.len() == sent.ops.len()
        && answer.results.iter().zip(&sent.ops).all(|(result, op)| result.op_id == op.op_id);
    if same { Ok(answer) } else { Err(CallError::Garbage("results of other operations".into())) }
}

/// The batch behind `last`, numbered and durable although `last` has no answer yet.
fn behind(
    tx: &Transaction,
    last: &Batch,
    max_ops: usize,
    max_bytes: usize,
) -> Result<Option<Batch>, StoreError> {
    let Some(end) = last.ops.last() else { return Ok(None) };
    let next = batch::following(tx, last.lane, end.op_seq, max_ops, max_bytes)?;
    // One that does not continue it (numbers taken elsewhere) is left to the next round.
    Ok(next.filter(|n| n.generation == last.generation && n.first == end.op_seq + 1))
}

/// Whether some outcome lies beyond what has been fetched of its scope.
fn brings_news(tx: &Transaction, results: &[PushResult]) -> Result<bool, StoreError> {
    for result in results {
        let Some((scope, seq)) = result.outcome.feed_position() else { continue };
        if seq > 0 && cursors::get(tx, scope)?.is_none_or(|c| c.after < seq) {
            return Ok(true);
        }
    }
    Ok(false)
}
