//! Connections with which the books look at the office's file. Opening one reads the whole schema, a fifth of the
//! simulation's time when each look did; they are kept until the office is killed.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

#[derive(Default)]
pub struct Looks(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    free: Vec<Connection>,
    /// How often the file may have become another one.
    times: u64,
}

/// A connection for as long as somebody looks.
pub struct Look {
    looks: Arc<Mutex<Kept>>,
    conn: Option<Connection>,
    time: u64,
}

impl Looks {
    pub fn lend(&self, open: impl FnOnce() -> Connection) -> Look {
        let (free, time) = {
            let mut kept = self.0.lock().unwrap();
            (kept.free.pop(), kept.times)
        };
        Look { looks: Arc::clone(&self.0), conn: Some(free.unwrap_or_else(open)), time }
    }

    /// Closes those that are free now, and the others when they come back.
    pub fn close(&self) {
        let mut kept = self.0.lock().unwrap();
        kept.times += 1;
        kept.free.clear();
    }
}

impl Deref for Look {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn.as_ref().unwrap()
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        let Ok(mut kept) = self.looks.lock() else { return };
        if kept.times == self.time {
            kept.free.extend(self.conn.take());
        }
    }
}
