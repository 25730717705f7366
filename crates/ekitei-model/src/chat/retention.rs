//! How long rooms keep what is said in them: the office's setting for each type of room, and what a room may choose
//! within it.

use super::room::{self, Type};
use crate::record::Record;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Longest time that can be named; longer means for ever.
pub const MAX_DAYS: u32 = 36_500;
/// For ever, in a rule.
pub const KEEP: &str = "keep";

/// For one type of room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Days after the arrival of a message; `None`: for ever.
    pub days: Option<u32>,
    /// Fewest and most days that a room may choose for itself; `None`: rooms have no say.
    pub own: Option<(u32, u32)>,
}

/// The office's setting. A type that is not named keeps everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention(BTreeMap<Type, Keep>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a rule is TYPE=DAYS or TYPE=DAYS,FROM-TO (DAYS also \"keep\"), with self, direct, group, section, offices or disaster, not {0:?}"
)]
pub struct NotARule(pub String);

impl Retention {
    pub fn of(&self, of: Type) -> Keep {
        self.0.get(&of).copied().unwrap_or_default()
    }

    /// Days that this room keeps what is said in it; `None`: for ever.
    pub fn days(&self, of: &Record) -> Option<u32> {
        let keep = self.of(Type::of(of)?);
        match (keep.own, chosen(of)) {
            (Some((fewest, most)), Some(days)) => Some(days.clamp(fewest, most)),
            _ => keep.days,
        }
    }

    /// Nothing is ever removed.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|keep| *keep == Keep::default())
    }

    /// Takes one rule: `group=365`, `direct=keep`, `group=365,90-1095`.
    ///
    /// # Errors
    /// Another form, an unknown type, no day at all, or more than [`MAX_DAYS`].
    pub fn set(&mut self, rule: &str) -> Result<(), NotARule> {
        let (of, keep) = read(rule).ok_or_else(|| NotARule(rule.to_owned()))?;
        self.0.insert(of, keep);
        Ok(())
    }
}

/// The room's own wish, whatever the office allows; `None`: it has none.
pub fn chosen(of: &Record) -> Option<u32> {
    of.fields.get(room::RETENTION_DAYS).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok())
}

/// Whether a room may say so: whole days, or nothing.
pub fn is_choice(value: &Value) -> bool {
    value.is_null() || value.as_u64().is_some_and(|n| (1..=u64::from(MAX_DAYS)).contains(&n))
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|n| (1..=MAX_DAYS).contains(n))
}

fn read(rule: &str) -> Option<(Type, Keep)> {
    let (of, rest) = rule.trim().split_once('=')?;
    let (days, own) = match rest.split_once(',') {
        Some((days, own)) => {
            let (fewest, most) = own.split_once('-')?;
            let own = (number(fewest)?, number(most)?);
            (days, Some(own).filter(|(fewest, most)| fewest <= most).map(Some)?)
        }
        None => (rest, None),
    };
    let days = if days == KEEP { None } else { Some(number(days)?) };
    Some((of.parse().ok()?, Keep { days, own }))
}

/// One rule a line, every type: what [`FromStr`] reads.
impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, of) in Type::ALL.into_iter().enumerate() {
            let keep = self.of(of);
            let line = if n == 0 { "" } else { "\n" };
            write!(f, "{line}{}=", of.as_str())?;
            match keep.days {
                Some(days) => write!(f, "{days}")?,
                None => f.write_str(KEEP)?,
            }
            if let Some((fewest, most)) = keep.own {
                write!(f, ",{fewest}-{most}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Retention {
    type Err = NotARule;
    fn from_str(text: &str) -> Result<Self, NotARule> {
        let mut all = Self::default();
        text.split_whitespace().try_for_each(|rule| all.set(rule))?;
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn of(fields: &Value) -> Record {
        let id = "01890000-0000-7000-8000-000000000001";
        serde_json::from_value(json!({"id": id, "kind": "room", "scope": format!("room:{id}"),
            "born_seq": 1, "seq": 1, "fields": fields}))
        .unwrap()
    }

    #[test]
    fn a_room_chooses_within_what_its_type_allows() {
        let all: Retention = "group=365,90-1095 direct=30 disaster=keep,3650-3650".parse().unwrap();
        for (fields, days) in [
            (json!({"type": "group"}), Some(365)),
            (json!({"type": "group", "retention_days": 400}), Some(400)),
            (json!({"type": "group", "retention_days": 1}), Some(90)),
            (json!({"type": "group", "retention_days": 9999}), Some(1095)),
            (json!({"type": "group", "retention_days": null}), Some(365)),
            (json!({"type": "direct", "retention_days": 9999}), Some(30)),
            (json!({"type": "disaster"}), None),
            (json!({"type": "disaster", "retention_days": 1}), Some(3650)),
            (json!({"type": "section", "retention_days": 1}), None),
            (json!({"type": "後のもの"}), None),
        ] {
            assert_eq!(all.days(&of(&fields)), days, "{fields}");
        }
        assert!(Retention::default().is_empty() && !all.is_empty());
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        let mut all = Retention::default();
        all.set("group=365,90-1095").unwrap();
        all.set("self=30").unwrap();
        assert_eq!(all.to_string().parse::<Retention>().unwrap(), {
            let mut whole = all.clone();
            for of in Type::ALL {
                whole.0.entry(of).or_default();
            }
            whole
        });
        all.set("self=keep").unwrap();
        assert_eq!(all.of(Type::Own), Keep::default());
        for bad in [
            "group",
            "group=",
            "group=0",
            "club=3",
            "group=3,9",
            "group=3,9-1",
            "group=99999",
            "=3",
            "group=-1",
        ] {
            assert_eq!(all.set(bad), Err(NotARule(bad.to_owned())), "{bad}");
        }
        for (value, fits) in [
            (json!(1), true),
            (json!(null), true),
            (json!(0), false),
            (json!("30"), false),
            (json!(1.5), false),
        ] {
            assert_eq!(is_choice(&value), fits, "{value}");
        }
    }
}
