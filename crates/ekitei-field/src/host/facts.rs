//! Device facts of the browser phone: a person moves sliders where a phone has sensors. They last as long as the host.

use super::Host;
use super::answer::Answer;
use axum::Json;
use axum::extract::State;
use ekitei_model::Fault;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    pub battery_percent: u8,
    pub charging: bool,
    pub hotspot: bool,
    /// Whether the system says that there is a line; a phone tells its apps when that changes.
    #[serde(default = "there")]
    pub online: bool,
}

fn there() -> bool {
    true
}

impl Default for Facts {
    fn default() -> Self {
        Self { battery_percent: 80, charging: false, hotspot: false, online: true }
    }
}

#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<Facts>>);

pub async fn read(State(host): State<Host>) -> Answer {
    let facts = *host.facts.0.lock().unwrap_or_else(PoisonError::into_inner);
    Answer::of(Ok(facts))
}

pub async fn write(State(host): State<Host>, Json(facts): Json<Facts>) -> Answer {
    if facts.battery_percent > 100 {
        return Answer(Err(Fault::ask("call-malformed")
            .with("call", "facts")
            .with("detail", "battery_percent")));
    }
    let before = std::mem::replace(&mut *host.facts.0.lock().unwrap_or_else(PoisonError::into_inner), facts);
    if before.online != facts.online {
        host.core.line_changed();
    }
    host.core.announce_status();
    Answer::of(Ok(facts))
}
