//! Results of a form as files for people: CSV that Excel opens as it is, and a workbook with one table. Text never
//! becomes a formula; what would be too large is refused before anyone waits for it.

use ekitei_model::fault::Fault;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, XlsxError};
use serde::{Deserialize, Serialize};

use crate::breaking::tidy;
use crate::dates::Day;
use crate::workbook::{CELL_LIMIT_CHARS, cell_text, excel_fault, new_book, properties, sheet_name};

/// One file, in bytes: what the prefecture's form service takes.
pub const FILE_LIMIT_BYTES: usize = 10 * 1024 * 1024;
/// All files of one record together, in bytes.
pub const RECORD_LIMIT_BYTES: u64 = 20 * 1024 * 1024;
/// Rows of a worksheet below its heads.
pub const ROWS_LIMIT: usize = 1_048_575;
/// Columns of a worksheet.
pub const COLUMNS_LIMIT: usize = 16_384;

/// One value of a result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// A decimal number as typed; what is none is written as text.
    Number(String),
    /// ISO day; what is none is written as text.
    Date(String),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    pub title: String,
    /// Full name of the section.
    pub section: String,
    /// ISO day.
    pub made_on: String,
    pub columns: Vec<String>,
    /// Shorter rows are filled with empty cells; longer ones are refused.
    pub rows: Vec<Vec<Cell>>,
}

impl Results {
    fn check(&self) -> Result<(), Fault> {
        if self.rows.len() > ROWS_LIMIT {
            return Err(Fault::ask("results-rows").with("count", self.rows.len()).with("limit", ROWS_LIMIT));
        }
        if self.columns.len() > COLUMNS_LIMIT || self.rows.iter().any(|row| row.len() > self.columns.len()) {
            return Err(Fault::ask("results-columns").with("limit", self.columns.len().min(COLUMNS_LIMIT)));
        }
        Ok(())
    }
}

/// Errors: `results-file-large`.
pub fn check_file(bytes: u64) -> Result<(), Fault> {
    too_large("results-file-large", bytes, FILE_LIMIT_BYTES as u64)
}

/// The sizes of all files of one record. Errors: `results-file-large`, `results-record-large`.
pub fn check_record(files_bytes: impl IntoIterator<Item = u64>) -> Result<(), Fault> {
    let mut all = 0_u64;
    for bytes in files_bytes {
        check_file(bytes)?;
        all = all.saturating_add(bytes);
    }
    too_large("results-record-large", all, RECORD_LIMIT_BYTES)
}

fn too_large(code: &str, bytes: u64, limit: u64) -> Result<(), Fault> {
    if bytes <= limit {
        return Ok(());
    }
    Err(Fault::ask(code).with("size_mb", bytes.div_ceil(1024 * 1024)).with("limit_mb", limit / (1024 * 1024)))
}

/// UTF-8 with a byte order mark and CRLF, as Excel wants it. A text that a spreadsheet would take for a formula gets an
/// apostrophe in front.
///
/// Errors: `results-rows`, `results-columns`, `results-file-large`.
pub fn csv(results: &Results) -> Result<Vec<u8>, Fault> {
    results.check()?;
    let mut out = String::from("\u{feff}");
    line(&mut out, results.columns.iter().map(|head| guarded(head)));
    for row in &results.rows {
        let empty = std::iter::repeat_n(String::new(), results.columns.len() - row.len());
        line(&mut out, row.iter().map(csv_value).chain(empty));
        if out.len() > FILE_LIMIT_BYTES {
            break;
        }
    }
    check_file(out.len() as u64)?;
    Ok(out.into_bytes())
}

fn line(out: &mut String, values: impl Iterator<Item = String>) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if value.contains(['"', ',', '\n', '\r', ';']) || value.starts_with(' ') || value.ends_with(' ') {
            out.push('"');
            out.push_str(&value.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&value);
        }
    }
    out.push_str("\r\n");
}

fn csv_value(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => match number.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => number.trim().to_owned(),
            _ => guarded(number),
        },
        Cell::Date(iso) => match Day::parse(iso) {
            Some(day) => format!("{:04}/{:02}/{:02}", day.year, day.month, day.day),
            None => guarded(iso),
        },
    }
}

