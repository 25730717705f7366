//! Fields of checklists, their runs and line checks.

pub mod checklist {
    pub const TITLE: &str = "title";
    /// The title in English; empty as soon as somebody writes another title.
    pub const TITLE_EN: &str = "title_en";
    /// [`crate::checklist::PURPOSES`]
    pub const PURPOSE: &str = "purpose";
    /// For whom or when this one is meant, in a few words; shown beside the title.
    pub const VARIANT: &str = "variant";
    /// The draft ([`crate::checklist::Definition`]), as its editor left it.
    pub const DEFINITION: &str = "definition";
    /// `draft` | `published` | `withdrawn`
    pub const STATE: &str = "state";
    /// The last published version; absent: none yet.
    pub const VERSION: &str = "version";
    /// What was published as version `n`; never changes.
    pub fn published(n: u64) -> String {
        format!("{DEFINITION}.{n}")
    }
}

pub mod checklist_run {
    /// Id of the checklist's record, and the version the run was begun with.
    pub const CHECKLIST: &str = "checklist";
    pub const VERSION: &str = "checklist_version";
    pub const TITLE: &str = "title";
    pub const PURPOSE: &str = "purpose";
    pub const VISIT: &str = "visit";
    /// Staff id.
    pub const BY: &str = "by";
    /// Where, in the runner's words.
    pub const PLACE: &str = "place";
    /// Sort of site ([`crate::checklist::Site`]) and season that chose the steps.
    pub const SITE: &str = "site";
    pub const SEASON: &str = "season";
    /// [`crate::Stamp`] texts.
    pub const STARTED_AT: &str = "started_at";
    pub const FINISHED_AT: &str = "finished_at";
    /// One field a step: `s.` and the step's key ([`crate::checklist::StepDone`]); written once.
    pub const STEP: &str = "s.";
}

pub mod line_check {
    /// [`crate::Stamp`] text.
    pub const AT: &str = "at";
    pub const PLACE: &str = "place";
    pub const LAT: &str = "lat";
    pub const LON: &str = "lon";
    pub const VISIT: &str = "visit";
    /// Staff id.
    pub const BY: &str = "by";
    /// Id of the run that it was made in.
    pub const RUN: &str = "run";
    /// Six digits with which a PC on the same line joins; absent: none may.
    pub const CODE: &str = "code";
    /// What the phone measured ([`crate::line::Measured`]), and the sentence for it ([`crate::line::Verdict`]).
    pub const PHONE: &str = "phone";
    pub const VERDICT: &str = "verdict";
    /// The one PC that joined: who sat at it, and when (by the office's clock, ms).
    pub const JOINED_BY: &str = "joined_by";
    pub const JOINED_MS: &str = "joined_ms";
    /// What it measured, and the sentence for it; written once.
    pub const PC: &str = "pc";
    pub const PC_VERDICT: &str = "pc_verdict";
}
