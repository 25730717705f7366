//! Operations on their way: the next batch is frozen and packed while the last is on the line, and the last one's
//! outcomes are written while the next is.

use std::sync::Arc;

use bytes::Bytes;
use ekitei_model::wire::{MAX_BATCH_BYTES, PROTO, PushHeader, PushResult};
use ekitei_model::{Lane, OpBody, Operation, Stamp};
use ekitei_store::queue::{Batch, answers, batch, credential, cursors, ops};
use ekitei_store::{StoreError, Transaction};

use super::flight::Flight;
use super::{Engine, Halt, Run};
use crate::error::CallError;
use crate::plan::{Consequence, Step};
use crate::transport::{PushAnswer, PushBatch};

impl Engine {
    /// Pushes batches of one lane for as long as the planner says so.
    pub(super) async fn push_run(&mut self, run: &mut Run<'_>, step: Step, lane: Lane) -> Result<(), Halt> {
        let Step::Push { max_ops, max_bytes, .. } = step else { return Ok(()) };
        let first = self.home.queue().write(|tx| batch::batch(tx, lane, max_ops, max_bytes))?;
        let Some(mut current) = first else {
            run.loads.forget();
            return Ok(());
        };
        let mut flight = self.launch_push(&current)?;
        loop {
            let ahead = self.freeze_ahead(run, &current, max_ops, max_bytes)?;
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
                Some(next) if self.continues(run, lane, &next)? => {
                    let flight = self.launch_push(&next)?;
                    Some((next, flight))
                }
                _ => None,
            };
            self.record(run, &current, &answer)?;
            match goes_on {
                Some((next, next_flight)) => (current, flight) = (next, next_flight),
                None => return Ok(()),
            }
        }
    }

    fn continues(&mut self, run: &mut Run<'_>, lane: Lane, next: &Batch) -> Result<bool, Halt> {
        if run.deadline_ms.is_some_and(|d| self.clock.steady_ms() >= d) {
            return Ok(false);
        }
        Ok(match self.decide(run)? {
            Step::Push { lane: chosen, max_ops, max_bytes } => {
                let fits = next.ops.len() <= max_ops
                    && batch_bytes(next) <= max_bytes.max(MAX_BATCH_BYTES / 8) as u64;
                chosen == lane && (fits || next.ops.len() == 1)
            }
            _ => false,
        })
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
        };
        let ops = batch.ops.iter().map(|op| Bytes::copy_from_slice(&op.bytes)).collect();
        let line = Arc::clone(&self.line);
        Ok(Flight::launch(&self.clock, async move { line.push(PushBatch { header, ops }).await }))
    }

    /// The batch behind `current`, numbered and durable although `current` has no answer yet.
    fn freeze_ahead(
        &self,
        run: &Run<'_>,
        current: &Batch,
        max_ops: usize,
        max_bytes: usize,
    ) -> Result<Option<Batch>, Halt> {
        let more = run.loads.ops(current.lane).items > current.ops.len() as u64;
        let Some(last) = current.ops.last().filter(|_| more) else { return Ok(None) };
        let lane = current.lane;
        let next =
            self.home.queue().write(|tx| batch::following(tx, lane, last.op_seq, max_ops, max_bytes))?;
        // A batch that does not continue this one (numbers taken elsewhere) is left to the next round.
        Ok(next.filter(|n| n.generation == current.generation && n.first == last.op_seq + 1))
    }

    fn record(&mut self, run: &mut Run<'_>, sent: &Batch, answer: &PushAnswer) -> Result<(), Halt> {
        let now_ms = self.clock.now_ms();
        let taken = self.home.queue().write(|tx| {
            if news(tx, &answer.results)? {
                run.pull_due_since_ms.get_or_insert(now_ms);
            }
            answers::record_outcomes(tx, sent.lane, sent.generation, &answer.results, now_ms)
        })?;
        run.report.sent_ops += taken;
        run.side.progressed();
        Ok(())
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

/// Whether some outcome lies beyond what has been fetched of its scope.
fn news(tx: &Transaction, results: &[PushResult]) -> Result<bool, StoreError> {
    for result in results {
        let Some((scope, seq)) = result.outcome.feed_position() else { continue };
        if seq > 0 && cursors::get(tx, scope)?.is_none_or(|c| c.after < seq) {
            return Ok(true);
        }
    }
    Ok(false)
}
