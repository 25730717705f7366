//! Paper that flows: rows of cells and blocks from top to bottom over as many pages as they need. Pages are collected
//! first, because each of them names how many there are.

use std::ops::Range;

use crate::pdf::{Align, Area, MM, Pen, Placed, Type};

pub(super) enum Op {
    Text { x: f32, top: f32, width: f32, text: String, how: Type, align: Align },
    Rule { from: (f32, f32), to: (f32, f32), width: f32, grey: u8 },
    Frame(Area, f32),
    Fill(Area, u8),
    Picture(Area, usize),
}

/// One cell of a row.
pub(super) struct Cell {
    pub width: f32,
    pub text: String,
    pub how: Type,
    pub align: Align,
    pub ground: Option<u8>,
}

impl Cell {
    pub fn new(width: f32, text: impl Into<String>, how: Type) -> Self {
        Self { width, text: crate::breaking::tidy(&text.into()), how, align: Align::Left, ground: None }
    }
    pub fn centred(self) -> Self {
        Self { align: Align::Centre, ..self }
    }
    pub fn ground(self, grey: u8) -> Self {
        Self { ground: Some(grey), ..self }
    }
    fn lines(&self) -> Vec<Range<usize>> {
        self.how.lines(&self.text, self.width - 2.0 * PAD_X)
    }
}

pub(super) const PAD_X: f32 = 1.6 * MM;
const PAD_Y: f32 = 1.1 * MM;
const LINE: f32 = 0.5;

pub(super) struct Flow {
    pub pages: Vec<Vec<Op>>,
    pub body: Area,
    pub y: f32,
}

impl Flow {
    pub fn new(body: Area) -> Self {
        Self { pages: vec![Vec::new()], body, y: body.y }
    }

    fn op(&mut self, op: Op) {
        if let Some(page) = self.pages.last_mut() {
            page.push(op);
        }
    }

    pub fn push(&mut self, op: Op) {
        self.op(op);
    }

    pub fn room(&self) -> f32 {
        self.body.bottom() - self.y
    }

    pub fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = self.body.y;
    }

    /// Begins a new page unless `height` still fits.
    pub fn need(&mut self, height: f32) -> bool {
        let full = self.room() + 0.1 < height && self.y > self.body.y;
        if full {
            self.new_page();
        }
        full
    }

    pub fn space(&mut self, height: f32) {
        if self.y > self.body.y {
            self.y = (self.y + height).min(self.body.bottom());
        }
    }

    /// A line of text over the whole width; keeps `with` points of room below it, so that a heading never stands alone.
    pub fn heading(&mut self, text: &str, how: Type, with: f32) {
        let text = crate::breaking::tidy(text);
        let lines = how.lines(&text, self.body.width);
        self.need(how.leading * lines.len() as f32 + with);
        for range in lines {
            let (x, top, width) = (self.body.x, self.y, self.body.width);
            self.op(Op::Text { x, top, width, text: text[range].to_owned(), how, align: Align::Left });
            self.y += how.leading;
        }
    }

    pub fn height_of(cells: &[Cell]) -> f32 {
        cells.iter().map(|cell| cell.lines().len() as f32 * cell.how.leading).fold(0.0, f32::max)
            + 2.0 * PAD_Y
    }

    /// A ruled row. On a new page `head` is repeated first. A row that is taller than what is left moves on; one that is
    /// taller than half a page is continued on the next.
    pub fn row(&mut self, x: f32, cells: &[Cell], min_height: f32, head: Option<&[Cell]>) {
        let height = Self::height_of(cells).max(min_height);
        if height > self.room() && height <= self.body.height * 0.5 {
            self.turn(x, head);
        }
        let lines: Vec<Vec<Range<usize>>> = cells.iter().map(Cell::lines).collect();
        let mut done = vec![0_usize; cells.len()];
        loop {
            let rest = cells
                .iter()
                .zip(&lines)
                .zip(&done)
                .map(|((cell, lines), done)| (lines.len() - done) as f32 * cell.how.leading)
                .fold(0.0, f32::max)
                + 2.0 * PAD_Y;
            let first = done.iter().all(|done| *done == 0);
            let wanted = if first { rest.max(min_height) } else { rest };
            let high = wanted.min(self.room());
            let smallest = cells.iter().map(|cell| cell.how.leading).fold(0.0, f32::max) + 2.0 * PAD_Y;
            if high + 0.1 < smallest.min(wanted) && self.y > self.body.y {
                self.turn(x, head);
                continue;
            }
            self.cells(x, high, cells, &lines, &mut done, wanted <= high + 0.1);
            if done.iter().zip(&lines).all(|(done, lines)| *done >= lines.len()) {
                return;
            }
            self.turn(x, head);
        }
    }

    fn turn(&mut self, x: f32, head: Option<&[Cell]>) {
        self.new_page();
        if let Some(head) = head {
            self.row(x, head, 0.0, None);
        }
    }

    /// One row box with as many lines of each cell as fit.
    fn cells(
        &mut self,
        x: f32,
        high: f32,
        cells: &[Cell],
        lines: &[Vec<Range<usize>>],
        done: &mut [usize],
        whole: bool,
    ) {
        let top = self.y;
        let mut left = x;
        for (index, cell) in cells.iter().enumerate() {
            let area = Area::new(left, top, cell.width, high);
            if let Some(grey) = cell.ground {
                self.op(Op::Fill(area, grey));
            }
            let left_lines = &lines[index][done[index]..];
            let fits = ((high - 2.0 * PAD_Y) / cell.how.leading + 0.01).max(0.0) as usize;
            let now = &left_lines[..fits.min(left_lines.len())];
            let block = now.len() as f32 * cell.how.leading;
            // Short cells stand in the middle of their row, split ones at its top.
            let mut line_top = if whole && left_lines.len() == lines[index].len() {
                top + (high - block) / 2.0
            } else {
                top + PAD_Y
            };
            for range in now {
                self.op(Op::Text {
                    x: left + PAD_X,
                    top: line_top,
                    width: cell.width - 2.0 * PAD_X,
                    text: cell.text[range.clone()].to_owned(),
                    how: cell.how,
                    align: cell.align,
                });
                line_top += cell.how.leading;
            }
            done[index] += now.len();
            self.op(Op::Frame(area, LINE));
            left += cell.width;
        }
        self.y += high;
    }
}

/// Draws a collected page.
pub(super) fn draw(pen: &mut Pen<'_>, ops: &[Op], pictures: &[Placed]) {
    for op in ops {
        match op {
            Op::Text { x, top, width, text, how, align } => pen.aligned(*x, *top, *width, text, *how, *align),
            Op::Rule { from, to, width, grey } => pen.rule(*from, *to, *width, *grey),
            Op::Frame(area, width) => pen.frame(*area, *width, 60),
            Op::Fill(area, grey) => pen.fill(*area, *grey),
            Op::Picture(area, index) => {
                if let Some(picture) = pictures.get(*index) {
                    pen.picture(*area, picture);
                }
            }
        }
    }
}
