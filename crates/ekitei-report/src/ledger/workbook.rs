//! The ledger as a workbook: the same blocks, one line of cells each, ready to print on A4.

use ekitei_model::fault::Fault;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Image, ObjectMovement, Worksheet, XlsxError};

use super::{Ledger, PerPage, Row};
use crate::breaking::tidy;
use crate::dates::japanese_date;
use crate::label::label;
use crate::stub::Stubs;
use crate::workbook::{cell_text, excel_fault, new_book, properties, sheet_name};

/// Height of a photo row in points, so that the wanted number of blocks fills an A4 page under the head.
fn block_height_pt(per_page: PerPage) -> f64 {
    match per_page {
        PerPage::Two => 330.0,
        PerPage::Three => 219.0,
        PerPage::Four => 330.0,
        PerPage::Six => 219.0,
    }
}

/// Rows of words of one block.
const FIELDS: u32 = 5;
const PIXELS_PER_POINT: f64 = 96.0 / 72.0;

/// The ledger as a workbook; pictures lie in their cells and move with them. All texts are strings, never formulas.
///
/// Errors: `ledger-long`, `picture-damaged`, `report-excel`.
pub fn xlsx(ledger: &Ledger) -> Result<Vec<u8>, Fault> {
    ledger.check()?;
    write(ledger).map_err(|error| excel_fault(&error))
}

struct Formats {
    head: Format,
    case: Format,
    photo: Format,
    label: Format,
    title: Format,
    value: Format,
    caption: Format,
    /// For the low rows of two blocks side by side: one line, smaller letters when it is long.
    slim_title: Format,
    slim_value: Format,
    slim_caption: Format,
}

fn formats() -> Formats {
    let base = || Format::new().set_font_name("BIZ UDPゴシック").set_font_size(10.0);
    let boxed = || base().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
    Formats {
        head: base().set_font_size(16.0).set_bold().set_align(FormatAlign::VerticalCenter),
        case: base().set_align(FormatAlign::Right).set_align(FormatAlign::VerticalCenter),
        photo: boxed().set_align(FormatAlign::Center),
        label: boxed().set_font_size(9.0).set_background_color(0x00F2_F2F2).set_align(FormatAlign::Center),
        title: boxed().set_bold().set_text_wrap(),
        value: boxed().set_text_wrap(),
        caption: boxed().set_align(FormatAlign::Top).set_text_wrap(),
        slim_title: boxed().set_bold().set_shrink(),
        slim_value: boxed().set_font_size(9.0).set_shrink(),
        slim_caption: boxed().set_font_size(9.0).set_align(FormatAlign::Top).set_text_wrap(),
    }
}

fn write(ledger: &Ledger) -> Result<Vec<u8>, XlsxError> {
    let mut book = new_book()?;
    book.set_properties(&properties(&ledger.heading(), &ledger.section, &ledger.made_on)?);
    let formats = formats();
    let mut stubs = Stubs::default();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(&ledger.heading()))?;
    let blocks = ledger.per_page.columns();
    let widths = set_up(sheet, ledger, &formats)?;
    let mut top = 2_u32;
    let mut breaks = Vec::new();
    for (at, rows) in ledger.rows.chunks(blocks).enumerate() {
        let on_page = ledger.per_page.count() / blocks;
        if at > 0 && at % on_page == 0 {
            breaks.push(top);
        }
        for (column, row) in rows.iter().enumerate() {
            let image =
                row.picture.as_ref().map(|p| Image::new_from_buffer(&stubs.stand_in(p))).transpose()?;
            block(sheet, (top, column), ledger.per_page, (row, image), &formats, &widths)?;
        }
        top += if blocks == 1 { FIELDS } else { FIELDS + 2 };
    }
    sheet.set_page_breaks(&breaks)?;
    let last = if blocks == 1 { 2 } else { 4 };
    sheet.set_print_area(0, 0, top.max(3) - 1, last)?;
    stubs.fill_workbook(book.save_to_buffer()?)
}

/// Widths of the photo column and of the two columns of words, in pixels.
struct Widths {
    photo: u32,
    label: u32,
    value: u32,
}

