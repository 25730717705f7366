//! Marks and board drawn onto a copy. The input is only read: the original stays what it was by construction.

use ekitei_model::fault::Fault;
use jpeg_decoder::{Decoder, PixelFormat};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use tiny_skia::PathBuilder;

use super::canvas::{Canvas, Ink, Rgb};
use super::{Board, Colour, Mark, Marks, Patch, Spot, Thickness};
use crate::breaking::{Breaking, break_lines, tidy};
use crate::faces::{Weight, face};
use crate::picture::{Kind, Picture};

/// Most pixels of a picture to draw on: a display copy has 3 million.
const PIXELS_LIMIT: u64 = 16_000_000;
/// Quality of the derived copy: fine lines and letters need a little more than a photo.
const QUALITY: u8 = 86;

/// Draws `marks` and `board` onto a display copy (JPEG, upright) and gives a new JPEG without any metadata or embedded
/// thumbnail. Blacked-out areas are painted first, as opaque pixels; other marks may lie on them.
///
/// Errors: those of [`Picture::new`] and [`Marks::check`]; `picture-unsupported` when it is no JPEG.
pub fn burn(display: &[u8], marks: &Marks, board: Option<&Board>) -> Result<Vec<u8>, Fault> {
    marks.check()?;
    if let Some(board) = board {
        board.check()?;
    }
    let picture = Picture::new(display)?;
    if picture.kind() != Kind::Jpeg {
        return Err(Fault::ask("picture-unsupported"));
    }
    let size = picture.size();
    if u64::from(size.width) * u64::from(size.height) > PIXELS_LIMIT {
        return Err(Fault::ask("picture-pixels")
            .with("width", size.width)
            .with("height", size.height)
            .with("limit_mp", PIXELS_LIMIT / 1_000_000));
    }
    let rgb = decode(&picture)?;
    let mut canvas = Canvas::new(size.width, size.height, &rgb)?;
    drop(rgb);
    for mark in &marks.marks {
        if let Mark::BlackOut { area } = mark {
            let (x0, y0, x1, y1) = corners(&canvas, area);
            canvas.black_out(x0, y0, x1, y1);
        }
    }
    for mark in &marks.marks {
        draw(&mut canvas, mark);
    }
    // The plate lies on top: its words must be readable whatever was marked.
    if let Some(board) = board {
        super::board::draw(&mut canvas, board);
    }
    encode(size.width, size.height, &canvas.into_rgb())
}

fn decode(picture: &Picture) -> Result<Vec<u8>, Fault> {
    let damaged = || Fault::ask("picture-damaged");
    let mut decoder = Decoder::new(picture.bytes());
    decoder.set_max_decoding_buffer_size(usize::try_from(PIXELS_LIMIT * 4).unwrap_or(usize::MAX));
    let pixels = decoder.decode().map_err(|_| damaged())?;
    let info = decoder.info().ok_or_else(damaged)?;
    if (u32::from(info.width), u32::from(info.height)) != (picture.size().width, picture.size().height) {
        return Err(damaged());
    }
    match info.pixel_format {
        PixelFormat::RGB24 => Ok(pixels),
        PixelFormat::L8 => Ok(pixels.iter().flat_map(|grey| [*grey; 3]).collect()),
        PixelFormat::L16 | PixelFormat::CMYK32 => Err(Fault::ask("picture-unsupported")),
    }
}

fn encode(width: u32, height: u32, rgb: &[u8]) -> Result<Vec<u8>, Fault> {
    let damaged = || Fault::ask("picture-damaged");
    let (width, height) =
        (u16::try_from(width).map_err(|_| damaged())?, u16::try_from(height).map_err(|_| damaged())?);
    let mut out = Vec::with_capacity(rgb.len() / 6);
    let mut encoder = Encoder::new(&mut out, QUALITY);
    // Red lines and letters blur when colours are kept at half the resolution.
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.encode(rgb, width, height, ColorType::Rgb).map_err(|_| damaged())?;
    Ok(out)
}

fn rgb(colour: Colour) -> Rgb {
    match colour {
        Colour::Red => [214, 20, 32],
        Colour::Yellow => [255, 214, 0],
        Colour::Blue => [0, 82, 204],
        Colour::White => [255, 255, 255],
        Colour::Black => [0, 0, 0],
    }
}

/// The ground on which a colour can be read.
fn halo(colour: Colour) -> Rgb {
    match colour {
        Colour::Red | Colour::Blue | Colour::Black => [255, 255, 255],
        Colour::Yellow | Colour::White => [20, 20, 20],
    }
}

