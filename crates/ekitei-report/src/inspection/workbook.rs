//! The report as a workbook: one sheet to print, the photos on a second.

use ekitei_model::fault::Fault;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Image, ObjectMovement, Worksheet, XlsxError};

use super::page::is_against;
use super::{Group, Line, Photo, Report, boxes, groups, shown};
use crate::label::label;
use crate::stub::Stubs;
use crate::workbook::{cell_text, excel_fault, new_book, properties, sheet_name};

/// Columns: number, item, up to four options, remark.
const COLUMNS_PX: [u32; 7] = [40, 250, 56, 56, 60, 56, 170];
const LAST: u16 = 6;

/// The report as a workbook. All texts are strings, never formulas.
///
/// Errors: `report-long`, `report-pictures`, `picture-damaged`, `report-excel`.
pub fn xlsx(report: &Report) -> Result<Vec<u8>, Fault> {
    report.check()?;
    write(report).map_err(|error| excel_fault(&error))
}

struct Formats {
    title: Format,
    section: Format,
    head: Format,
    label: Format,
    text: Format,
    centre: Format,
    strong: Format,
    against: Format,
}

fn formats() -> Formats {
    let base = || {
        Format::new()
            .set_font_name("BIZ UDPゴシック")
            .set_font_size(10.0)
            .set_align(FormatAlign::VerticalCenter)
    };
    let boxed = || base().set_border(FormatBorder::Thin).set_text_wrap();
    Formats {
        title: base().set_font_size(16.0).set_bold().set_align(FormatAlign::Center),
        section: base().set_font_size(12.0).set_bold(),
        head: boxed().set_background_color(0x00EC_ECEC).set_align(FormatAlign::Center),
        label: boxed().set_background_color(0x00EC_ECEC),
        text: boxed(),
        centre: boxed().set_align(FormatAlign::Center),
        strong: boxed().set_bold(),
        against: boxed().set_bold().set_background_color(0x00DE_DEDE).set_align(FormatAlign::Center),
    }
}

struct Writer<'a, 's> {
    sheet: &'s mut Worksheet,
    formats: Formats,
    row: u32,
    number: usize,
    photos: Vec<(String, &'a Photo)>,
    stubs: Stubs,
}

fn write(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut book = new_book()?;
    book.set_properties(&properties(&report.heading(), &report.section, &report.made_on)?);
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(&report.heading()))?;
    for (column, width) in COLUMNS_PX.iter().enumerate() {
        sheet.set_column_width_pixels(column as u16, *width)?;
    }
    sheet.set_paper_size(9).set_portrait().set_print_center_horizontally(true).set_print_fit_to_pages(1, 0);
    sheet.set_footer("&C&P / &N");
    sheet.set_screen_gridlines(false);
    let stubs = Stubs::default();
    let mut writer = Writer { sheet, formats: formats(), row: 0, number: 0, photos: Vec::new(), stubs };
    writer.all(report)?;
    let Writer { sheet, row, photos, formats, mut stubs, .. } = writer;
    sheet.set_print_area(0, 0, row.max(1) - 1, LAST)?;
    if !photos.is_empty() {
        photo_sheet(book.add_worksheet(), &photos, &formats, &mut stubs)?;
    }
    stubs.fill_workbook(book.save_to_buffer()?)
}

