//! Identities. The phone mints UUIDv7 ids: identity only, never an order.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
        #[serde(transparent)]
        pub struct $name(#[ts(type = "string")] pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(u: Uuid) -> Self {
                Self(u)
            }
        }
    };
}

uuid_id!(
    /// One operation, unique for ever: repeating it changes nothing.
    OpId
);
uuid_id!(
    /// One record (case, visit, note, photo …).
    RecordId
);
uuid_id!(
    /// One installation of the app, or one console sign-in.
    DeviceId
);

/// Fixed name space for ids that are derived instead of minted (conflicts, headers, assignments, marks),
/// so that both sides of the line derive the same one.
const DERIVED: Uuid = Uuid::from_u128(0x6b8f_3c1e_51d2_4c39_9a70_2f0d_e417_ab55);

impl RecordId {
    /// The id that belongs to `parts`, the same on every machine. Parts are separated unambiguously.
    pub fn derived(parts: &[&str]) -> Self {
        let mut name = String::new();
        for part in parts {
            name.push_str(&part.len().to_string());
            name.push(':');
            name.push_str(part);
        }
        Self(Uuid::new_v5(&DERIVED, name.as_bytes()))
    }
}

/// A member of staff, as the prefecture numbers them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(transparent)]
pub struct StaffId(pub String);

impl StaffId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for StaffId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl From<&str> for StaffId {
    fn from(s: &str) -> Self {
        Self(s.to_owned())
    }
}
