//! A sheet to draw on in units (the short side is 750, whatever the pixels), over tiny-skia.

use ab_glyph::{Font, FontRef, OutlineCurve};
use std::sync::OnceLock;
use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Mask, Paint, Path, PathBuilder, Pixmap,
    Point, RadialGradient, Shader, SpreadMode, Stroke, Transform,
};

/// Red, green, blue, 0 to 255.
pub type Rgb = [f32; 3];

/// How a shape is filled.
#[derive(Debug, Clone, Copy)]
pub enum Ink {
    Flat(Rgb),
    /// Flat with an opacity from 0 to 1.
    Clear(Rgb, f32),
    /// From one height to another.
    Down(f32, Rgb, f32, Rgb),
    /// From one x to another.
    Across(f32, Rgb, f32, Rgb),
    /// From the centre to the radius.
    Round((f32, f32), f32, Rgb, Rgb),
}

/// Shapes with a larger box (square units) are filled on all processors.
const LARGE: f32 = 15_000.0;
/// Below this many pixels another thread costs more than it saves.
const WORTH_A_THREAD: usize = 40_000;

impl Ink {
    /// The colour at a place that had the colour `old`.
    fn over(self, x: f32, y: f32, old: Rgb) -> Rgb {
        match self {
            Self::Flat(rgb) => rgb,
            Self::Clear(rgb, alpha) => mix(old, rgb, alpha),
            Self::Down(y0, a, y1, b) => mix(a, b, (y - y0) / (y1 - y0)),
            Self::Across(x0, a, x1, b) => mix(a, b, (x - x0) / (x1 - x0)),
            Self::Round((cx, cy), radius, a, b) => {
                mix(a, b, ((x - cx).powi(2) + (y - cy).powi(2)).sqrt() / radius)
            }
        }
    }
}

pub struct Canvas {
    pixels: Pixmap,
    /// Pixels a unit.
    scale: f32,
    /// Where the sheet's left upper corner lies, in pixels left of and above the picture.
    origin: (f32, f32),
    turn: Transform,
}

fn colour(rgb: Rgb, alpha: f32) -> Color {
    let part = |v: f32| (v / 255.0).clamp(0.0, 1.0);
    Color::from_rgba(part(rgb[0]), part(rgb[1]), part(rgb[2]), alpha.clamp(0.0, 1.0)).unwrap_or(Color::BLACK)
}

/// `a` at 0, `b` at 1.
#[must_use]
pub fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    let s = share.clamp(0.0, 1.0);
    [a[0] + (b[0] - a[0]) * s, a[1] + (b[1] - a[1]) * s, a[2] + (b[2] - a[2]) * s]
}

/// Brighter or darker.
#[must_use]
pub fn lit(rgb: Rgb, factor: f32) -> Rgb {
    rgb.map(|v| (v * factor).clamp(0.0, 255.0))
}

/// A closed shape through the points.
#[must_use]
pub fn shape(points: &[(f32, f32)]) -> Path {
    lines(points, true)
}

/// An open line through the points.
#[must_use]
pub fn line(points: &[(f32, f32)]) -> Path {
    lines(points, false)
}

fn lines(points: &[(f32, f32)], closed: bool) -> Path {
    let mut path = PathBuilder::new();
    for (i, (x, y)) in points.iter().enumerate() {
        if i == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
    }
    if closed {
        path.close();
    }
    path.finish().expect("a drawn shape has two points or more")
}

/// A smooth line through the points.
#[must_use]
pub fn curve(points: &[(f32, f32)], closed: bool) -> Path {
    let n = points.len();
    let at = |i: isize| {
        let i = if closed { i.rem_euclid(n as isize) } else { i.clamp(0, n as isize - 1) };
        points[i as usize]
    };
    let mut path = PathBuilder::new();
    path.move_to(points[0].0, points[0].1);
    for i in 0..(if closed { n } else { n - 1 }) as isize {
        let (p0, p1, p2, p3) = (at(i - 1), at(i), at(i + 1), at(i + 2));
        path.cubic_to(
            p1.0 + (p2.0 - p0.0) / 6.0,
            p1.1 + (p2.1 - p0.1) / 6.0,
            p2.0 - (p3.0 - p1.0) / 6.0,
            p2.1 - (p3.1 - p1.1) / 6.0,
            p2.0,
            p2.1,
        );
    }
    if closed {
        path.close();
    }
    path.finish().expect("a drawn curve has two points or more")
}

#[must_use]
pub fn rect(x: f32, y: f32, w: f32, h: f32) -> Path {
    shape(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h)])
}

#[must_use]
pub fn oval(x: f32, y: f32, rx: f32, ry: f32) -> Path {
    let tiny_skia_rect =
        tiny_skia::Rect::from_xywh(x - rx, y - ry, rx * 2.0, ry * 2.0).expect("radii are positive");
    PathBuilder::from_oval(tiny_skia_rect).expect("radii are positive")
}

