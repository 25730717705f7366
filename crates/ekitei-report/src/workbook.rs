//! What all new workbooks share.

use ekitei_model::fault::Fault;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use crate::breaking::tidy;
use crate::dates::Day;

/// Most characters of one cell.
pub(crate) const CELL_LIMIT_CHARS: usize = 32_767;

/// A workbook whose column widths are counted in digits of a font that every office PC has.
pub(crate) fn new_book() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let font = Format::new()
        .set_font_name("ＭＳ Ｐゴシック")
        .set_font_size(11)
        .set_font_charset(128)
        .set_align(FormatAlign::VerticalCenter);
    book.set_default_format(&font, 18, 72)?;
    Ok(book)
}

/// A text as a cell holds it: tidy, no longer than a cell may be.
pub(crate) fn cell_text(text: &str) -> String {
    let text = tidy(text);
    // The limit counts UTF-16 units.
    let mut units = 0;
    let end = text.char_indices().find_map(|(at, c)| {
        units += c.len_utf16();
        (units > CELL_LIMIT_CHARS).then_some(at)
    });
    end.map_or(text.clone(), |end| text[..end].to_owned())
}

/// A worksheet's name: at most 31 characters, none of `[]:*?/\`, not beginning or ending with an apostrophe.
pub(crate) fn sheet_name(wanted: &str) -> String {
    let clean: String = tidy(wanted)
        .chars()
        .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\n') { '_' } else { c })
        .collect();
    let mut name = String::new();
    let mut units = 0;
    for c in clean.trim_matches(|c: char| c == '\'' || c.is_whitespace()).chars() {
        units += c.len_utf16();
        if units > 31 {
            break;
        }
        name.push(c);
    }
    let name = name.trim_end_matches('\'').to_owned();
    if name.is_empty() || name.eq_ignore_ascii_case("history") { "Sheet1".to_owned() } else { name }
}

/// Properties with the given day instead of the time of the computer.
pub(crate) fn properties(title: &str, author: &str, made_on: &str) -> Result<DocProperties, XlsxError> {
    let day = Day::parse(made_on).filter(|day| (1900..=9999).contains(&day.year));
    let (year, month, day) =
        day.map_or((2000, 1, 1), |d| (d.year.unsigned_abs(), d.month.unsigned_abs(), d.day.unsigned_abs()));
    Ok(DocProperties::new()
        .set_title(cell_text(title))
        .set_author(cell_text(author))
        .set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?))
}

pub(crate) fn excel_fault(error: &XlsxError) -> Fault {
    match error {
        XlsxError::ImageDimensionError | XlsxError::UnknownImageType => Fault::ask("picture-damaged"),
        other => Fault::ask("report-excel").with("detail", other),
    }
}
