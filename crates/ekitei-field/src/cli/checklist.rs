//! The verbs of checklists and of the line check.

use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum ChecklistVerb {
    /// The checklists in use.
    List {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Begin a run, or find one's own that is open; prints its steps.
    Run {
        /// The checklist's title, its purpose (`departure`, `tethering`, …) or its id.
        checklist: String,
        /// The visit's id.
        #[arg(long)]
        visit: Option<String>,
        #[arg(long, value_enum)]
        site: Option<SiteKind>,
        #[arg(long)]
        place: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Show where a run stands.
    Show {
        run: String,
        #[arg(long)]
        json: bool,
    },
    /// Write steps of a run; what is written never changes.
    Tick {
        run: String,
        #[arg(required = true)]
        steps: Vec<String>,
        /// They could not be done.
        #[arg(long, conflicts_with = "skipped")]
        failed: bool,
        /// They were passed over.
        #[arg(long)]
        skipped: bool,
        #[arg(long, default_value = "")]
        note: String,
        /// How long each was looked at.
        #[arg(long, value_name = "MS", default_value_t = 0)]
        ms: u64,
        #[arg(long)]
        json: bool,
    },
    /// End a run: facts as they are now, what nobody ticked as skipped.
    Finish {
        run: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SiteKind {
    Outdoor,
    Indoor,
    NoSignal,
}

#[derive(Debug, Subcommand)]
pub enum LineVerb {
    /// Measure the line to the office: at most ten seconds. Exit code 1 when there is none.
    Check {
        #[arg(long)]
        place: Option<String>,
        /// The visit's id.
        #[arg(long)]
        visit: Option<String>,
        /// With six digits for a PC on the same line.
        #[arg(long)]
        pair: bool,
        #[arg(long)]
        json: bool,
    },
    /// What was measured before, newest first.
    History {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
}

impl ChecklistVerb {
    /// Whether a program reads the answer.
    pub fn as_json(&self) -> bool {
        match self {
            Self::List { json }
            | Self::Run { json, .. }
            | Self::Show { json, .. }
            | Self::Tick { json, .. }
            | Self::Finish { json, .. } => *json,
        }
    }
}

impl LineVerb {
    /// Whether a program reads the answer.
    pub fn as_json(&self) -> bool {
        match self {
            Self::Check { json, .. } | Self::History { json } => *json,
        }
    }
}
