//! A worksheet part as an index: what stands in which cell, and at which bytes, so that single cells can be replaced.

mod read;

use std::collections::BTreeMap;
use std::ops::Range as Span;

use ekitei_model::fault::Fault;

use super::address::{Cell, Range};
use super::book::Book;
use super::package::limits;
use super::xml::damaged;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Empty,
    Text(String),
    /// As written in the file.
    Number(String),
    Other,
}

#[derive(Clone, Debug)]
pub(crate) struct GridCell {
    pub style: u32,
    pub content: Content,
    pub formula: bool,
    /// Bytes of the whole `<c …>` element.
    pub span: Span<usize>,
    /// Index of the shared string.
    pub shared: Option<usize>,
    /// Bytes inside `<is>`.
    pub inline: Option<Span<usize>>,
}

#[derive(Clone, Debug)]
pub(crate) struct RowSpan {
    pub height_pt: Option<f64>,
    pub hidden: bool,
    pub style: Option<u32>,
    /// Bytes of the start tag.
    pub head: Span<usize>,
    /// Where `</row>` begins; the end of the start tag when the element is empty.
    pub close: usize,
    pub self_closing: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct ColumnSpan {
    pub first: u32,
    pub last: u32,
    pub width: Option<f64>,
    pub hidden: bool,
    pub style: u32,
}

/// A list of values that Excel offers in a cell.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub cells: Vec<Range>,
    pub values: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Grid {
    /// Namespace prefix of the elements, with its colon; usually empty.
    pub prefix: String,
    pub rows: BTreeMap<u32, RowSpan>,
    pub cells: BTreeMap<Cell, GridCell>,
    pub merges: Vec<Range>,
    pub columns: Vec<ColumnSpan>,
    pub default_width: Option<f64>,
    pub default_height_pt: Option<f64>,
    pub zero_height: bool,
    /// Bytes of the start tag of `sheetData`, and where its end tag begins.
    pub data_head: Span<usize>,
    pub data_close: usize,
    pub data_self_closing: bool,
    /// Relationship of the drawing.
    pub drawing: Option<String>,
    /// Where `<drawing>` may stand.
    pub drawing_at: usize,
    pub offered: Vec<Offered>,
    pub formulas: bool,
    /// Merged ranges by the blocks of 64 rows that they touch.
    merged: BTreeMap<u32, Vec<usize>>,
}

const BUCKET: u32 = 64;
const BUCKETS_LIMIT: u32 = 100_000;

impl Grid {
    fn index_merges(&mut self) -> Result<(), Fault> {
        self.merges.sort_unstable();
        // Overlap check by a sweep over rows: ranges are sorted by their first row.
        for (at, one) in self.merges.iter().enumerate() {
            let overlaps = self.merges[at + 1..]
                .iter()
                .take_while(|next| next.from.row <= one.to.row)
                .take(5_000)
                .any(|next| one.meets(*next));
            if overlaps {
                return Err(damaged());
            }
        }
        let mut entries = 0_u32;
        for (at, range) in self.merges.iter().enumerate() {
            for bucket in range.from.row / BUCKET..=range.to.row / BUCKET {
                entries += 1;
                if entries > BUCKETS_LIMIT {
                    return Err(Fault::ask("sheet-merges").with("limit", limits::MERGES));
                }
                self.merged.entry(bucket).or_default().push(at);
            }
        }
        Ok(())
    }

    /// The merged range around `cell`, or the cell alone. The first cell of a range holds its content.
    pub fn block(&self, cell: Cell) -> Range {
        let bucket = self.merged.get(&(cell.row / BUCKET));
        let found =
            bucket.and_then(|list| list.iter().map(|at| self.merges[*at]).find(|range| range.contains(cell)));
        found.unwrap_or(Range::one(cell))
    }

    pub fn text(&self, cell: Cell) -> Option<&str> {
        match self.cells.get(&cell).map(|cell| &cell.content) {
            Some(Content::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn style_at(&self, cell: Cell) -> u32 {
        if let Some(known) = self.cells.get(&cell) {
            return known.style;
        }
        if let Some(style) = self.rows.get(&cell.row).and_then(|row| row.style) {
            return style;
        }
        self.column(cell.column).map_or(0, |column| column.style)
    }

    fn column(&self, column: u32) -> Option<&ColumnSpan> {
        self.columns.iter().find(|span| (span.first..=span.last).contains(&column))
    }

    /// Width of a column in pixels.
    pub fn column_px(&self, column: u32, book: &Book) -> f64 {
        let span = self.column(column);
        if span.is_some_and(|span| span.hidden) {
            return 0.0;
        }
        let width = span.and_then(|span| span.width).or(self.default_width);
        // Without any word about it a column is 8 digits wide and 5 pixels of padding.
        width.map_or_else(|| ((8.0 * book.digit_px + 5.0) / 8.0).ceil() * 8.0, |width| book.column_px(width))
    }

    /// Height of a row in pixels.
    pub fn row_px(&self, row: u32, book: &Book) -> f64 {
        let span = self.rows.get(&row);
        if span.is_some_and(|span| span.hidden) || (span.is_none() && self.zero_height) {
            return 0.0;
        }
        let points = span.and_then(|span| span.height_pt).or(self.default_height_pt).unwrap_or(book.row_pt);
        (points.clamp(0.0, 409.5) * 96.0 / 72.0).round()
    }

    /// Width and height of a range in pixels; absurdly long ranges count as their first thousand rows and columns.
    pub fn size_px(&self, range: Range, book: &Book) -> (f64, f64) {
        let wide = (range.from.column..=range.to.column)
            .take(1_000)
            .map(|column| self.column_px(column, book))
            .sum();
        let high = (range.from.row..=range.to.row).take(1_000).map(|row| self.row_px(row, book)).sum();
        (wide, high)
    }

    /// Last row and column with anything in them.
    pub fn extent(&self) -> Cell {
        let row = self.cells.keys().map(|cell| cell.row).max().unwrap_or(0);
        let column = self.cells.keys().map(|cell| cell.column).max().unwrap_or(0);
        Cell::new(row, column)
    }
}
