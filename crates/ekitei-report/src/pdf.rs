//! A4 pages drawn with a pen: text by measured glyphs, rules, boxes, pictures. All lengths in points (1/72 inch), the
//! origin is the upper left corner, y grows downwards.

use std::ops::Range;

use ekitei_model::fault::Fault;
use krilla::Document;
use krilla::color::rgb;
use krilla::configure::ConfigurationBuilder;
use krilla::configure::validate::Archival;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use krilla::{SerializeSettings, configure};

use crate::breaking::{Breaking, break_lines, tidy};
use crate::dates::Day;
use crate::faces::{ASCENT, Face, Weight, face};
use crate::picture::{Kind, Picture};
use crate::stub::Stubs;

/// Points in a millimetre.
pub(crate) const MM: f32 = 72.0 / 25.4;
pub(crate) const A4_WIDTH: f32 = 210.0 * MM;
pub(crate) const A4_HEIGHT: f32 = 297.0 * MM;

/// A rectangle in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Area {
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }
    pub fn right(self) -> f32 {
        self.x + self.width
    }
    pub fn bottom(self) -> f32 {
        self.y + self.height
    }
    /// The same area with a margin taken off on each side.
    pub fn inset(self, by: f32) -> Self {
        Self::new(
            self.x + by,
            self.y + by,
            (self.width - 2.0 * by).max(0.0),
            (self.height - 2.0 * by).max(0.0),
        )
    }
    /// The largest rectangle of the given aspect (width / height) in the middle of this one.
    pub fn fit(self, aspect: f32) -> Self {
        let width = self.width.min(self.height * aspect);
        let height = width / aspect;
        Self::new(self.x + (self.width - width) / 2.0, self.y + (self.height - height) / 2.0, width, height)
    }
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    /// Font size in points.
    pub size: f32,
    pub weight: Weight,
    /// Distance of base lines in points.
    pub leading: f32,
    /// Lightness of the ink, 0 is black.
    pub grey: u8,
}

impl Type {
    pub const fn new(size: f32) -> Self {
        Self { size, weight: Weight::Regular, leading: size * 1.45, grey: 0 }
    }
    pub const fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }
    pub const fn grey(self, grey: u8) -> Self {
        Self { grey, ..self }
    }
    pub const fn leading(self, leading: f32) -> Self {
        Self { leading, ..self }
    }
    fn face(self) -> &'static Face {
        face(self.weight)
    }
    pub fn width(self, text: &str) -> f32 {
        self.face().text_width(text) * self.size
    }
    /// The lines of `text` in a column of `width` points; the text must be tidy.
    pub fn lines(self, text: &str, width: f32) -> Vec<Range<usize>> {
        let face = self.face();
        break_lines(text, width, Breaking { hang: false }, |c| face.width(c) * self.size)
    }
    /// Height in points of a tidy text in a column.
    pub fn height(self, text: &str, width: f32) -> f32 {
        self.lines(text, width).len() as f32 * self.leading
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

pub(crate) struct Pen<'a> {
    surface: Surface<'a>,
}

impl Pen<'_> {
    fn ink(&mut self, grey: u8) {
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: rgb::Color::new(grey, grey, grey).into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::NonZero,
        }));
    }

    /// One line with its base line at `y`. Characters that the font lacks show as 〓.
    pub fn line(&mut self, x: f32, y: f32, text: &str, how: Type) {
        if text.is_empty() {
            return;
        }
        let face = how.face();
        let glyphs: Vec<KrillaGlyph> = text
            .char_indices()
            .map(|(at, c)| {
                let glyph = face.glyph(c);
                let id = GlyphId::new(u32::from(glyph.0));
                KrillaGlyph::new(id, face.advance(glyph), 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
            })
            .collect();
        self.ink(how.grey);
        self.surface.draw_glyphs(Point::from_xy(x, y), &glyphs, face.font.clone(), text, how.size, false);
    }

    /// One line in a width, aligned; `top` is the upper edge of the line's body.
    pub fn aligned(&mut self, x: f32, top: f32, width: f32, text: &str, how: Type, align: Align) {
        let free = width - how.width(text);
        let dx = match align {
            Align::Left => 0.0,
            Align::Centre => free / 2.0,
            Align::Right => free,
        };
        self.line(x + dx, top + baseline(how), text, how);
    }

    fn stroke(&mut self, width: f32, grey: u8) {
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: rgb::Color::new(grey, grey, grey).into(),
            width,
            ..Stroke::default()
        }));
    }

    pub fn rule(&mut self, from: (f32, f32), to: (f32, f32), width: f32, grey: u8) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        if let Some(path) = path.finish() {
            self.stroke(width, grey);
            self.surface.draw_path(&path);
        }
    }

    fn rect(area: Area) -> Option<krilla::geom::Path> {
        let mut path = PathBuilder::new();
        path.push_rect(Rect::from_xywh(area.x, area.y, area.width, area.height)?);
        path.finish()
    }

    pub fn frame(&mut self, area: Area, width: f32, grey: u8) {
        if let Some(path) = Self::rect(area) {
            self.stroke(width, grey);
            self.surface.draw_path(&path);
        }
    }

    pub fn fill(&mut self, area: Area, grey: u8) {
        if let Some(path) = Self::rect(area) {
            self.ink(grey);
            self.surface.draw_path(&path);
        }
    }

    /// The picture as large as fits into the middle of `area`; returns the place it took.
    pub fn picture(&mut self, area: Area, picture: &Placed) -> Area {
        let place = area.fit(picture.aspect);
        if let Some(size) = Size::from_wh(place.width, place.height) {
            self.surface.push_transform(&Transform::from_translate(place.x, place.y));
            self.surface.draw_image(picture.image.clone(), size);
            self.surface.pop();
        }
        place
    }
}

