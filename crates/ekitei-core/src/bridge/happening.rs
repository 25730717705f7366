//! What screens pass in and show for help cards, the directory, the calendar and the phones of others.

use ekitei_model::help_card::Contact;
use ekitei_model::{DeviceId, RecordId, Stamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to do now, by the clock.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct HelpView {
    pub now: Stamp,
    /// Whether the office works at this hour.
    pub working: bool,
    /// A section's own card before the one for all.
    pub cards: Vec<HelpCardView>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct HelpCardView {
    /// `lost` | `stolen` | `damaged` | `outage`
    pub purpose: String,
    /// Empty: for all.
    pub section: String,
    pub steps: Vec<String>,
    /// Those who answer now come first.
    pub contacts: Vec<HelpContact>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct HelpContact {
    pub contact: Contact,
    /// Somebody answers there now.
    pub now: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DirectoryPageArgs {
    /// Words that must all be in a person's entry; empty: everybody.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub query: String,
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub from: u32,
    #[serde(default = "page")]
    #[ts(as = "Option<_>", optional)]
    pub count: u32,
}

fn page() -> u32 {
    60
}

/// A part of the directory. Without a query in the order of the readings, else those first whose name or reading begins
/// with it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DirectoryPage {
    pub total: u32,
    pub from: u32,
    pub people: Vec<PersonView>,
    /// Where each row of the syllabary begins; only without a query.
    pub rail: Vec<RailMark>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RailMark {
    /// あ か さ た な は ま や ら わ, or `他`
    pub row: String,
    /// Of the first person.
    pub at: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PersonView {
    pub id: String,
    pub name: String,
    pub kana: String,
    /// Of the first post held today.
    pub section: String,
    pub role: String,
    /// All sections with a post held today.
    pub sections: Vec<String>,
    /// 内線: within the offices.
    pub extension: String,
    /// The number of the person's office phone; empty: none.
    pub mobile: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PersonRef {
    pub staff: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CalendarArgs {
    /// From today on; 1: today alone.
    #[serde(default = "two")]
    #[ts(as = "Option<_>", optional)]
    pub days: u16,
}

fn two() -> u16 {
    2
}

/// An appointment on one day: one that lasts several days is there for each of them.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EventView {
    pub id: RecordId,
    /// The local day that it is shown under, `2026-11-21`.
    pub day: String,
    pub title: String,
    pub place: String,
    pub starts_at: Stamp,
    /// Exclusive.
    pub ends_at: Stamp,
    pub all_day: bool,
    /// The case whose number it names, if one on this phone is.
    pub case: Option<EventCase>,
    /// The visit that was made from it.
    pub visit: Option<RecordId>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EventCase {
    pub id: RecordId,
    pub number: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EventVisitArgs {
    pub id: RecordId,
    /// Absent: the case whose number the appointment names.
    #[serde(default)]
    #[ts(optional)]
    pub case: Option<RecordId>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhoneFindArgs {
    /// Part of the owner's name, reading or number.
    pub query: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhoneCutArgs {
    pub id: DeviceId,
    /// Also erase what is on it, unsent work too; else it may still deliver.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub wipe: bool,
}