fn set_up(sheet: &mut Worksheet, ledger: &Ledger, formats: &Formats) -> Result<Widths, XlsxError> {
    let widths = match ledger.per_page {
        PerPage::Two | PerPage::Three => Widths { photo: 410, label: 58, value: 202 },
        PerPage::Four | PerPage::Six => Widths { photo: 0, label: 58, value: 272 },
    };
    let last = if ledger.per_page.columns() == 1 {
        sheet.set_column_width_pixels(0, widths.photo)?;
        sheet.set_column_width_pixels(1, widths.label)?;
        sheet.set_column_width_pixels(2, widths.value)?;
        2
    } else {
        for column in [0, 3] {
            sheet.set_column_width_pixels(column, widths.label)?;
            sheet.set_column_width_pixels(column + 1, widths.value)?;
        }
        sheet.set_column_width_pixels(2, 12)?;
        4
    };
    sheet.set_row_height(0, 28)?;
    sheet.merge_range(0, 0, 0, last, &cell_text(&ledger.heading()), &formats.head)?;
    sheet.merge_range(1, 0, 1, last, &cell_text(&ledger.case_line()), &formats.case)?;
    sheet.set_repeat_rows(0, 1)?;
    sheet.set_paper_size(9).set_portrait().set_print_center_horizontally(true);
    sheet.set_margins(0.5, 0.5, 0.5, 0.6, 0.3, 0.3);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_footer("&C&P / &N");
    sheet.set_screen_gridlines(false);
    Ok(widths)
}

fn block(
    sheet: &mut Worksheet,
    (top, column): (u32, usize),
    per_page: PerPage,
    (row, image): (&Row, Option<Image>),
    formats: &Formats,
    widths: &Widths,
) -> Result<(), XlsxError> {
    let height = block_height_pt(per_page);
    let fields = [
        (row.number.to_string(), cell_text(&row.title), &formats.title),
        (label("ledger.place"), cell_text(&row.place), &formats.value),
        (label("ledger.date"), japanese_date(row.date.trim()), &formats.value),
        (label("ledger.inspector"), cell_text(&row.inspector), &formats.value),
    ];
    let caption = cell_text(&tidy(&row.caption));
    if per_page.columns() == 1 {
        for (at, (name, value, format)) in fields.iter().enumerate() {
            let line = top + at as u32;
            sheet.set_row_height(line, 30)?;
            sheet.write_string_with_format(line, 1, name, &formats.label)?;
            sheet.write_string_with_format(line, 2, value, format)?;
        }
        let line = top + 4;
        sheet.set_row_height(line, height - 120.0)?;
        sheet.write_string_with_format(line, 1, label("ledger.caption"), &formats.label)?;
        sheet.write_string_with_format(line, 2, &caption, &formats.caption)?;
        sheet.merge_range(top, 0, line, 0, "", &formats.photo)?;
        photo(sheet, (top, 0), (f64::from(widths.photo), height * PIXELS_PER_POINT), (row, image), formats)
    } else {
        // Photo over the words; the two blocks of a line share their rows.
        let first = u16::try_from(column * 3).unwrap_or(0);
        let (field, words) = if per_page == PerPage::Four { (16.0, 120.0) } else { (15.0, 96.0) };
        sheet.set_row_height(top, height - words)?;
        sheet.merge_range(top, first, top, first + 1, "", &formats.photo)?;
        for (at, (name, value, _)) in fields.iter().enumerate() {
            let format = if at == 0 { &formats.slim_title } else { &formats.slim_value };
            let line = top + 1 + at as u32;
            sheet.set_row_height(line, field)?;
            sheet.write_string_with_format(line, first, name, &formats.label)?;
            sheet.write_string_with_format(line, first + 1, value, format)?;
        }
        let line = top + 5;
        sheet.set_row_height(line, words - 4.0 * field)?;
        sheet.write_string_with_format(line, first, label("ledger.caption"), &formats.label)?;
        sheet.write_string_with_format(line, first + 1, &caption, &formats.slim_caption)?;
        sheet.set_row_height(top + 6, 8)?;
        let wide = f64::from(widths.label + widths.value);
        photo(sheet, (top, first), (wide, (height - words) * PIXELS_PER_POINT), (row, image), formats)
    }
}

fn photo(
    sheet: &mut Worksheet,
    (line, column): (u32, u16),
    (width, height): (f64, f64),
    (row, image): (&Row, Option<Image>),
    formats: &Formats,
) -> Result<(), XlsxError> {
    let (Some(picture), Some(image)) = (&row.picture, image) else {
        sheet.write_string_with_format(line, column, label("ledger.no-photo"), &formats.photo)?;
        return Ok(());
    };
    let (room_x, room_y) = (width - 8.0, height - 8.0);
    let aspect = f64::from(picture.aspect());
    let (wide, high) = (room_x.min(room_y * aspect), (room_x / aspect).min(room_y));
    let image = image
        .set_scale_to_size(wide, high, false)
        .set_alt_text(cell_text(&row.title))
        .set_object_movement(ObjectMovement::MoveAndSizeWithCells);
    let (dx, dy) = ((width - wide) / 2.0, (height - high) / 2.0);
    sheet.insert_image_with_offset(line, column, &image, dx as u32, dy as u32)?;
    Ok(())
}
