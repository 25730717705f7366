//! Help cards, holidays, calendars.

use super::LineFault;
use ekitei_model::help_card::{Contact, Days};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What to do when something happens.
#[derive(Debug, Serialize, ToSchema)]
pub struct HelpView {
    /// The office's clock.
    pub now_ms: i64,
    /// Whether the office works now.
    pub working: bool,
    pub cards: Vec<HelpCardView>,
    /// Local days.
    pub holidays: Vec<String>,
    /// Cards and holidays for all.
    pub may_edit: bool,
    /// Sections whose own cards this person keeps.
    pub sections: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HelpCardView {
    pub id: String,
    /// Empty: for all; else of this section.
    pub section: String,
    /// `lost` | `stolen` | `damaged` | `outage`
    pub purpose: String,
    pub steps: Vec<String>,
    pub contacts: Vec<ContactView>,
    /// Revisions for the next change.
    pub base: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    pub label: String,
    pub number: String,
    pub extension: String,
    /// `08:45`
    pub from: Option<String>,
    pub to: Option<String>,
    pub days: ContactDays,
    /// Somebody answers there now.
    pub now: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactDays {
    All,
    Weekdays,
    Holidays,
    /// Whenever the office does not work.
    Closed,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ContactInput {
    pub label: String,
    #[serde(default)]
    pub number: String,
    #[serde(default)]
    pub extension: String,
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub to: Option<String>,
    pub days: ContactDays,
}

/// The whole card; the first keeping makes it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct HelpCardInput {
    #[serde(default)]
    pub section: String,
    pub steps: Vec<String>,
    pub contacts: Vec<ContactInput>,
    #[serde(default)]
    pub base: BTreeMap<String, String>,
}

impl From<ContactInput> for Contact {
    fn from(given: ContactInput) -> Self {
        let some = |t: Option<String>| t.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        Self {
            label: given.label.trim().to_owned(),
            number: given.number.trim().to_owned(),
            extension: given.extension.trim().to_owned(),
            from: some(given.from),
            to: some(given.to),
            days: match given.days {
                ContactDays::All => Days::All,
                ContactDays::Weekdays => Days::Weekdays,
                ContactDays::Holidays => Days::Holidays,
                ContactDays::Closed => Days::Closed,
            },
        }
    }
}

impl From<Days> for ContactDays {
    fn from(days: Days) -> Self {
        match days {
            Days::All => Self::All,
            Days::Weekdays => Self::Weekdays,
            Days::Holidays => Self::Holidays,
            Days::Closed => Self::Closed,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HolidaysView {
    pub faults: Vec<LineFault>,
    pub days: Vec<String>,
}

/// An appointment; instants are RFC 3339 texts.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    pub title: String,
    pub place: String,
    pub starts_at: String,
    pub ends_at: String,
    pub all_day: bool,
}

/// What a calendar file did; with faults, nothing.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct CalendarImported {
    pub faults: Vec<LineFault>,
    pub added: u64,
    pub changed: u64,
    pub removed: u64,
    pub unchanged: u64,
}
