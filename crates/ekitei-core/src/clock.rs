//! The device's clock, with the offset of the place.

use ekitei_model::Stamp;
use ekitei_sync::clock::Clock;
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct Now {
    pub clock: Arc<dyn Clock>,
    pub offset_min: i16,
}

impl Now {
    pub fn ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub fn stamp(&self) -> Stamp {
        Stamp::new(self.ms(), self.offset_min)
    }

    pub fn at(&self, utc_ms: i64) -> Stamp {
        Stamp::new(utc_ms, self.offset_min)
    }

    /// The local day, `YYYY-MM-DD`.
    pub fn today(&self) -> String {
        self.stamp().local_date()
    }
}
