//! Device facts of the browser phone: a person moves sliders where a phone has sensors. They last as long as the host.

use super::Host;
use super::answer::Answer;
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
}

fn there() -> bool {
    true
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
pub struct Shared(Arc<Mutex<Facts>>);

impl Shared {
    /// Sliders where they stand at first; the core hears of them.
    pub fn new(core: &Core) -> Self {
        let facts = Facts::default();
        core.set_facts(facts.of_device());
        Self(Arc::new(Mutex::new(facts)))
    }
}

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
    *host.facts.0.lock().unwrap_or_else(PoisonError::into_inner) = facts;
    host.core.set_facts(facts.of_device());
    Answer::of(Ok(facts))
}
