//! One writer for each upload: a newer request asks the older one to commit what it has and leave.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[derive(Debug, Default)]
struct Seat {
    /// Whoever holds it works on the upload.
    lock: Arc<tokio::sync::Mutex<()>>,
    /// Cancelled when somebody newer wants the seat.
    leave: CancellationToken,
    /// Holder and those who wait.
    users: usize,
}

/// The uploads that requests of this process work on.
#[derive(Debug, Default)]
pub struct ActiveUploads(Arc<Mutex<HashMap<Uuid, Seat>>>);

/// The right to work on one upload; ends when dropped.
pub struct Turn {
    all: Arc<Mutex<HashMap<Uuid, Seat>>>,
    id: Uuid,
    /// Cancelled when a newer request waits.
    pub leave: CancellationToken,
    _lock: OwnedMutexGuard<()>,
}

impl ActiveUploads {
    /// Asks the present holder to leave and waits for it.
    pub async fn take(&self, id: Uuid) -> Turn {
        let (lock, leave) = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let seat = all.entry(id).or_default();
            seat.leave.cancel();
            seat.leave = CancellationToken::new();
            seat.users += 1;
            (Arc::clone(&seat.lock), seat.leave.clone())
        };
        let waiting = Waiting { all: Arc::clone(&self.0), id, done: false };
        let guard = lock.lock_owned().await;
        waiting.into_turn(leave, guard)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Counts as a user even when the request is cancelled while it waits.
struct Waiting {
    all: Arc<Mutex<HashMap<Uuid, Seat>>>,
    id: Uuid,
    done: bool,
}

impl Waiting {
    fn into_turn(mut self, leave: CancellationToken, guard: OwnedMutexGuard<()>) -> Turn {
        self.done = true;
        Turn { all: Arc::clone(&self.all), id: self.id, leave, _lock: guard }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.done {
            leave_seat(&self.all, self.id);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        leave_seat(&self.all, self.id);
    }
}

fn leave_seat(all: &Mutex<HashMap<Uuid, Seat>>, id: Uuid) {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(seat) = all.get_mut(&id) {
        seat.users -= 1;
        if seat.users == 0 {
            all.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_newer_request_gets_the_seat_when_the_older_one_leaves() {
        let uploads = Arc::new(ActiveUploads::default());
        let id = Uuid::from_u128(1);
        let old = uploads.take(id).await;
        assert!(!old.leave.is_cancelled());
        let newer = tokio::spawn({
            let uploads = Arc::clone(&uploads);
            async move { uploads.take(id).await }
        });
        old.leave.cancelled().await;
        drop(old);
        let newer = newer.await.unwrap();
        assert!(!newer.leave.is_cancelled());
        let other = uploads.take(Uuid::from_u128(2)).await;
        assert_eq!(uploads.len(), 2);
        drop((newer, other));
        assert_eq!(uploads.len(), 0);
    }
}