impl<'a> Writer<'a, '_> {
    fn all(&mut self, report: &'a Report) -> Result<(), XlsxError> {
        self.sheet.set_row_height(0, 30)?;
        self.sheet.merge_range(0, 0, 0, LAST, &cell_text(&report.heading()), &self.formats.title)?;
        self.row = 2;
        if !report.case_line().is_empty() {
            self.pair(&label("inspection.case"), &report.case_line())?;
        }
        for fact in &report.facts {
            self.pair(&fact.label, &shown(&fact.value))?;
        }
        for part in &report.parts {
            self.section(&part.title)?;
            for group in groups(part) {
                self.group(group)?;
            }
        }
        self.findings(report)?;
        if !report.result.trim().is_empty() || !report.opinion.trim().is_empty() {
            self.section(&label("inspection.conclusion"))?;
        }
        if !report.result.trim().is_empty() {
            self.pair(&label("inspection.result"), &report.result)?;
        }
        if !report.opinion.trim().is_empty() {
            self.pair(&label("inspection.opinion"), &report.opinion)?;
        }
        self.row += 1;
        for signature in &report.signatures {
            let who = format!("{}　{}", signature.name, shown(&signature.date));
            let row = self.row;
            self.pair(&signature.role, &who)?;
            self.sheet.set_row_height(row, 50)?;
            if let Some(picture) = &signature.picture {
                let image = Image::new_from_buffer(&self.stubs.stand_in(picture))?
                    .set_scale_to_size(160, 60, true)
                    .set_alt_text(cell_text(&signature.name))
                    .set_object_movement(ObjectMovement::MoveButDontSizeWithCells);
                self.sheet.insert_image_with_offset(row, LAST, &image, 4, 3)?;
            }
        }
        Ok(())
    }

    fn section(&mut self, title: &str) -> Result<(), XlsxError> {
        if title.trim().is_empty() {
            return Ok(());
        }
        self.row += 1;
        self.sheet.set_row_height(self.row, 24)?;
        self.sheet.write_string_with_format(self.row, 0, cell_text(title), &self.formats.section)?;
        self.row += 1;
        Ok(())
    }

    /// Rows do not grow by themselves under merged cells: their height is reckoned from the text.
    fn height(&mut self, text: &str, pixels: u32) -> Result<(), XlsxError> {
        self.height_of(&[(text, pixels)])
    }

    /// The height that the highest of several cells needs, each with its width.
    fn height_of(&mut self, cells: &[(&str, u32)]) -> Result<(), XlsxError> {
        let wide = |c: char| if c.is_ascii() { 0.55 } else { 1.0 };
        let lines = |(text, pixels): &(&str, u32)| -> f64 {
            let per_line = (f64::from(*pixels) / 14.0).max(4.0);
            text.split('\n')
                .map(|line| (line.chars().map(wide).sum::<f64>() / per_line).ceil().max(1.0))
                .sum()
        };
        let most = cells.iter().map(lines).fold(1.0, f64::max);
        self.sheet.set_row_height(self.row, (most * 14.5 + 5.0).clamp(20.0, 409.0))?;
        Ok(())
    }

    fn pair(&mut self, name: &str, value: &str) -> Result<(), XlsxError> {
        let value = cell_text(value);
        self.height(&value, COLUMNS_PX[2..].iter().sum())?;
        self.sheet.merge_range(self.row, 0, self.row, 1, &cell_text(name), &self.formats.label)?;
        self.sheet.merge_range(self.row, 2, self.row, LAST, &value, &self.formats.text)?;
        self.row += 1;
        Ok(())
    }

    fn group(&mut self, group: Group<'a>) -> Result<(), XlsxError> {
        match group {
            Group::Matrix(matrix) => {
                let heads = [label("inspection.number"), label("inspection.item")];
                for column in 0..=LAST {
                    let text = match column {
                        0 | 1 => heads[usize::from(column)].clone(),
                        LAST => label("inspection.remark"),
                        column => matrix.options.get(usize::from(column) - 2).cloned().unwrap_or_default(),
                    };
                    self.sheet.write_string_with_format(
                        self.row,
                        column,
                        cell_text(&text),
                        &self.formats.head,
                    )?;
                }
                self.row += 1;
                for (text, chosen, remark) in &matrix.rows {
                    self.number += 1;
                    let against = chosen
                        .and_then(|index| matrix.options.get(index))
                        .is_some_and(|option| is_against(option));
                    self.height_of(&[(text, COLUMNS_PX[1]), (remark, COLUMNS_PX[usize::from(LAST)])])?;
                    self.sheet.write_number_with_format(
                        self.row,
                        0,
                        self.number as f64,
                        &self.formats.centre,
                    )?;
                    let how = if against { &self.formats.strong } else { &self.formats.text };
                    self.sheet.write_string_with_format(self.row, 1, cell_text(text), how)?;
                    for column in 2..LAST {
                        let index = usize::from(column) - 2;
                        let on = *chosen == Some(index);
                        let mark = match (index < matrix.options.len(), on) {
                            (false, _) => "",
                            (true, true) => "☑",
                            (true, false) => "☐",
                        };
                        let how = if on && against { &self.formats.against } else { &self.formats.centre };
                        self.sheet.write_string_with_format(self.row, column, mark, how)?;
                    }
                    self.sheet.write_string_with_format(
                        self.row,
                        LAST,
                        cell_text(remark),
                        &self.formats.text,
                    )?;
                    self.row += 1;
                }
            }
            Group::Line(line) => self.line(line)?,
        }
        Ok(())
    }

    fn line(&mut self, line: &'a Line) -> Result<(), XlsxError> {
        match line {
            Line::Ruling { label, options, chosen, remark } => {
                let text = boxes(options, |index| *chosen == Some(index));
                self.pair(
                    label,
                    if remark.trim().is_empty() { text } else { format!("{text}\n{remark}") }.as_str(),
                )
            }
            Line::Choice { label, options, chosen } => {
                self.pair(label, &boxes(options, |index| chosen.contains(&index)))
            }
            Line::Value { label, value } => self.pair(label, &shown(value)),
            Line::Table { label, heads, rows } => self.table(label, heads, rows),
            Line::Photos { label, pictures } => {
                self.photos.extend(pictures.iter().map(|photo| (label.clone(), photo)));
                self.pair(
                    label,
                    &crate::label::label_with(
                        "inspection.photos",
                        [("count", pictures.len().to_string().as_str())],
                    ),
                )
            }
        }
    }

    /// Where column `index` of a table of `count` columns stands: up to six use the report's own columns (the first is
    /// as wide as the items, the last takes what is left), more run on to the right.
    fn place(index: usize, count: usize) -> (u16, u16) {
        let at = |index: usize| u16::try_from(index).unwrap_or(u16::MAX);
        match (index, count) {
            (0, 1) => (0, LAST),
            (0, 2..=6) => (0, 1),
            (index, 2..=6) if index + 1 == count => (at(index + 1), LAST),
            (index, 2..=6) => (at(index + 1), at(index + 1)),
            (index, _) => (at(index), at(index)),
        }
    }

    fn table_cell(&mut self, (first, last): (u16, u16), value: &str, head: bool) -> Result<(), XlsxError> {
        let format = if head { &self.formats.head } else { &self.formats.text };
        if first != last {
            self.sheet.merge_range(self.row, first, self.row, last, "", format)?;
        }
        match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() && !head => {
                self.sheet.write_number_with_format(self.row, first, number, format)?;
            }
            _ => {
                self.sheet.write_string_with_format(self.row, first, cell_text(&shown(value)), format)?;
            }
        }
        Ok(())
    }

    fn table(&mut self, name: &str, heads: &[String], rows: &[Vec<String>]) -> Result<(), XlsxError> {
        if !name.trim().is_empty() {
            self.sheet.write_string(self.row, 0, cell_text(name))?;
            self.row += 1;
        }
        let count = heads.len().min(200);
        for (index, head) in heads.iter().take(count).enumerate() {
            self.table_cell(Self::place(index, count), head, true)?;
        }
        self.row += 1;
        for row in rows {
            if let Some(last) = row.get(count.saturating_sub(1)) {
                self.height(last, COLUMNS_PX[6])?;
            }
            for (index, value) in row.iter().take(count).enumerate() {
                self.table_cell(Self::place(index, count), value, false)?;
            }
            self.row += 1;
        }
        Ok(())
    }

    fn findings(&mut self, report: &'a Report) -> Result<(), XlsxError> {
        if report.findings.is_empty() {
            return Ok(());
        }
        self.section(&label("inspection.findings"))?;
        for finding in &report.findings {
            let text = cell_text(&finding.text);
            self.height(&text, COLUMNS_PX[2..usize::from(LAST)].iter().sum())?;
            self.sheet.write_number_with_format(
                self.row,
                0,
                f64::from(finding.number),
                &self.formats.centre,
            )?;
            self.sheet.write_string_with_format(
                self.row,
                1,
                cell_text(&finding.item),
                &self.formats.strong,
            )?;
            self.sheet.merge_range(self.row, 2, self.row, LAST - 1, &text, &self.formats.text)?;
            self.sheet.write_string_with_format(
                self.row,
                LAST,
                cell_text(&shown(&finding.due)),
                &self.formats.centre,
            )?;
            self.row += 1;
            self.photos.extend(
                finding.photos.iter().map(|photo| (format!("{} {}", finding.number, finding.item), photo)),
            );
        }
        Ok(())
    }
}

