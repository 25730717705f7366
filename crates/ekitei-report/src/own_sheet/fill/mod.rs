//! Writes answers into a section's own sheet. Only the worksheets (and, for pictures and circles, their drawings) are
//! patched; every other part of the archive is copied as it is packed.

mod annex;
mod cells;
mod circles;
mod days;
mod drawing;
mod fit;
mod parts;
mod texts;

use std::collections::BTreeMap;

use ekitei_model::fault::Fault;
use serde::{Deserialize, Serialize};

use super::address::Cell;
use super::book::Book;
use super::grid::Grid;
use super::package::{Package, limits};
use super::propose::{DateStyle, Mark, Target};
use crate::picture::Picture;

/// How a chosen word of `適・否` is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChoiceMark {
    /// An oval around the word, as on paper.
    #[default]
    Oval,
    /// 【適】・否: for programs that do not show drawings.
    Brackets,
    /// Only the chosen word stays.
    Only,
}

#[derive(Clone, Debug, Default)]
pub struct Filling {
    pub entries: Vec<Entry>,
    pub mark: ChoiceMark,
}

/// One answer and where it belongs.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Name of the worksheet.
    pub sheet: String,
    pub target: Target,
    pub value: Value,
    /// What the answer is called where it stands apart from its place.
    pub label: String,
}

#[derive(Clone, Debug)]
pub enum Value {
    /// Always written as text, whatever it begins with.
    Text(String),
    /// A decimal number as typed: `-12.5`.
    Number(String),
    /// ISO day.
    Date(String),
    /// Labels of the chosen options; empty: nothing is marked.
    Chosen(Vec<String>),
    /// Pictures with their alternative texts.
    Pictures(Vec<(Picture, String)>),
}

/// Something that could not be shown in full; the sheet is written all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// `sheet-note-…` in the message catalogue.
    pub code: String,
    pub sheet: String,
    pub cell: Cell,
}

#[derive(Clone, Debug)]
pub struct Filled {
    pub bytes: Vec<u8>,
    pub notes: Vec<Left>,
}

/// Most pictures in one frame.
const PICTURES_LIMIT: usize = 12;

/// What is to be done on one worksheet.
#[derive(Default)]
struct Work {
    cells: cells::Edits,
    pictures: Vec<drawing::Frame>,
    ovals: Vec<drawing::Oval>,
}

/// What the answers ask for outside their worksheet.
struct Beyond<'a> {
    /// What the entry at work is called.
    label: &'a str,
    notes: Vec<Left>,
    /// `None`: the sheet's styles offer nothing to make a smaller font from.
    fitted: Option<fit::Fitted<'a>>,
    /// `None`: the workbook offers no place for one more worksheet.
    annex: Option<annex::Annex>,
}

/// Writes the answers into the sheet. A text that is longer than its cell gets smaller letters there (not below
/// 7 points); one that is longer still stands on a worksheet 別紙 at the end, and its cell says so.
///
/// Errors: those of reading the file; `sheet-changed` (a box or word is not where the form says, or the worksheet is
/// gone), `sheet-cell-formula` (the target holds a formula), `sheet-value` (the answer does not fit the target),
/// `sheet-filled-large`.
pub fn fill(bytes: &[u8], filling: &Filling) -> Result<Filled, Fault> {
    let package = Package::open(bytes)?;
    let book = Book::read(&package)?;
    let mut by_sheet: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for entry in &filling.entries {
        let index = book.sheets.iter().position(|sheet| sheet.name == entry.sheet);
        let index = index.ok_or_else(|| Fault::ask("sheet-changed").with("cell", &entry.sheet))?;
        by_sheet.entry(index).or_default().push(entry);
    }
    let mut patch = parts::Patch::new(&package);
    let styles = book.styles_part.as_deref();
    let fitted = styles.and_then(|part| fit::Fitted::new(package.text(part)?, book.styles.len()));
    let place = annex::Place::find(package.need(&book.part)?);
    let annex = place.as_ref().map(|_| annex::Annex::default());
    let mut beyond = Beyond { label: "", notes: Vec::new(), fitted, annex };
    let mut formulas = false;
    for (index, sheet) in book.sheets.iter().enumerate() {
        let text = package.need(&sheet.part)?;
        let grid = Grid::read(text, &book)?;
        formulas |= grid.formulas;
        let Some(entries) = by_sheet.get(&index) else { continue };
        let desk = Desk {
            book: &book,
            grid: &grid,
            package: &package,
            part: text,
            sheet: &sheet.name,
            mark: filling.mark,
        };
        let work = desk.plan(entries, &mut beyond)?;
        let mut edited = cells::apply(text, &grid, &work.cells);
        if !work.pictures.is_empty() || !work.ovals.is_empty() {
            edited =
                drawing::add(&mut patch, &book, &grid, &sheet.part, edited, &work.pictures, &work.ovals)?;
        }
        patch.replace(&sheet.part, edited);
    }
    if let (Some(part), Some(text)) = (styles, beyond.fitted.as_ref().and_then(fit::Fitted::write)) {
        patch.replace(part, text);
    }
    if let (Some(annex), Some(place)) = (&beyond.annex, &place) {
        annex.add(&mut patch, &book, place)?;
    }
    if formulas && !by_sheet.is_empty() {
        parts::recalculate_on_load(&mut patch, &book.part)?;
    }
    let filled = patch.write()?;
    if filled.len() > limits::FILLED_BYTES {
        return Err(Fault::ask("sheet-filled-large")
            .with("size_mb", filled.len().div_ceil(1_000_000))
            .with("limit_mb", limits::FILLED_BYTES / (1024 * 1024)));
    }
    Ok(Filled { bytes: filled, notes: beyond.notes })
}

