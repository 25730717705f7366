//! Lanes: what travels before what. Lanes 0–2 carry operations, 3 and 4 carry bytes only.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(try_from = "u8", into = "u8")]
#[ts(type = "number")]
#[repr(u8)]
pub enum Lane {
    Emergency = 0,
    Chat = 1,
    Records = 2,
    Display = 3,
    Originals = 4,
}

impl Lane {
    pub const ALL: [Lane; 5] = [Lane::Emergency, Lane::Chat, Lane::Records, Lane::Display, Lane::Originals];
    /// The lanes that carry operations and therefore an `op_seq`.
    pub const OPS: [Lane; 3] = [Lane::Emergency, Lane::Chat, Lane::Records];

    /// Share of the line when every lane has work, in percent. Emergencies take all there is; the lowest lane
    /// keeps a floor of 10.
    pub fn weight(self) -> u32 {
        match self {
            Lane::Emergency => 100,
            Lane::Chat => 40,
            Lane::Records => 30,
            Lane::Display => 20,
            Lane::Originals => 10,
        }
    }
}

impl From<Lane> for u8 {
    fn from(l: Lane) -> u8 {
        l as u8
    }
}

impl TryFrom<u8> for Lane {
    type Error = String;
    fn try_from(n: u8) -> Result<Self, Self::Error> {
        Lane::ALL.get(usize::from(n)).copied().ok_or_else(|| format!("no lane {n}"))
    }
}