fn font() -> &'static FontRef<'static> {
    static FONT: OnceLock<FontRef<'static>> = OnceLock::new();
    FONT.get_or_init(|| {
        FontRef::try_from_slice(include_bytes!("../../../assets/fonts/BIZUDPGothic-subset.ttf"))
            .expect("the font file in assets is a TrueType font")
    })
}

/// Whether the font can write a sign: one that it lacks would be drawn as an empty box.
#[must_use]
pub fn has_glyph(sign: char) -> bool {
    font().glyph_id(sign).0 != 0
}

impl Canvas {
    /// A grey sheet of `width` x `height` pixels.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        let mut pixels = Pixmap::new(width, height).expect("a scene has a size");
        pixels.fill(Color::from_rgba8(128, 128, 128, 255));
        Self {
            pixels,
            scale: width.min(height) as f32 / 750.0,
            origin: (0.0, 0.0),
            turn: Transform::identity(),
        }
    }

    /// Steps closer by `zoom` (1 or more) and looks at the share `(x, y)` of what hangs over: 0.5 is the middle.
    pub fn frame(&mut self, zoom: f32, (x, y): (f32, f32)) {
        self.scale *= zoom;
        let over = |px: u32| px as f32 * (zoom - 1.0);
        self.origin = (over(self.pixels.width()) * x, over(self.pixels.height()) * y);
    }

    /// Everything drawn until the next call is turned by `degrees` around a point and sheared sideways by `lean`.
    pub fn tilt(&mut self, degrees: f32, (x, y): (f32, f32), lean: f32) {
        self.turn = Transform::from_translate(-x, -y)
            .post_concat(Transform::from_row(1.0, 0.0, lean, 1.0, 0.0, 0.0))
            .post_concat(Transform::from_rotate(degrees))
            .post_concat(Transform::from_translate(x, y));
    }

    fn place(&self) -> Transform {
        self.turn.post_scale(self.scale, self.scale).post_translate(-self.origin.0, -self.origin.1)
    }

    pub fn fill(&mut self, path: &Path, ink: Ink) {
        let bounds = path.bounds();
        if bounds.width() * bounds.height() > LARGE {
            let back = self.turn.invert().unwrap_or_else(Transform::identity);
            self.shade(path, |x, y, old| {
                ink.over(back.sx * x + back.kx * y + back.tx, back.ky * x + back.sy * y + back.ty, old)
            });
            return;
        }
        let paint = Paint { shader: shader(ink), anti_alias: true, ..Paint::default() };
        self.pixels.fill_path(path, &paint, FillRule::Winding, self.place(), None);
    }

    pub fn stroke(&mut self, path: &Path, width: f32, ink: Ink) {
        let paint = Paint { shader: shader(ink), anti_alias: true, ..Paint::default() };
        let stroke =
            Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixels.stroke_path(path, &paint, &stroke, self.place(), None);
    }

    /// A soft shadow: the moved shape darkened once, its edge several times.
    pub fn shadow(&mut self, path: &Path, dx: f32, dy: f32, softness: f32, strength: f32) {
        let Some(moved) = path.clone().transform(Transform::from_translate(dx, dy)) else { return };
        let steps = 6;
        for i in 1..=steps {
            let width = softness * 2.0 * i as f32 / steps as f32;
            self.stroke(&moved, width, Ink::Clear([0.0; 3], strength / steps as f32 * 0.7));
        }
        self.fill(&moved, Ink::Clear([0.0; 3], strength * 0.75));
    }

    /// Recolours every pixel inside the shape: `f(x, y, colour) -> colour`, places in units.
    pub fn shade(&mut self, path: &Path, f: impl Fn(f32, f32, Rgb) -> Rgb + Sync) {
        let (width, height) = (self.pixels.width(), self.pixels.height());
        let Some(device) = path.clone().transform(self.place()) else { return };
        let bounds = device.bounds();
        let clamp = |v: f32, max: u32| v.clamp(0.0, max as f32) as usize;
        let (x0, x1) = (clamp(bounds.left().floor(), width), clamp(bounds.right().ceil(), width));
        let (y0, y1) = (clamp(bounds.top().floor(), height), clamp(bounds.bottom().ceil(), height));
        if x0 >= x1 || y0 >= y1 {
            return;
        }
        // The mask covers the bounding box alone: small shapes are common.
        let mut mask = Mask::new((x1 - x0) as u32, (y1 - y0) as u32).expect("the box is not empty");
        let shift = self.place().post_translate(-(x0 as f32), -(y0 as f32));
        mask.fill_path(path, FillRule::Winding, true, shift);
        let (stride, unit, origin) = (width as usize * 4, 1.0 / self.scale, self.origin);
        let rows: &mut [u8] = &mut self.pixels.data_mut()[y0 * stride..y1 * stride];
        let worth = (x1 - x0) * (y1 - y0) / WORTH_A_THREAD + 1;
        let threads = std::thread::available_parallelism().map_or(2, |n| n.get().min(8)).min(worth);
        let part = (y1 - y0).div_ceil(threads);
        std::thread::scope(|scope| {
            for (nth, chunk) in rows.chunks_mut(part * stride).enumerate() {
                let (mask, f) = (mask.data(), &f);
                let mut work = move || {
                    for (row, pixels) in chunk.chunks_mut(stride).enumerate() {
                        let y = nth * part + row;
                        let cover = &mask[y * (x1 - x0)..(y + 1) * (x1 - x0)];
                        let at_y = ((y + y0) as f32 + origin.1) * unit;
                        let pixels = pixels[x0 * 4..x1 * 4].as_chunks_mut::<4>().0;
                        for (i, (pixel, cover)) in pixels.iter_mut().zip(cover).enumerate() {
                            if *cover == 0 {
                                continue;
                            }
                            let old = [f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])];
                            let mut new = f(((i + x0) as f32 + origin.0) * unit, at_y, old);
                            if *cover < 255 {
                                new = mix(old, new, f32::from(*cover) / 255.0);
                            }
                            for c in 0..3 {
                                // The conversion stops at 0 and 255.
                                pixel[c] = (new[c] + 0.5) as u8;
                            }
                        }
                    }
                };
                if threads == 1 {
                    work();
                } else {
                    scope.spawn(work);
                }
            }
        });
    }

    /// Writes one line of text; `(x, y)` is the left end of the base line, `size` the height of a full-width sign.
    /// Returns its width.
    pub fn text(&mut self, (x, y): (f32, f32), size: f32, ink: Ink, text: &str) -> f32 {
        let font = font();
        let scale = size / font.units_per_em().unwrap_or(1000.0);
        let mut pen = x;
        let mut path = PathBuilder::new();
        for sign in text.chars() {
            let id = font.glyph_id(sign);
            if let Some(outline) = font.outline(id) {
                add_outline(&mut path, &outline.curves, |p| (pen + p.x * scale, y - p.y * scale));
            }
            pen += font.h_advance_unscaled(id) * scale;
        }
        if let Some(path) = path.finish() {
            self.fill(&path, ink);
        }
        pen - x
    }

    /// As [`Canvas::text`], centred on `(x, y)`.
    pub fn text_centred(&mut self, (x, y): (f32, f32), size: f32, ink: Ink, text: &str) {
        let font = font();
        let advance: f32 = text.chars().map(|sign| font.h_advance_unscaled(font.glyph_id(sign))).sum();
        let width = advance * size / font.units_per_em().unwrap_or(1000.0);
        self.text((x - width / 2.0, y), size, ink, text);
    }

    /// The pixels as red, green, blue.
    #[must_use]
    pub fn into_rgb(self) -> Vec<u8> {
        let mut data = self.pixels.take();
        let count = data.len() / 4;
        for i in 0..count {
            data.copy_within(i * 4..i * 4 + 3, i * 3);
        }
        data.truncate(count * 3);
        data
    }
}

