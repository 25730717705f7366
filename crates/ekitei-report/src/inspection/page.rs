//! The report on A4 pages.

use ekitei_model::fault::Fault;

use super::flow::{Cell, Flow, Op, PAD_X, draw};
use super::{Finding, Group, Line, Matrix, Photo, Report, Signature, boxes, groups, shown};
use crate::breaking::tidy;
use crate::dates::japanese_date;
use crate::label::{label, label_with};
use crate::pdf::{A4_HEIGHT, A4_WIDTH, About, Align, Area, MM, Paper, Pen, Placed, Type};

const SIDE: f32 = 17.0 * MM;
const TOP: f32 = 25.0 * MM;
const FOOT: f32 = 16.0 * MM;
const BODY: Area = Area::new(SIDE, TOP, A4_WIDTH - 2.0 * SIDE, A4_HEIGHT - TOP - FOOT);

const HEADING: Type = Type::new(15.0).bold();
const RUNNING: Type = Type::new(9.0);
const FOOTING: Type = Type::new(8.0).grey(70);
const SECTION: Type = Type::new(11.0).bold().leading(19.0);
const TEXT: Type = Type::new(9.0).leading(13.2);
const STRONG: Type = Type::new(9.0).bold().leading(13.2);
const SMALL: Type = Type::new(8.0).leading(11.6);
const HEAD_GROUND: u8 = 236;
const MARK: Type = Type::new(11.0).leading(13.2);

struct Writer {
    flow: Flow,
    paper: Paper,
    pictures: Vec<Placed>,
    number: usize,
}

/// The report as a PDF/A file.
///
/// Errors: `report-long`, `report-pictures`, `picture-damaged`, `report-pdf`.
pub fn pdf(report: &Report) -> Result<Vec<u8>, Fault> {
    report.check()?;
    let heading = tidy(&report.heading());
    let case = tidy(&report.case_line());
    let paper = Paper::new(&About {
        title: &format!("{heading} {case}"),
        subject: &case,
        author: &report.section,
        made_on: &report.made_on,
    });
    let mut writer = Writer { flow: Flow::new(BODY), paper, pictures: Vec::new(), number: 0 };
    writer.facts(report);
    for part in &report.parts {
        writer.title(&part.title);
        for group in groups(part) {
            match group {
                Group::Matrix(matrix) => writer.matrix(&matrix),
                Group::Line(line) => writer.line(line)?,
            }
        }
    }
    writer.findings(&report.findings)?;
    writer.conclusion(report);
    writer.signatures(&report.signatures)?;
    let Writer { flow, mut paper, pictures, .. } = writer;
    let pages = flow.pages.len();
    for (index, ops) in flow.pages.iter().enumerate() {
        paper.page(|pen| {
            frame(pen, report, &heading, &case, index + 1, pages);
            draw(pen, ops, &pictures);
        });
    }
    paper.finish()
}

fn frame(pen: &mut Pen<'_>, report: &Report, heading: &str, case: &str, page: usize, pages: usize) {
    let right = A4_WIDTH - SIDE;
    if page == 1 {
        pen.aligned(SIDE, 11.0 * MM, right - SIDE, heading, HEADING, Align::Centre);
    } else {
        pen.aligned(SIDE, 14.0 * MM, right - SIDE, heading, RUNNING, Align::Left);
        let room = right - SIDE - RUNNING.width(heading) - 8.0 * MM;
        let shown = crate::ledger::clip(case, RUNNING, room);
        pen.aligned(SIDE, 14.0 * MM, right - SIDE, &shown, RUNNING, Align::Right);
        pen.rule((SIDE, 20.0 * MM), (right, 20.0 * MM), 0.6, 90);
    }
    let foot = A4_HEIGHT - 9.0 * MM - FOOTING.leading;
    pen.aligned(SIDE, foot, right - SIDE, &format!("{page} / {pages}"), FOOTING, Align::Centre);
    let section = crate::ledger::clip(&tidy(&report.section), FOOTING, (right - SIDE) * 0.42);
    pen.aligned(SIDE, foot, right - SIDE, &section, FOOTING, Align::Left);
    if !report.made_on.trim().is_empty() {
        let day = label_with("made-on", [("date", japanese_date(&report.made_on).as_str())]);
        pen.aligned(SIDE, foot, right - SIDE, &day, FOOTING, Align::Right);
    }
}

