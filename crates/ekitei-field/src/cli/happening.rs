//! The verbs of the directory, the help cards and the calendar.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum DirectoryVerb {
    /// Find people by name, reading, section, extension or mobile number; several words narrow it down.
    Search {
        query: String,
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum HelpVerb {
    /// What to do now, and who answers at this hour. Works locked.
    Show {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum CalendarVerb {
    /// Appointments from today on.
    List {
        #[arg(long, default_value_t = 2, value_name = "N")]
        days: u16,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
}

impl DirectoryVerb {
    pub fn as_json(&self) -> bool {
        let Self::Search { json, .. } = self;
        *json
    }
}

impl HelpVerb {
    pub fn as_json(&self) -> bool {
        let Self::Show { json } = self;
        *json
    }
}

impl CalendarVerb {
    pub fn as_json(&self) -> bool {
        let Self::List { json, .. } = self;
        *json
    }
}
