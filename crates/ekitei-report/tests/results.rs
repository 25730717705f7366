//! Result tables as CSV and workbook: the exact bytes of a small CSV, formulas kept harmless, limits.
#![allow(clippy::unwrap_used)]

use std::io::Read;

use ekitei_report::results::{self, Cell, Results};
use proptest::prelude::*;

fn table(rows: Vec<Vec<Cell>>) -> Results {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(1);
    Results {
        title: "点検結果".into(),
        section: "指導保安係".into(),
        made_on: "2026-11-21".into(),
        columns: (1..=columns).map(|n| format!("列{n}")).collect(),
        rows,
    }
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

#[test]
fn csv_is_what_excel_opens() {
    let rows = vec![
        vec![text("髙橋"), Cell::Number("-12.50".into()), Cell::Date("2026-11-20".into()), Cell::Empty],
        vec![text("a,b \"c\""), text("二行\r\nある"), text("=1+1"), text("ふつう")],
        vec![text("－5"), Cell::Number("abc".into()), Cell::Date("令和8年".into())],
    ];
    let csv = String::from_utf8(results::csv(&table(rows)).unwrap()).unwrap();
    assert_eq!(
        csv,
        "\u{feff}列1,列2,列3,列4\r\n髙橋,-12.50,2026/11/20,\r\n\"a,b \"\"c\"\"\",\"二行\nある\",'=1+1,ふつう\r\n'－5,abc,令和8年,\r\n"
    );
}

#[test]
fn workbook_numbers_are_numbers_and_texts_stay_texts() {
    let rows = vec![vec![
        text("=SUM(A1)"),
        Cell::Number("8.5".into()),
        Cell::Date("2026-11-20".into()),
        text("{=1}"),
    ]];
    let bytes = results::xlsx(&table(rows)).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"));
    assert!(sheet.contains("<v>8.5</v>") && sheet.contains("<v>46346</v>"), "{sheet}");
    assert!(sheet.contains("<autoFilter ref=\"A1:D2\"/>") && sheet.contains("frozen"));
    let strings = part("xl/sharedStrings.xml");
    assert!(strings.contains("=SUM(A1)") && strings.contains("{=1}"));
}

#[test]
fn sizes_have_limits_with_clear_codes() {
    const MB: u64 = 1024 * 1024;
    assert!(results::check_file(10 * MB).is_ok());
    assert_eq!(results::check_file(10 * MB + 1).unwrap_err().code, "results-file-large");
    assert!(results::check_record([10 * MB, 10 * MB]).is_ok());
    let fault = results::check_record([10 * MB, 10 * MB, 1]).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.params["limit_mb"].as_str()), ("results-record-large", "20"));
    assert_eq!(results::check_record([11 * MB]).unwrap_err().code, "results-file-large");
    let long = "字".repeat(4_000);
    let rows = vec![vec![text(&long)]; 1_000];
    assert_eq!(results::csv(&table(rows)).unwrap_err().code, "results-file-large");
    let mut wide = table(vec![vec![text("a")]]);
    wide.rows.push(vec![Cell::Empty, Cell::Empty]);
    assert_eq!(results::csv(&wide).unwrap_err().code, "results-columns");
    assert_eq!(results::xlsx(&wide).unwrap_err().code, "results-columns");
    assert_eq!(
        results::xlsx(&table(vec![vec![text(&"字".repeat(32_768))]])).unwrap_err().code,
        "results-cell-long"
    );
}

/// Reads RFC 4180 back.
fn parse(csv: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        let field = row.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {
                chars.next();
                rows.push(vec![String::new()]);
            }
            c => field.push(c),
        }
    }
    rows.pop();
    rows
}

proptest! {
    #[test]
    fn csv_reads_back_and_no_field_is_a_formula(values in prop::collection::vec("[=+\\-@＝|%,\"\n a-cあ1]{0,12}", 3..30)) {
        let rows: Vec<Vec<Cell>> = values.chunks(3).filter(|row| row.len() == 3).map(|row| row.iter().map(|value| text(value)).collect()).collect();
        let csv = String::from_utf8(results::csv(&table(rows.clone())).unwrap()).unwrap();
        let read = parse(csv.trim_start_matches('\u{feff}'));
        prop_assert_eq!(read.len(), rows.len() + 1);
        for (read, row) in read[1..].iter().zip(&rows) {
            for (field, cell) in read.iter().zip(row) {
                let Cell::Text(original) = cell else { unreachable!() };
                prop_assert!(!field.trim_start().starts_with(['=', '+', '-', '@', '＝']), "{field:?}");
                prop_assert_eq!(field.strip_prefix('\'').unwrap_or(field), original.as_str());
            }
        }
    }
}