const LABEL_WIDTH: f32 = 30.0 * MM;

impl Writer {
    fn facts(&mut self, report: &Report) {
        let mut facts: Vec<(String, String)> = Vec::new();
        if !report.case_line().is_empty() {
            facts.push((label("inspection.case"), report.case_line()));
        }
        facts.extend(report.facts.iter().map(|fact| (fact.label.clone(), shown(&fact.value))));
        let half = BODY.width / 2.0;
        let mut at = 0;
        while at < facts.len() {
            // Two short facts share a line; a long one has its own.
            let short = |(name, value): &(String, String)| {
                TEXT.width(&tidy(value)) < half - LABEL_WIDTH - 4.0 * MM
                    && TEXT.width(&tidy(name)) < LABEL_WIDTH - 3.0 * MM
            };
            let pair = at + 1 < facts.len() && short(&facts[at]) && short(&facts[at + 1]) && at > 0;
            let cells: Vec<Cell> = if pair {
                facts[at..at + 2].iter().flat_map(|fact| pair_of(fact, half - LABEL_WIDTH)).collect()
            } else {
                pair_of(&facts[at], BODY.width - LABEL_WIDTH).into()
            };
            self.flow.row(BODY.x, &cells, 7.4 * MM, None);
            at += cells.len() / 2;
        }
    }

    fn title(&mut self, title: &str) {
        if title.trim().is_empty() {
            return;
        }
        self.flow.space(5.0 * MM);
        self.flow.heading(title, SECTION, 22.0 * MM);
        self.flow.space(0.8 * MM);
    }

    fn matrix(&mut self, matrix: &Matrix<'_>) {
        let number = 9.0 * MM;
        let longest = matrix.options.iter().map(|text| SMALL.width(&tidy(text))).fold(0.0, f32::max);
        let option = (longest + 2.0 * PAD_X + 0.5 * MM).max(12.0 * MM);
        let marks = option * matrix.options.len() as f32;
        let remarks = matrix.rows.iter().any(|(_, _, remark)| !remark.trim().is_empty());
        let remark = if remarks { 44.0 * MM } else { 0.0 };
        let item = BODY.width - number - marks - remark;
        let mut head = vec![
            Cell::new(number, label("inspection.number"), SMALL).centred().ground(HEAD_GROUND),
            Cell::new(item, label("inspection.item"), SMALL).centred().ground(HEAD_GROUND),
        ];
        head.extend(
            matrix.options.iter().map(|text| Cell::new(option, text, SMALL).centred().ground(HEAD_GROUND)),
        );
        if remarks {
            head.push(Cell::new(remark, label("inspection.remark"), SMALL).centred().ground(HEAD_GROUND));
        }
        self.flow.need(Flow::height_of(&head) + 12.0 * MM);
        self.flow.row(BODY.x, &head, 0.0, None);
        for (text, chosen, note) in &matrix.rows {
            self.number += 1;
            // What was ruled against stands out in bold, also on a black-and-white copier.
            let against =
                chosen.is_some_and(|index| is_against(&matrix.options[index.min(matrix.options.len() - 1)]));
            let how = if against { STRONG } else { TEXT };
            let mut cells =
                vec![Cell::new(number, self.number.to_string(), TEXT).centred(), Cell::new(item, *text, how)];
            for index in 0..matrix.options.len() {
                let on = *chosen == Some(index);
                let mark = Cell::new(
                    option,
                    if on { "☑" } else { "☐" },
                    if on { MARK.bold() } else { MARK.grey(110) },
                )
                .centred();
                cells.push(if on && against { mark.ground(222) } else { mark });
            }
            if remarks {
                cells.push(Cell::new(remark, *note, SMALL));
            }
            self.flow.row(BODY.x, &cells, 0.0, Some(&head));
        }
        self.flow.space(2.0 * MM);
    }

