//! Reading a CSV as spreadsheets write it: UTF-8 with or without byte order mark, UTF-16, Shift_JIS; columns by
//! their names in the first line, in any order.

use ekitei_model::Fault;
use ekitei_model::text::{Language, fault_text};
use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};
use std::borrow::Cow;
use std::collections::HashMap;

/// What is wrong in which line (the first line has the number 1; 0: the whole file).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    pub line: u64,
    pub fault: Fault,
}

impl RowFault {
    pub fn new(line: u64, fault: Fault) -> Self {
        Self { line, fault }
    }

    /// `line 3: …` in the person's language.
    pub fn text(&self, language: Language) -> String {
        let line = self.line.to_string();
        let place = match self.line {
            0 => String::new(),
            _ => ekitei_model::text::text(language, "csv.line", [("line", line.as_str())]),
        };
        format!("{place}{}", fault_text(language, &self.fault))
    }
}

/// The rows with their line numbers, cells trimmed.
pub struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// One row.
pub struct Row<'a> {
    pub line: u64,
    table: &'a Table,
    cells: &'a csv::StringRecord,
}

impl Table {
    /// # Errors
    /// Unknown encoding, a missing column, a broken line.
    pub fn read(bytes: &[u8], required: &[&str]) -> Result<Self, Vec<RowFault>> {
        let text = decode(bytes).ok_or_else(|| vec![RowFault::new(0, Fault::ask("csv-encoding"))])?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let broken = |e: &csv::Error| {
            let line = e.position().map_or(0, csv::Position::line);
            RowFault::new(line, Fault::ask("csv-line-broken"))
        };
        let heads = reader.headers().map_err(|e| vec![broken(&e)])?.clone();
        let columns: HashMap<_, _> = heads.iter().enumerate().map(|(i, h)| (heading(h), i)).collect();
        let missing = required.iter().filter(|c| !columns.contains_key(**c));
        let missing: Vec<_> =
            missing.map(|c| RowFault::new(1, Fault::ask("csv-column-missing").with("column", c))).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let (mut rows, mut faults) = (Vec::new(), Vec::new());
        for record in reader.records() {
            match record {
                // A line of empty cells is what a spreadsheet leaves under a table.
                Ok(r) if r.iter().all(str::is_empty) => {}
                Ok(r) => rows.push((r.position().map_or(0, csv::Position::line), r)),
                Err(e) => faults.push(broken(&e)),
            }
        }
        if faults.is_empty() { Ok(Self { columns, rows }) } else { Err(faults) }
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { line: *line, table: self, cells })
    }
}

/// The column's name, also from the words that people write above their tables.
fn heading(text: &str) -> String {
    let name = match text {
        "職員番号" | "番号" => "id",
        "氏名" | "名前" => "name",
        "よみ" | "読み" | "ふりがな" | "フリガナ" => "kana",
        "所属" | "組織" => "section",
        "役割" => "role",
        "内線" | "内線番号" => "extension",
        "携帯" | "携帯番号" | "公用スマホ" => "mobile",
        "着任日" | "開始日" => "from",
        "離任日" | "終了日" => "to",
        other => return other.to_lowercase(),
    };
    name.to_owned()
}

impl Row<'_> {
    /// The cell, or `""` when the column or the cell is not there.
    pub fn get(&self, column: &str) -> &str {
        self.table.columns.get(column).and_then(|i| self.cells.get(*i)).unwrap_or("")
    }

    pub fn fault(&self, code: &str, column: &str) -> RowFault {
        let fault = Fault::ask(code).with("column", column).with("value", self.get(column));
        RowFault::new(self.line, fault)
    }

    /// # Errors
    /// The cell is empty.
    pub fn required(&self, column: &str) -> Result<String, RowFault> {
        match self.get(column) {
            "" => Err(self.fault("csv-cell-empty", column)),
            text => Ok(text.to_owned()),
        }
    }

    /// A section's full path: parts between slashes, none empty.
    ///
    /// # Errors
    /// Empty or with an empty part.
    pub fn section(&self, column: &str) -> Result<String, RowFault> {
        let path = self.required(column)?;
        let parts: Vec<&str> = path.split('/').map(str::trim).collect();
        if parts.iter().any(|p| p.is_empty()) {
            return Err(self.fault("csv-section-wrong", column));
        }
        Ok(parts.join("/"))
    }
}

/// `None`: no encoding that spreadsheets write.
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, skip)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(bytes.get(skip..)?);
    }
    [UTF_8, SHIFT_JIS].into_iter().find_map(|e| e.decode_without_bom_handling_and_without_replacement(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn names(bytes: &[u8]) -> Vec<String> {
        let table = Table::read(bytes, &["id", "name"]).map_err(|e| format!("{e:?}")).unwrap();
        table.rows().map(|r| r.get("name").to_owned()).collect()
    }

    #[test]
    fn every_encoding_that_spreadsheets_write() {
        let text = "id,name\r\ns1,髙橋 花子\r\n,\r\n";
        let plain = "id,name\r\ns1,高橋 花子\r\n";
        assert_eq!(names(text.as_bytes()), ["髙橋 花子"]);
        assert_eq!(names(format!("\u{feff}{text}").as_bytes()), ["髙橋 花子"]);
        assert_eq!(names(&SHIFT_JIS.encode(plain).0), ["高橋 花子"]);
        let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(names(&utf16), ["髙橋 花子"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_table_or_faults(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "(id,name\n)?[a-z,\"\n]{0,80}") {
            for input in [&bytes[..], text.as_bytes()] {
                match Table::read(input, &["id", "name"]) {
                    Ok(table) => prop_assert!(table.rows().all(|r| r.line > 1)),
                    Err(faults) => prop_assert!(!faults.is_empty()),
                }
            }
        }
    }

    #[test]
    fn faults_name_their_line() {
        let codes = |bytes: &[u8]| match Table::read(bytes, &["id", "name"]) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|f| (f.line, f.fault.code)).collect::<Vec<_>>(),
        };
        assert_eq!(codes(b"id\nx\n"), [(1, "csv-column-missing".to_owned())]);
        assert_eq!(codes(b"id,name\na,b\nc\n"), [(3, "csv-line-broken".to_owned())]);
        assert_eq!(codes(&[b'i', 0xff, 0xff, 0xff]), [(0, "csv-encoding".to_owned())]);
        assert_eq!(codes(b"NAME,ID\na,b\n"), []);
    }
}
