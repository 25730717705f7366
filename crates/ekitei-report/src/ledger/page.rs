//! The ledger on A4 pages.

use ekitei_model::fault::Fault;

use super::{Ledger, PerPage, Row};
use crate::breaking::tidy;
use crate::dates::japanese_date;
use crate::label::{label, label_with};
use crate::pdf::{A4_HEIGHT, A4_WIDTH, About, Align, Area, MM, Paper, Pen, Placed, Type};

const SIDE: f32 = 16.0 * MM;
const TOP: f32 = 12.0 * MM;
const HEAD: f32 = 15.0 * MM;
const FOOT: f32 = 17.0 * MM;
const GAP: f32 = 4.0 * MM;

const BODY: Area = Area::new(SIDE, TOP + HEAD, A4_WIDTH - 2.0 * SIDE, A4_HEIGHT - TOP - HEAD - FOOT);

const HEADING: Type = Type::new(14.0).bold();
const CASE: Type = Type::new(9.5);
const FOOTING: Type = Type::new(8.0).grey(70);
const LABEL: Type = Type::new(7.5).grey(70).leading(12.0);
const VALUE: Type = Type::new(9.0).leading(12.6);
const TITLE: Type = Type::new(10.0).bold().leading(14.0);
const NUMBER: Type = Type::new(9.0).bold();

/// What did not fit into its block goes to pages at the end.
struct Rest {
    number: u32,
    text: String,
}

/// The ledger as a PDF/A file. Pictures are stored as they came, their metadata left out.
///
/// Errors: `ledger-long`, `picture-damaged`, `report-pdf`.
pub fn pdf(ledger: &Ledger) -> Result<Vec<u8>, Fault> {
    ledger.check()?;
    let heading = tidy(&ledger.heading());
    let case = tidy(&ledger.case_line());
    let mut paper = Paper::new(&About {
        title: &format!("{heading} {case}"),
        subject: &case,
        author: &ledger.section,
        made_on: &ledger.made_on,
    });
    let place = |row: &Row| row.picture.as_ref().map(|picture| paper.place(picture)).transpose();
    let pictures = ledger.rows.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let count = ledger.per_page.count();
    let rests: Vec<Rest> = ledger.rows.iter().filter_map(|row| rest_of(row, ledger.per_page)).collect();
    let photo_pages = ledger.rows.len().div_ceil(count).max(1);
    let rest_pages = split_rests(&rests);
    let pages = photo_pages + rest_pages.len();
    for page in 0..photo_pages {
        let from = page * count;
        let till = (from + count).min(ledger.rows.len());
        paper.page(|pen| {
            head_and_foot(pen, ledger, &heading, &case, page + 1, pages);
            if ledger.rows.is_empty() {
                pen.aligned(
                    BODY.x,
                    BODY.y + 40.0 * MM,
                    BODY.width,
                    &label("ledger.empty"),
                    VALUE,
                    Align::Centre,
                );
            }
            for (slot, index) in (from..till).enumerate() {
                block(
                    pen,
                    slot_area(ledger.per_page, slot),
                    ledger.per_page,
                    &ledger.rows[index],
                    pictures[index].as_ref(),
                );
            }
        });
    }
    for (at, lines) in rest_pages.iter().enumerate() {
        paper.page(|pen| {
            head_and_foot(pen, ledger, &heading, &case, photo_pages + at + 1, pages);
            let mut top = BODY.y;
            for (text, how) in lines {
                pen.aligned(BODY.x, top, BODY.width, text, *how, Align::Left);
                top += how.leading;
            }
        });
    }
    paper.finish()
}

fn head_and_foot(pen: &mut Pen<'_>, ledger: &Ledger, heading: &str, case: &str, page: usize, pages: usize) {
    let right = A4_WIDTH - SIDE;
    pen.line(SIDE, TOP + 6.0 * MM, heading, HEADING);
    let room = right - SIDE - HEADING.width(heading) - 8.0 * MM;
    let shown = clip(case, CASE, room);
    pen.line(right - CASE.width(&shown), TOP + 6.0 * MM, &shown, CASE);
    pen.rule((SIDE, TOP + 9.0 * MM), (right, TOP + 9.0 * MM), 1.2, 0);
    let foot = A4_HEIGHT - 9.0 * MM;
    let number = format!("{page} / {pages}");
    pen.aligned(SIDE, foot - FOOTING.leading, right - SIDE, &number, FOOTING, Align::Centre);
    let section = clip(&tidy(&ledger.section), FOOTING, (right - SIDE) * 0.42);
    pen.aligned(SIDE, foot - FOOTING.leading, right - SIDE, &section, FOOTING, Align::Left);
    if !ledger.made_on.trim().is_empty() {
        let day = label_with("made-on", [("date", japanese_date(&ledger.made_on).as_str())]);
        pen.aligned(SIDE, foot - FOOTING.leading, right - SIDE, &day, FOOTING, Align::Right);
    }
}

