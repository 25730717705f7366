//! What a step asks of the phone itself, beside what the phone knows.

use super::{Fact, Step};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the shell told, in the words of checklists. Absent: the platform does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Facts {
    pub battery_percent: Option<u8>,
    pub charging: Option<bool>,
    pub mobile_data: Option<bool>,
    pub hotspot: Option<bool>,
    pub airplane: Option<bool>,
    pub storage_free_mb: Option<u64>,
    pub network: Option<bool>,
}

/// How a fact stands against what the step asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Judged {
    /// Absent: not known here, a person ticks it.
    pub holds: Option<bool>,
    /// `82 %`, `12,400 MB`, `on`, `off`; empty: not known.
    pub value: String,
}

/// `None`: the step asks nothing of the phone.
pub fn judge(step: &Step, facts: &Facts) -> Option<Judged> {
    let fact = step.fact?;
    let floor = u64::from(step.at_least.unwrap_or(0));
    let amount = |n: Option<u64>, unit: &str| Judged {
        holds: n.map(|n| n >= floor),
        value: n.map_or_else(String::new, |n| format!("{n} {unit}")),
    };
    let switch = |on: Option<bool>, wanted: bool| Judged {
        holds: on.map(|on| on == wanted),
        value: on.map_or("", |on| if on { "on" } else { "off" }).to_owned(),
    };
    Some(match fact {
        Fact::Battery => amount(facts.battery_percent.map(u64::from), "%"),
        Fact::Storage => amount(facts.storage_free_mb, "MB"),
        Fact::Charging => switch(facts.charging, true),
        Fact::MobileData => switch(facts.mobile_data, true),
        Fact::Hotspot => switch(facts.hotspot, true),
        Fact::Airplane => switch(facts.airplane, false),
        Fact::Network => switch(facts.network, true),
        Fact::PcCharged => Judged { holds: None, value: String::new() },
    })
}