fn photo_sheet(
    sheet: &mut Worksheet,
    photos: &[(String, &Photo)],
    formats: &Formats,
    stubs: &mut Stubs,
) -> Result<(), XlsxError> {
    sheet.set_name(label("inspection.photo-sheet"))?;
    sheet.set_column_width_pixels(0, 420)?;
    sheet.set_column_width_pixels(1, 260)?;
    sheet.set_paper_size(9).set_portrait().set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    for (index, (name, photo)) in photos.iter().enumerate() {
        let row = u32::try_from(index).unwrap_or(0);
        sheet.set_row_height_pixels(row, 300)?;
        sheet.write_string_with_format(row, 0, "", &formats.centre)?;
        let words = format!("{name}\n{}", photo.caption);
        sheet.write_string_with_format(row, 1, cell_text(&words), &formats.text)?;
        let (room_x, room_y) = (412.0, 292.0);
        let aspect = f64::from(photo.picture.aspect());
        let (wide, high) = (f64::min(room_x, room_y * aspect), f64::min(room_x / aspect, room_y));
        let image = Image::new_from_buffer(&stubs.stand_in(&photo.picture))?
            .set_scale_to_size(wide, high, false)
            .set_alt_text(cell_text(&words))
            .set_object_movement(ObjectMovement::MoveAndSizeWithCells);
        sheet.insert_image_with_offset(
            row,
            0,
            &image,
            ((420.0 - wide) / 2.0) as u32,
            ((300.0 - high) / 2.0) as u32,
        )?;
    }
    Ok(())
}
