//! Long lists travel apart from the definition, in pieces of rows: the definition keeps the columns and says which
//! pieces there are; whoever opens the form puts them together again before it is compiled.

use crate::def::FormDef;
use crate::list::{ListDef, Rows};
use ekitei_model::kinds::{form_list, form_list_id, form_version};
use ekitei_model::{Record, RecordId, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Rows of one piece at most.
pub const PIECE_ROWS: usize = 2_000;
/// Bytes of one piece's JSON at most; a longer row stands alone.
pub const PIECE_BYTES: usize = 200 << 10;
/// Lists whose JSON is longer leave the definition when it is published.
pub const INLINE_BYTES: usize = 64 << 10;

/// Where the rows of a list are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ListPieces {
    /// Names the content: the same rows have the same pieces, whatever the form's version.
    pub digest: String,
    /// Of all pieces together.
    pub rows: u32,
    pub pieces: u32,
}

impl ListDef {
    /// The rows stand elsewhere and are not here yet.
    pub fn waits(&self) -> bool {
        self.pieces.is_some() && self.rows.is_empty()
    }

    /// Bytes of the rows as JSON.
    pub fn weight_bytes(&self) -> usize {
        (0..self.rows.len()).map(|row| self.rows.weight_bytes(row)).sum()
    }

    /// Takes the rows out; the list says from now on which pieces they are. The pieces are made one at a time: nobody
    /// holds the rows twice.
    pub fn detach(&mut self) -> Cut {
        let mut cut = Cut::new(std::mem::take(&mut self.rows));
        let mut named = vec!["form_list".to_owned(), self.columns.join("\u{1f}")];
        for piece in 0..cut.ends.len() {
            let rows = serde_json::to_string(&cut.piece(piece)).expect("rows are texts");
            named.push(RecordId::derived(&["form_list_piece", &rows]).to_string());
            cut.heaviest_bytes = cut.heaviest_bytes.max(rows.len());
        }
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        self.pieces = Some(ListPieces {
            digest: RecordId::derived(&named).to_string(),
            rows: u32::try_from(cut.rows.len()).unwrap_or(u32::MAX),
            pieces: u32::try_from(cut.ends.len()).unwrap_or(u32::MAX),
        });
        cut
    }

    /// The records that carry the rows of a list of `form` in `scope`.
    pub fn piece_ids(&self, form: RecordId, scope: &Scope) -> Vec<RecordId> {
        let pieces = self.pieces.clone().unwrap_or_default();
        let numbers = 0..pieces.pieces.min(crate::limits::MAX_LIST_ROWS as u32);
        numbers.map(|n| form_list_id(form, scope, &pieces.digest, n)).collect()
    }

    /// Appends the rows of one piece; they come in the order of [`ListDef::piece_ids`].
    pub fn take_piece(&mut self, piece: &Record) {
        self.rows.push_json(piece.fields.get(form_list::ROWS).unwrap_or(&Json::Null));
    }

    /// After the last piece: whether all rows are there. Half a list would let nobody see what is missing, so it is
    /// emptied and takes any answer.
    pub fn is_gathered(&mut self) -> bool {
        let whole = self.pieces.as_ref().is_none_or(|p| p.rows as usize == self.rows.len());
        if !whole {
            self.rows = Rows::default();
        }
        whole
    }
}

/// The rows of a list on their way into pieces.
#[derive(Debug)]
pub struct Cut {
    rows: Rows,
    /// The row behind the last one of each piece.
    ends: Vec<usize>,
    next: usize,
    heaviest_bytes: usize,
}

impl Cut {
    fn new(rows: Rows) -> Self {
        let mut ends = Vec::new();
        let (mut from, mut weight) = (0, 0);
        for row in 0..rows.len() {
            let more = rows.weight_bytes(row);
            if row > from && (row - from >= PIECE_ROWS || weight + more > PIECE_BYTES) {
                ends.push(row);
                (from, weight) = (row, 0);
            }
            weight += more;
        }
        ends.push(rows.len());
        Self { rows, ends, next: 0, heaviest_bytes: 0 }
    }