/// One line no wider than `room`, ending in … where it was cut (the head repeats what the file's title holds in full).
pub(crate) fn clip(text: &str, how: Type, room: f32) -> String {
    let text = text.replace('\n', " ");
    if how.width(&text) <= room {
        return text;
    }
    let mut kept: Vec<char> = text.chars().collect();
    loop {
        kept.pop();
        let shown: String = kept.iter().chain(['…'].iter()).collect();
        if kept.is_empty() || how.width(&shown) <= room {
            return shown;
        }
    }
}

fn slot_area(per_page: PerPage, slot: usize) -> Area {
    let columns = per_page.columns();
    let lines = per_page.count() / columns;
    let width = (BODY.width - GAP * (columns as f32 - 1.0)) / columns as f32;
    let height = (BODY.height - GAP * (lines as f32 - 1.0)) / lines as f32;
    let (column, line) = (slot % columns, slot / columns);
    Area::new(BODY.x + (width + GAP) * column as f32, BODY.y + (height + GAP) * line as f32, width, height)
}

/// Places of the photo and of the words inside a block.
fn parts(area: Area, per_page: PerPage) -> (Area, Area) {
    match per_page {
        PerPage::Two => {
            let photo = Area::new(area.x, area.y, 116.0 * MM, area.height);
            (photo, Area::new(photo.right(), area.y, area.width - photo.width, area.height))
        }
        PerPage::Three => {
            let photo = Area::new(area.x, area.y, 110.0 * MM, area.height);
            (photo, Area::new(photo.right(), area.y, area.width - photo.width, area.height))
        }
        PerPage::Four | PerPage::Six => {
            let high = if per_page == PerPage::Four { 70.0 * MM } else { 47.0 * MM };
            let photo = Area::new(area.x, area.y, area.width, high);
            (photo, Area::new(area.x, photo.bottom(), area.width, area.height - high))
        }
    }
}

/// The lines of words of a block: what is shown small before what.
fn fields(row: &Row) -> [(String, String); 3] {
    [
        (label("ledger.place"), tidy(&row.place)),
        (label("ledger.date"), japanese_date(row.date.trim())),
        (label("ledger.inspector"), tidy(&row.inspector)),
    ]
}

const PAD: f32 = 2.2 * MM;
const LABEL_WIDTH: f32 = 13.0 * MM;

/// Where the caption stands: under the heading and the fields.
struct Plan {
    number_width: f32,
    title: Vec<String>,
    fields: Vec<(String, Vec<String>, f32)>,
    caption: Area,
}

fn plan(row: &Row, words: Area) -> Plan {
    // A high column has room for a long title.
    let most = if words.height > words.width { 4 } else { 2 };
    let inner =
        Area::new(words.x + PAD, words.y + PAD * 0.7, words.width - 2.0 * PAD, words.height - PAD * 1.4);
    let number_width = NUMBER.width(&row.number.to_string()).max(4.0 * MM) + 3.0 * MM;
    let lines = |text: &str, how: Type, width: f32, most: usize| -> Vec<String> {
        let ranges = how.lines(text, width);
        if ranges.len() <= most {
            return ranges.into_iter().map(|range| text[range].to_owned()).collect();
        }
        let mut kept: Vec<String> =
            ranges[..most - 1].iter().map(|range| text[range.clone()].to_owned()).collect();
        kept.push(clip(&text[ranges[most - 1].start..], how, width));
        kept
    };
    let title = lines(&tidy(&row.title), TITLE, inner.width - number_width - 1.5 * MM, most);
    let mut top = inner.y + TITLE.leading * title.len().max(1) as f32 + 1.6 * MM;
    let mut placed = Vec::new();
    for (name, value) in fields(row) {
        let shown = lines(&value, VALUE, inner.width - LABEL_WIDTH, most);
        let height = VALUE.leading * shown.len().max(1) as f32 + 1.0 * MM;
        placed.push((name, shown, top));
        top += height;
    }
    top += 0.6 * MM;
    let caption = Area::new(inner.x, top, inner.width, (inner.bottom() - top).max(0.0));
    Plan { number_width, title, fields: placed, caption }
}

