//! Walks through a worksheet's XML once and notes what stands where.

use std::ops::Range as Span;

use ekitei_model::fault::Fault;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{ColumnSpan, Content, Grid, GridCell, Offered, RowSpan};
use crate::own_sheet::address::{COLUMNS, Cell, ROWS, Range};
use crate::own_sheet::book::Book;
use crate::own_sheet::package::limits;
use crate::own_sheet::xml::{attribute, body, damaged, flag, local, number, reference};

/// Elements of a worksheet that come after `drawing`.
const AFTER_DRAWING: [&str; 11] = [
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "AlternateContent",
];

struct Walk<'a> {
    text: &'a str,
    book: &'a Book,
    grid: Grid,
    row: u32,
    next_column: u32,
    /// Position before the current event.
    before: usize,
    after: usize,
}

impl Grid {
    /// Errors: `sheet-damaged`, `sheet-cells` (too many), `sheet-merges`, `sheet-embedded`, `sheet-formula-outside`.
    pub fn read(text: &str, book: &Book) -> Result<Self, Fault> {
        let offset = text.len() - body(text).len();
        let mut reader = Reader::from_str(body(text));
        let mut walk =
            Walk { text, book, grid: Self::default(), row: 0, next_column: 0, before: offset, after: offset };
        let mut depth = 0_usize;
        let mut ended = None;
        loop {
            walk.before = usize::try_from(reader.buffer_position()).map_err(|_| damaged())? + offset;
            let event = reader.read_event().map_err(|_| damaged())?;
            walk.after = usize::try_from(reader.buffer_position()).map_err(|_| damaged())? + offset;
            match event {
                Event::Start(element) => {
                    if depth == 1 && AFTER_DRAWING.contains(&local(&element)) && ended.is_none() {
                        ended = Some(walk.before);
                    }
                    if local(&element) == "c" && depth == 3 {
                        walk.cell(&element, &mut reader, offset)?;
                        continue;
                    }
                    if local(&element) == "dataValidation" {
                        let shown = walk.validation(&element, &mut reader)?;
                        walk.grid.offered.extend(shown);
                        continue;
                    }
                    walk.element(&element, false)?;
                    depth += 1;
                }
                Event::Empty(element) => {
                    if depth == 1 && AFTER_DRAWING.contains(&local(&element)) && ended.is_none() {
                        ended = Some(walk.before);
                    }
                    if local(&element) == "c" && depth == 3 {
                        walk.add_cell(&element, walk.before..walk.after, Content::Empty, false, None, None)?;
                    } else {
                        walk.element(&element, true)?;
                    }
                }
                Event::End(element) => {
                    depth = depth.saturating_sub(1);
                    match element.local_name().as_ref() {
                        "row" if depth == 2 => {
                            if let Some(row) = walk.grid.rows.get_mut(&walk.row) {
                                row.close = walk.before;
                            }
                        }
                        "sheetData" if depth == 1 => walk.grid.data_close = walk.before,
                        _ if depth == 0 && ended.is_none() => ended = Some(walk.before),
                        _ => {}
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let mut grid = walk.grid;
        grid.drawing_at = ended.ok_or_else(damaged)?;
        if grid.data_head.is_empty() {
            return Err(damaged());
        }
        grid.index_merges()?;
        Ok(grid)
    }
}

impl Walk<'_> {
    fn element(&mut self, element: &BytesStart<'_>, empty: bool) -> Result<(), Fault> {
        match local(element) {
            "sheetData" => {
                let name = element.name().0;
                self.grid.prefix = name.strip_suffix("sheetData").unwrap_or_default().to_owned();
                self.grid.data_head = self.before..self.after;
                self.grid.data_close = self.after;
                self.grid.data_self_closing = empty;
            }
            "row" => {
                let row = match number::<u32>(element, "r")? {
                    Some(row) if (1..=ROWS).contains(&row) => row - 1,
                    Some(_) => return Err(Fault::ask("sheet-cells")),
                    None => self.grid.rows.keys().next_back().map_or(0, |last| last + 1),
                };
                self.row = row;
                self.next_column = 0;
                let style = if flag(element, "customFormat")? { number(element, "s")? } else { None };
                let span = RowSpan {
                    height_pt: number(element, "ht")?,
                    hidden: flag(element, "hidden")?,
                    style,
                    head: self.before..self.after,
                    close: self.after,
                    self_closing: empty,
                };
                if self.grid.rows.insert(row, span).is_some() {
                    return Err(damaged());
                }
            }
            "col" => {
                let first: u32 = number(element, "min")?.unwrap_or(1);
                let last: u32 = number(element, "max")?.unwrap_or(first);
                if first < 1 || last < first || last > COLUMNS || self.grid.columns.len() > 16_384 {
                    return Err(damaged());
                }
                self.grid.columns.push(ColumnSpan {
                    first: first - 1,
                    last: last - 1,
                    width: number(element, "width")?,
                    hidden: flag(element, "hidden")?,
                    style: number(element, "style")?.unwrap_or(0),
                });
            }
            "sheetFormatPr" => {
                self.grid.default_width = number(element, "defaultColWidth")?;
                self.grid.default_height_pt = number(element, "defaultRowHeight")?;
                self.grid.zero_height = flag(element, "zeroHeight")?;
            }
            "mergeCell" => {
                let range = attribute(element, "ref")?.unwrap_or_default();
                self.grid.merges.push(range.parse().map_err(|_| damaged())?);
                if self.grid.merges.len() > limits::MERGES {
                    return Err(Fault::ask("sheet-merges").with("limit", limits::MERGES));
                }
            }
            "drawing" => self.grid.drawing = attribute(element, "id")?,
            "oleObject" | "control" => return Err(Fault::ask("sheet-embedded")),
            _ => {}
        }
        Ok(())
    }

    /// Reads a `<c>` element to its end.
    fn cell(
        &mut self,
        element: &BytesStart<'_>,
        reader: &mut Reader<&[u8]>,
        offset: usize,
    ) -> Result<(), Fault> {
        let start = self.before;
        let kind = attribute(element, "t")?.unwrap_or_default();
        let (mut value, mut inline_text, mut formula_text) = (String::new(), String::new(), String::new());
        let (mut formula, mut inline) = (false, None);
        let (mut inside, mut phonetic) = (Inside::Nothing, false);
        let mut inline_from = 0;
        loop {
            let before = usize::try_from(reader.buffer_position()).map_err(|_| damaged())? + offset;
            let event = reader.read_event().map_err(|_| damaged())?;
            let after = usize::try_from(reader.buffer_position()).map_err(|_| damaged())? + offset;
            match event {
                Event::Start(part) => match local(&part) {
                    "v" => inside = Inside::Value,
                    "f" => {
                        formula = true;
                        inside = Inside::Formula;
                    }
                    "is" => inline_from = after,
                    "t" if !phonetic => inside = Inside::Inline,
                    "rPh" => phonetic = true,
                    _ => {}
                },
                Event::Empty(part) if local(&part) == "f" => formula = true,
                Event::End(part) => match part.local_name().as_ref() {
                    "c" => {
                        self.after = after;
                        break;
                    }
                    "is" => inline = Some(inline_from..before),
                    "rPh" => phonetic = false,
                    "v" | "f" | "t" => inside = Inside::Nothing,
                    _ => {}
                },
                Event::Text(text) => {
                    inside.put(text.as_ref(), &mut value, &mut inline_text, &mut formula_text)
                }
                Event::CData(text) => {
                    inside.put(text.as_ref(), &mut value, &mut inline_text, &mut formula_text)
                }
                Event::GeneralRef(entity) => {
                    let c = reference(&entity)?;
                    inside.put(c.encode_utf8(&mut [0; 4]), &mut value, &mut inline_text, &mut formula_text);
                }
                Event::Eof => return Err(damaged()),
                _ => {}
            }
        }
        if formula {
            refuse_formula(&formula_text)?;
        }
        let mut shared = None;
        let content = match kind.as_str() {
            "s" => match value.trim().parse::<usize>() {
                Ok(index) => {
                    shared = Some(index);
                    let text = self.book.shared.get(index).ok_or_else(damaged)?;
                    if text.text.is_empty() { Content::Empty } else { Content::Text(text.text.clone()) }
                }
                Err(_) => Content::Empty,
            },
            "inlineStr" if inline_text.is_empty() => Content::Empty,
            "inlineStr" => Content::Text(inline_text),
            "str" if !value.is_empty() => Content::Text(value),
            "b" | "e" => Content::Other,
            _ if value.trim().is_empty() => Content::Empty,
            "d" => Content::Other,
            _ => Content::Number(value.trim().to_owned()),
        };
        self.add_cell(element, start..self.after, content, formula, shared, inline)
    }

    fn add_cell(
        &mut self,
        element: &BytesStart<'_>,
        span: Span<usize>,
        content: Content,
        formula: bool,
        shared: Option<usize>,
        inline: Option<Span<usize>>,
    ) -> Result<(), Fault> {
        let cell = match attribute(element, "r")? {
            Some(address) => address.parse::<Cell>().map_err(|_| damaged())?,
            None => Cell::new(self.row, self.next_column),
        };
        // Cells stand in their row and in order: otherwise none could be put between them.
        if cell.row != self.row || cell.column < self.next_column || cell.column >= COLUMNS {
            return Err(damaged());
        }
        self.next_column = cell.column + 1;
        let style = number(element, "s")?.unwrap_or(0);
        self.grid.formulas |= formula;
        self.grid.cells.insert(cell, GridCell { style, content, formula, span, shared, inline });
        if self.grid.cells.len() > limits::CELLS {
            return Err(Fault::ask("sheet-cells").with("limit", limits::CELLS));
        }
        debug_assert!(self.text.is_char_boundary(self.before));
        Ok(())
    }

    /// A list that is written out in the rule (`"適,否"`); lists elsewhere are not followed.
    fn validation(
        &mut self,
        element: &BytesStart<'_>,
        reader: &mut Reader<&[u8]>,
    ) -> Result<Option<Offered>, Fault> {
        let list = attribute(element, "type")?.is_some_and(|kind| kind == "list");
        let cells = attribute(element, "sqref")?.unwrap_or_default();
        let mut inside = false;
        let mut formula = String::new();
        loop {
            match reader.read_event().map_err(|_| damaged())? {
                Event::Start(part) => inside = local(&part) == "formula1",
                Event::Text(text) if inside => formula.push_str(text.as_ref()),
                Event::GeneralRef(entity) if inside => formula.push(reference(&entity)?),
                Event::End(part) if part.local_name().as_ref() == "dataValidation" => break,
                Event::End(_) => inside = false,
                Event::Eof => return Err(damaged()),
                _ => {}
            }
        }
        refuse_formula(&formula)?;
        let Some(values) =
            formula.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|_| list)
        else {
            return Ok(None);
        };
        let values: Vec<String> = values
            .split(',')
            .map(|value| value.trim().replace("\"\"", "\""))
            .filter(|value| !value.is_empty())
            .collect();
        let cells: Vec<Range> =
            cells.split_whitespace().take(1_000).filter_map(|range| range.parse().ok()).collect();
        Ok((!values.is_empty() && values.len() <= 100).then_some(Offered { cells, values }))
    }
}

#[derive(Clone, Copy)]
enum Inside {
    Nothing,
    Value,
    Inline,
    Formula,
}

impl Inside {
    fn put(self, text: &str, value: &mut String, inline: &mut String, formula: &mut String) {
        match self {
            Self::Nothing => {}
            Self::Value => value.push_str(text),
            Self::Inline => inline.push_str(text),
            Self::Formula => formula.push_str(text),
        }
    }
}

/// Formulas that reach outside the file when it is opened or recalculated.
fn refuse_formula(formula: &str) -> Result<(), Fault> {
    let plain: String = formula.to_ascii_uppercase().chars().filter(|c| !c.is_whitespace()).collect();
    let calls =
        ["WEBSERVICE(", "FILTERXML(", "RTD(", "DDE(", "DDEAUTO", "CALL(", "REGISTER(", "EXEC(", "IMAGE("];
    let outside = calls.iter().any(|call| plain.contains(call))
        || plain.contains('|') && plain.contains('!')
        || plain.contains("[1]");
    if outside { Err(Fault::ask("sheet-formula-outside")) } else { Ok(()) }
}
