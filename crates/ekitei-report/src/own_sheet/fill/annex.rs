//! 別紙: texts that no readable size brings into their cell stand in full on a worksheet of their own at the end.

use std::fmt::Write as _;

use ekitei_model::fault::Fault;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::parts::Patch;
use super::texts::PX_PER_PT;
use crate::own_sheet::book::Book;
use crate::own_sheet::xml::{body, damaged, escape, escape_cell, local, number};

const SHEET_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
const SPREADSHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
/// The word for the worksheet and for its entries.
const WORD: &str = "別紙";
/// Characters of the columns for number and text: together an upright A4 page.
const COLUMNS: [f64; 2] = [9.0, 76.0];

/// The texts in the order of their numbers.
#[derive(Default)]
pub(super) struct Annex(Vec<Annexed>);

struct Annexed {
    label: String,
    text: String,
}

impl Annex {
    /// Takes a text and says what stands in its cell instead.
    pub fn take(&mut self, label: &str, text: &str) -> String {
        self.0.push(Annexed { label: label.to_owned(), text: text.to_owned() });
        format!("{WORD}{}", self.0.len())
    }

    /// Adds the worksheet when there is something for it.
    pub fn add(&self, patch: &mut Patch<'_>, book: &Book, place: &Place) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        let folder = book.part.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let part = patch.free_name(&format!("{folder}worksheets/sheet"), "xml");
        patch.replace(&part, self.worksheet(book));
        patch.override_type(&part, SHEET_TYPE)?;
        let relation = patch.relate(&book.part, "worksheet", &part[folder.len()..])?;
        let mut names = std::iter::once(WORD.to_owned()).chain((2_u32..).map(|n| format!("{WORD}({n})")));
        let name = names.find(|name| book.sheets.iter().all(|sheet| sheet.name != *name)).unwrap_or_default();
        let entry = format!(
            "<{}sheet name=\"{}\" sheetId=\"{}\" {}=\"{relation}\"/>",
            place.prefix,
            escape(&name),
            place.sheet_id,
            place.id_attribute
        );
        let text = patch.text(&book.part).ok_or_else(damaged)?;
        // The workbook may have changed since the place was looked up.
        let place = Place::find(&text).ok_or_else(damaged)?;
        patch.replace(&book.part, format!("{}{entry}{}", &text[..place.at], &text[place.at..]));
        Ok(())
    }

    fn worksheet(&self, book: &Book) -> String {
        let em = book.style(0).font_pt * PX_PER_PT;
        let face = crate::faces::face(crate::faces::Weight::Regular);
        let room = (book.column_px(COLUMNS[1]) * 0.95).max(em) as f32;
        let mut rows = Rows::default();
        rows.add([WORD, ""]);
        for (index, one) in self.0.iter().enumerate() {
            rows.add(["", ""]);
            rows.add([&format!("{WORD}{}", index + 1), &one.label]);
            let hang = crate::Breaking { hang: false };
            let width = |c: char| face.width(c) * em as f32;
            for line in crate::breaking::break_lines(&one.text, room, hang, width) {
                rows.add(["", &one.text[line]]);
            }
        }
        let columns: String = (1..)
            .zip(COLUMNS)
            .map(|(n, width)| format!("<col min=\"{n}\" max=\"{n}\" width=\"{width}\" customWidth=\"1\"/>"))
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{SPREADSHEET}\">\
             <sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><cols>{columns}</cols><sheetData>{}</sheetData>\
             <pageMargins left=\"0.7\" right=\"0.7\" top=\"0.75\" bottom=\"0.75\" header=\"0.3\" footer=\"0.3\"/>\
             <pageSetup paperSize=\"9\" orientation=\"portrait\" fitToHeight=\"0\"/></worksheet>",
            rows.xml
        )
    }
}

#[derive(Default)]
struct Rows {
    xml: String,
    count: u32,
}

impl Rows {
    fn add(&mut self, cells: [&str; 2]) {
        self.count += 1;
        let row = self.count;
        let _ = write!(self.xml, "<row r=\"{row}\">");
        for (column, text) in ["A", "B"].into_iter().zip(cells).filter(|(_, text)| !text.is_empty()) {
            let text = escape_cell(text);
            let _ = write!(
                self.xml,
                "<c r=\"{column}{row}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>"
            );
        }
        self.xml.push_str("</row>");
    }
}

/// Where the workbook lists its worksheets, and how it writes them.
#[derive(Debug, PartialEq)]
pub(super) struct Place {
    /// Byte before the end of the list.
    at: usize,
    /// `""` or `x:`.
    prefix: String,
    /// Its name for the relationship: `r:id`.
    id_attribute: String,
    /// A number that no worksheet has.
    sheet_id: u32,
}

impl Place {
    /// `None`: the workbook is not built as expected.
    pub fn find(text: &str) -> Option<Self> {
        let offset = text.len() - body(text).len();
        let mut reader = Reader::from_str(body(text));
        let (mut id_attribute, mut largest) = (None, 0_u32);
        loop {
            let before = usize::try_from(reader.buffer_position()).ok()? + offset;
            match reader.read_event().ok()? {
                Event::Start(element) | Event::Empty(element) if local(&element) == "sheet" => {
                    largest = largest.max(number(&element, "sheetId").ok()?.unwrap_or(0));
                    let mut attributes = element.attributes();
                    let named = attributes.with_checks(false).flatten();
                    let found = named.into_iter().find(|attribute| attribute.key.0.ends_with(":id"))?;
                    id_attribute = Some(found.key.0.to_owned());
                }
                Event::End(element) if element.local_name().as_ref() == "sheets" => {
                    let name = element.name().0;
                    let prefix = name.strip_suffix("sheets")?.to_owned();
                    let sheet_id = largest.checked_add(1)?;
                    return Some(Self { at: before, prefix, id_attribute: id_attribute?, sheet_id });
                }
                Event::Eof => return None,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_list_of_worksheets_is_found_with_its_way_of_writing() {
        let text =
            "<x:workbook><x:sheets><x:sheet name=\"a\" sheetId=\"7\" q:id=\"rId1\"/></x:sheets></x:workbook>";
        let place = Place::find(text).unwrap();
        assert_eq!(&text[place.at..place.at + 11], "</x:sheets>");
        assert_eq!((place.prefix.as_str(), place.id_attribute.as_str(), place.sheet_id), ("x:", "q:id", 8));
        for text in [
            "<workbook/>",
            "<workbook><sheets/></workbook>",
            "<workbook><sheets><sheet/></sheets></workbook>",
        ] {
            assert_eq!(Place::find(text), None, "{text}");
        }
    }
}