    fn line(&mut self, line: &Line) -> Result<(), Fault> {
        match line {
            Line::Ruling { label, options, chosen, remark } => {
                let mut text = boxes(options, |index| *chosen == Some(index));
                if !remark.trim().is_empty() {
                    text = format!("{text}\n{remark}");
                }
                self.value(label, &text);
            }
            Line::Choice { label, options, chosen } => {
                self.value(label, &boxes(options, |index| chosen.contains(&index)))
            }
            Line::Value { label, value } => self.value(label, &shown(value)),
            Line::Table { label, heads, rows } => self.table(label, heads, rows),
            Line::Photos { label, pictures } => {
                if !label.trim().is_empty() {
                    self.flow.space(1.5 * MM);
                    self.flow.heading(label, STRONG, 50.0 * MM);
                }
                self.photos(pictures)?;
            }
        }
        Ok(())
    }

    fn value(&mut self, name: &str, value: &str) {
        let wide = 52.0 * MM;
        let cells =
            [Cell::new(wide, name, TEXT).ground(HEAD_GROUND), Cell::new(BODY.width - wide, value, TEXT)];
        self.flow.row(BODY.x, &cells, 7.0 * MM, None);
    }

    fn table(&mut self, name: &str, heads: &[String], rows: &[Vec<String>]) {
        if heads.is_empty() {
            return;
        }
        if !name.trim().is_empty() {
            self.flow.space(1.5 * MM);
            self.flow.heading(name, STRONG, 22.0 * MM);
        }
        let widths = column_widths(heads, rows, BODY.width);
        let head: Vec<Cell> = heads
            .iter()
            .zip(&widths)
            .map(|(text, width)| Cell::new(*width, text, SMALL).centred().ground(HEAD_GROUND))
            .collect();
        self.flow.need(Flow::height_of(&head) + 10.0 * MM);
        self.flow.row(BODY.x, &head, 0.0, None);
        for row in rows {
            let cells: Vec<Cell> = widths
                .iter()
                .enumerate()
                .map(|(index, width)| {
                    let value = row.get(index).map_or("", String::as_str);
                    let cell = Cell::new(*width, shown(value), SMALL);
                    if value.trim().parse::<f64>().is_ok() {
                        Cell { align: Align::Right, ..cell }
                    } else {
                        cell
                    }
                })
                .collect();
            self.flow.row(BODY.x, &cells, 0.0, Some(&head));
        }
        self.flow.space(2.0 * MM);
    }

    fn findings(&mut self, findings: &[Finding]) -> Result<(), Fault> {
        if findings.is_empty() {
            return Ok(());
        }
        self.title(&label("inspection.findings"));
        for finding in findings {
            let number = 9.0 * MM;
            let due = 34.0 * MM;
            let item = BODY.width - number - due;
            let day = if finding.due.trim().is_empty() {
                String::new()
            } else {
                label_with("inspection.due", [("date", shown(&finding.due).as_str())])
            };
            let cells = [
                Cell::new(number, finding.number.to_string(), STRONG).centred().ground(HEAD_GROUND),
                Cell::new(item, &finding.item, STRONG).ground(HEAD_GROUND),
                Cell::new(due, day, SMALL).centred().ground(HEAD_GROUND),
            ];
            let photos = if finding.photos.is_empty() { 0.0 } else { 56.0 * MM };
            self.flow.need(Flow::height_of(&cells) + 10.0 * MM + photos);
            self.flow.row(BODY.x, &cells, 0.0, None);
            self.flow.row(BODY.x, &[Cell::new(BODY.width, &finding.text, TEXT)], 7.0 * MM, None);
            self.photos(&finding.photos)?;
            self.flow.space(2.5 * MM);
        }
        Ok(())
    }

