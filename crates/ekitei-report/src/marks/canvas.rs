//! Pixels to draw on: shapes and text with tiny-skia, all coordinates in pixels.

use ekitei_model::fault::Fault;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform,
};
use ttf_parser::OutlineBuilder;

use crate::faces::{ASCENT, Weight, face};

pub(super) struct Canvas {
    map: Pixmap,
}

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

/// How letters are drawn: size in pixels; a halo of another colour and width.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub size: f32,
    pub weight: Weight,
    pub colour: Rgb,
    pub halo: Option<(Rgb, f32)>,
}

fn paint(colour: Rgb) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(colour[0], colour[1], colour[2], 255));
    paint
}

impl Canvas {
    /// `rgb` holds width × height × 3 bytes.
    pub fn new(width: u32, height: u32, rgb: &[u8]) -> Result<Self, Fault> {
        let damaged = || Fault::ask("picture-damaged");
        let mut map = Pixmap::new(width, height).ok_or_else(damaged)?;
        if rgb.len() != map.data().len() / 4 * 3 {
            return Err(damaged());
        }
        for (pixel, colour) in map.data_mut().chunks_exact_mut(4).zip(rgb.chunks_exact(3)) {
            pixel[..3].copy_from_slice(colour);
            pixel[3] = 255;
        }
        Ok(Self { map })
    }

    pub fn into_rgb(self) -> Vec<u8> {
        // Every pixel is opaque, so nothing is premultiplied.
        self.map.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }

    pub fn width(&self) -> f32 {
        self.map.width() as f32
    }
    pub fn height(&self) -> f32 {
        self.map.height() as f32
    }

    /// Overwrites whole pixels, outward to the next full pixel: nothing of the picture shines through an edge.
    pub fn black_out(&mut self, x0: f32, y0: f32, x1: f32, y1: f32) {
        let (width, height) = (self.map.width() as usize, self.map.height() as usize);
        let clamp = |value: f32, limit: usize| value.clamp(0.0, limit as f32) as usize;
        let (left, right) = (clamp(x0.floor(), width), clamp(x1.ceil(), width));
        let (top, bottom) = (clamp(y0.floor(), height), clamp(y1.ceil(), height));
        for row in self.map.data_mut().chunks_exact_mut(width * 4).take(bottom).skip(top) {
            for pixel in row[left * 4..right.max(left) * 4].chunks_exact_mut(4) {
                pixel.copy_from_slice(&[0, 0, 0, 255]);
            }
        }
    }

    pub fn fill_rect(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Rgb) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            self.map.fill_rect(rect, &paint(colour), Transform::identity(), None);
        }
    }

    pub fn fill(&mut self, path: &Path, colour: Rgb) {
        self.map.fill_path(path, &paint(colour), FillRule::Winding, Transform::identity(), None);
    }

    pub fn stroke(&mut self, path: &Path, width: f32, colour: Rgb) {
        let stroke =
            Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.map.stroke_path(path, &paint(colour), &stroke, Transform::identity(), None);
    }

    /// One line of text, `top` is the upper edge of its body. With a halo it can be read on any ground.
    pub fn text(&mut self, (x, top): (f32, f32), text: &str, ink: Ink) {
        let Ink { size, weight, colour, halo } = ink;
        let face = face(weight);
        let scale = size / f32::from(face.outlines.units_per_em());
        let mut pen = Outline { path: PathBuilder::new(), x, y: top + size * ASCENT, scale };
        for c in text.chars() {
            let glyph = face.glyph(c);
            face.outlines.outline_glyph(glyph, &mut pen);
            pen.x += face.advance(glyph) * size;
        }
        let Some(path) = pen.path.finish() else { return };
        if let Some((ground, width)) = halo {
            self.stroke(&path, width, ground);
        }
        self.fill(&path, colour);
    }
}

/// Font units to pixels.
struct Outline {
    path: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Outline {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.path.close();
    }
}
