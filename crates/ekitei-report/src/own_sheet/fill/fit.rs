//! Smaller letters for a text that is longer than its cell: new fonts and cell formats at the end of the styles, so that
//! every format the sheet had keeps its number.

use std::collections::BTreeMap;
use std::ops::Range as Span;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::cells::splice;
use crate::own_sheet::xml::{body, local};

/// Smaller is not readable on paper.
pub(super) const LEAST_PT: f64 = 7.0;
/// Sizes are tried in steps of half a point, as spreadsheets offer them.
pub(super) const STEP_PT: f64 = 0.5;

/// A cell format in another size of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    format: u32,
    half_points: u32,
}

/// The formats that the filled sheets need beyond those of the file.
pub(super) struct Fitted<'a> {
    /// The styles part.
    text: &'a str,
    tables: Tables,
    wanted: BTreeMap<Wanted, u32>,
}

impl<'a> Fitted<'a> {
    /// `None`: the part is not built as expected, or has other than `known` cell formats.
    pub fn new(text: &'a str, known: usize) -> Option<Self> {
        let tables = Tables::read(text)?;
        (tables.formats.len() == known).then_some(Self { text, tables, wanted: BTreeMap::new() })
    }

    /// The number of the format that is `format` in letters of `pt`. `None`: it names no font with a size.
    pub fn of(&mut self, format: u32, pt: f64) -> Option<u32> {
        let half_points = (pt / STEP_PT).round() as u32;
        let wanted = Wanted { format, half_points };
        self.made(wanted, 0)?;
        let next = u32::try_from(self.tables.formats.len() + self.wanted.len()).ok()?;
        Some(*self.wanted.entry(wanted).or_insert(next))
    }

    /// Number of the font that a wanted format is made from, and the XML of the new font and the new format.
    fn made(&self, wanted: Wanted, font_number: usize) -> Option<(usize, String, String)> {
        let format = &self.text[self.tables.formats.get(wanted.format as usize)?.clone()];
        let font: usize = attribute(format, "fontId").map_or(Some(0), |id| id.parse().ok())?;
        let new_font = sized(&self.text[self.tables.fonts.get(font)?.clone()], wanted.half_points)?;
        let format = with_attribute(format, "fontId", &font_number.to_string());
        Some((font, new_font, with_attribute(&format, "applyFont", "1")))
    }

    /// The styles part with the new formats. `None`: it stays as it is.
    pub fn write(&self) -> Option<String> {
        let mut by_number: Vec<(Wanted, u32)> = self.wanted.iter().map(|(w, n)| (*w, *n)).collect();
        by_number.sort_by_key(|(_, number)| *number);
        let (mut fonts, mut formats) = (String::new(), String::new());
        let mut numbers: BTreeMap<(usize, u32), usize> = BTreeMap::new();
        for (wanted, _) in by_number {
            let next = self.tables.fonts.len() + numbers.len();
            let (font, xml, _) = self.made(wanted, 0)?;
            let number = *numbers.entry((font, wanted.half_points)).or_insert_with(|| {
                fonts.push_str(&xml);
                next
            });
            formats.push_str(&self.made(wanted, number)?.2);
        }
        if formats.is_empty() {
            return None;
        }
        let tables = &self.tables;
        let counted = |head: &Span<usize>, count: usize| {
            (head.clone(), with_attribute(&self.text[head.clone()], "count", &count.to_string()))
        };
        let splices = vec![
            counted(&tables.fonts_head, tables.fonts.len() + numbers.len()),
            (tables.fonts_close..tables.fonts_close, fonts),
            counted(&tables.formats_head, tables.formats.len() + self.wanted.len()),
            (tables.formats_close..tables.formats_close, formats),
        ];
        Some(splice(self.text, splices))
    }
}

/// Where fonts and cell formats stand in the styles part.
#[derive(Default)]
struct Tables {
    fonts: Vec<Span<usize>>,
    formats: Vec<Span<usize>>,
    fonts_head: Span<usize>,
    formats_head: Span<usize>,
    fonts_close: usize,
    formats_close: usize,
}

