//! The workbook around the worksheets: their names and parts, shared strings, styles, names.

use std::ops::Range as Span;

use ekitei_model::fault::Fault;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::address::Range;
use super::package::{Package, limits};
use super::rels;
use super::xml::{attribute, body, damaged, flag, local, number, reference};

pub(crate) struct SheetPart {
    pub name: String,
    /// Full name of the part.
    pub part: String,
    pub hidden: bool,
    /// First range of the print area, when one is set.
    pub print_area: Option<Range>,
}

/// A shared string: its plain text and where its XML stands in the part (rich text keeps its runs).
pub(crate) struct Shared {
    pub text: String,
    pub inner: Span<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Horizontal {
    #[default]
    General,
    Left,
    Centre,
    Right,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Style {
    pub horizontal: Horizontal,
    pub wraps: bool,
    pub date: bool,
    pub numeric: bool,
    pub text_format: bool,
    pub indent: u32,
    /// Left, right, top, bottom.
    pub borders: [bool; 4],
    pub font_pt: f64,
}

impl Style {
    pub fn bordered(&self) -> bool {
        self.borders.iter().any(|side| *side)
    }
}

pub(crate) struct Book {
    pub part: String,
    pub sheets: Vec<SheetPart>,
    pub shared: Vec<Shared>,
    pub shared_part: Option<String>,
    pub styles: Vec<Style>,
    pub styles_part: Option<String>,
    /// Width in pixels of the widest digit of the default font: the unit of column widths.
    pub digit_px: f64,
    /// Height in points of an empty row without its own height.
    pub row_pt: f64,
    pub date_1904: bool,
}

impl Book {
    /// Errors: those of [`Package::open`], `sheet-strict`, `sheet-none`, `sheet-many`.
    pub fn read(package: &Package<'_>) -> Result<Self, Fault> {
        let root = rels::read("_rels/.rels", package.need("_rels/.rels")?)?;
        let part = root
            .iter()
            .find(|relation| relation.kind == "officeDocument")
            .map(|relation| relation.target.clone())
            .ok_or_else(damaged)?;
        let text = package.need(&part)?;
        if text.contains("http://purl.oclc.org/ooxml/") {
            return Err(Fault::ask("sheet-strict"));
        }
        let rels_part = rels::path_of(&part);
        let relations = rels::read(&rels_part, package.need(&rels_part)?)?;
        let target = |kind: &str| relations.iter().find(|one| one.kind == kind).map(|one| one.target.clone());
        let mut this = Self {
            sheets: Vec::new(),
            shared: Vec::new(),
            shared_part: target("sharedStrings"),
            styles: vec![Style { font_pt: 11.0, ..Style::default() }],
            styles_part: None,
            digit_px: 7.0,
            row_pt: 15.0,
            date_1904: false,
            part,
        };
        this.read_workbook(text, &relations)?;
        if let Some(part) = &this.shared_part {
            this.shared = read_shared(package.need(part)?)?;
        }
        if let Some(part) = target("styles") {
            let (styles, font, size) = super::styles::read(package.need(&part)?)?;
            if !styles.is_empty() {
                this.styles = styles;
                this.styles_part = Some(part);
            }
            (this.digit_px, this.row_pt) = super::styles::measures(&font, size);
        }
        Ok(this)
    }

    fn read_workbook(&mut self, text: &str, relations: &[rels::Relation]) -> Result<(), Fault> {
        let mut reader = Reader::from_str(body(text));
        let mut areas: Vec<(usize, String)> = Vec::new();
        let mut area_of: Option<usize> = None;
        loop {
            match reader.read_event().map_err(|_| damaged())? {
                Event::Start(element) | Event::Empty(element) => match local(&element) {
                    "sheet" => {
                        let id = attribute(&element, "id")?.unwrap_or_default();
                        let relation = relations.iter().find(|one| one.id == id).ok_or_else(damaged)?;
                        if matches!(relation.kind.as_str(), "chartsheet" | "dialogsheet") {
                            continue;
                        }
                        self.sheets.push(SheetPart {
                            name: attribute(&element, "name")?.unwrap_or_default(),
                            part: relation.target.clone(),
                            hidden: attribute(&element, "state")?.is_some_and(|state| state != "visible"),
                            print_area: None,
                        });
                        if self.sheets.len() > limits::SHEETS {
                            return Err(Fault::ask("sheet-many").with("limit", limits::SHEETS));
                        }
                    }
                    "workbookPr" => self.date_1904 = flag(&element, "date1904")?,
                    "definedName" => {
                        let name = attribute(&element, "name")?.unwrap_or_default();
                        area_of = (name == "_xlnm.Print_Area")
                            .then_some(number(&element, "localSheetId")?)
                            .flatten();
                    }
                    _ => {}
                },
                Event::Text(value) => {
                    if let Some(sheet) = area_of {
                        areas.push((sheet, value.as_ref().to_owned()));
                    }
                }
                Event::End(_) => area_of = None,
                Event::Eof => break,
                _ => {}
            }
        }
        for (sheet, area) in areas {
            let first = area.rsplit('!').next().unwrap_or_default().replace('$', "");
            if let (Some(sheet), Ok(range)) = (self.sheets.get_mut(sheet), first.parse()) {
                sheet.print_area = Some(range);
            }
        }
        if self.sheets.is_empty() { Err(Fault::ask("sheet-none")) } else { Ok(()) }
    }

    pub fn style(&self, index: u32) -> &Style {
        self.styles.get(index as usize).unwrap_or(&self.styles[0])
    }

    /// Pixels of a column whose width is given in characters.
    pub fn column_px(&self, width: f64) -> f64 {
        let digit = self.digit_px;
        ((256.0 * width + (128.0 / digit).trunc()) / 256.0 * digit).trunc().clamp(0.0, 2_000.0)
    }
}

fn read_shared(text: &str) -> Result<Vec<Shared>, Fault> {
    let offset = text.len() - body(text).len();
    let mut reader = Reader::from_str(body(text));
    let mut found = Vec::new();
    let mut start = None;
    let mut plain = String::new();
    let (mut in_text, mut phonetic) = (false, false);
    loop {
        let before = usize::try_from(reader.buffer_position()).map_err(|_| damaged())? + offset;
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(element) => match local(&element) {
                "si" => {
                    start = Some(usize::try_from(reader.buffer_position()).map_err(|_| damaged())? + offset);
                    plain.clear();
                }
                "t" => in_text = !phonetic,
                "rPh" => phonetic = true,
                _ => {}
            },
            Event::Empty(element) if local(&element) == "si" => {
                found.push(Shared { text: String::new(), inner: before..before })
            }
            Event::End(element) => match element.local_name().as_ref() {
                "si" => {
                    let start = start.take().ok_or_else(damaged)?;
                    found.push(Shared { text: std::mem::take(&mut plain), inner: start..before });
                    if found.len() > limits::STRINGS {
                        return Err(Fault::ask("sheet-bomb"));
                    }
                }
                "t" => in_text = false,
                "rPh" => phonetic = false,
                _ => {}
            },
            Event::Text(value) if in_text => plain.push_str(value.as_ref()),
            Event::CData(value) if in_text => plain.push_str(value.as_ref()),
            Event::GeneralRef(entity) if in_text => plain.push(reference(&entity)?),
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}