    /// Two photos a row, their captions below.
    fn photos(&mut self, photos: &[Photo]) -> Result<(), Fault> {
        let wide = BODY.width / 2.0;
        for pair in photos.chunks(2) {
            let high = 54.0 * MM;
            let inner = wide - 4.0 * MM;
            let texts: Vec<String> = pair.iter().map(|photo| tidy(&photo.caption)).collect();
            let words = texts
                .iter()
                .map(|text| if text.trim().is_empty() { 0.0 } else { SMALL.height(text, inner) })
                .fold(0.0, f32::max);
            let all = high + words.min(BODY.height * 0.3) + 2.0 * MM;
            self.flow.need(all);
            let top = self.flow.y;
            for (index, photo) in pair.iter().enumerate() {
                let area = Area::new(BODY.x + wide * index as f32, top, wide, all);
                self.pictures.push(self.paper.place(&photo.picture)?);
                let place = Area::new(area.x, area.y, area.width, high).inset(1.6 * MM);
                self.flow.push(Op::Picture(place, self.pictures.len() - 1));
                let mut line_top = top + high;
                for range in SMALL.lines(&texts[index], inner) {
                    let text = texts[index][range].to_owned();
                    self.flow.push(Op::Text {
                        x: area.x + 2.0 * MM,
                        top: line_top,
                        width: inner,
                        text,
                        how: SMALL,
                        align: Align::Left,
                    });
                    line_top += SMALL.leading;
                }
            }
            self.flow.push(Op::Frame(Area::new(BODY.x, top, BODY.width, all), 0.5));
            if pair.len() == 2 {
                self.flow.push(Op::Rule {
                    from: (BODY.x + wide, top),
                    to: (BODY.x + wide, top + all),
                    width: 0.4,
                    grey: 150,
                });
            }
            self.flow.y += all;
        }
        Ok(())
    }

    fn conclusion(&mut self, report: &Report) {
        if report.result.trim().is_empty() && report.opinion.trim().is_empty() {
            return;
        }
        self.title(&label("inspection.conclusion"));
        if !report.result.trim().is_empty() {
            let cells = [
                Cell::new(LABEL_WIDTH, label("inspection.result"), TEXT).centred().ground(HEAD_GROUND),
                Cell::new(BODY.width - LABEL_WIDTH, &report.result, Type::new(11.0).bold().leading(16.0)),
            ];
            self.flow.row(BODY.x, &cells, 9.0 * MM, None);
        }
        if !report.opinion.trim().is_empty() {
            let cells = [
                Cell::new(LABEL_WIDTH, label("inspection.opinion"), TEXT).centred().ground(HEAD_GROUND),
                Cell::new(BODY.width - LABEL_WIDTH, &report.opinion, TEXT),
            ];
            self.flow.row(BODY.x, &cells, 22.0 * MM, None);
        }
    }

    fn signatures(&mut self, signatures: &[Signature]) -> Result<(), Fault> {
        if signatures.is_empty() {
            return Ok(());
        }
        self.flow.space(6.0 * MM);
        let (role, name, sign) = (30.0 * MM, 62.0 * MM, BODY.width - 92.0 * MM);
        let high = 20.0 * MM;
        for signature in signatures {
            let mut who = tidy(&signature.name);
            if !signature.date.trim().is_empty() {
                who = format!("{who}\n{}", shown(&signature.date));
            }
            self.flow.need(high);
            let top = self.flow.y;
            let cells = [
                Cell::new(role, &signature.role, TEXT).centred().ground(HEAD_GROUND),
                Cell::new(name, who, TEXT),
                Cell::new(sign, "", TEXT),
            ];
            self.flow.row(BODY.x, &cells, high, None);
            if let Some(picture) = &signature.picture {
                self.pictures.push(self.paper.place(picture)?);
                let place = Area::new(BODY.x + role + name, top, sign, high).inset(1.2 * MM);
                self.flow.push(Op::Picture(place, self.pictures.len() - 1));
            }
        }
        Ok(())
    }
}

fn pair_of((name, value): &(String, String), width: f32) -> [Cell; 2] {
    [Cell::new(LABEL_WIDTH, name, TEXT).ground(HEAD_GROUND), Cell::new(width, value, TEXT)]
}

/// 否, 不良, 不適 and the like.
pub(super) fn is_against(option: &str) -> bool {
    ["否", "不", "異常", "要修繕", "要改善", "無", "未", "×"].iter().any(|word| option.starts_with(word))
        && option != "不要"
}

/// Widths by the longest words of each column, between a tenth and half of the whole.
fn column_widths(heads: &[String], rows: &[Vec<String>], whole: f32) -> Vec<f32> {
    let wanted: Vec<f32> = heads
        .iter()
        .enumerate()
        .map(|(index, head)| {
            let cells = rows.iter().take(200).filter_map(|row| row.get(index));
            let widest = cells.map(|text| SMALL.width(&shown(text))).fold(SMALL.width(head), f32::max);
            (widest + 5.0 * MM).clamp(whole * 0.06, whole * 0.5)
        })
        .collect();
    let all: f32 = wanted.iter().sum();
    wanted.iter().map(|width| width * whole / all).collect()
}
