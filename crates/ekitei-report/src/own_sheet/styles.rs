//! What of the styles matters here: borders, alignment, whether a number format is a date, the default font's measures.

use std::collections::BTreeMap;

use ekitei_model::fault::Fault;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::book::{Horizontal, Style};
use super::xml::{attribute, body, damaged, flag, local, number};

#[derive(Default)]
struct Tables {
    formats: BTreeMap<u32, String>,
    fonts: Vec<(String, f64)>,
    borders: Vec<[bool; 4]>,
    styles: Vec<Style>,
}

/// The cell formats in order, and name and size of the default font.
pub(crate) fn read(text: &str) -> Result<(Vec<Style>, String, f64), Fault> {
    let mut reader = Reader::from_str(body(text));
    let mut tables = Tables::default();
    let mut section = String::new();
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(element) => {
                if depth == 1 {
                    section = local(&element).to_owned();
                }
                tables.take(&section, depth, &element)?;
                depth += 1;
            }
            Event::Empty(element) => tables.take(&section, depth, &element)?,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof => break,
            _ => {}
        }
    }
    let (font, size) = tables.fonts.first().cloned().unwrap_or(("Calibri".to_owned(), 11.0));
    Ok((tables.styles, font, size))
}

impl Tables {
    fn take(&mut self, section: &str, depth: usize, element: &BytesStart<'_>) -> Result<(), Fault> {
        match (section, depth, local(element)) {
            ("numFmts", 2, "numFmt") => {
                let id = number(element, "numFmtId")?.unwrap_or(0);
                self.formats.insert(id, attribute(element, "formatCode")?.unwrap_or_default());
            }
            ("fonts", 2, "font") => self.fonts.push((String::new(), 11.0)),
            ("fonts", 3, "sz") => {
                if let (Some(font), Some(size)) = (self.fonts.last_mut(), number(element, "val")?) {
                    font.1 = size;
                }
            }
            ("fonts", 3, "name") => {
                if let Some(font) = self.fonts.last_mut() {
                    font.0 = attribute(element, "val")?.unwrap_or_default();
                }
            }
            ("borders", 2, "border") => self.borders.push([false; 4]),
            ("borders", 3, side) => {
                let drawn = attribute(element, "style")?.is_some_and(|style| style != "none");
                let index = ["left", "right", "top", "bottom"].iter().position(|name| *name == side);
                if let (Some(border), Some(index)) = (self.borders.last_mut(), index) {
                    border[index] = drawn;
                }
            }
            ("cellXfs", 2, "xf") => self.add_style(element)?,
            ("cellXfs", 3, "alignment") => {
                if let Some(style) = self.styles.last_mut() {
                    style.wraps = flag(element, "wrapText")?;
                    style.indent = number(element, "indent")?.unwrap_or(0);
                    style.horizontal = match attribute(element, "horizontal")?.as_deref() {
                        Some("left" | "fill" | "justify" | "distributed") => Horizontal::Left,
                        Some("center" | "centerContinuous") => Horizontal::Centre,
                        Some("right") => Horizontal::Right,
                        _ => Horizontal::General,
                    };
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add_style(&mut self, element: &BytesStart<'_>) -> Result<(), Fault> {
        let format: u32 = number(element, "numFmtId")?.unwrap_or(0);
        let code = self.formats.get(&format).map_or("", String::as_str);
        let font: usize = number(element, "fontId")?.unwrap_or(0);
        let border: usize = number(element, "borderId")?.unwrap_or(0);
        let date = matches!(format, 14..=17 | 22 | 27..=31 | 34..=36 | 50..=54 | 57..=58) || is_date(code);
        self.styles.push(Style {
            date,
            text_format: format == 49 || code == "@",
            numeric: !date
                && (matches!(format, 1..=11 | 37..=40 | 48)
                    || (code.contains(['0', '#']) && !code.is_empty())),
            borders: self.borders.get(border).copied().unwrap_or_default(),
            font_pt: self.fonts.get(font).map_or(11.0, |(_, size)| *size),
            ..Style::default()
        });
        Ok(())
    }
}

/// A format code with day, month, year or era outside quotes and brackets.
fn is_date(code: &str) -> bool {
    let mut chars = code.chars();
    let mut plain = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => while chars.next().is_some_and(|c| c != '"') {},
            '[' => while chars.next().is_some_and(|c| c != ']') {},
            '\\' | '_' | '*' => {
                chars.next();
            }
            c => plain.push(c.to_ascii_lowercase()),
        }
    }
    let first = plain.split(';').next().unwrap_or_default();
    let general = first.replace("general", "");
    general.contains(['d', 'y', 'e']) && !general.contains("0e")
        || general.contains("ggg")
        || general.contains("mm") && general.contains('d')
}

/// Digit width in pixels (at 96 dpi) and default row height in points of a default font.
pub(crate) fn measures(font: &str, size: f64) -> (f64, f64) {
    let size = if (4.0..=72.0).contains(&size) { size } else { 11.0 };
    let japanese = !font.is_ascii()
        || ["Gothic", "Mincho", "Meiryo", "Yu ", "BIZ"].iter().any(|part| font.contains(part));
    let px = size * 96.0 / 72.0;
    // A digit of a Japanese font is half an em; of the Latin default fonts a little less than that.
    let digit = if japanese { (px * 0.5).ceil() } else { (px * 0.507).floor() };
    let row = if font.contains("游")
        || font.contains("Yu ")
        || font.contains("メイリオ")
        || font.contains("Meiryo")
    {
        (size * 1.705 * 4.0).round() / 4.0
    } else if japanese {
        (size * 1.227 * 4.0).round() / 4.0
    } else {
        (size * 1.364 * 4.0).round() / 4.0
    };
    (digit.max(3.0), row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_formats_are_told_from_numbers() {
        for code in [
            "yyyy/m/d",
            "[$-411]ggge\"年\"m\"月\"d\"日\"",
            "ge.m.d",
            "[$-ja-JP]ggge\"年\"m\"月\"d\"日\";@",
            "m\"月\"d\"日\"",
            "yyyy\\-mm\\-dd",
        ] {
            assert!(is_date(code), "{code}");
        }
        for code in ["0.0", "#,##0", "0.00E+00", "General", "General\"日\"", "\"Date\"0", "@", "", "0\"年\""]
        {
            assert!(!is_date(code), "{code}");
        }
    }

    #[test]
    fn known_fonts_have_known_digit_widths() {
        assert_eq!(measures("Calibri", 11.0).0, 7.0);
        assert_eq!(measures("ＭＳ Ｐゴシック", 11.0), (8.0, 13.5));
        assert_eq!(measures("游ゴシック", 11.0).0, 8.0);
        assert_eq!(measures("游ゴシック", 11.0).1, 18.75);
    }
}
