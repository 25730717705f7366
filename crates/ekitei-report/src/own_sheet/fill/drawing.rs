//! Pictures and ovals on a worksheet: anchors in its drawing part, the media beside it.

use std::fmt::Write as _;

use ekitei_model::fault::Fault;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::parts::Patch;
use crate::own_sheet::address::{Cell, Range};
use crate::own_sheet::book::Book;
use crate::own_sheet::grid::Grid;
use crate::own_sheet::rels;
use crate::own_sheet::xml::{attribute, body, damaged, escape, local, number};
use crate::picture::Picture;

/// English metric units in a pixel at 96 dpi.
const EMU_PER_PX: f64 = 9_525.0;
const GAP_PX: f64 = 4.0;

pub(super) struct Frame {
    pub area: Range,
    pub pictures: Vec<(Picture, String)>,
}

/// An ellipse without filling; the place counts from the upper left of `area`.
pub(super) struct Oval {
    pub area: Range,
    pub x_px: f64,
    pub y_px: f64,
    pub width_px: f64,
    pub height_px: f64,
}

const XDR: &str = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing";
const MAIN: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const DRAWING_TYPE: &str = "application/vnd.openxmlformats-officedocument.drawing+xml";

/// Adds the anchors to the sheet's drawing (or gives it one) and returns the worksheet's text.
pub(super) fn add(
    patch: &mut Patch<'_>,
    book: &Book,
    grid: &Grid,
    part: &str,
    sheet: String,
    frames: &[Frame],
    ovals: &[Oval],
) -> Result<String, Fault> {
    let existing = match &grid.drawing {
        Some(id) => {
            let rels_part = rels::path_of(part);
            let text = patch.text(&rels_part).ok_or_else(damaged)?;
            let relation =
                rels::read(&rels_part, &text)?.into_iter().find(|one| one.id == *id).ok_or_else(damaged)?;
            Some(relation.target)
        }
        None => None,
    };
    let drawing = existing.clone().unwrap_or_else(|| patch.free_name("xl/drawings/drawing", "xml"));
    let old = match &existing {
        Some(name) => Some(patch.text(name).ok_or_else(damaged)?),
        None => None,
    };
    let mut next_id = old.as_deref().map_or(Ok(1), largest_id)? + 1;
    let mut anchors = String::new();
    for frame in frames {
        for (place, (picture, alternative)) in places(book, grid, frame).into_iter().zip(&frame.pictures) {
            let media = patch.free_name("xl/media/image", picture.kind().extension());
            patch.media(&media, picture);
            let relation = patch.relate(&drawing, "image", &format!("../media/{}", file_name(&media)))?;
            picture_anchor(&mut anchors, book, grid, frame.area, &place, next_id, &relation, alternative);
            next_id += 1;
        }
    }
    for oval in ovals {
        oval_anchor(&mut anchors, book, grid, oval, next_id);
        next_id += 1;
    }
    let Some(old) = old else {
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<xdr:wsDr xmlns:xdr=\"{XDR}\" xmlns:a=\"{MAIN}\">{anchors}</xdr:wsDr>"
        );
        patch.replace(&drawing, xml);
        patch.override_type(&drawing, DRAWING_TYPE)?;
        let relation = patch.relate(part, "drawing", &format!("../drawings/{}", file_name(&drawing)))?;
        return with_drawing(book, &relation, &sheet);
    };
    patch.replace(&drawing, before_end(&old, &anchors)?);
    Ok(sheet)
}

fn file_name(part: &str) -> &str {
    part.rsplit('/').next().unwrap_or(part)
}

/// `<drawing>` at its place in the worksheet, which has been edited since the grid was read.
fn with_drawing(book: &Book, relation: &str, sheet: &str) -> Result<String, Fault> {
    let grid = Grid::read(sheet, book)?;
    let p = &grid.prefix;
    let xml = format!("<{p}drawing xmlns:r=\"{RELATIONS}\" r:id=\"{relation}\"/>");
    Ok(super::cells::splice(sheet, vec![(grid.drawing_at..grid.drawing_at, xml)]))
}

/// Inserts before the end tag of the root element.
fn before_end(text: &str, xml: &str) -> Result<String, Fault> {
    if let Some(at) = text.rfind("</") {
        return Ok(super::cells::splice(text, vec![(at..at, xml.to_owned())]));
    }
    // `<xdr:wsDr …/>`: a drawing that was emptied.
    let at = text.rfind("/>").ok_or_else(damaged)?;
    let open = text.rfind('<').ok_or_else(damaged)?;
    let name: String = text[open + 1..].chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
    Ok(format!("{}>{xml}</{name}>", &text[..at]))
}

fn largest_id(text: &str) -> Result<u32, Fault> {
    let mut reader = Reader::from_str(body(text));
    let mut largest = 1;
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(element) | Event::Empty(element) if local(&element) == "cNvPr" => {
                let id: u32 = number(&element, "id")?.unwrap_or(0);
                largest = largest.max(id.min(1_000_000));
                attribute(&element, "name")?;
            }
            Event::Eof => return Ok(largest),
            _ => {}
        }
    }
}

