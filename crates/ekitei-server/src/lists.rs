//! Long lists of forms: from a CSV to rows, and from rows to the records in which they travel.

use crate::import::table::decode;
use ekitei_forms::limits::{MAX_LIST_COLUMNS, MAX_LIST_ROWS};
use ekitei_forms::list::{List, ListDef, Rows};
use ekitei_forms::list_pieces::{INLINE_BYTES, wanted};
use ekitei_model::kinds::{form_list, form_list_id};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId, Scope, rules};
use ekitei_server_db::{Storage, StorageError};
use serde_json::Value;
use std::collections::HashMap;

/// A CSV at most.
pub const CSV_BYTES: usize = 30 << 20;

/// Headings that people give to the two columns that every list has.
const VALUE: [&str; 4] = ["value", "name", "値", "コード"];
const LABEL: [&str; 4] = ["label", "名称", "表示", "ラベル"];

/// A list from a CSV whose first line names the columns; one of them must be `value` (値, コード).
///
/// # Errors
/// `csv-encoding`, `form-list-line-broken`, `form-list-large`, `form-list-column`, `form-choice-empty`, `form-choice-double`.
pub fn from_csv(name: &str, bytes: &[u8]) -> Result<ListDef, Fault> {
    let fault = |code: &str| Fault::ask(code).with("item", name);
    let text = decode(bytes).ok_or_else(|| Fault::ask("csv-encoding"))?;
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let broken = |e: &csv::Error| {
        fault("form-list-line-broken").with("line", e.position().map_or(0, csv::Position::line))
    };
    let columns: Vec<String> = reader.headers().map_err(|e| broken(&e))?.iter().map(heading).collect();
    let mut rows = Rows::default();
    for record in reader.records() {
        let record = record.map_err(|e| broken(&e))?;
        // A line of empty cells is what a spreadsheet leaves under a table.
        if record.iter().all(str::is_empty) {
            continue;
        }
        record.iter().take(columns.len()).for_each(|cell| rows.push_cell(cell));
        rows.end_row();
        if rows.len() > MAX_LIST_ROWS || columns.len() > MAX_LIST_COLUMNS || rows.too_large() {
            return Err(fault("form-list-large").with("count", MAX_LIST_ROWS));
        }
    }
    let def = ListDef { columns, rows, pieces: None };
    let no_column = || fault("form-list-column").with("column", "value");
    let list = List::new(name, def.clone()).ok_or_else(no_column)?;
    if let Some(row) = list.row_without_value() {
        return Err(fault("form-choice-empty").with("row", row + 1));
    }
    if let Some(value) = list.doubled_value() {
        return Err(fault("form-choice-double").with("value", value));
    }
    Ok(def)
}

fn heading(head: &str) -> String {
    let head = head.trim();
    let known = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(head));
    match head {
        _ if known(&VALUE) => "value".to_owned(),
        _ if known(&LABEL) => "label".to_owned(),
        other => other.to_owned(),
    }
}

/// A record that carries a piece: its id and fields.
pub type Piece = (RecordId, Fields);

/// Takes the rows of a long list out of it, into the records that carry them in `scope`; a short list keeps them.
///
/// # Errors
/// `form-list-row-large`: a row that no record can carry.
pub fn detach(list: &mut ListDef, name: &str, form: RecordId, scope: &Scope) -> Result<Vec<Piece>, Fault> {
    if list.weight_bytes() <= INLINE_BYTES {
        return Ok(Vec::new());
    }
    let pieces = list.detach();
    let digest = list.pieces.clone().unwrap_or_default().digest;
    let mut out = Vec::with_capacity(pieces.len());
    for (number, rows) in (0u32..).zip(&pieces) {
        let rows = serde_json::to_value(rows).map_err(|e| Fault::ask("form-json").with("reason", e))?;
        // The record's other fields are short.
        if rows.to_string().len() > rules::MAX_OP_BYTES - 4_096 {
            return Err(Fault::ask("form-list-row-large").with("item", name));
        }
        let fields = Fields::from([
            (form_list::FORM.to_owned(), form.to_string().into()),
            (form_list::DIGEST.to_owned(), digest.clone().into()),
            (form_list::NUMBER.to_owned(), number.into()),
            (form_list::ROWS.to_owned(), rows),
        ]);
        out.push((form_list_id(form, scope, &digest, number), fields));
    }
    Ok(out)
}

