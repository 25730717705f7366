//! Checklists and line checks: what screens pass in and what they show.

use super::views::Progress;
use ekitei_model::checklist::{
    Judged, Layout, Season, SettingsScreen, Site, StepDone, StepKind, StepResult, Warning, Words,
};
use ekitei_model::line::{Measured, Verdict};
use ekitei_model::{RecordId, Stamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! args {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* })*
    };
}

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, TS)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* })*
    };
}

args! {
    /// Which checklist, for what. Without a visit the run is the section's.
    ChecklistArgs {
        checklist: RecordId,
        #[serde(default)] #[ts(optional)] visit: Option<RecordId>,
        /// Absent: as it was the last time.
        #[serde(default)] #[ts(optional)] site: Option<Site>,
        #[serde(default)] #[ts(optional)] place: Option<String>,
        /// The person has looked at it for so long already.
        #[serde(default)] #[ts(optional, type = "number")] shown_ms: Option<u64>,
    }
    StepArgs {
        key: String,
        /// `done` | `failed` | `skipped`
        result: StepResult,
        /// Since the step was shown.
        #[ts(type = "number")] ms: u64,
        #[serde(default)] #[ts(as = "Option<_>", optional)] note: String,
    }
    RunStepsArgs { id: RecordId, steps: Vec<StepArgs> }
    LineCheckArgs {
        /// Absent: that of the visit, or none.
        #[serde(default)] #[ts(optional)] place: Option<String>,
        #[serde(default)] #[ts(optional)] visit: Option<RecordId>,
        /// The run that it is a step of.
        #[serde(default)] #[ts(optional)] run: Option<RecordId>,
        /// A PC may join by a code.
        #[serde(default)] #[ts(as = "Option<_>", optional)] pair: bool,
    }
}

views! {
    ChecklistRow {
        id: RecordId,
        /// `departure` | `tethering` | `on_site` | `return` | `year_end` | `outage` | `other`
        purpose: String,
        title: String,
        variant: String,
        #[ts(type = "number")] version: u64,
        layout: Layout,
        steps: u32,
        /// One's own run that is not finished.
        open_run: Option<RecordId>,
        /// One's own last finished run.
        last_at: Option<Stamp>,
    }
    /// A run, or what one would be before it is begun (without an id).
    RunView {
        id: Option<RecordId>,
        checklist: RecordId,
        #[ts(type = "number")] version: u64,
        purpose: String,
        title: String,
        variant: String,
        layout: Layout,
        visit: Option<RecordId>,
        place: String,
        site: Option<Site>,
        /// The sorts of site that change anything.
        sites: Vec<Site>,
        season: Season,
        started_at: Option<Stamp>,
        finished_at: Option<Stamp>,
        /// Staff id; of others' runs nothing can be written.
        by: String,
        own: bool,
        steps: Vec<StepView>,
        /// What does not work on the way, with the alternative.
        warnings: Vec<Warning>,
        progress: Progress,
    }
    StepView {
        key: String,
        title: Words,
        help: Option<Words>,
        picture: Option<String>,
        kind: StepKind,
        settings: Option<SettingsScreen>,
        options: Vec<Words>,
        /// What the phone knows about it now.
        judged: Option<Judged>,
        done: Option<StepDone>,
    }
    /// A checklist whose time has come.
    DueRow {
        checklist: RecordId,
        purpose: String,
        title: String,
        /// The visit that it is for.
        visit: Option<RecordId>,
        visit_title: String,
        planned_at: Option<Stamp>,
        tomorrow: bool,
        /// Visits of that day.
        visits: u32,
        open_run: Option<RecordId>,
    }
    LineCheckView {
        id: RecordId,
        at: Stamp,
        place: String,
        visit: Option<RecordId>,
        by: String,
        by_name: String,
        own: bool,
        lat: Option<f64>,
        lon: Option<f64>,
        /// Six digits for the PC, as long as they are good.
        code: Option<String>,
        joined: bool,
        phone: Measured,
        verdict: Verdict,
        pc: Option<Measured>,
        pc_verdict: Option<Verdict>,
        progress: Progress,
    }
}
