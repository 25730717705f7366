//! Where a word stands inside its cell, so that an oval can be drawn around it.

use super::drawing::Oval;
use crate::faces::{Weight, face};
use crate::own_sheet::address::Cell;
use crate::own_sheet::book::{Book, Horizontal};
use crate::own_sheet::grid::Grid;

/// Excel's padding on the left and right of a cell's text, in pixels.
const PADDING_PX: f64 = 3.0;

/// An oval around `length` characters from `at`: the text is measured with full-width characters as one em and
/// others by our font, then placed as the cell's alignment says.
pub(super) fn around(book: &Book, grid: &Grid, cell: Cell, text: &str, at: usize, length: usize) -> Oval {
    let block = grid.block(cell);
    let (wide, high) = grid.size_px(block, book);
    let style = book.style(grid.style_at(cell));
    let em = style.font_pt * 96.0 / 72.0;
    let metrics = face(Weight::Regular);
    let width = |c: char| {
        if c as u32 >= 0x2000 && !('\u{ff61}'..='\u{ff9f}').contains(&c) {
            em
        } else {
            f64::from(metrics.width(c)) * em
        }
    };
    let lines: Vec<&str> = text.split('\n').collect();
    // The line that holds the word, and the position inside it.
    let (mut line, mut inside) = (0, at);
    for (index, one) in lines.iter().enumerate() {
        let count = one.chars().count();
        line = index;
        if inside <= count || index + 1 == lines.len() {
            break;
        }
        inside -= count + 1;
    }
    let chars: Vec<char> = lines[line].chars().collect();
    let sum = |from: usize, to: usize| {
        chars[from.min(chars.len())..to.min(chars.len())].iter().map(|c| width(*c)).sum::<f64>()
    };
    let (before, word, all) = (sum(0, inside), sum(inside, inside + length), sum(0, chars.len()));
    let left = match style.horizontal {
        Horizontal::Centre => (wide - all) / 2.0,
        Horizontal::Right => wide - PADDING_PX - all,
        Horizontal::General | Horizontal::Left => PADDING_PX + f64::from(style.indent) * 9.0,
    };
    let leading = em * 1.2;
    let top = (high - leading * lines.len() as f64) / 2.0 + leading * line as f64;
    let (pad_x, pad_y) = (em * 0.28, em * 0.12);
    let height = (leading + 2.0 * pad_y).min((high - 1.0).max(leading * 0.8));
    let middle = top + leading / 2.0;
    Oval {
        area: block,
        x_px: (left + before - pad_x).max(0.0),
        y_px: (middle - height / 2.0).max(0.0),
        width_px: word + 2.0 * pad_x,
        height_px: height,
    }
}
