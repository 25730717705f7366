//! Calls on their way while the engine does something else.

use std::sync::Arc;

use super::{Engine, Halt, Run};
use crate::clock::Clock;
use crate::error::CallError;

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

impl Engine {
    /// Waits for a call, at most until the run's limit. Returns its result and how long it took.
    pub(super) async fn land<T: Send + 'static>(
        &self,
        run: &Run<'_>,
        mut flight: Flight<T>,
    ) -> Result<(Result<T, CallError>, u64), Halt> {
        let Some(deadline_ms) = run.deadline_ms else { return Ok(flight.land().await) };
        let left_ms = deadline_ms.saturating_sub(self.clock.steady_ms());
        tokio::select! {
            biased;
            landed = flight.land() => Ok(landed),
            () = self.clock.sleep_ms(left_ms) => Err(Halt::Deadline),
        }
    }
}
