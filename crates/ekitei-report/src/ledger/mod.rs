//! 写真台帳: photos with number, title, place, day, words and the name of who took them, on paper and as a workbook.

mod page;
mod workbook;

use serde::{Deserialize, Serialize};

use crate::picture::Picture;

/// How many photos stand on one A4 page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PerPage {
    Two,
    #[default]
    Three,
    Four,
    Six,
}

impl PerPage {
    pub const ALL: [Self; 4] = [Self::Two, Self::Three, Self::Four, Self::Six];

    pub fn count(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
            Self::Six => 6,
        }
    }

    pub fn from_count(count: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.count() == count)
    }

    /// Blocks side by side.
    fn columns(self) -> usize {
        match self {
            Self::Two | Self::Three => 1,
            Self::Four | Self::Six => 2,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Printed large on top; empty: 写真台帳.
    pub title: String,
    pub case_number: String,
    pub case_name: String,
    /// Who made it: full name of the section.
    pub section: String,
    /// ISO day, becomes the day of the file and of the foot line.
    pub made_on: String,
    pub per_page: PerPage,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, Default)]
pub struct Row {
    pub number: u32,
    pub title: String,
    pub place: String,
    /// ISO day or instant, shown in the Japanese calendar; other text is shown as it is.
    pub date: String,
    pub caption: String,
    pub inspector: String,
    /// Upright display copy; without one the frame says so.
    pub picture: Option<Picture>,
}

/// Most photos of one ledger.
pub const ROWS_LIMIT: usize = 1_000;

pub(crate) use page::clip;
pub use page::pdf;
pub use workbook::xlsx;

impl Ledger {
    fn heading(&self) -> String {
        if self.title.trim().is_empty() { crate::label::label("ledger") } else { self.title.clone() }
    }

    fn case_line(&self) -> String {
        [self.case_number.trim(), self.case_name.trim()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("　")
    }

    fn check(&self) -> Result<(), ekitei_model::fault::Fault> {
        if self.rows.len() > ROWS_LIMIT {
            return Err(ekitei_model::fault::Fault::ask("ledger-long")
                .with("count", self.rows.len())
                .with("limit", ROWS_LIMIT));
        }
        Ok(())
    }
}