/// All long lists of a definition taken out of it.
///
/// # Errors
/// Those of [`detach`].
pub fn detach_all(definition: &mut Value, form: RecordId, scope: &Scope) -> Result<Vec<Piece>, Fault> {
    let mut out = Vec::new();
    let Some(lists) = definition.get_mut("lists").and_then(Value::as_object_mut) else { return Ok(out) };
    for (name, value) in lists.iter_mut() {
        let unreadable = |e: serde_json::Error| Fault::ask("form-json").with("reason", e);
        let mut list: ListDef = serde_json::from_value(value.clone()).map_err(unreadable)?;
        let pieces = detach(&mut list, name, form, scope)?;
        if !pieces.is_empty() {
            *value = serde_json::to_value(&list).map_err(unreadable)?;
            out.extend(pieces);
        }
    }
    Ok(out)
}

/// The records of the pieces that a version names, as far as the office has them.
///
/// # Errors
/// The database did not answer.
pub async fn pieces_of(
    storage: &dyn Storage,
    version: &Record,
) -> Result<HashMap<RecordId, Record>, StorageError> {
    let mut found = HashMap::new();
    for id in wanted(version) {
        if let Some(piece) = storage.office_record(id).await? {
            found.insert(id, piece);
        }
    }
    Ok(found)
}

/// The version with the rows of its lists, for papers and tables.
///
/// # Errors
/// The database did not answer.
pub async fn whole(storage: &dyn Storage, mut version: Record) -> Result<Record, StorageError> {
    let pieces = pieces_of(storage, &version).await?;
    if !pieces.is_empty() {
        let read = |id| Ok::<_, std::convert::Infallible>(pieces.get(&id).cloned());
        let _ = ekitei_forms::list_pieces::make_whole(&mut version, read);
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn code(csv: &str) -> String {
        from_csv("towns", csv.as_bytes()).unwrap_err().code
    }

    #[test]
    fn a_spreadsheet_s_csv_becomes_a_list() {
        let text = "コード,名称,市町村\r\n0101,\"字見本, 東\",見晴町\r\n,,\r\n0102,字見本西,見晴町\r\n";
        for bytes in [text.as_bytes().to_vec(), encoding_rs::SHIFT_JIS.encode(text).0.into_owned()] {
            let list = from_csv("towns", &bytes).unwrap();
            assert_eq!(list.columns, ["value", "label", "市町村"]);
            assert_eq!((list.rows.len(), list.rows.cell(0, 1)), (2, "字見本, 東"));
            assert_eq!(list.rows.cell(1, 0), "0102", "zeros in front stay");
        }
    }

    #[test]
    fn what_is_no_list_is_told() {
        assert_eq!(code("名称,市町村\na,b\n"), "form-list-column");
        assert_eq!(code("値\na\na\n"), "form-choice-double");
        assert_eq!(code("値,名称\n,a\n"), "form-choice-empty");
        assert_eq!(from_csv("towns", &[0xFF, 0x81, 0x20, 0x81]).unwrap_err().code, "csv-encoding");
        let rows: String = (0..=MAX_LIST_ROWS).map(|n| format!("{n}\n")).collect();
        assert_eq!(code(&format!("value\n{rows}")), "form-list-large");
    }

    #[test]
    fn long_lists_leave_the_definition_and_short_ones_stay() {
        let (form, scope) = (RecordId::derived(&["form", "x"]), Scope::Section("農政部".into()));
        let rows =
            |n: usize| (0..n).map(|i| serde_json::json!([format!("{i:06}"), "字見本"])).collect::<Vec<_>>();
        let list = |n| serde_json::json!({"columns": ["value", "label"], "rows": rows(n)});
        let mut definition =
            serde_json::json!({"id": "f", "lists": {"long": list(5_000), "short": list(20)}});
        let pieces = detach_all(&mut definition, form, &scope).unwrap();
        assert_eq!(pieces.len(), 3);
        assert_eq!(definition["lists"]["long"]["pieces"]["rows"], 5_000);
        assert_eq!(definition["lists"]["short"], list(20));
        assert!(pieces.iter().all(|(_, f)| f[form_list::ROWS].to_string().len() < rules::MAX_OP_BYTES));
        let mut huge =
            serde_json::json!({"lists": {"x": {"columns": ["value"], "rows": [["x".repeat(480 * 1024)]]}}});
        assert_eq!(detach_all(&mut huge, form, &scope).unwrap_err().code, "form-list-row-large");
    }
}
