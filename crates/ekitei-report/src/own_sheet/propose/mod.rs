//! Proposes questions from what a sheet shows: boxes to tick, words to circle, headed columns, empty cells beside
//! labels, lists, days, frames for photos. A proposal is a beginning for a clerk, never the last word; what is not
//! understood is left alone.

mod choices;
mod headed;
mod inputs;
mod tables;
pub(super) mod words;

use ekitei_model::fault::Fault;
use serde::{Deserialize, Serialize};

use super::address::{Cell, Range};
use super::book::Book;
use super::grid::Grid;
use super::package::{Package, limits};

/// Where and how an answer is written. Positions count characters from the start of the cell's text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Target {
    /// The cell becomes this text.
    Text {
        cell: Cell,
    },
    /// The cell becomes this number.
    Number {
        cell: Cell,
    },
    Date {
        cell: Cell,
        style: DateStyle,
    },
    Choice {
        options: Vec<Choice>,
    },
    /// Pictures side by side in this frame.
    Picture {
        area: Range,
    },
}

/// How a sheet writes a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateStyle {
    /// A number that the cell's format shows as a day.
    Serial,
    /// 令和8年11月21日 as text.
    Wareki,
    /// The cell holds `令和　年　月　日`; the numbers go between.
    Blanks,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub label: String,
    pub mark: Mark,
}

/// What marks a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub enum Mark {
    /// The ☐ or □ at this position becomes ☑.
    Box { cell: Cell, at: usize },
    /// The word at this position is circled.
    Word { cell: Cell, at: usize, length: usize },
    /// This text is put into the (empty) cell.
    Put { cell: Cell, text: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    Text,
    LongText,
    Number,
    Date,
    /// 適・否, 良・不良, 有・無: one ruling.
    Ruling,
    SelectOne,
    SelectMany,
    /// One box to tick.
    Acknowledge,
    Photo,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Stable for the same sheet: `s1-c7` (sheet 1, cell C7).
    pub key: String,
    pub kind: QuestionKind,
    pub label: String,
    /// Heading under which the question stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Unit printed beside the cell: m, ㎡, 名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The question whose remark this is (備考 in the row of a ruling).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<String>,
    pub target: Target,
}

/// A headed grid of empty cells: a repeat in the form, one instance a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub key: String,
    pub label: String,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub key: String,
    pub label: String,
    pub kind: QuestionKind,
    /// One target per instance, from the first row on.
    pub targets: Vec<Target>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SheetProposal {
    pub name: String,
    /// The sheet's largest text near the top.
    pub title: Option<String>,
    pub questions: Vec<Question>,
    pub tables: Vec<Table>,
    /// Seal boxes and other places that stay as they are.
    pub kept: Vec<Range>,
    /// Cells with text, for the console's drawing of the sheet.
    pub texts: Vec<(Cell, String)>,
    pub merges: Vec<Range>,
}

/// Something that a clerk should know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// `sheet-note-…` in the message catalogue.
    pub code: String,
    pub sheet: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub sheets: Vec<SheetProposal>,
    pub notices: Vec<Notice>,
}

/// A worksheet under examination.
pub(super) struct Desk<'a> {
    pub book: &'a Book,
    pub grid: &'a Grid,
    /// 1 for the first sheet.
    pub sheet: usize,
    /// Cells that have found their use.
    pub used: std::collections::BTreeSet<Cell>,
    pub area: Range,
    pub found: Vec<Question>,
    pub tables: Vec<Table>,
    pub kept: Vec<Range>,
    /// Heading lines by their cell.
    pub headings: std::collections::BTreeMap<Cell, String>,
}

impl Desk<'_> {
    pub fn key(&self, cell: Cell) -> String {
        format!("s{}-{}", self.sheet, cell.to_string().to_ascii_lowercase())
    }

    /// The first cell of the block on the right, when it lies inside the sheet.
    pub fn right_of(&self, block: Range) -> Option<Cell> {
        let next = Cell::new(block.from.row, block.to.column + 1);
        (next.column <= self.area.to.column).then(|| self.grid.block(next).from)
    }

    pub fn below(&self, block: Range) -> Option<Cell> {
        let next = Cell::new(block.to.row + 1, block.from.column);
        (next.row <= self.area.to.row).then(|| self.grid.block(next).from)
    }

    pub fn left_of(&self, block: Range) -> Option<Cell> {
        let column = block.from.column.checked_sub(1)?;
        Some(self.grid.block(Cell::new(block.from.row, column)).from)
    }

    /// A place to write: nothing in it, drawn with a border or merged, not used yet.
    pub fn is_input(&self, cell: Cell) -> bool {
        if self.used.contains(&cell) || self.grid.text(cell).is_some() {
            return false;
        }
        if let Some(known) = self.grid.cells.get(&cell)
            && (known.formula || known.content != super::grid::Content::Empty)
        {
            return false;
        }
        let block = self.grid.block(cell);
        if self.kept.iter().any(|kept| kept.meets(block)) {
            return false;
        }
        let corner = |cell| self.book.style(self.grid.style_at(cell)).bordered();
        let drawn = corner(block.from) || corner(block.to);
        let (wide, high) = self.grid.size_px(block, self.book);
        drawn && wide >= 12.0 && high >= 8.0
    }

    pub fn style(&self, cell: Cell) -> &super::book::Style {
        self.book.style(self.grid.style_at(cell))
    }

    pub fn push(&mut self, question: Question) {
        if self.found.len() < limits::QUESTIONS {
            self.found.push(question);
        }
    }
}

