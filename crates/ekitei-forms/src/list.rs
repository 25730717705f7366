//! Lists to choose from, kept as rows: one text for all cells, offsets beside it, and an order per column that
//! finds equal cells by halving.

use crate::def::Text;
use crate::list_pieces::ListPieces;
use crate::list_search::Folded;
use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::OnceLock;

/// A list as written: `{"columns": ["value", "label", "label.en", "pref"], "rows": [["01", "…", …], …]}`.
/// `value` (or `name`) is the answer; labels of other languages are `label.en` and so on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ListDef {
    pub columns: Vec<String>,
    #[cfg_attr(feature = "ts", ts(type = "Array<Array<string>>"))]
    #[serde(default)]
    pub rows: Rows,
    /// Of a long list that was published: its rows are records of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub pieces: Option<ListPieces>,
}

/// Cells of all rows, one behind the other. A 50,000-row list is a few megabytes, not 50,000 vectors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    text: String,
    /// End of each cell in `text`, in bytes.
    ends: Vec<u32>,
    /// End of each row in `ends`.
    row_ends: Vec<u32>,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.row_ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.row_ends.is_empty()
    }

    pub fn push_cell(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub fn end_row(&mut self) {
        self.row_ends.push(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
    }

    /// Whether offsets no longer fit; such a list is refused.
    pub fn too_large(&self) -> bool {
        self.text.len() >= u32::MAX as usize || self.ends.len() >= u32::MAX as usize
    }

    /// The cell, empty when the row is shorter.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let start = if row == 0 { 0 } else { self.row_ends[row - 1] as usize };
        let at = start + column;
        if at >= self.row_ends[row] as usize {
            return "";
        }
        let from = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[from..self.ends[at] as usize]
    }

    pub(crate) fn width(&self, row: usize) -> usize {
        self.row_ends[row] as usize - if row == 0 { 0 } else { self.row_ends[row - 1] as usize }
    }
}

impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut seq = s.serialize_seq(Some(self.len()))?;
        for row in 0..self.len() {
            let cells: Vec<&str> = (0..self.width(row)).map(|c| self.cell(row, c)).collect();
            seq.serialize_element(&cells)?;
        }
        seq.end()
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Rows;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("rows of texts")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Rows, A::Error> {
                let mut rows = Rows::default();
                while seq.next_element_seed(Row(&mut rows))?.is_some() {}
                rows.text.shrink_to_fit();
                rows.ends.shrink_to_fit();
                Ok(rows)
            }
        }
        d.deserialize_seq(All)
    }
}

struct Row<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row of texts")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(()) = seq.next_element_seed(Cell(self.0))? {}
        self.0.end_row();
        Ok(())
    }
}

struct Cell<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_str(self)
    }
}

impl Visitor<'_> for Cell<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
    fn visit_str<E>(self, cell: &str) -> Result<(), E> {
        self.0.push_cell(cell);
        Ok(())
    }
}

/// A list ready for use.
#[derive(Debug)]
pub struct List {
    pub name: Box<str>,
    columns: Vec<Box<str>>,
    rows: Rows,
    value_column: usize,
    /// Rows ordered by the cell of a column, made when a filter first asks.
    orders: Vec<OnceLock<Vec<u32>>>,
    /// What is searched in: for each column of labels, and for the plain one; made by the first search.
    folded: Vec<OnceLock<Folded>>,
    /// Its rows have not come yet: any answer may be one of them.
    pub waits: bool,
}

impl List {
    /// `None`: there is no column `value` or `name`.
    pub fn new(name: &str, def: ListDef) -> Option<Self> {
        let waits = def.waits();
        let columns: Vec<Box<str>> = def.columns.into_iter().map(Into::into).collect();
        let value_column = ["value", "name"].iter().find_map(|w| columns.iter().position(|c| &**c == *w))?;
        let orders = columns.iter().map(|_| OnceLock::new()).collect();
        let folded = (0..=columns.len()).map(|_| OnceLock::new()).collect();
        Some(Self { name: name.into(), columns, rows: def.rows, value_column, orders, folded, waits })
    }