impl Tables {
    fn read(text: &str) -> Option<Self> {
        let offset = text.len() - body(text).len();
        let mut reader = Reader::from_str(body(text));
        let mut this = Self::default();
        let (mut section, mut depth, mut begun) = (String::new(), 0_usize, 0_usize);
        loop {
            let before = usize::try_from(reader.buffer_position()).ok()? + offset;
            let event = reader.read_event().ok()?;
            let after = usize::try_from(reader.buffer_position()).ok()? + offset;
            match event {
                Event::Start(element) => {
                    if depth == 1 {
                        local(&element).clone_into(&mut section);
                        this.head(&section, before..after);
                    } else if depth == 2 {
                        begun = before;
                    }
                    depth += 1;
                }
                Event::Empty(_) if depth == 2 => this.entry(&section, before..after),
                Event::End(_) => {
                    depth = depth.checked_sub(1)?;
                    match depth {
                        1 => this.close(&section, before),
                        2 => this.entry(&section, begun..after),
                        _ => {}
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        (this.fonts_close > 0 && this.formats_close > 0).then_some(this)
    }

    fn head(&mut self, section: &str, at: Span<usize>) {
        match section {
            "fonts" => self.fonts_head = at,
            "cellXfs" => self.formats_head = at,
            _ => {}
        }
    }

    fn entry(&mut self, section: &str, at: Span<usize>) {
        match section {
            "fonts" => self.fonts.push(at),
            "cellXfs" => self.formats.push(at),
            _ => {}
        }
    }

    fn close(&mut self, section: &str, at: usize) {
        match section {
            "fonts" => self.fonts_close = at,
            "cellXfs" => self.formats_close = at,
            _ => {}
        }
    }
}

/// The font's XML in another size. `None`: it names none.
fn sized(font: &str, half_points: u32) -> Option<String> {
    let name = font.match_indices("sz").map(|(at, _)| at).find(|at| {
        font[..*at].ends_with(['<', ':']) && font[at + 2..].starts_with([' ', '\t', '\r', '\n', '/'])
    })?;
    let begin = font[..name].rfind('<')?;
    let end = name + font[name..].find('>')? + 1;
    let size = f64::from(half_points) * STEP_PT;
    let element = with_attribute(&font[begin..end], "val", &size.to_string());
    Some(format!("{}{element}{}", &font[..begin], &font[end..]))
}

/// Start and end of an attribute's value in the first tag of `xml`.
fn value_of(xml: &str, name: &str) -> Option<Span<usize>> {
    let tag = &xml[..xml.find('>')?];
    let mut from = 0;
    while let Some(at) = tag[from..].find(name).map(|at| at + from) {
        let after = at + name.len();
        from = after;
        let Some(rest) = tag[after..].trim_start().strip_prefix('=') else { continue };
        let rest = rest.trim_start();
        if !tag[..at].ends_with(char::is_whitespace) || !rest.starts_with(['"', '\'']) {
            continue;
        }
        let begin = tag.len() - rest.len() + 1;
        let end = begin + tag[begin..].find(&rest[..1])?;
        return Some(begin..end);
    }
    None
}

fn attribute<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    value_of(xml, name).map(|at| &xml[at])
}

/// The XML whose first tag has the attribute with this value. Neither needs escaping.
fn with_attribute(xml: &str, name: &str, value: &str) -> String {
    if let Some(at) = value_of(xml, name) {
        return format!("{}{value}{}", &xml[..at.start], &xml[at.end..]);
    }
    let end = xml.find(['>', '/']).unwrap_or(xml.len());
    format!("{} {name}=\"{value}\"{}", xml[..end].trim_end(), &xml[end..])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const STYLES: &str = "<?xml version=\"1.0\"?>\n<styleSheet xmlns=\"x\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"ＭＳ 明朝\"/></font>\
        <font><b/><sz val=\"9\"/></font></fonts><cellStyleXfs count=\"1\"><xf fontId=\"0\"/></cellStyleXfs>\
        <cellXfs count=\"2\"><xf numFmtId=\"0\" fontId=\"0\"/><xf fontId=\"1\" applyFont=\"0\"><alignment wrapText=\"1\"/></xf></cellXfs></styleSheet>";

    #[test]
    fn new_formats_stand_behind_the_old_ones() {
        let mut fitted = Fitted::new(STYLES, 2).unwrap();
        assert_eq!(fitted.write(), None, "nothing is wanted");
        assert_eq!((fitted.of(1, 7.5), fitted.of(0, 8.0), fitted.of(1, 7.5)), (Some(2), Some(3), Some(2)));
        assert_eq!(fitted.of(2, 8.0), None, "there is no such format");
        let out = fitted.write().unwrap();
        assert!(out.contains("<fonts count=\"4\">"), "{out}");
        assert!(
            out.contains(
                "<font><b/><sz val=\"7.5\"/></font><font><sz val=\"8\"/><name val=\"ＭＳ 明朝\"/></font></fonts>"
            ),
            "{out}"
        );
        assert!(out.contains("<cellXfs count=\"4\">"), "{out}");
        assert!(
            out.contains(
                "<xf fontId=\"2\" applyFont=\"1\"><alignment wrapText=\"1\"/></xf>\
                 <xf numFmtId=\"0\" fontId=\"3\" applyFont=\"1\"/></cellXfs>"
            ),
            "{out}"
        );
        assert!(
            out.contains("<cellStyleXfs count=\"1\"><xf fontId=\"0\"/></cellStyleXfs>"),
            "the others stay"
        );
    }

    #[test]
    fn styles_built_otherwise_are_left_alone() {
        for text in ["<styleSheet/>", "<styleSheet><fonts/><cellXfs/></styleSheet>", "<a><b", STYLES] {
            assert!(Fitted::new(text, 1).is_none(), "{text}");
        }
    }
}
