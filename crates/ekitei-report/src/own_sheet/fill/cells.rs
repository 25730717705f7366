//! New contents of single cells, spliced into the worksheet's bytes.

use std::collections::BTreeMap;
use std::ops::Range as Span;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::own_sheet::address::Cell;
use crate::own_sheet::grid::Grid;
use crate::own_sheet::xml::{escape, escape_cell, local, reference};

pub(super) type Edits = BTreeMap<Cell, New>;

pub(super) enum New {
    Text(String),
    /// A text in a cell format of its own.
    Styled(String, u32),
    Number(String),
    Ticks(Ticks),
}

/// Boxes ticked inside an existing text.
pub(super) struct Ticks {
    pub text: String,
    /// XML of the existing text.
    pub inner: Option<String>,
    pub at: BTreeMap<usize, char>,
}

/// The worksheet with the new contents; every byte outside the touched cells stays.
pub(super) fn apply(text: &str, grid: &Grid, edits: &Edits) -> String {
    let mut splices: Vec<(Span<usize>, String)> = Vec::new();
    let mut by_row: BTreeMap<u32, Vec<(Cell, &New)>> = BTreeMap::new();
    for (cell, new) in edits {
        match grid.cells.get(cell) {
            Some(known) => splices.push((known.span.clone(), element(grid, *cell, known.style, new))),
            None => by_row.entry(cell.row).or_default().push((*cell, new)),
        }
    }
    let mut new_rows: BTreeMap<usize, String> = BTreeMap::new();
    for (row, cells) in by_row {
        let written = |(cell, new): &(Cell, &New)| element(grid, *cell, grid.style_at(*cell), new);
        let p = &grid.prefix;
        let Some(known) = grid.rows.get(&row) else {
            let at = grid.rows.range(row..).next().map_or(grid.data_close, |(_, next)| next.head.start);
            let inner: String = cells.iter().map(written).collect();
            let xml = format!("<{p}row r=\"{}\">{inner}</{p}row>", row + 1);
            new_rows.entry(at).or_default().push_str(&xml);
            continue;
        };
        let head = &text[known.head.clone()];
        if known.self_closing {
            let inner: String = cells.iter().map(written).collect();
            let open = without_spans(head).trim_end_matches("/>").trim_end().to_owned();
            splices.push((known.head.clone(), format!("{open}>{inner}</{p}row>")));
            continue;
        }
        let open = without_spans(head);
        if open != head {
            splices.push((known.head.clone(), open));
        }
        let mut inserts: BTreeMap<usize, String> = BTreeMap::new();
        for one in &cells {
            let next = grid.cells.range(one.0..).next().filter(|(cell, _)| cell.row == row);
            let at = next.map_or(known.close, |(_, next)| next.span.start);
            inserts.entry(at).or_default().push_str(&written(one));
        }
        splices.extend(inserts.into_iter().map(|(at, xml)| (at..at, xml)));
    }
    if grid.data_self_closing && !new_rows.is_empty() {
        let inner: String = new_rows.into_values().collect();
        let p = &grid.prefix;
        splices.push((grid.data_head.clone(), format!("<{p}sheetData>{inner}</{p}sheetData>")));
    } else {
        splices.extend(new_rows.into_iter().map(|(at, xml)| (at..at, xml)));
    }
    splice(text, splices)
}

/// Replaces byte ranges; insertions at one place come before a replacement that begins there.
pub(super) fn splice(text: &str, mut splices: Vec<(Span<usize>, String)>) -> String {
    splices.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = String::with_capacity(text.len() + splices.iter().map(|(_, new)| new.len()).sum::<usize>());
    let mut at = 0;
    for (span, new) in splices {
        out.push_str(&text[at..span.start]);
        out.push_str(&new);
        at = span.end;
    }
    out.push_str(&text[at..]);
    out
}

/// A row's start tag without the hint which columns it uses: a new cell may lie outside of it.
fn without_spans(head: &str) -> String {
    let Some(at) = head.find(" spans=\"") else { return head.to_owned() };
    let value = at + " spans=\"".len();
    match head[value..].find('"') {
        Some(end) => format!("{}{}", &head[..at], &head[value + end + 1..]),
        None => head.to_owned(),
    }
}

fn element(grid: &Grid, cell: Cell, style: u32, new: &New) -> String {
    let p = &grid.prefix;
    let style = if let New::Styled(_, own) = new { *own } else { style };
    let style = if style == 0 { String::new() } else { format!(" s=\"{style}\"") };
    let inner = match new {
        New::Number(number) => {
            return format!("<{p}c r=\"{cell}\"{style}><{p}v>{}</{p}v></{p}c>", escape(number));
        }
        New::Text(text) if text.is_empty() => return format!("<{p}c r=\"{cell}\"{style}/>"),
        New::Text(text) | New::Styled(text, _) => plain(p, text),
        New::Ticks(ticks) => ticked(p, ticks),
    };
    format!("<{p}c r=\"{cell}\"{style} t=\"inlineStr\"><{p}is>{inner}</{p}is></{p}c>")
}

fn plain(p: &str, text: &str) -> String {
    format!("<{p}t xml:space=\"preserve\">{}</{p}t>", escape_cell(text))
}

/// The text with its boxes ticked. Runs of rich text are kept when the XML uses the worksheet's own prefix.
fn ticked(p: &str, ticks: &Ticks) -> String {
    let rich = ticks.inner.as_deref().filter(|inner| inner.contains("<r>") || inner.contains("<r "));
    if let Some(xml) = rich.filter(|_| p.is_empty()).and_then(|inner| tick_runs(inner, &ticks.at)) {
        return xml;
    }
    let text: String =
        ticks.text.chars().enumerate().map(|(at, c)| *ticks.at.get(&at).unwrap_or(&c)).collect();
    plain(p, &text)
}

fn tick_runs(inner: &str, at: &BTreeMap<usize, char>) -> Option<String> {
    let mut reader = Reader::from_str(inner);
    reader.config_mut().check_end_names = false;
    let mut splices = Vec::new();
    let (mut index, mut in_text, mut phonetic) = (0, false, false);
    loop {
        let before = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        let after = usize::try_from(reader.buffer_position()).ok()?;
        match event {
            Event::Start(element) => match local(&element) {
                "t" => in_text = !phonetic,
                "rPh" => phonetic = true,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => phonetic = false,
                _ => {}
            },
            Event::Text(text) if in_text => {
                let mut byte = before;
                for c in text.as_ref().chars() {
                    if let Some(new) = at.get(&index) {
                        splices.push((byte..byte + c.len_utf8(), new.to_string()));
                    }
                    index += 1;
                    byte += c.len_utf8();
                }
            }
            Event::GeneralRef(entity) if in_text => {
                reference(&entity).ok()?;
                if let Some(new) = at.get(&index) {
                    splices.push((before..after, new.to_string()));
                }
                index += 1;
            }
            Event::CData(_) => return None,
            Event::Eof => break,
            _ => {}
        }
    }
    (splices.len() == at.len()).then(|| splice(inner, splices))
}