fn add_outline(
    path: &mut PathBuilder,
    curves: &[OutlineCurve],
    place: impl Fn(ab_glyph::Point) -> (f32, f32),
) {
    let mut end = None;
    for curve in curves {
        let (from, to) = match curve {
            OutlineCurve::Line(a, b) | OutlineCurve::Quad(a, _, b) | OutlineCurve::Cubic(a, _, _, b) => {
                (*a, *b)
            }
        };
        if end != Some(from) {
            if end.is_some() {
                path.close();
            }
            let (x, y) = place(from);
            path.move_to(x, y);
        }
        let (x, y) = place(to);
        match curve {
            OutlineCurve::Line(..) => path.line_to(x, y),
            OutlineCurve::Quad(_, c, _) => {
                let (cx, cy) = place(*c);
                path.quad_to(cx, cy, x, y);
            }
            OutlineCurve::Cubic(_, c, d, _) => {
                let ((cx, cy), (dx, dy)) = (place(*c), place(*d));
                path.cubic_to(cx, cy, dx, dy, x, y);
            }
        }
        end = Some(to);
    }
    if end.is_some() {
        path.close();
    }
}

fn shader(ink: Ink) -> Shader<'static> {
    let stops = |a, b| vec![GradientStop::new(0.0, colour(a, 1.0)), GradientStop::new(1.0, colour(b, 1.0))];
    let made = match ink {
        Ink::Flat(rgb) => return Shader::SolidColor(colour(rgb, 1.0)),
        Ink::Clear(rgb, alpha) => return Shader::SolidColor(colour(rgb, alpha)),
        Ink::Down(y0, a, y1, b) => LinearGradient::new(
            Point::from_xy(0.0, y0),
            Point::from_xy(0.0, y1),
            stops(a, b),
            SpreadMode::Pad,
            Transform::identity(),
        ),
        Ink::Across(x0, a, x1, b) => LinearGradient::new(
            Point::from_xy(x0, 0.0),
            Point::from_xy(x1, 0.0),
            stops(a, b),
            SpreadMode::Pad,
            Transform::identity(),
        ),
        Ink::Round((x, y), radius, a, b) => RadialGradient::new(
            Point::from_xy(x, y),
            0.0,
            Point::from_xy(x, y),
            radius,
            stops(a, b),
            SpreadMode::Pad,
            Transform::identity(),
        ),
    };
    made.unwrap_or(Shader::SolidColor(Color::BLACK))
}
