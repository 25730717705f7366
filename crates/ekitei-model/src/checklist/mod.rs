//! Checklists: what a definition may say, which of its steps count today, who may write what, and what many runs show
//! together. A definition is data with versions; a run is a record whose steps are written once.

mod facts;
mod run;
mod summary;

pub use facts::{Facts, Judged, judge};
pub use run::{StepDone, StepResult, is_open, may_set, refuse, refuse_run, steps_done};
pub use summary::{StepSummary, Summary, duration_ms, summary};

use crate::Record;
use crate::kinds::checklist as field;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use ts_rs::TS;

/// The title of a checklist's record in a language, in the office's own where it has no other.
pub fn title_in<'a>(record: &'a Record, language: &str) -> &'a str {
    let english = record.text(field::TITLE_EN);
    if language == "en" && !english.is_empty() { english } else { record.text(field::TITLE) }
}

/// What a checklist is for, in the order in which screens show them.
pub const PURPOSES: [&str; 7] =
    ["departure", "tethering", "on_site", "return", "year_end", "outage", "other"];

const MAX_STEPS: usize = 60;
const MAX_WARNINGS: usize = 40;
const MAX_TEXT_CHARS: usize = 400;
const MAX_OPTIONS: usize = 12;
const MAX_KEY_CHARS: usize = 40;

/// A text in both languages; English may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub ja: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub en: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// All steps below each other, ticked in any order.
    #[default]
    List,
    /// One step a screen, with its picture.
    Guided,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// A person says that it is done, or that it cannot be.
    #[default]
    Tick,
    /// The phone knows it, where its platform tells; else a person ticks it.
    Fact,
    /// The line is measured against the office.
    LineCheck,
    /// One of several.
    Choice,
    /// A few words.
    Text,
}

/// What a phone may know of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Percent, with [`Step::at_least`].
    Battery,
    Charging,
    MobileData,
    Hotspot,
    /// Flight mode is off.
    Airplane,
    /// Free megabytes, with [`Step::at_least`].
    Storage,
    /// There is a line at all.
    Network,
    /// A phone cannot know it: a person looks.
    PcCharged,
}

/// Settings screens that a shell may be able to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SettingsScreen {
    Tethering,
    MobileData,
    Wifi,
    Battery,
    Airplane,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    Spring,
    Summer,
    Autumn,
    Winter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Site {
    Outdoor,
    Indoor,
    /// No signal is expected, indoors or out.
    NoSignal,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Stable over versions: runs are compared by it.
    pub key: String,
    pub title: Words,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub help: Option<Words>,
    /// A drawing of assets/checklists/pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub picture: Option<String>,
    #[serde(default)]
    pub kind: StepKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fact: Option<Fact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub at_least: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub settings: Option<SettingsScreen>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub options: Vec<Words>,
    /// Only then and there; empty: always and everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub season: Vec<Season>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub site: Vec<Site>,
}

/// What does not work (over tethering, in an outage), and what to do in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    pub what: Words,
    pub instead: Words,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    #[serde(default)]
    pub layout: Layout,
    pub steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub warnings: Vec<Warning>,
}

/// Why a definition cannot be published; the text is `error.<code>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub code: &'static str,
    /// Place of the step, from 0; absent: the whole, or a warning.
    pub step: Option<usize>,
    /// Place of the warning, from 0.
    pub warning: Option<usize>,
    pub field: &'static str,
}

/// Reads a definition and checks it; all that is wrong at once.
///
/// # Errors
/// The problems, at least one.
pub fn parse(value: &Value) -> Result<Definition, Vec<Problem>> {
    let Ok(definition) = serde_json::from_value::<Definition>(value.clone()) else {
        return Err(vec![Problem { code: "checklist-json", step: None, warning: None, field: "" }]);
    };
    let problems = problems(&definition);
    if problems.is_empty() { Ok(definition) } else { Err(problems) }
}

pub fn problems(definition: &Definition) -> Vec<Problem> {
    let mut out = Vec::new();
    let whole = |code, field| Problem { code, step: None, warning: None, field };
    if definition.steps.is_empty() {
        out.push(whole("checklist-empty", "steps"));
    }
    if definition.steps.len() > MAX_STEPS || definition.warnings.len() > MAX_WARNINGS {
        out.push(whole("checklist-long", "steps"));
    }
    let mut keys = BTreeSet::new();
    for (n, step) in definition.steps.iter().enumerate() {
        let at = |code, field| Problem { code, step: Some(n), warning: None, field };
        if !is_key(&step.key) {
            out.push(at("checklist-key", "key"));
        } else if !keys.insert(step.key.as_str()) {
            out.push(at("checklist-key-twice", "key"));
        }
        words(&step.title, true, |code| out.push(at(code, "title")));
        if let Some(help) = &step.help {
            words(help, false, |code| out.push(at(code, "help")));
        }
        if step.kind == StepKind::Fact && step.fact.is_none() {
            out.push(at("checklist-fact", "fact"));
        }
        if step.at_least.is_some_and(|n| step.fact == Some(Fact::Battery) && n > 100) {
            out.push(at("checklist-limit", "at_least"));
        }
        if step.kind == StepKind::Choice && !(2..=MAX_OPTIONS).contains(&step.options.len()) {
            out.push(at("checklist-options", "options"));
        }
        for option in &step.options {
            words(option, true, |code| out.push(at(code, "options")));
        }
        if step.picture.as_deref().is_some_and(|p| !is_picture(p)) {
            out.push(at("checklist-picture", "picture"));
        }
    }
    for (n, warning) in definition.warnings.iter().enumerate() {
        for (text, field) in [(&warning.what, "what"), (&warning.instead, "instead")] {
            words(text, true, |code| out.push(Problem { code, step: None, warning: Some(n), field }));
        }
    }
    out
}

fn words(text: &Words, needed: bool, mut wrong: impl FnMut(&'static str)) {
    if needed && text.ja.trim().is_empty() {
        wrong("checklist-words");
    }
    if text.ja.chars().count().max(text.en.chars().count()) > MAX_TEXT_CHARS {
        wrong("checklist-text-long");
    }
}

fn is_key(key: &str) -> bool {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    !key.is_empty() && key.len() <= MAX_KEY_CHARS && key.chars().all(sound)
}

fn is_picture(name: &str) -> bool {
    name.strip_suffix(".svg").is_some_and(is_key)
}

impl Definition {
    /// The steps that count for this sort of site in this season, in their order.
    pub fn steps_for(&self, site: Option<Site>, season: Season) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |s| s.counts_for(site, season))
    }

    pub fn step(&self, key: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.key == key)
    }

    /// The sorts of site that change anything here, in a fixed order.
    pub fn sites(&self) -> Vec<Site> {
        let all = [Site::Outdoor, Site::Indoor, Site::NoSignal];
        all.into_iter().filter(|site| self.steps.iter().any(|s| s.site.contains(site))).collect()
    }
}

impl Step {
    pub fn counts_for(&self, site: Option<Site>, season: Season) -> bool {
        // Where the site is not known, nothing is left out.
        let here = self.site.is_empty() || site.is_none_or(|s| self.site.contains(&s));
        here && (self.season.is_empty() || self.season.contains(&season))
    }
}

/// The season of a local day (`YYYY-MM-DD`) as Hokkaido has it: winter from November to March.
pub fn season_of(local_date: &str) -> Season {
    match local_date.get(5..7).unwrap_or_default() {
        "04" | "05" => Season::Spring,
        "06" | "07" | "08" => Season::Summer,
        "09" | "10" => Season::Autumn,
        _ => Season::Winter,
    }
}

#[cfg(test)]
mod tests;
