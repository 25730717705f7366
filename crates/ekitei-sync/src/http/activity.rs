//! Silence is what fails, not length: a request may take hours on a bad line as long as bytes move.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use crate::error::CallError;
use crate::transport::AllSent;

const PIECE_BYTES: usize = 16 * 1024;

/// When something last moved on this request.
#[derive(Clone)]
pub struct Activity {
    last: Arc<Mutex<Instant>>,
}

impl Activity {
    pub fn begin() -> Self {
        Self { last: Arc::new(Mutex::new(Instant::now())) }
    }

    pub fn touch(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` unless nothing moves for `idle`.
    ///
    /// # Errors
    /// [`CallError::Timeout`], or those of `work`.
    pub async fn watch<T>(
        &self,
        idle: Duration,
        work: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let mut work = std::pin::pin!(work);
        loop {
            let until = self.last() + idle;
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep_until(until) => {
                    if self.last() + idle <= Instant::now() {
                        return Err(CallError::Timeout);
                    }
                }
            }
        }
    }
}

/// A body of known length that reports each piece the connection takes, and the last one once more.
pub struct WatchedBody {
    left: Bytes,
    activity: Activity,
    sent: AllSent,
}

impl WatchedBody {
    pub fn new(bytes: Bytes, activity: Activity, sent: AllSent) -> Self {
        if bytes.is_empty() {
            sent.ring();
        }
        Self { left: bytes, activity, sent }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let at = self.left.len().min(PIECE_BYTES);
        let piece = self.left.split_to(at);
        self.activity.touch();
        if self.left.is_empty() {
            self.sent.ring();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_slow_call_lasts_as_long_as_it_moves() {
        let activity = Activity::begin();
        let mover = activity.clone();
        let work = async move {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(29)).await;
                mover.touch();
            }
            Ok(7)
        };
        assert_eq!(activity.watch(IDLE, work).await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_it() {
        let activity = Activity::begin();
        let mover = activity.clone();
        let begun = Instant::now();
        let work = async move {
            tokio::time::sleep(Duration::from_secs(10)).await;
            mover.touch();
            std::future::pending::<Result<(), CallError>>().await
        };
        assert_eq!(activity.watch(IDLE, work).await, Err(CallError::Timeout));
        assert_eq!(begun.elapsed(), Duration::from_secs(40));
    }
}