/// A place inside a frame, in pixels.
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Columns and rows of equal fields so that the pictures become as large as possible.
fn places(book: &Book, grid: &Grid, frame: &Frame) -> Vec<Place> {
    let (wide, high) = grid.size_px(frame.area, book);
    let count = frame.pictures.len();
    let covered = |columns: usize| -> f64 {
        let (w, h) = field(wide, high, columns, count);
        frame.pictures.iter().map(|(picture, _)| fitted(w, h, picture)).map(|(w, h)| w * h).sum()
    };
    let columns = (1..=count.max(1)).max_by(|a, b| covered(*a).total_cmp(&covered(*b))).unwrap_or(1);
    let (w, h) = field(wide, high, columns, count);
    frame
        .pictures
        .iter()
        .enumerate()
        .map(|(index, (picture, _))| {
            let (width, height) = fitted(w, h, picture);
            let x = GAP_PX + (w + GAP_PX) * (index % columns) as f64 + (w - width) / 2.0;
            let y = GAP_PX + (h + GAP_PX) * (index / columns) as f64 + (h - height) / 2.0;
            Place { x, y, width, height }
        })
        .collect()
}

fn field(wide: f64, high: f64, columns: usize, count: usize) -> (f64, f64) {
    let rows = count.div_ceil(columns).max(1);
    let one = |all: f64, parts: usize| ((all - GAP_PX * (parts as f64 + 1.0)) / parts as f64).max(1.0);
    (one(wide, columns), one(high, rows))
}

fn fitted(wide: f64, high: f64, picture: &Picture) -> (f64, f64) {
    let aspect = f64::from(picture.aspect());
    let width = wide.min(high * aspect);
    (width, width / aspect)
}

/// The cell under a point of a range and the rest of the way inside it, as anchors want it.
fn from(book: &Book, grid: &Grid, area: Range, x: f64, y: f64) -> String {
    let (mut column, mut left) = (area.from.column, x);
    while column < area.to.column && left >= grid.column_px(column, book) {
        left -= grid.column_px(column, book);
        column += 1;
    }
    let (mut row, mut top) = (area.from.row, y);
    while row < area.to.row && top >= grid.row_px(row, book) {
        top -= grid.row_px(row, book);
        row += 1;
    }
    let cell = Cell::new(row, column);
    format!(
        "<xdr:from><xdr:col>{}</xdr:col><xdr:colOff>{}</xdr:colOff><xdr:row>{}</xdr:row><xdr:rowOff>{}</xdr:rowOff></xdr:from>",
        cell.column,
        emu(left),
        cell.row,
        emu(top)
    )
}

fn emu(px: f64) -> i64 {
    (px * EMU_PER_PX).round() as i64
}

#[expect(clippy::too_many_arguments, reason = "one call, each of them is a part of the anchor")]
fn picture_anchor(
    out: &mut String,
    book: &Book,
    grid: &Grid,
    area: Range,
    place: &Place,
    id: u32,
    relation: &str,
    alternative: &str,
) {
    let from = from(book, grid, area, place.x, place.y);
    let (cx, cy) = (emu(place.width), emu(place.height));
    let alternative = escape(&crate::breaking::tidy(alternative).replace('\n', " "));
    let written = write!(
        out,
        "<xdr:oneCellAnchor xmlns:xdr=\"{XDR}\">{from}<xdr:ext cx=\"{cx}\" cy=\"{cy}\"/><xdr:pic><xdr:nvPicPr>\
         <xdr:cNvPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alternative}\"/><xdr:cNvPicPr>\
         <a:picLocks xmlns:a=\"{MAIN}\" noChangeAspect=\"1\"/></xdr:cNvPicPr></xdr:nvPicPr><xdr:blipFill>\
         <a:blip xmlns:a=\"{MAIN}\" xmlns:r=\"{RELATIONS}\" r:embed=\"{relation}\"/><a:stretch xmlns:a=\"{MAIN}\"><a:fillRect/></a:stretch>\
         </xdr:blipFill><xdr:spPr><a:xfrm xmlns:a=\"{MAIN}\"><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm>\
         <a:prstGeom xmlns:a=\"{MAIN}\" prst=\"rect\"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor>"
    );
    written.expect("writing to a string cannot fail");
}

fn oval_anchor(out: &mut String, book: &Book, grid: &Grid, oval: &Oval, id: u32) {
    let from = from(book, grid, oval.area, oval.x_px, oval.y_px);
    let (cx, cy) = (emu(oval.width_px), emu(oval.height_px));
    let written = write!(
        out,
        "<xdr:oneCellAnchor xmlns:xdr=\"{XDR}\">{from}<xdr:ext cx=\"{cx}\" cy=\"{cy}\"/><xdr:sp macro=\"\" textlink=\"\"><xdr:nvSpPr>\
         <xdr:cNvPr id=\"{id}\" name=\"Circle {id}\"/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr>\
         <a:xfrm xmlns:a=\"{MAIN}\"><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm>\
         <a:prstGeom xmlns:a=\"{MAIN}\" prst=\"ellipse\"><a:avLst/></a:prstGeom><a:noFill xmlns:a=\"{MAIN}\"/>\
         <a:ln xmlns:a=\"{MAIN}\" w=\"15875\"><a:solidFill><a:srgbClr val=\"000000\"/></a:solidFill></a:ln></xdr:spPr>\
         </xdr:sp><xdr:clientData/></xdr:oneCellAnchor>"
    );
    written.expect("writing to a string cannot fail");
}