struct Desk<'a> {
    book: &'a Book,
    grid: &'a Grid,
    package: &'a Package<'a>,
    part: &'a str,
    sheet: &'a str,
    mark: ChoiceMark,
}

impl Desk<'_> {
    fn plan<'a>(&self, entries: &[&'a Entry], beyond: &mut Beyond<'a>) -> Result<Work, Fault> {
        let mut work = Work::default();
        for entry in entries {
            beyond.label = &entry.label;
            match (&entry.target, &entry.value) {
                (Target::Text { cell } | Target::Number { cell }, Value::Text(text)) => {
                    self.put_text(&mut work, *cell, text, beyond)?;
                }
                (Target::Text { cell }, Value::Number(number)) => {
                    self.put_text(&mut work, *cell, number, beyond)?
                }
                (Target::Number { cell }, Value::Number(number)) => {
                    let number = plain_number(number).ok_or_else(|| value_fault(*cell))?;
                    work.cells.insert(self.writable(*cell)?, cells::New::Number(number));
                }
                (Target::Date { cell, style }, Value::Date(iso)) => {
                    self.put_day(&mut work, *cell, *style, iso, beyond)?
                }
                (Target::Text { cell }, Value::Date(iso)) => {
                    self.put_text(&mut work, *cell, &crate::dates::japanese_date(iso), beyond)?;
                }
                (Target::Date { cell, .. }, Value::Text(text)) => {
                    self.put_text(&mut work, *cell, text, beyond)?
                }
                (Target::Choice { options }, Value::Chosen(chosen)) => {
                    self.choose(&mut work, options, chosen, beyond)?
                }
                (Target::Picture { area }, Value::Pictures(pictures)) => {
                    let area = self.grid.block(area.from).max(*area);
                    if pictures.len() > PICTURES_LIMIT {
                        beyond.notes.push(self.note("sheet-note-pictures", area.from));
                    }
                    let shown = pictures.iter().take(PICTURES_LIMIT).cloned().collect();
                    work.pictures.push(drawing::Frame { area, pictures: shown });
                }
                (target, _) => return Err(value_fault(super::propose::place_of(target))),
            }
        }
        Ok(work)
    }

    fn note(&self, code: &str, cell: Cell) -> Left {
        Left { code: code.to_owned(), sheet: self.sheet.to_owned(), cell }
    }

    /// The first cell of the block around a target; a formula there is never overwritten.
    fn writable(&self, cell: Cell) -> Result<Cell, Fault> {
        let cell = self.grid.block(cell).from;
        if self.grid.cells.get(&cell).is_some_and(|known| known.formula) {
            return Err(Fault::ask("sheet-cell-formula").with("cell", cell));
        }
        Ok(cell)
    }

    fn put_day(
        &self,
        work: &mut Work,
        cell: Cell,
        style: DateStyle,
        iso: &str,
        beyond: &mut Beyond<'_>,
    ) -> Result<(), Fault> {
        let cell = self.writable(cell)?;
        let Some(day) = crate::dates::Day::parse(iso) else { return Err(value_fault(cell)) };
        match style {
            DateStyle::Serial => {
                let serial = if self.book.date_1904 { day.serial_1904() } else { day.serial_1900() };
                match serial {
                    Some(serial) => {
                        work.cells.insert(cell, cells::New::Number(serial.to_string()));
                    }
                    None => self.put_text(work, cell, &day.wareki(), beyond)?,
                }
            }
            DateStyle::Wareki => self.put_text(work, cell, &day.wareki(), beyond)?,
            DateStyle::Blanks => {
                let blank = self.grid.text(cell).ok_or_else(|| changed(cell))?;
                let text = days::between(blank, day).ok_or_else(|| changed(cell))?;
                work.cells.insert(cell, cells::New::Text(text));
            }
        }
        Ok(())
    }

    fn choose(
        &self,
        work: &mut Work,
        options: &[super::Choice],
        chosen: &[String],
        beyond: &mut Beyond<'_>,
    ) -> Result<(), Fault> {
        if let Some(unknown) =
            chosen.iter().find(|label| !options.iter().any(|option| option.label == **label))
        {
            return Err(Fault::ask("sheet-value").with("cell", unknown));
        }
        for option in options {
            let on = chosen.contains(&option.label);
            match &option.mark {
                Mark::Box { cell, at } => {
                    let cell = self.writable(*cell)?;
                    let text = self.grid.text(cell).ok_or_else(|| changed(cell))?;
                    let known = text.chars().nth(*at).filter(|c| super::propose::words::is_box(*c));
                    let tick = super::propose::words::tick(known.ok_or_else(|| changed(cell))?, on);
                    let inner = self.inner(cell);
                    let source = || cells::Ticks { text: text.to_owned(), inner, at: BTreeMap::new() };
                    if let cells::New::Ticks(ticks) =
                        work.cells.entry(cell).or_insert_with(|| cells::New::Ticks(source()))
                    {
                        ticks.at.insert(*at, tick);
                    }
                }
                Mark::Word { cell, at, length } if on => {
                    let cell = self.writable(*cell)?;
                    let text = self.grid.text(cell).ok_or_else(|| changed(cell))?;
                    let word: String = text.chars().skip(*at).take(*length).collect();
                    if word.chars().count() != *length || word.trim() != option.label {
                        return Err(changed(cell));
                    }
                    match self.mark {
                        ChoiceMark::Oval => {
                            work.ovals.push(circles::around(self.book, self.grid, cell, text, *at, *length));
                        }
                        ChoiceMark::Brackets => {
                            let before: String = text.chars().take(*at).collect();
                            let after: String = text.chars().skip(at + length).collect();
                            work.cells.insert(cell, cells::New::Text(format!("{before}【{word}】{after}")));
                        }
                        ChoiceMark::Only => {
                            work.cells.insert(cell, cells::New::Text(word));
                        }
                    }
                }
                Mark::Word { .. } => {}
                Mark::Put { cell, text } if on => self.put_text(work, *cell, text, beyond)?,
                Mark::Put { .. } => {}
            }
        }
        Ok(())
    }

    /// The XML inside `<si>` or `<is>` of a text cell, so that rich text keeps its runs.
    fn inner(&self, cell: Cell) -> Option<String> {
        let known = self.grid.cells.get(&cell)?;
        if let Some(span) = &known.inline {
            return self.part.get(span.clone()).map(str::to_owned);
        }
        let shared = self.book.shared.get(known.shared?)?;
        let part = self.package.text(self.book.shared_part.as_deref()?)?;
        part.get(shared.inner.clone()).map(str::to_owned)
    }
}

fn changed(cell: Cell) -> Fault {
    Fault::ask("sheet-changed").with("cell", cell)
}

fn value_fault(cell: Cell) -> Fault {
    Fault::ask("sheet-value").with("cell", cell)
}

/// A decimal number as XML Schema writes it; `None` for anything that is not one.
fn plain_number(text: &str) -> Option<String> {
    let text = text.trim().replace(',', "");
    let number: f64 = text.parse().ok()?;
    let digits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    (digits && number.is_finite()).then(|| text.trim_start_matches('+').to_owned())
}
