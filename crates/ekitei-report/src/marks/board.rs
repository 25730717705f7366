//! The blackboard: a dark green plate with ruled lines, in a corner of the picture.

use super::canvas::{Canvas, Ink, Rgb};
use super::{Board, Corner};
use crate::breaking::{Breaking, break_lines, tidy};
use crate::dates::japanese_date;
use crate::faces::{Weight, face};
use crate::label::label;

const GROUND: Rgb = [22, 62, 44];
const FRAME: Rgb = [236, 240, 236];
const RULE: Rgb = [126, 156, 138];
const CHALK: Rgb = [255, 255, 255];
const CAPTION: Rgb = [196, 222, 206];

struct Line {
    caption: String,
    text: Vec<String>,
}

/// Draws the board as large as its words need: 38 % of the picture's width, more where it is narrow; the letters
/// shrink until it covers at most 45 % of the height.
pub(super) fn draw(canvas: &mut Canvas, board: &Board) {
    let fields = [
        (label("board.case"), tidy(&board.case)),
        (label("board.place"), tidy(&board.place)),
        (label("board.item"), tidy(&board.item)),
        (label("board.date"), japanese_date(board.date.trim())),
        (label("board.note"), tidy(&board.note)),
    ];
    let fields: Vec<(String, String)> =
        fields.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect();
    if fields.is_empty() {
        return;
    }
    let (width, height) = (canvas.width(), canvas.height());
    let wide = if width < height { width * 0.56 } else { width * 0.38 };
    let mut size = (width.max(height) / 64.0).max(9.0);
    let mut lines = set(&fields, size, wide);
    while tall(&lines, size) > height * 0.45 && size > 7.0 {
        size *= 0.92;
        lines = set(&fields, size, wide);
    }
    let high = tall(&lines, size).min(height);
    let margin = size * 0.6;
    let x = match board.corner {
        Corner::TopLeft | Corner::BottomLeft => margin,
        Corner::TopRight | Corner::BottomRight => width - wide - margin,
    };
    let y = match board.corner {
        Corner::TopLeft | Corner::TopRight => margin,
        Corner::BottomLeft | Corner::BottomRight => (height - high - margin).max(0.0),
    };
    let edge = (size * 0.16).max(1.5);
    canvas.fill_rect(x - edge, y - edge, wide + 2.0 * edge, high + 2.0 * edge, FRAME);
    canvas.fill_rect(x, y, wide, high, GROUND);
    let captions = caption_width(&fields, size);
    canvas.fill_rect(x + captions, y, (size * 0.06).max(1.0), high, RULE);
    let mut top = y;
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            canvas.fill_rect(x, top, wide, (size * 0.06).max(1.0), RULE);
        }
        let body = row(line, size);
        let ink = Ink { size: size * 0.78, weight: Weight::Regular, colour: CAPTION, halo: None };
        canvas.text((x + size * 0.45, top + size * 0.42), &line.caption, ink);
        for (at, text) in line.text.iter().enumerate() {
            let line_top = top + size * 0.3 + size * 1.3 * at as f32;
            let ink = Ink { size, weight: Weight::Bold, colour: CHALK, halo: None };
            canvas.text((x + captions + size * 0.5, line_top), text, ink);
        }
        top += body;
    }
}

fn caption_width(fields: &[(String, String)], size: f32) -> f32 {
    let face = face(Weight::Regular);
    let widest = fields.iter().map(|(caption, _)| face.text_width(caption)).fold(0.0, f32::max);
    widest * size * 0.78 + size * 0.9
}

fn set(fields: &[(String, String)], size: f32, wide: f32) -> Vec<Line> {
    let room = (wide - caption_width(fields, size) - size).max(size * 2.0);
    let bold = face(Weight::Bold);
    fields
        .iter()
        .map(|(caption, text)| {
            let ranges = break_lines(text, room, Breaking { hang: false }, |c| bold.width(c) * size);
            Line {
                caption: caption.clone(),
                text: ranges.into_iter().map(|range| text[range].to_owned()).collect(),
            }
        })
        .collect()
}

fn row(line: &Line, size: f32) -> f32 {
    size * 0.55 + size * 1.3 * line.text.len() as f32
}

fn tall(lines: &[Line], size: f32) -> f32 {
    lines.iter().map(|line| row(line, size)).sum()
}
