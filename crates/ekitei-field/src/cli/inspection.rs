//! The verbs of inspections. Each prints the inspection as it stands afterwards.

use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum InspectionVerb {
    /// Begin an inspection, or find the one that is open for the same visit and form.
    Begin {
        /// The case's number.
        #[arg(long, value_name = "NUMBER")]
        case: String,
        /// The form's title, or its id.
        #[arg(long)]
        form: String,
        /// The visit's id.
        #[arg(long)]
        visit: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Show where it stands.
    Show {
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// Answer: KEY=VALUE as JSON or text; KEY= takes the answer away. They are taken one by one; the first that is
    /// refused ends it, those before stay.
    Set {
        id: String,
        #[arg(required = true, value_name = "KEY=VALUE")]
        answers: Vec<String>,
        #[arg(long)]
        json: bool,
    },
    /// Take image files as photographs (or signature, drawing) of one question.
    Photo {
        id: String,
        /// The question's key; of a ruling's photographs: the ruling's key and `_photos`.
        key: String,
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[arg(long, value_enum, default_value_t = PictureRole::Photo)]
        role: PictureRole,
        #[arg(long, default_value = "")]
        caption: String,
        #[arg(long)]
        json: bool,
    },
    /// List the rulings that are still open (残りはすべて適); with --apply, rule them all as conforming.
    Rest {
        id: String,
        #[arg(long)]
        apply: bool,
        #[arg(long)]
        json: bool,
    },
    /// List what stands in the way of finishing.
    Missing {
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// One call to the form's engine as a screen makes it, a JSON object; prints its reply.
    Call {
        id: String,
        #[arg(value_name = "JSON")]
        call: String,
        /// Accepted for symmetry: the reply is JSON anyway.
        #[arg(long)]
        json: bool,
    },
    /// Write the report's text (所見), until it is circulated.
    Report {
        id: String,
        text: String,
        #[arg(long)]
        json: bool,
    },
    /// Lock it with a snapshot of what was calculated.
    Finish {
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// 回付: hand it to the section head.
    Circulate {
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// Open it again, also from the head's desk, as long as it is not accepted.
    Reopen {
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// Propose other answers for a finished inspection, KEY=VALUE as with `set`: its head decides.
    Propose {
        id: String,
        #[arg(required = true, value_name = "KEY=VALUE")]
        answers: Vec<String>,
        #[arg(long)]
        json: bool,
    },
}

/// What a picture is to its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PictureRole {
    Photo,
    Signature,
    Drawing,
    File,
}

impl PictureRole {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Signature => "signature",
            Self::Drawing => "drawing",
            Self::File => "file",
        }
    }
}

impl InspectionVerb {
    /// Whether a program reads the answer.
    pub fn as_json(&self) -> bool {
        match self {
            Self::Begin { json, .. }
            | Self::Show { json, .. }
            | Self::Set { json, .. }
            | Self::Photo { json, .. }
            | Self::Rest { json, .. }
            | Self::Missing { json, .. }
            | Self::Call { json, .. }
            | Self::Report { json, .. }
            | Self::Finish { json, .. }
            | Self::Circulate { json, .. }
            | Self::Reopen { json, .. }
            | Self::Propose { json, .. } => *json,
        }
    }
}
