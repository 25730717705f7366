//! A stream that ends when nothing moves on it: a vanished phone must not hold a connection for ever.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How much silence one connection is allowed. A request may lengthen it for its own connection.
#[derive(Clone)]
pub struct Patience(Arc<AtomicU64>);

impl Patience {
    pub fn new(idle: Duration) -> Self {
        Self(Arc::new(AtomicU64::new(u64::try_from(idle.as_millis()).unwrap_or(u64::MAX))))
    }

    /// From the next byte on; never shorter than before.
    pub fn at_least(&self, idle: Duration) {
        self.0.fetch_max(u64::try_from(idle.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn idle(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

pub struct IdleIo<S> {
    inner: S,
    patience: Patience,
    timer: Pin<Box<Sleep>>,
}

impl<S> IdleIo<S> {
    pub fn new(inner: S, patience: Patience) -> Self {
        let timer = Box::pin(sleep(patience.idle()));
        Self { inner, patience, timer }
    }

    fn moved(&mut self) {
        let until = Instant::now() + self.patience.idle();
        self.timer.as_mut().reset(until);
    }

    /// Whatever the inner stream said; waiting too long becomes an error.
    fn settle<T>(&mut self, cx: &mut Context<'_>, inner: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match inner {
            Poll::Ready(done) => {
                self.moved();
                Poll::Ready(done)
            }
            Poll::Pending if self.timer.as_mut().poll(cx).is_ready() => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for IdleIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let inner = Pin::new(&mut self.inner).poll_read(cx, buf);
        self.settle(cx, inner)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for IdleIo<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let inner = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.settle(cx, inner)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let inner = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.settle(cx, inner)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn silence_ends_the_stream_after_what_came_was_read() {
        let (mut here, there) = duplex(64);
        let mut stream = IdleIo::new(there, Patience::new(Duration::from_millis(20)));
        here.write_all(b"x").await.unwrap();
        let mut byte = [0u8; 1];
        stream.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"x");
        let error = stream.read_exact(&mut byte).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_may_be_allowed_more_silence() {
        let (mut here, there) = duplex(64);
        let patience = Patience::new(Duration::from_secs(180));
        let mut stream = IdleIo::new(there, patience.clone());
        patience.at_least(Duration::from_secs(3600));
        patience.at_least(Duration::from_secs(1));
        here.write_all(b"x").await.unwrap();
        let mut byte = [0u8; 1];
        stream.read_exact(&mut byte).await.unwrap();
        let begun = Instant::now();
        stream.read_exact(&mut byte).await.unwrap_err();
        assert_eq!(begun.elapsed().as_secs(), 3600);
    }
}