    fn piece(&self, at: usize) -> Rows {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        let mut piece = Rows::default();
        (from..self.ends[at]).for_each(|row| piece.push_row(&self.rows, row));
        piece
    }

    /// Bytes of the heaviest piece as JSON.
    pub fn heaviest_bytes(&self) -> usize {
        self.heaviest_bytes
    }
}

impl Iterator for Cut {
    type Item = Rows;

    fn next(&mut self) -> Option<Rows> {
        (self.next < self.ends.len()).then(|| {
            self.next += 1;
            self.piece(self.next - 1)
        })
    }
}

/// The records of the pieces that `version`'s definition names and does not hold.
pub fn wanted(version: &Record) -> Vec<RecordId> {
    let (Some(lists), Ok(form)) = (named_lists(version), version.text(form_version::FORM).parse()) else {
        return Vec::new();
    };
    let ids = |list: &Json| -> Vec<RecordId> {
        let pieces = serde_json::from_value(list["pieces"].clone()).ok();
        ListDef { pieces, ..ListDef::default() }.piece_ids(form, &version.scope)
    };
    lists.values().flat_map(ids).collect()
}

fn named_lists(version: &Record) -> Option<&serde_json::Map<String, Json>> {
    version.fields.get(form_version::DEFINITION)?.get("lists")?.as_object()
}

/// Puts the rows into the version's own definition, for readers that know only the record. Returns whether all are
/// there; a definition that cannot be read stays as it is.
///
/// # Errors
/// Those of `read`.
pub fn make_whole<E>(
    version: &mut Record,
    read: impl FnMut(RecordId) -> Result<Option<Record>, E>,
) -> Result<bool, E> {
    if wanted(version).is_empty() {
        return Ok(true);
    }
    let definition = version.fields.get(form_version::DEFINITION).cloned().unwrap_or_default();
    let Ok(mut def) = serde_json::from_value::<FormDef>(definition) else { return Ok(false) };
    let complete = def.attach_lists(version, read)?;
    if let Ok(definition) = serde_json::to_value(&def) {
        version.fields.insert(form_version::DEFINITION.to_owned(), definition);
    }
    Ok(complete)
}

impl FormDef {
    /// Puts the rows of `version`'s lists back in, as far as `read` finds their records. Returns whether all are there;
    /// a list that misses a piece stays empty and takes any answer.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn attach_lists<E>(
        &mut self,
        version: &Record,
        mut read: impl FnMut(RecordId) -> Result<Option<Record>, E>,
    ) -> Result<bool, E> {
        let form: Option<RecordId> = version.text(form_version::FORM).parse().ok();
        let mut complete = true;
        for list in self.lists.values_mut().filter(|list| list.waits()) {
            for id in form.map(|form| list.piece_ids(form, &version.scope)).unwrap_or_default() {
                let Some(piece) = read(id)? else { break };
                list.take_piece(&piece);
            }
            complete &= list.is_gathered();
        }
        Ok(complete)
    }
}

impl Rows {
    fn weight_bytes(&self, row: usize) -> usize {
        // Brackets and a comma around the row, a comma behind each cell.
        let cell = |c| serde_json::to_string(self.cell(row, c)).map_or(0, |text| text.len() + 1);
        (0..self.width(row)).map(cell).sum::<usize>() + 3
    }

    fn push_row(&mut self, from: &Self, row: usize) {
        (0..from.width(row)).for_each(|c| self.push_cell(from.cell(row, c)));
        self.end_row();
    }

    /// `[["01", "…"], …]`; what is no row of texts is left out.
    fn push_json(&mut self, rows: &Json) {
        for row in rows.as_array().into_iter().flatten().filter_map(Json::as_array) {
            row.iter().for_each(|cell| self.push_cell(cell.as_str().unwrap_or_default()));
            self.end_row();
        }
    }
}