/// Tidy text that no spreadsheet runs: full-width signs count too, Excel reads ＝ as =.
fn guarded(text: &str) -> String {
    let text = tidy(text);
    let risky = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%']);
    if risky { format!("'{text}") } else { text }
}

/// A workbook with one sheet: heads that stay in view, a filter on each column, days as days, numbers as numbers.
///
/// Errors: `results-rows`, `results-columns`, `results-file-large`, `report-excel`.
pub fn xlsx(results: &Results) -> Result<Vec<u8>, Fault> {
    results.check()?;
    let longest = results
        .rows
        .iter()
        .flatten()
        .any(|cell| matches!(cell, Cell::Text(text) if text.encode_utf16().count() > CELL_LIMIT_CHARS));
    if longest {
        return Err(Fault::ask("results-cell-long").with("limit", CELL_LIMIT_CHARS));
    }
    let bytes = write(results).map_err(|error| excel_fault(&error))?;
    check_file(bytes.len() as u64)?;
    Ok(bytes)
}

fn write(results: &Results) -> Result<Vec<u8>, XlsxError> {
    let mut book = new_book()?;
    book.set_properties(&properties(&results.title, &results.section, &results.made_on)?);
    let base =
        || Format::new().set_font_name("BIZ UDPゴシック").set_font_size(10.0).set_align(FormatAlign::Top);
    let head =
        base().set_bold().set_text_wrap().set_border(FormatBorder::Thin).set_background_color(0x00E8_F1FE);
    let (text, number) = (base().set_text_wrap(), base());
    let day = base().set_num_format("yyyy/mm/dd");
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(&results.title))?;
    let mut widths: Vec<usize> = Vec::new();
    for (column, title) in results.columns.iter().enumerate() {
        sheet.write_string_with_format(0, index(column), cell_text(title), &head)?;
        widths.push(width(title));
    }
    for (row, cells) in results.rows.iter().enumerate() {
        let row = u32::try_from(row + 1).unwrap_or(u32::MAX);
        for (column, cell) in cells.iter().enumerate() {
            let at = index(column);
            match cell {
                Cell::Empty => {}
                Cell::Text(value) => {
                    widths[column] = widths[column].max(width(value));
                    sheet.write_string_with_format(row, at, cell_text(value), &text)?;
                }
                Cell::Number(value) => match value.trim().parse::<f64>().ok().filter(|n| n.is_finite()) {
                    Some(value) => sheet.write_number_with_format(row, at, value, &number).map(|_| ())?,
                    None => sheet.write_string_with_format(row, at, cell_text(value), &text).map(|_| ())?,
                },
                Cell::Date(iso) => {
                    let date = Day::parse(iso).filter(|day| (1900..=9999).contains(&day.year));
                    match date {
                        Some(d) => {
                            let date = ExcelDateTime::from_ymd(
                                d.year.unsigned_abs(),
                                d.month.unsigned_abs(),
                                d.day.unsigned_abs(),
                            )?;
                            sheet.write_datetime_with_format(row, at, &date, &day)?;
                        }
                        None => {
                            sheet.write_string_with_format(row, at, cell_text(iso), &text)?;
                        }
                    }
                    widths[column] = widths[column].max(11);
                }
            }
        }
    }
    for (column, width) in widths.iter().enumerate() {
        sheet.set_column_width(index(column), (*width as f64 + 2.0).clamp(8.0, 60.0))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    if !results.columns.is_empty() {
        let last = u32::try_from(results.rows.len()).unwrap_or(u32::MAX);
        sheet.autofilter(0, 0, last, index(results.columns.len() - 1))?;
    }
    sheet.set_landscape().set_paper_size(9).set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    book.save_to_buffer()
}

fn index(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// Width of the longest line in digits: full-width characters count twice.
fn width(text: &str) -> usize {
    let line = |line: &str| {
        line.chars()
            .take(120)
            .map(|c| if c.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&c) { 1 } else { 2 })
            .sum()
    };
    text.lines().map(line).max().unwrap_or(0)
}
