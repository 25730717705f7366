//! ekitei-papers: the papers of one inspection, 検査調書 and 写真台帳, composed from its records.
//!
//! Lives here: what stands on which paper, and that marks, black-outs and the small blackboard are burned into every
//! picture on it. Does not live here: how a page is drawn (ekitei-report), where records and files come from, who may
//! read them. Pure: no clock, no network, no database. Called by ekitei-core (on the phone, without a line) and by
//! ekitei-server (filing and console), so that both say the same.

pub mod definition;
mod inspected;
mod ledger;
mod own_sheet;
mod pictures;
pub mod report;
mod says;
mod sheet_map;

pub use inspected::{Inspected, Parts, compiled, open, prepared};
pub use own_sheet::filled as own_sheet;
pub use pictures::{Pictures, burned, is_marked};
pub use says::Says;
pub use sheet_map::{Place, SheetMap};

use ekitei_model::Fault;
use ekitei_model::kinds::case;

/// Which of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    ReportPdf,
    ReportXlsx,
    LedgerPdf,
    LedgerXlsx,
}

impl Paper {
    pub const ALL: [Self; 4] = [Self::ReportPdf, Self::ReportXlsx, Self::LedgerPdf, Self::LedgerXlsx];

    /// The name in addresses: `report.pdf`.
    pub fn named(text: &str) -> Option<Self> {
        Some(match text {
            "report.pdf" => Self::ReportPdf,
            "report.xlsx" => Self::ReportXlsx,
            "ledger.pdf" => Self::LedgerPdf,
            "ledger.xlsx" => Self::LedgerXlsx,
            _ => return None,
        })
    }

    pub fn is_ledger(self) -> bool {
        matches!(self, Self::LedgerPdf | Self::LedgerXlsx)
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::ReportPdf | Self::LedgerPdf => "pdf",
            Self::ReportXlsx | Self::LedgerXlsx => "xlsx",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self.extension() {
            "pdf" => "application/pdf",
            _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// One of the papers; slow with many pictures. `sheet`: the section's own sheet, when the form has one.
///
/// # Errors
/// The pictures or the sheet cannot be read; a limit of the paper.
pub fn make(
    of: &Inspected,
    pictures: &Pictures,
    sheet: Option<&[u8]>,
    paper: Paper,
) -> Result<Vec<u8>, Fault> {
    match paper {
        Paper::ReportPdf => report::pdf(of, pictures),
        Paper::ReportXlsx => match sheet {
            Some(bytes) => own_sheet(of, pictures, bytes),
            None => report::xlsx(of, pictures),
        },
        Paper::LedgerPdf => ekitei_report::ledger::pdf(&ledger::ledger(of, pictures)),
        Paper::LedgerXlsx => ekitei_report::ledger::xlsx(&ledger::ledger(of, pictures)),
    }
}

/// Where a case is: for the head of papers.
fn place(of: &Inspected) -> String {
    of.case.text(case::PLACE).to_owned()
}
