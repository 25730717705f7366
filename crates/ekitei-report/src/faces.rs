//! The two fonts of all papers and boards: BIZ UDPGothic, embedded in the program (assets/fonts).

use std::sync::OnceLock;

use krilla::text::Font;
use ttf_parser::{Face as Outlines, GlyphId};

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/BIZUDPGothic-Report-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/BIZUDPGothic-Report-Bold.ttf");

/// Shown in place of a character that the font lacks, so that nothing is dropped unseen.
pub(crate) const GETA: char = '〓';

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weight {
    Regular,
    Bold,
}

pub(crate) struct Face {
    pub outlines: Outlines<'static>,
    pub font: Font,
    units_per_em: f32,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Self {
        let outlines = Outlines::parse(bytes, 0).expect("the embedded font is checked by a test");
        let font = Font::new(bytes.into(), 0).expect("the embedded font is checked by a test");
        let units_per_em = f32::from(outlines.units_per_em());
        Self { outlines, font, units_per_em }
    }

    /// The glyph of `c`, or of 〓.
    pub fn glyph(&self, c: char) -> GlyphId {
        let known = |c| self.outlines.glyph_index(c).filter(|glyph| glyph.0 != 0);
        known(c).or_else(|| known(GETA)).unwrap_or(GlyphId(0))
    }

    /// Advance in em.
    pub fn advance(&self, glyph: GlyphId) -> f32 {
        f32::from(self.outlines.glyph_hor_advance(glyph).unwrap_or(0)) / self.units_per_em
    }

    /// Advance of `c` in em.
    pub fn width(&self, c: char) -> f32 {
        self.advance(self.glyph(c))
    }

    /// Width of a text in em.
    pub fn text_width(&self, text: &str) -> f32 {
        text.chars().map(|c| self.width(c)).sum()
    }
}

/// Ascent of both fonts in em; the descent is `1 - ASCENT`.
pub(crate) const ASCENT: f32 = 0.88;

pub(crate) fn face(weight: Weight) -> &'static Face {
    static FACES: OnceLock<(Face, Face)> = OnceLock::new();
    let (regular, bold) = FACES.get_or_init(|| (Face::new(REGULAR), Face::new(BOLD)));
    match weight {
        Weight::Regular => regular,
        Weight::Bold => bold,
    }
}

/// Whether papers can show `c` itself; otherwise 〓 stands in its place.
pub fn covers(c: char) -> bool {
    face(Weight::Regular).outlines.glyph_index(c).is_some_and(|glyph| glyph.0 != 0)
}
