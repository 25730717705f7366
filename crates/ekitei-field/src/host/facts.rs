//! Device facts of the browser phone: a person moves sliders where a phone has sensors. They last as long as the host.

use super::Host;
use super::answer::Answer;
use super::clock::PlayedClock;
use axum::Json;
use axum::extract::State;
use ekitei_core::Core;
use ekitei_core::facts::{Battery, DeviceFacts, Hotspot, Network, NetworkKind};
use ekitei_model::Fault;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    pub battery_percent: u8,
    pub charging: bool,
    pub hotspot: bool,
    /// Whether the system says that there is a line; a phone tells its apps when that changes.
    #[serde(default = "there")]
    pub online: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub airplane: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile_data: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature_c: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_free_bytes: Option<u64>,
    /// The phone's clock goes ahead of the machine's by so much.
    #[serde(default, skip_serializing_if = "in_time")]
    pub clock_ahead_ms: i64,
}

fn there() -> bool {
    true
}

fn in_time(ahead_ms: &i64) -> bool {
    *ahead_ms == 0
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            battery_percent: 80,
            charging: false,
            hotspot: false,
            online: true,
            airplane: None,
            mobile_data: None,
            temperature_c: None,
            storage_free_bytes: None,
            clock_ahead_ms: 0,
        }
    }
}

impl Facts {
    /// As a phone would tell its core.
    fn of_device(self) -> DeviceFacts {
        let battery = Battery {
            percent: self.battery_percent,
            charging: self.charging,
            temperature_c: self.temperature_c,
        };
        let network = Network {
            kind: if self.online { NetworkKind::Mobile } else { NetworkKind::None },
            validated: Some(self.online),
            metered: None,
        };
        DeviceFacts {
            battery: Some(battery),
            network,
            airplane: self.airplane,
            mobile_data: self.mobile_data,
            hotspot: if self.hotspot { Hotspot::On } else { Hotspot::Off },
            storage_free_bytes: self.storage_free_bytes,
            stand_in: true,
            ..DeviceFacts::default()
        }
    }
}

#[derive(Clone)]
pub struct Shared {
    facts: Arc<Mutex<Facts>>,
    clock: Arc<PlayedClock>,
}

impl Shared {
    /// Sliders where they stand at first; the core hears of them.
    pub fn new(core: &Core, clock: Arc<PlayedClock>) -> Self {
        let facts = Facts::default();
        core.set_facts(facts.of_device());
        Self { facts: Arc::new(Mutex::new(facts)), clock }
    }
}

pub async fn read(State(host): State<Host>) -> Answer {
    let facts = *host.facts.facts.lock().unwrap_or_else(PoisonError::into_inner);
    Answer::of(Ok(facts))
}

pub async fn write(State(host): State<Host>, Json(facts): Json<Facts>) -> Answer {
    if facts.battery_percent > 100 {
        return Answer(Err(Fault::ask("call-malformed")
            .with("call", "facts")
            .with("detail", "battery_percent")));
    }
    *host.facts.facts.lock().unwrap_or_else(PoisonError::into_inner) = facts;
    host.facts.clock.set_ahead_ms(facts.clock_ahead_ms);
    host.core.set_facts(facts.of_device());
    Answer::of(Ok(facts))
}