/// Base line below the top of a line's body.
pub(crate) fn baseline(how: Type) -> f32 {
    (how.leading - how.size) / 2.0 + how.size * ASCENT
}

/// A picture made ready for a document; drawn twice, it is stored once.
#[derive(Clone)]
pub(crate) struct Placed {
    image: Image,
    aspect: f32,
}

impl Placed {
    fn new(picture: &Picture, stubs: &mut Stubs) -> Result<Self, Fault> {
        let data = stubs.stand_in(picture).into();
        let image = match picture.kind() {
            Kind::Jpeg => Image::from_jpeg(data, false),
            Kind::Png => Image::from_png(data, false),
        };
        let image = image.map_err(|_| Fault::ask("picture-damaged"))?;
        Ok(Self { image, aspect: picture.aspect() })
    }
}

/// What the file says about itself.
pub(crate) struct About<'a> {
    pub title: &'a str,
    pub subject: &'a str,
    pub author: &'a str,
    /// ISO day on which the paper was made; the file carries no other time.
    pub made_on: &'a str,
}

pub(crate) struct Paper {
    document: Document,
    stubs: Stubs,
}

impl Paper {
    pub fn new(about: &About<'_>) -> Self {
        // PDF/A asks for a day; without one the file is an ordinary PDF, which is better than a made-up date.
        let day = Day::parse(about.made_on).filter(|day| day.year >= 1);
        let configuration = if day.is_some() { archival() } else { configure::Configuration::default() };
        let mut document =
            Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        let mut metadata = Metadata::new()
            .title(tidy(about.title))
            .description(tidy(about.subject))
            .authors(vec![tidy(about.author)])
            .language("ja".to_owned())
            .creator("Ekitei".to_owned());
        if let Some(day) = day {
            let date = DateTime::new(u16::try_from(day.year).unwrap_or(1))
                .month(u8::try_from(day.month).unwrap_or(1))
                .day(u8::try_from(day.day).unwrap_or(1));
            metadata = metadata.creation_date(date);
        }
        document.set_metadata(metadata);
        Self { document, stubs: Stubs::default() }
    }

    /// Errors: `picture-damaged`.
    pub fn place(&mut self, picture: &Picture) -> Result<Placed, Fault> {
        Placed::new(picture, &mut self.stubs)
    }

    /// A new A4 page, upright; `draw` gets the pen.
    pub fn page<T>(&mut self, draw: impl FnOnce(&mut Pen<'_>) -> T) -> T {
        let settings = PageSettings::from_wh(A4_WIDTH, A4_HEIGHT).expect("A4 has a positive size");
        let mut page = self.document.start_page_with(settings);
        let mut pen = Pen { surface: page.surface() };
        let drawn = draw(&mut pen);
        drop(pen);
        page.finish();
        drawn
    }

    /// Errors: `picture-damaged` (a picture could not be read), `report-pdf` (anything else, with a detail).
    pub fn finish(self) -> Result<Vec<u8>, Fault> {
        let pdf = self.document.finish().map_err(|error| match error {
            krilla::error::KrillaError::Image(..) => Fault::ask("picture-damaged"),
            other => {
                let mut detail = format!("{other:?}");
                detail.truncate(detail.char_indices().nth(200).map_or(detail.len(), |(at, _)| at));
                Fault::ask("report-pdf").with("detail", detail)
            }
        })?;
        self.stubs.fill_pdf(pdf)
    }
}

/// PDF/A-2b: colours and fonts are inside the file, so that archives can still show it.
fn archival() -> configure::Configuration {
    ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish().unwrap_or_default()
}
