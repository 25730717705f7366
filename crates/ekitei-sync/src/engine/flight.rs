//! Calls on their way while the engine does something else.

use std::sync::Arc;

use ekitei_model::Lane;
use ekitei_store::queue::batch;

use super::{Engine, Halt, Run};
use crate::clock::Clock;
use crate::error::CallError;
use crate::plan::Wake;
use crate::transport::AllSent;

/// A call in its own task; dropped, it is aborted.
pub struct Flight<T> {
    task: tokio::task::JoinHandle<(Result<T, CallError>, u64)>,
}

impl<T: Send + 'static> Flight<T> {
    pub fn launch(
        clock: &Arc<dyn Clock>,
        call: impl Future<Output = Result<T, CallError>> + Send + 'static,
    ) -> Self {
        let clock = Arc::clone(clock);
        let task = tokio::spawn(async move {
            let begun_ms = clock.steady_ms();
            let result = call.await;
            (result, clock.steady_ms().saturating_sub(begun_ms))
        });
        Self { task }
    }

    async fn land(&mut self) -> (Result<T, CallError>, u64) {
        match (&mut self.task).await {
            Ok(landed) => landed,
            Err(error) => (Err(CallError::Network(format!("call ended: {error}"))), 0),
        }
    }
}

impl<T> Drop for Flight<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a call in flight gives way to, besides the run's limit and a change of the line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Yields {
    Nothing,
    /// Long chunks: an emergency that was written meanwhile does not wait for a line that has become slow.
    ToEmergency,
}

/// What became of a call.
pub enum Landed<T> {
    /// Its result, and how long it took.
    Done(Result<T, CallError>, u64),
    /// Not over, but the line has taken all of it.
    Sent,
    /// Given up for something more urgent; it is repeated later.
    GaveWay,
}

impl Engine {
    /// Waits for a call, at most until the run's limit. Returns its result and how long it took.
    pub(super) async fn land<T: Send + 'static>(
        &self,
        run: &Run<'_>,
        flight: Flight<T>,
    ) -> Result<(Result<T, CallError>, u64), Halt> {
        let mut flight = flight;
        match self.land_unless(run, &mut flight, Yields::Nothing, None).await? {
            Landed::Done(result, elapsed_ms) => Ok((result, elapsed_ms)),
            Landed::Sent | Landed::GaveWay => Ok((Err(CallError::Network("given up".into())), 0)),
        }
    }

    /// As [`Engine::land`], for calls that give way; returns when `sent` rings, too.
    pub(super) async fn land_unless<T: Send + 'static>(
        &self,
        run: &Run<'_>,
        flight: &mut Flight<T>,
        yields: Yields,
        sent: Option<&AllSent>,
    ) -> Result<Landed<T>, Halt> {
        let begun_ms = self.clock.steady_ms();
        let left_ms = run.deadline_ms.map(|d| d.saturating_sub(begun_ms));
        let limit = async {
            match left_ms {
                Some(ms) => self.clock.sleep_ms(ms).await,
                None => std::future::pending().await,
            }
        };
        let all_sent = async {
            match sent {
                Some(sent) => sent.rung().await,
                None => std::future::pending().await,
            }
        };
        let (mut limit, mut all_sent) = (std::pin::pin!(limit), std::pin::pin!(all_sent));
        loop {
            tokio::select! {
                biased;
                (result, elapsed_ms) = flight.land() => return Ok(Landed::Done(result, elapsed_ms)),
                () = &mut limit => return Err(Halt::Deadline),
                () = &mut all_sent => return Ok(Landed::Sent),
                () = self.waker.rung() => {}
            }
            if self.waker.has(Wake::Connectivity) {
                // Its connection is of the former network; nobody would answer on it.
                return Ok(Landed::Done(Err(CallError::Network("the line changed".into())), 0));
            }
            if yields == Yields::ToEmergency && self.waker.has(Wake::Work) && self.emergency_waits()? {
                return Ok(Landed::GaveWay);
            }
        }
    }

    fn emergency_waits(&self) -> Result<bool, Halt> {
        Ok(self.home.queue().read(|c| batch::waits(c, Lane::Emergency))?)
    }
}