/// Questions for every visible sheet of a workbook.
///
/// Errors: those of reading a hostile file, `sheet-…` (docs in `package` and `grid`).
pub fn propose(bytes: &[u8]) -> Result<Proposal, Fault> {
    let package = Package::open(bytes)?;
    let book = Book::read(&package)?;
    let mut proposal = Proposal { sheets: Vec::new(), notices: Vec::new() };
    for (index, sheet) in book.sheets.iter().enumerate() {
        if sheet.hidden {
            proposal.notices.push(Notice { code: "sheet-note-hidden".to_owned(), sheet: sheet.name.clone() });
            continue;
        }
        let grid = Grid::read(package.need(&sheet.part)?, &book)?;
        let found = examine(&book, &grid, index + 1, sheet.print_area, &sheet.name);
        if found.questions.is_empty() && found.tables.is_empty() {
            proposal
                .notices
                .push(Notice { code: "sheet-note-nothing".to_owned(), sheet: sheet.name.clone() });
        }
        proposal.sheets.push(found);
    }
    Ok(proposal)
}

fn examine(book: &Book, grid: &Grid, sheet: usize, print_area: Option<Range>, name: &str) -> SheetProposal {
    let extent = grid.extent();
    let all = Range { from: Cell::new(0, 0), to: extent };
    let area = print_area.filter(|area| area.meets(all)).map_or(all, |area| Range {
        from: area.from,
        to: Cell::new(area.to.row.min(extent.row), area.to.column.min(extent.column)),
    });
    let mut desk = Desk {
        book,
        grid,
        sheet,
        used: Default::default(),
        area,
        found: Vec::new(),
        tables: Vec::new(),
        kept: Vec::new(),
        headings: Default::default(),
    };
    inputs::keep_seals(&mut desk);
    desk.headings = inputs::headings(&desk);
    choices::lists(&mut desk);
    choices::boxes(&mut desk);
    choices::words(&mut desk);
    headed::matrices(&mut desk);
    inputs::remarks(&mut desk);
    inputs::frames(&mut desk);
    inputs::days(&mut desk);
    tables::tables(&mut desk);
    inputs::labels(&mut desk);
    let Desk { mut found, tables, kept, .. } = desk;
    found.sort_by_key(|question| place_of(&question.target));
    let texts: Vec<(Cell, String)> = grid
        .cells
        .keys()
        .filter_map(|cell| Some((*cell, grid.text(*cell)?.to_owned())))
        .take(5_000)
        .collect();
    SheetProposal {
        name: name.to_owned(),
        title: title(book, grid, &texts),
        questions: found,
        tables,
        kept,
        merges: grid.merges.iter().copied().take(5_000).collect(),
        texts,
    }
}

/// Where a target begins, for order.
pub(super) fn place_of(target: &Target) -> Cell {
    match target {
        Target::Text { cell } | Target::Number { cell } | Target::Date { cell, .. } => *cell,
        Target::Picture { area } => area.from,
        Target::Choice { options } => options.first().map_or(Cell::new(0, 0), |option| cell_of(&option.mark)),
    }
}

pub(super) fn cell_of(mark: &Mark) -> Cell {
    match mark {
        Mark::Box { cell, .. } | Mark::Word { cell, .. } | Mark::Put { cell, .. } => *cell,
    }
}

fn title(book: &Book, grid: &Grid, texts: &[(Cell, String)]) -> Option<String> {
    let size = |cell: &Cell| book.style(grid.style_at(*cell)).font_pt;
    let near: Vec<&(Cell, String)> = texts.iter().filter(|(cell, _)| cell.row < 8).collect();
    let largest = near.iter().map(|(cell, _)| size(cell)).fold(0.0, f64::max);
    let found = near.iter().find(|(cell, text)| size(cell) >= largest - 0.01 && !text.trim().is_empty())?;
    Some(words::clean_label(&found.1))
}