/// The part of the caption (and of a clipped title or place) that the block cannot show.
fn rest_of(row: &Row, per_page: PerPage) -> Option<Rest> {
    let (_, words) = parts(slot_area(per_page, 0), per_page);
    let plan = plan(row, words);
    let mut text = String::new();
    let full = [
        (tidy(&row.title), &plan.title),
        (tidy(&row.place), &plan.fields[0].1),
        (tidy(&row.inspector), &plan.fields[2].1),
    ];
    for (whole, shown) in full {
        if shown.last().is_some_and(|line| line.ends_with('…')) && !whole.ends_with('…') {
            text.push_str(&whole);
            text.push('\n');
        }
    }
    let caption = tidy(&row.caption);
    let lines = VALUE.lines(&caption, plan.caption.width);
    let room = lines_in(plan.caption);
    if lines.len() > room {
        text.push_str(&caption[lines[room.saturating_sub(1).min(lines.len() - 1)].start..]);
    }
    let text = text.trim_end().to_owned();
    (!text.is_empty()).then_some(Rest { number: row.number, text })
}

fn lines_in(area: Area) -> usize {
    (area.height / VALUE.leading + 0.01) as usize
}

fn block(pen: &mut Pen<'_>, area: Area, per_page: PerPage, row: &Row, picture: Option<&Placed>) {
    let (photo, words) = parts(area, per_page);
    match picture {
        Some(picture) => {
            pen.picture(photo.inset(1.2 * MM), picture);
        }
        None => {
            let middle = photo.y + photo.height / 2.0 - VALUE.leading / 2.0;
            pen.aligned(
                photo.x,
                middle,
                photo.width,
                &label("ledger.no-photo"),
                VALUE.grey(90),
                Align::Centre,
            );
        }
    }
    let plan = plan(row, words);
    let x = words.x + PAD;
    let top = words.y + PAD * 0.7;
    // The number in a small filled box: found at a glance when someone says "photo 12".
    let tag = Area::new(x, top + 0.6, plan.number_width, TITLE.leading - 1.2);
    pen.fill(tag, 40);
    pen.aligned(
        tag.x,
        tag.y + (tag.height - NUMBER.leading) / 2.0,
        tag.width,
        &row.number.to_string(),
        NUMBER.grey(255),
        Align::Centre,
    );
    let mut y = top;
    for line in &plan.title {
        pen.aligned(x + plan.number_width + 1.5 * MM, y, words.width, line, TITLE, Align::Left);
        y += TITLE.leading;
    }
    for (name, shown, top) in &plan.fields {
        pen.rule((x, top - 0.7 * MM), (words.right() - PAD, top - 0.7 * MM), 0.35, 170);
        pen.aligned(x, *top + 0.3, LABEL_WIDTH, name, LABEL, Align::Left);
        for (index, line) in shown.iter().enumerate() {
            pen.aligned(
                x + LABEL_WIDTH,
                top + VALUE.leading * index as f32,
                words.width,
                line,
                VALUE,
                Align::Left,
            );
        }
    }
    pen.rule((x, plan.caption.y - 0.9 * MM), (words.right() - PAD, plan.caption.y - 0.9 * MM), 0.35, 170);
    caption(pen, plan.caption, row);
    pen.frame(area, 0.8, 0);
    if per_page.columns() == 1 {
        pen.rule((photo.right(), area.y), (photo.right(), area.bottom()), 0.5, 0);
    } else {
        pen.rule((area.x, photo.bottom()), (area.right(), photo.bottom()), 0.5, 0);
    }
}

fn caption(pen: &mut Pen<'_>, area: Area, row: &Row) {
    let text = tidy(&row.caption);
    let lines = VALUE.lines(&text, area.width);
    let room = lines_in(area);
    let shown = if lines.len() > room { room.saturating_sub(1) } else { lines.len() };
    let mut top = area.y;
    for line in &lines[..shown] {
        pen.aligned(area.x, top, area.width, &text[line.clone()], VALUE, Align::Left);
        top += VALUE.leading;
    }
    if lines.len() > room && room > 0 {
        pen.aligned(area.x, top, area.width, &label("ledger.continued"), LABEL.grey(0), Align::Left);
    }
}

/// Lines of the pages at the end, page by page.
fn split_rests(rests: &[Rest]) -> Vec<Vec<(String, Type)>> {
    let mut pages: Vec<Vec<(String, Type)>> = Vec::new();
    let mut left = 0.0;
    let mut put = |text: String, how: Type| {
        if left < how.leading || pages.is_empty() {
            pages.push(Vec::new());
            left = BODY.height;
        }
        left -= how.leading;
        if let Some(page) = pages.last_mut() {
            page.push((text, how));
        }
    };
    for rest in rests {
        put(label_with("ledger.rest", [("number", rest.number.to_string().as_str())]), TITLE);
        for line in VALUE.lines(&rest.text, BODY.width) {
            put(rest.text[line].to_owned(), VALUE);
        }
        put(String::new(), VALUE);
    }
    pages
}
