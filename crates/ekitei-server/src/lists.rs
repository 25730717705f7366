//! Long lists of forms: from a CSV to rows, and from rows to the records in which they travel.

use crate::import::table::decode;
use ekitei_forms::FormDef;
use ekitei_forms::limits::{MAX_LIST_COLUMNS, MAX_LIST_ROWS};
use ekitei_forms::list::{List, ListDef, Rows};
use ekitei_forms::list_pieces::{Cut, INLINE_BYTES};
use ekitei_model::kinds::{form_list, form_list_id, form_version};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId, Scope, rules};
use ekitei_server_db::{Storage, StorageError};
use serde::Deserialize;
use serde_json::Value;

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
    let no_column = || fault("form-list-column").with("column", "value");
    let list = List::new(name, ListDef { columns, rows, pieces: None }).ok_or_else(no_column)?;
    if let Some(row) = list.row_without_value() {
        return Err(fault("form-choice-empty").with("row", row + 1));
    }
    if let Some(value) = list.doubled_value() {
        return Err(fault("form-choice-double").with("value", value));
    }
    Ok(list.into_def())
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

/// The rows of a list on their way into records: made one at a time.
pub struct Pieces {
    cut: Cut,
    form: RecordId,
    scope: Scope,
    digest: String,
    number: u32,
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let rows = self.cut.next()?;
        let rows = serde_json::to_value(&rows).expect("rows are texts");
        let fields = Fields::from([
            (form_list::FORM.to_owned(), self.form.to_string().into()),
            (form_list::DIGEST.to_owned(), self.digest.clone().into()),
            (form_list::NUMBER.to_owned(), self.number.into()),
            (form_list::ROWS.to_owned(), rows),
        ]);
        let id = form_list_id(self.form, &self.scope, &self.digest, self.number);
        self.number += 1;
        Some((id, fields))
    }
}

/// Takes the rows of a long list out of it, into the records that carry them in `scope`. `None`: a short list keeps
/// them.
///
/// # Errors
/// `form-list-row-large`: a row that no record can carry.
pub fn detach(
    list: &mut ListDef,
    name: &str,
    form: RecordId,
    scope: &Scope,
) -> Result<Option<Pieces>, Fault> {
    if list.weight_bytes() <= INLINE_BYTES {
        return Ok(None);
    }
    let cut = list.detach();
    // The record's other fields are short.
    if cut.heaviest_bytes() > rules::MAX_OP_BYTES - 4_096 {
        return Err(Fault::ask("form-list-row-large").with("item", name));
    }
    let digest = list.pieces.clone().unwrap_or_default().digest;
    Ok(Some(Pieces { cut, form, scope: scope.clone(), digest, number: 0 }))
}

/// All long lists of a definition taken out of it.
///
/// # Errors
/// Those of [`detach`].
pub fn detach_all(definition: &mut Value, form: RecordId, scope: &Scope) -> Result<Vec<Pieces>, Fault> {
    let mut out = Vec::new();
    let Some(lists) = definition.get_mut("lists").and_then(Value::as_object_mut) else { return Ok(out) };
    for (name, value) in lists.iter_mut() {
        let unreadable = |e: serde_json::Error| Fault::ask("form-json").with("reason", e);
        // The rows move from the definition into the list.
        let mut list: ListDef = serde_json::from_value(value.take()).map_err(unreadable)?;
        out.extend(detach(&mut list, name, form, scope)?);
        *value = serde_json::to_value(&list).map_err(unreadable)?;
    }
    Ok(out)
}

/// The definition of a version with the rows of its lists, gathered piece by piece. A list that misses one stays empty.
///
/// # Errors
/// The database did not answer. Inside: the definition cannot be read.
pub async fn whole(storage: &dyn Storage, version: &Record) -> Result<Result<FormDef, Fault>, StorageError> {
    let definition = version.fields.get(form_version::DEFINITION);
    let mut def = match definition.map(FormDef::deserialize) {
        Some(Ok(def)) => def,
        Some(Err(e)) => return Ok(Err(Fault::ask("form-json").with("detail", e))),
        None => return Ok(Err(Fault::ask("form-json"))),
    };
    let Ok(form) = version.text(form_version::FORM).parse() else { return Ok(Ok(def)) };
    for list in def.lists.values_mut().filter(|list| list.waits()) {
        for id in list.piece_ids(form, &version.scope) {
            let Some(piece) = storage.office_record(id).await?.filter(|p| !p.deleted) else { break };
            list.take_piece(&piece);
        }
        list.is_gathered();
    }
    Ok(Ok(def))
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
        let pieces: Vec<Piece> =
            detach_all(&mut definition, form, &scope).unwrap().into_iter().flatten().collect();
        assert_eq!(pieces.len(), 3);
        assert_eq!(definition["lists"]["long"]["pieces"]["rows"], 5_000);
        assert_eq!(definition["lists"]["short"], list(20));
        assert!(pieces.iter().all(|(_, f)| f[form_list::ROWS].to_string().len() < rules::MAX_OP_BYTES));
        let mut huge =
            serde_json::json!({"lists": {"x": {"columns": ["value"], "rows": [["x".repeat(480 * 1024)]]}}});
        assert_eq!(detach_all(&mut huge, form, &scope).err().unwrap().code, "form-list-row-large");
    }
}