fn line_width(canvas: &Canvas, thickness: Thickness) -> f32 {
    let unit = canvas.width().max(canvas.height()) / 1000.0;
    let factor = match thickness {
        Thickness::Thin => 2.6,
        Thickness::Medium => 4.6,
        Thickness::Thick => 8.0,
    };
    (unit * factor).max(1.5)
}

fn spot(canvas: &Canvas, spot: Spot) -> (f32, f32) {
    (spot.x * canvas.width(), spot.y * canvas.height())
}

/// Left, top, right, bottom in pixels.
fn corners(canvas: &Canvas, area: &Patch) -> (f32, f32, f32, f32) {
    let ((ax, ay), (bx, by)) = (spot(canvas, area.from), spot(canvas, area.to));
    (ax.min(bx), ay.min(by), ax.max(bx), ay.max(by))
}

fn draw(canvas: &mut Canvas, mark: &Mark) {
    match mark {
        Mark::BlackOut { .. } => {}
        Mark::Arrow { from, to, colour, thickness } => arrow(canvas, *from, *to, *colour, *thickness),
        Mark::Box { area, colour, thickness } => {
            let (x0, y0, x1, y1) = corners(canvas, area);
            let width = line_width(canvas, *thickness);
            let mut path = PathBuilder::new();
            if let Some(rect) = tiny_skia::Rect::from_ltrb(x0, y0, x1, y1) {
                path.push_rect(rect);
            } else {
                path.move_to(x0, y0);
                path.line_to(x1, y1);
            }
            if let Some(path) = path.finish() {
                canvas.stroke(&path, width * 1.7, halo(*colour));
                canvas.stroke(&path, width, rgb(*colour));
            }
        }
        Mark::Text { at, text, colour, thickness } => words(canvas, *at, text, *colour, *thickness),
    }
}

fn arrow(canvas: &mut Canvas, from: Spot, to: Spot, colour: Colour, thickness: Thickness) {
    let ((x0, y0), (x1, y1)) = (spot(canvas, from), spot(canvas, to));
    let (dx, dy) = (x1 - x0, y1 - y0);
    let length = dx.hypot(dy);
    if length < 1.0 {
        return;
    }
    let width = line_width(canvas, thickness);
    let (ux, uy) = (dx / length, dy / length);
    let head = (width * 4.2).min(length);
    let (bx, by) = (x1 - ux * head, y1 - uy * head);
    let half = head * 0.52;
    let mut shaft = PathBuilder::new();
    shaft.move_to(x0, y0);
    shaft.line_to(bx + ux * head * 0.1, by + uy * head * 0.1);
    let mut tip = PathBuilder::new();
    tip.move_to(x1, y1);
    tip.line_to(bx - uy * half, by + ux * half);
    tip.line_to(bx + uy * half, by - ux * half);
    tip.close();
    let (Some(shaft), Some(tip)) = (shaft.finish(), tip.finish()) else { return };
    let edge = width * 0.7;
    canvas.stroke(&shaft, width + edge, halo(colour));
    canvas.stroke(&tip, edge, halo(colour));
    canvas.stroke(&shaft, width, rgb(colour));
    canvas.fill(&tip, rgb(colour));
}

fn words(canvas: &mut Canvas, at: Spot, text: &str, colour: Colour, thickness: Thickness) {
    let (x, y) = spot(canvas, at);
    let unit = canvas.width().max(canvas.height()) / 1000.0;
    let size = (unit
        * match thickness {
            Thickness::Thin => 20.0,
            Thickness::Medium => 30.0,
            Thickness::Thick => 46.0,
        })
    .max(9.0);
    let text = tidy(text);
    let bold = face(Weight::Bold);
    // A text too near the right edge moves left before its lines break.
    let edge = size * 0.2;
    let longest = text.split('\n').map(|line| bold.text_width(line) * size).fold(0.0, f32::max);
    let x = x.min(canvas.width() - edge - longest).max(edge.min(x));
    let room = (canvas.width() - x - edge).max(size * 1.05);
    let mut top = y;
    let ink = Ink { size, weight: Weight::Bold, colour: rgb(colour), halo: Some((halo(colour), size * 0.2)) };
    for range in break_lines(&text, room, Breaking { hang: false }, |c| bold.width(c) * size) {
        canvas.text((x, top), &text[range], ink);
        top += size * 1.25;
    }
}
