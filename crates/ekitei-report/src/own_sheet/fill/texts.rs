//! Texts in cells: whether all of it will be seen, and in which size it would be.

use ekitei_model::fault::Fault;

use super::{Beyond, Desk, Work, cells, fit};
use crate::own_sheet::address::Cell;
use crate::own_sheet::book::Style;

/// Points to pixels of a spreadsheet (96 a inch).
pub(super) const PX_PER_PT: f64 = 96.0 / 72.0;
/// The sheet's own letters are left alone when they nearly fit: other fonts are narrower than ours.
const AS_IT_IS: f64 = 1.1;
/// Letters that are chosen here fit with any font of common width.
const CHOSEN: f64 = 0.96;
/// The largest letters that are tried: a file may name any size.
const MOST_PT: f64 = 72.0;

impl Desk<'_> {
    pub(super) fn put_text(
        &self,
        work: &mut Work,
        cell: Cell,
        text: &str,
        beyond: &mut Beyond<'_>,
    ) -> Result<(), Fault> {
        let cell = self.writable(cell)?;
        let tidy = crate::breaking::tidy(text);
        let text = crate::workbook::cell_text(&tidy);
        let format = self.grid.style_at(cell);
        let style = self.book.style(format);
        let complete = text.len() == tidy.len();
        let new = if complete && self.shows(cell, &text, style, style.font_pt, AS_IT_IS) {
            cells::New::Text(text)
        } else if complete
            && let Some(pt) = self.smaller(cell, &text, style)
            && let Some(format) = beyond.fitted.as_mut().and_then(|fitted| fitted.of(format, pt))
        {
            cells::New::Styled(text, format)
        } else if let Some(annex) = &mut beyond.annex {
            let instead = annex.take(beyond.label, &tidy);
            beyond.notes.push(self.note("sheet-note-annex", cell));
            cells::New::Text(instead)
        } else {
            beyond.notes.push(self.note("sheet-note-long", cell));
            cells::New::Text(text)
        };
        work.cells.insert(cell, new);
        Ok(())
    }

    /// The largest size below the cell's own in which all of the text is seen.
    fn smaller(&self, cell: Cell, text: &str, style: &Style) -> Option<f64> {
        let most = style.font_pt.min(MOST_PT);
        let steps = ((most - fit::LEAST_PT) / fit::STEP_PT).ceil().max(0.0) as u32;
        let sizes = (0..steps).rev().map(|step| fit::LEAST_PT + f64::from(step) * fit::STEP_PT);
        sizes.filter(|pt| *pt < style.font_pt).find(|pt| self.shows(cell, text, style, *pt, CHOSEN))
    }

    /// Whether a text of this size will be seen in full: estimated with our font.
    fn shows(&self, cell: Cell, text: &str, style: &Style, pt: f64, slack: f64) -> bool {
        let block = self.grid.block(cell);
        let (wide, high) = self.grid.size_px(block, self.book);
        let em = pt * PX_PER_PT;
        let face = crate::faces::face(crate::faces::Weight::Regular);
        let width = |c: char| f64::from(face.width(c)) * em;
        let room = (wide - 6.0).max(em) * slack;
        if style.wraps {
            let hang = crate::Breaking { hang: false };
            let lines = crate::breaking::break_lines(text, room as f32, hang, |c| width(c) as f32);
            lines.len() as f64 * em * 1.2 <= high * slack
        } else {
            text.split('\n').all(|line| line.chars().map(width).sum::<f64>() <= room)
        }
    }
}
