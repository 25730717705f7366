//! 検査調書: an inspection's finished answers as a report, for forms without a sheet of their own.

mod flow;
mod page;
mod workbook;

use ekitei_model::fault::Fault;

use crate::picture::Picture;

/// Everything is shown as given; days are ISO and shown in the Japanese calendar.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Empty: 検査調書.
    pub title: String,
    pub case_number: String,
    pub case_name: String,
    /// Full name of the section.
    pub section: String,
    /// ISO day.
    pub made_on: String,
    /// The head's table: place, day, inspector, who attended.
    pub facts: Vec<Fact>,
    pub parts: Vec<Part>,
    pub findings: Vec<Finding>,
    /// 総合判定, when the form has one.
    pub result: String,
    /// 所見.
    pub opinion: String,
    pub signatures: Vec<Signature>,
}

#[derive(Clone, Debug, Default)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// A section of the form.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub title: String,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub enum Line {
    /// 適・否・該当なし: neighbours with the same options become one table.
    Ruling {
        label: String,
        options: Vec<String>,
        chosen: Option<usize>,
        remark: String,
    },
    /// ☑ and ☐ before each option.
    Choice {
        label: String,
        options: Vec<String>,
        chosen: Vec<usize>,
    },
    Value {
        label: String,
        value: String,
    },
    Table {
        label: String,
        heads: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    Photos {
        label: String,
        pictures: Vec<Photo>,
    },
}

#[derive(Clone, Debug)]
pub struct Photo {
    pub picture: Picture,
    pub caption: String,
}

/// Something to be put right.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    pub number: u32,
    /// The item it belongs to.
    pub item: String,
    pub text: String,
    /// ISO day until which it is to be put right, or a text.
    pub due: String,
    pub photos: Vec<Photo>,
}

#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// In what role: 立会者, 検査員.
    pub role: String,
    pub name: String,
    /// ISO day or instant.
    pub date: String,
    pub picture: Option<Picture>,
}

/// Most lines of a report, rows of tables included.
pub const LINES_LIMIT: usize = 20_000;
/// Most pictures of a report.
pub const PICTURES_LIMIT: usize = 1_000;

pub use page::pdf;
pub use workbook::xlsx;

impl Report {
    fn heading(&self) -> String {
        if self.title.trim().is_empty() { crate::label::label("inspection") } else { self.title.clone() }
    }

    fn case_line(&self) -> String {
        let parts = [self.case_number.trim(), self.case_name.trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("　")
    }

    fn check(&self) -> Result<(), Fault> {
        let lines: usize = self
            .parts
            .iter()
            .flat_map(|part| &part.lines)
            .map(|line| match line {
                Line::Table { rows, .. } => rows.len() + 1,
                Line::Photos { .. } | Line::Ruling { .. } | Line::Choice { .. } | Line::Value { .. } => 1,
            })
            .sum();
        let pictures = self.findings.iter().map(|finding| finding.photos.len()).sum::<usize>()
            + self
                .parts
                .iter()
                .flat_map(|part| &part.lines)
                .map(|line| if let Line::Photos { pictures, .. } = line { pictures.len() } else { 0 })
                .sum::<usize>();
        if lines + self.findings.len() > LINES_LIMIT {
            return Err(Fault::ask("report-long").with("limit", LINES_LIMIT));
        }
        if pictures > PICTURES_LIMIT {
            return Err(Fault::ask("report-pictures").with("limit", PICTURES_LIMIT));
        }
        Ok(())
    }
}

/// Rulings that follow each other and offer the same.
struct Matrix<'a> {
    options: &'a [String],
    rows: Vec<(&'a str, Option<usize>, &'a str)>,
}

enum Group<'a> {
    Matrix(Matrix<'a>),
    Line(&'a Line),
}

/// Options that fit into narrow columns of a table.
fn fits_columns(options: &[String]) -> bool {
    (2..=4).contains(&options.len()) && options.iter().all(|option| option.chars().count() <= 5)
}

fn groups(part: &Part) -> Vec<Group<'_>> {
    let mut found: Vec<Group<'_>> = Vec::new();
    for line in &part.lines {
        match line {
            Line::Ruling { label, options, chosen, remark } if fits_columns(options) => {
                let row = (label.as_str(), *chosen, remark.as_str());
                match found.last_mut() {
                    Some(Group::Matrix(matrix)) if matrix.options == options.as_slice() => {
                        matrix.rows.push(row)
                    }
                    _ => found.push(Group::Matrix(Matrix { options, rows: vec![row] })),
                }
            }
            line => found.push(Group::Line(line)),
        }
    }
    found
}

/// `☑ 適　☐ 否`
fn boxes(options: &[String], chosen: impl Fn(usize) -> bool) -> String {
    let one =
        |(index, option): (usize, &String)| format!("{} {option}", if chosen(index) { '☑' } else { '☐' });
    options.iter().enumerate().map(one).collect::<Vec<_>>().join("　")
}

/// An ISO day in the Japanese calendar; any other text as it is.
fn shown(value: &str) -> String {
    crate::dates::japanese_date(value.trim())
}