    /// Back to the rows as they were written.
    pub fn into_def(self) -> ListDef {
        ListDef { columns: self.columns.into_iter().map(Into::into).collect(), rows: self.rows, pieces: None }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// `name` and `value` both mean the answer's column.
    pub fn column(&self, name: &str) -> Option<usize> {
        match self.columns.iter().position(|c| &**c == name) {
            None if matches!(name, "name" | "value") => Some(self.value_column),
            found => found,
        }
    }

    pub fn cell(&self, row: u32, column: usize) -> &str {
        self.rows.cell(row as usize, column)
    }

    pub fn value(&self, row: u32) -> &str {
        self.cell(row, self.value_column)
    }

    fn label_column(&self, language: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.strip_prefix("label.") == Some(language))
    }

    /// Labels of `language` and values, to search in.
    pub fn folded(&self, language: &str) -> &Folded {
        let place = self.label_column(language).unwrap_or(self.columns.len());
        self.folded[place].get_or_init(|| {
            Folded::new(
                (0..u32::try_from(self.len()).unwrap_or(u32::MAX))
                    .map(|row| (self.label(row, language), self.value(row))),
            )
        })
    }

    /// The label in `language`, else the plain label, else the value.
    pub fn label(&self, row: u32, language: &str) -> &str {
        let in_language = self.label_column(language);
        let plain = self.columns.iter().position(|c| &**c == "label");
        let found =
            [in_language, plain].into_iter().flatten().map(|c| self.cell(row, c)).find(|t| !t.is_empty());
        found.unwrap_or_else(|| self.value(row))
    }

    fn order(&self, column: usize) -> &[u32] {
        self.orders[column].get_or_init(|| {
            let mut order: Vec<u32> = (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).collect();
            // Rows of equal cells stay in the list's own order.
            order.sort_unstable_by(|&a, &b| self.cell(a, column).cmp(self.cell(b, column)).then(a.cmp(&b)));
            order
        })
    }

    /// Rows whose cell equals `text`, in the list's order.
    pub fn rows_where(&self, column: usize, text: &str) -> &[u32] {
        let order = self.order(column);
        let from = order.partition_point(|&r| self.cell(r, column) < text);
        let to = from + order[from..].partition_point(|&r| self.cell(r, column) == text);
        &order[from..to]
    }

    /// The row of an answer.
    pub fn row_of(&self, value: &str) -> Option<u32> {
        // A dozen choices are faster read than indexed.
        if self.len() <= 16 {
            return (0..self.len() as u32).find(|&r| self.value(r) == value);
        }
        self.rows_where(self.value_column, value).first().copied()
    }

    /// The first value that stands twice.
    pub fn doubled_value(&self) -> Option<&str> {
        let order = self.order(self.value_column);
        let double = order.windows(2).find(|w| self.value(w[0]) == self.value(w[1]))?;
        Some(self.value(double[0]))
    }

    /// The first row without a value.
    pub fn row_without_value(&self) -> Option<u32> {
        (0..self.len() as u32).find(|&r| self.value(r).is_empty())
    }
}

/// A question's own choices as a list.
pub fn from_choices(choices: &[crate::def::Choice]) -> ListDef {
    let mut columns = vec!["value".to_owned(), "label".to_owned()];
    let add = |columns: &mut Vec<String>, name: String| {
        if !columns.contains(&name) {
            columns.push(name);
        }
    };
    for choice in choices {
        choice.label.languages().filter(|l| *l != "ja").for_each(|l| add(&mut columns, format!("label.{l}")));
        choice.columns.keys().for_each(|c| add(&mut columns, c.clone()));
    }
    let mut rows = Rows::default();
    for choice in choices {
        for column in &columns {
            let cell = match column.as_str() {
                "value" => choice.value.clone(),
                "label" => label_ja(&choice.label),
                name => match name.strip_prefix("label.").and_then(|l| choice.label.only(l)) {
                    Some(label) => label.to_owned(),
                    None => choice.columns.get(name).map(crate::value::json_text).unwrap_or_default(),
                },
            };
            rows.push_cell(&cell);
        }
        rows.end_row();
    }
    ListDef { columns, rows, pieces: None }
}

fn label_ja(label: &Text) -> String {
    label.only("ja").unwrap_or_default().to_owned()
}
