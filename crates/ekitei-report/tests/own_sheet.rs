//! The section's own sheet: what is proposed for the samples, and that filling changes the touched cells and nothing else.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use ekitei_report::own_sheet::{
    Cell, Choice, ChoiceMark, DateStyle, Entry, Filling, Mark, Proposal, Question, QuestionKind, Target,
    Value, fill, propose,
};
use ekitei_report::{Fault, Picture};
use rust_xlsxwriter::{Color, Format, FormatBorder, Formula, Note, Workbook};

type Parts = BTreeMap<String, Vec<u8>>;

fn parts(bytes: &[u8]) -> Parts {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn text(parts: &Parts, name: &str) -> String {
    String::from_utf8(parts[name].clone()).unwrap()
}

fn changed(before: &Parts, after: &Parts) -> Vec<String> {
    after
        .iter()
        .filter(|(name, content)| before.get(*name) != Some(content))
        .map(|(name, _)| name.clone())
        .collect()
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/sheets").join(name))
        .unwrap()
}

fn cell(address: &str) -> Cell {
    address.parse().unwrap()
}

fn question<'a>(proposal: &'a Proposal, label: &str) -> &'a Question {
    proposal
        .sheets
        .iter()
        .flat_map(|sheet| &sheet.questions)
        .find(|question| question.label == label)
        .unwrap_or_else(|| panic!("{label}"))
}

fn entry(sheet: &str, target: Target, value: Value) -> Entry {
    Entry { sheet: sheet.into(), target, value, label: "認可番号".into() }
}

fn put(bytes: &[u8], entries: Vec<Entry>) -> Result<Vec<u8>, Fault> {
    fill(bytes, &Filling { entries, mark: ChoiceMark::Oval }).map(|filled| filled.bytes)
}

/// Everything outside the `<c …>` elements of a worksheet.
fn without_cells(xml: &str, addresses: &[&str]) -> String {
    let mut out = xml.to_owned();
    for address in addresses {
        let from = out.find(&format!("<c r=\"{address}\"")).unwrap_or_else(|| panic!("{address}"));
        let tag_end = from + out[from..].find('>').unwrap() + 1;
        let to = if out[..tag_end].ends_with("/>") {
            tag_end
        } else {
            from + out[from..].find("</c>").unwrap() + 4
        };
        out.replace_range(from..to, "");
    }
    out
}

#[test]
fn the_gravel_pit_sheet_is_understood() {
    let proposal = propose(&sample("gravel-pit.xlsx")).unwrap();
    assert_eq!(proposal.sheets.len(), 2);
    let sheet = &proposal.sheets[0];
    assert_eq!(sheet.title.as_deref(), Some("砂利採取場 立入検査調書"));
    let rulings: Vec<&Question> = sheet
        .questions
        .iter()
        .filter(|q| {
            q.kind == QuestionKind::Ruling
                && matches!(&q.target, Target::Choice { options } if options.len() == 3)
        })
        .collect();
    assert_eq!(rulings.len(), 30, "thirty items of 適・否・該当なし");
    assert_eq!(rulings[0].label, "認可証の写しを事務所に備えている");
    assert_eq!(rulings[0].group.as_deref(), Some("採取計画"));
    assert_eq!(rulings[29].group.as_deref(), Some("帳簿・管理"));
    let remarks = sheet.questions.iter().filter(|q| q.beside.is_some()).count();
    assert_eq!(remarks, 30, "a remark beside each ruling");
    for (label, kind, at) in [
        ("採取場名", QuestionKind::Text, "C5"),
        ("検査年月日", QuestionKind::Date, "F5"),
        ("認可番号", QuestionKind::Text, "F6"),
        ("所在地", QuestionKind::Text, "C7"),
        ("天候", QuestionKind::SelectOne, "F8"),
        ("採取面積(㎡)", QuestionKind::Number, "C9"),
        ("認可期限", QuestionKind::Date, "F9"),
        ("総合所見", QuestionKind::LongText, "C49"),
        ("総合判定", QuestionKind::Ruling, "C50"),
        ("再検査", QuestionKind::Ruling, "F50"),
    ] {
        let found = question(&proposal, label);
        assert_eq!(found.kind, kind, "{label}");
        assert_eq!(found.key, format!("s1-{}", at.to_lowercase()), "{label}");
    }
    assert_eq!(question(&proposal, "採取面積(㎡)").unit.as_deref(), Some("㎡"));
    assert!(matches!(
        question(&proposal, "検査年月日").target,
        Target::Date { style: DateStyle::Blanks, .. }
    ));
    assert!(matches!(question(&proposal, "認可期限").target, Target::Date { style: DateStyle::Serial, .. }));
    let table = &sheet.tables[0];
    assert_eq!(table.label, "2 指摘事項");
    let columns: Vec<(&str, QuestionKind, usize)> =
        table.columns.iter().map(|c| (c.label.as_str(), c.kind, c.targets.len())).collect();
    assert_eq!(
        columns,
        [
            ("指摘の内容", QuestionKind::Text, 4),
            ("改善の期限", QuestionKind::Date, 4),
            ("改善の方法", QuestionKind::Text, 4)
        ]
    );
    let kept: Vec<String> = sheet.kept.iter().map(ToString::to_string).collect();
    assert_eq!(kept, ["D3:D4", "E3:E4", "F3:F4", "G51"], "the boxes for seals are left alone");
    let photos: Vec<&Question> =
        proposal.sheets[1].questions.iter().filter(|q| q.kind == QuestionKind::Photo).collect();
    assert_eq!(photos.len(), 2);
    let explained = &proposal.sheets[1].questions[1];
    assert_eq!(
        (explained.label.as_str(), explained.group.as_deref()),
        ("説明", Some("写真1（採取場の全景）"))
    );
}

#[test]
fn the_staff_housing_sheet_is_understood() {
    let proposal = propose(&sample("staff-housing.xlsx")).unwrap();
    let questions = &proposal.sheets[0].questions;
    assert_eq!(questions.iter().filter(|q| q.kind == QuestionKind::Ruling).count(), 17);
    assert_eq!(
        questions.iter().filter(|q| q.kind == QuestionKind::Acknowledge).count(),
        18,
        "17 × 至急 and the explanation"
    );
    assert_eq!(questions.iter().filter(|q| q.beside.is_some()).count(), 17);
    assert!(questions.iter().any(|q| q.label == "屋根・雨どい: 至急"));
    assert!(questions.iter().any(|q| q.label == "屋根・雨どい: 状態・必要な修繕"));
    let kinds = question(&proposal, "区分");
    assert_eq!(kinds.kind, QuestionKind::SelectOne);
    let Target::Choice { options } = &kinds.target else { panic!() };
    assert_eq!(
        options.iter().map(|o| o.label.as_str()).collect::<Vec<_>>(),
        ["戸建", "集合", "借上げ"],
        "Excel's own list"
    );
    assert_eq!(question(&proposal, "鍵の確認").kind, QuestionKind::SelectMany);
    assert_eq!(question(&proposal, "築年数(年)").kind, QuestionKind::Number);
    assert_eq!(question(&proposal, "特記事項").kind, QuestionKind::LongText);
    assert_eq!(
        questions
            .iter()
            .filter(|q| q.kind == QuestionKind::Photo)
            .map(|q| q.label.as_str())
            .collect::<Vec<_>>(),
        ["状況写真"]
    );
}

#[test]
fn keys_are_unique_and_targets_never_meet() {
    for name in ["gravel-pit.xlsx", "staff-housing.xlsx"] {
        for sheet in &propose(&sample(name)).unwrap().sheets {
            let mut keys: Vec<&str> = sheet.questions.iter().map(|q| q.key.as_str()).collect();
            keys.extend(
                sheet.tables.iter().flat_map(|table| &table.columns).map(|column| column.key.as_str()),
            );
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), all, "{name}");
        }
    }
}

#[test]
fn a_proposal_is_plain_json() {
    let proposal = propose(&sample("gravel-pit.xlsx")).unwrap();
    let json = serde_json::to_string(&proposal).unwrap();
    assert_eq!(serde_json::from_str::<Proposal>(&json).unwrap(), proposal);
    let target: Target = serde_json::from_str(
        r#"{"to":"choice","options":[{"label":"適","mark":{"mark":"box","cell":"D12","at":0}}]}"#,
    )
    .unwrap();
    assert_eq!(
        target,
        Target::Choice {
            options: vec![Choice { label: "適".into(), mark: Mark::Box { cell: cell("D12"), at: 0 } }]
        }
    );
    assert!(serde_json::from_str::<Target>(r#"{"to":"text","cell":"../x"}"#).is_err());
}

#[test]
fn filling_nothing_changes_nothing() {
    for name in ["gravel-pit.xlsx", "staff-housing.xlsx"] {
        let before = sample(name);
        let after = put(&before, Vec::new()).unwrap();
        assert_eq!(parts(&before), parts(&after), "{name}");
    }
}

#[test]
fn only_the_touched_cells_change() {
    let before = sample("gravel-pit.xlsx");
    let after = put(
        &before,
        vec![
            entry("調書", Target::Text { cell: cell("C5") }, Value::Text("=見晴川<第三>&髙﨑①".into())),
            entry("調書", Target::Number { cell: cell("C9") }, Value::Number("12,400.5".into())),
            entry(
                "調書",
                Target::Date { cell: cell("F5"), style: DateStyle::Blanks },
                Value::Date("2026-11-20".into()),
            ),
            entry(
                "調書",
                Target::Date { cell: cell("F9"), style: DateStyle::Serial },
                Value::Date("2027-03-31".into()),
            ),
            entry(
                "調書",
                question(&propose(&before).unwrap(), "のり面の勾配が計画どおりである").target.clone(),
                Value::Chosen(vec!["否".into()]),
            ),
        ],
    )
    .unwrap();
    let (old, new) = (parts(&before), parts(&after));
    assert_eq!(changed(&old, &new), ["xl/worksheets/sheet1.xml"]);
    let (old, new) = (text(&old, "xl/worksheets/sheet1.xml"), text(&new, "xl/worksheets/sheet1.xml"));
    let touched = ["C5", "C9", "F5", "F9", "D18", "E18", "F18"];
    assert_eq!(
        without_cells(&old, &touched),
        without_cells(&new, &touched),
        "every other byte of the sheet stays"
    );
    let style = |xml: &str, address: &str| {
        let from = xml.find(&format!("<c r=\"{address}\"")).unwrap();
        let at = from + xml[from..].find(" s=\"").unwrap() + 4;
        xml[at..at + xml[at..].find('"').unwrap()].to_owned()
    };
    for address in touched {
        assert_eq!(style(&old, address), style(&new, address), "{address} keeps its style");
    }
    assert!(
        new.contains("<t xml:space=\"preserve\">=見晴川&lt;第三&gt;&amp;髙﨑①</t>") && !new.contains("<f")
    );
    assert!(new.contains(">12400.5</v>"));
    assert!(new.contains("<v>46477</v>"), "2027-03-31 as a day number");
    assert!(new.contains("令和8年11月20日") || new.contains("令和　8年"), "the blanks are filled");
    let again = propose(&after).unwrap();
    assert_eq!(
        again.sheets[0].texts.iter().find(|(at, _)| *at == cell("C5")).unwrap().1,
        "=見晴川<第三>&髙﨑①"
    );
    assert_eq!(again.sheets[0].texts.iter().find(|(at, _)| *at == cell("E18")).unwrap().1, "☑");
    assert_eq!(again.sheets[0].texts.iter().find(|(at, _)| *at == cell("D18")).unwrap().1, "☐");
}

#[test]
fn everything_proposed_can_be_filled() {
    for name in ["gravel-pit.xlsx", "staff-housing.xlsx"] {
        let before = sample(name);
        let proposal = propose(&before).unwrap();
        for mark in [ChoiceMark::Oval, ChoiceMark::Brackets, ChoiceMark::Only] {
            let filling = support::answers::filling(&proposal, mark, |seed| {
                Picture::new(&support::photo(160 + seed, 120, seed)).unwrap()
            });
            let filled = fill(&before, &filling).unwrap();
            assert!(filled.notes.is_empty(), "{name}: {:?}", filled.notes);
            let (old, new) = (parts(&before), parts(&filled.bytes));
            for kept in [
                "xl/styles.xml",
                "xl/sharedStrings.xml",
                "xl/workbook.xml",
                "xl/theme/theme1.xml",
                "docProps/core.xml",
            ] {
                assert_eq!(old[kept], new[kept], "{name} {kept}");
            }
            for sheet in old.keys().filter(|part| part.starts_with("xl/worksheets/sheet")) {
                for element in [
                    "<mergeCells",
                    "<cols",
                    "<pageSetup",
                    "<pageMargins",
                    "<sheetFormatPr",
                    "<rowBreaks",
                    "<dataValidations",
                ] {
                    let block = |parts: &Parts| {
                        let xml = text(parts, sheet);
                        xml.find(element).map(|at| xml[at..at + xml[at..].find('>').unwrap()].to_owned())
                    };
                    assert_eq!(block(&old), block(&new), "{name} {sheet} {element}");
                }
                assert_eq!(
                    text(&old, sheet).matches("<mergeCell ").count(),
                    text(&new, sheet).matches("<mergeCell ").count()
                );
            }
            // The result is a workbook that is read again, and its places are taken now.
            let again = propose(&filled.bytes).unwrap();
            assert!(again.sheets[0].questions.len() < proposal.sheets[0].questions.len());
        }
    }
}

#[test]
fn photos_keep_their_aspect_inside_the_frame() {
    let before = sample("gravel-pit.xlsx");
    let proposal = propose(&before).unwrap();
    let frame = proposal.sheets[1].questions.iter().find(|q| q.kind == QuestionKind::Photo).unwrap();
    let pictures: Vec<(Picture, String)> = [(400, 300), (300, 400), (640, 200)]
        .iter()
        .map(|(w, h)| (Picture::new(&support::photo(*w, *h, 1)).unwrap(), "「全景」 & <北>".to_owned()))
        .collect();
    let sizes: Vec<f64> =
        pictures.iter().map(|(p, _)| f64::from(p.size().width) / f64::from(p.size().height)).collect();
    let after =
        put(&before, vec![entry("写真", frame.target.clone(), Value::Pictures(pictures.clone()))]).unwrap();
    let (old, new) = (parts(&before), parts(&after));
    let names = changed(&old, &new);
    assert_eq!(
        names,
        [
            "[Content_Types].xml",
            "xl/drawings/_rels/drawing1.xml.rels",
            "xl/drawings/drawing1.xml",
            "xl/media/image1.jpeg",
            "xl/media/image2.jpeg",
            "xl/media/image3.jpeg",
            "xl/worksheets/_rels/sheet2.xml.rels",
            "xl/worksheets/sheet2.xml",
        ]
    );
    assert_eq!(new["xl/media/image1.jpeg"], pictures[0].0.bytes());
    let drawing = text(&new, "xl/drawings/drawing1.xml");
    let mut rest = drawing.as_str();
    for aspect in sizes {
        let number = |rest: &str, name: &str| -> f64 {
            let at = rest.find(name).unwrap() + name.len();
            rest[at..at + rest[at..].find('"').unwrap()].parse().unwrap()
        };
        rest = &rest[rest.find("<xdr:ext").unwrap()..];
        let (cx, cy) = (number(rest, "cx=\""), number(rest, "cy=\""));
        assert!((cx / cy / aspect - 1.0).abs() < 0.001, "{cx} {cy}");
        assert!(cx < 700.0 * 9_525.0 && cy < 400.0 * 9_525.0, "inside the frame");
        rest = &rest[8..];
    }
    assert!(drawing.contains("descr=\"「全景」 &amp; &lt;北&gt;\""));
    assert!(text(&new, "xl/worksheets/sheet2.xml").contains("<drawing xmlns:r="));
}

/// A workbook with what real sheets have: rich text, formulas, a drawing and a note of its own, odd rows.
fn crowded() -> Vec<u8> {
    let mut book = Workbook::new();
    let boxed = Format::new().set_border(FormatBorder::Thin);
    let red = Format::new().set_font_color(Color::Red).set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name("表 1").unwrap();
    let plain = Format::default();
    sheet.write_with_format(0, 0, "点検", &boxed).unwrap();
    sheet
        .write_rich_string_with_format(
            0,
            1,
            &[(&plain, "□ "), (&red, "異常なし"), (&plain, "　□ "), (&red, "異常あり")],
            &boxed,
        )
        .unwrap();
    sheet.write_with_format(1, 0, "合計", &boxed).unwrap();
    sheet.write_formula_with_format(1, 1, Formula::new("=SUM(C1:C9)").set_result("0"), &boxed).unwrap();
    sheet.write_with_format(2, 0, "氏名", &boxed).unwrap();
    sheet.write_blank(2, 1, &boxed).unwrap();
    sheet.insert_note(2, 0, &Note::new("記入のこと")).unwrap();
    let image = rust_xlsxwriter::Image::new_from_buffer(&support::signature()).unwrap();
    sheet.insert_image(8, 4, &image).unwrap();
    sheet.protect();
    book.save_to_buffer().unwrap()
}

#[test]
fn rich_text_keeps_its_runs_when_a_box_is_ticked() {
    let before = crowded();
    let proposal = propose(&before).unwrap();
    let check = question(&proposal, "点検");
    let after =
        put(&before, vec![entry("表 1", check.target.clone(), Value::Chosen(vec!["異常あり".into()]))])
            .unwrap();
    let xml = text(&parts(&after), "xl/worksheets/sheet1.xml");
    let from = xml.find("<c r=\"B1\"").unwrap();
    let cell = &xml[from..from + xml[from..].find("</c>").unwrap()];
    assert!(cell.contains("t=\"inlineStr\"") && cell.matches("<r>").count() == 4, "{cell}");
    assert!(cell.contains("☑ ") && cell.contains("□ ") && cell.contains("FFFF0000"), "{cell}");
    assert_eq!(parts(&before)["xl/sharedStrings.xml"], parts(&after)["xl/sharedStrings.xml"]);
}

#[test]
fn formulas_are_never_overwritten_and_are_computed_anew() {
    let before = crowded();
    let fault = put(&before, vec![entry("表 1", Target::Text { cell: cell("B2") }, Value::Text("1".into()))])
        .unwrap_err();
    assert_eq!((fault.code.as_str(), fault.params["cell"].as_str()), ("sheet-cell-formula", "B2"));
    let after =
        put(&before, vec![entry("表 1", Target::Number { cell: cell("C4") }, Value::Number("5".into()))])
            .unwrap();
    assert!(text(&parts(&after), "xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
    let xml = text(&parts(&after), "xl/worksheets/sheet1.xml");
    assert!(xml.contains("<row r=\"4\"><c r=\"C4\"><v>5</v></c></row>"), "a row that was not there: {xml}");
}

#[test]
fn a_drawing_of_the_sheet_is_added_to_not_replaced() {
    let before = crowded();
    let area = "D2:F7".parse().unwrap();
    let picture = Picture::new(&support::photo(200, 100, 1)).unwrap();
    let after = put(
        &before,
        vec![entry("表 1", Target::Picture { area }, Value::Pictures(vec![(picture, "全景".into())]))],
    )
    .unwrap();
    let (old, new) = (parts(&before), parts(&after));
    let (was, is) = (text(&old, "xl/drawings/drawing1.xml"), text(&new, "xl/drawings/drawing1.xml"));
    let body = was.strip_suffix("</xdr:wsDr>").unwrap();
    assert!(is.starts_with(body) && is.ends_with("</xdr:wsDr>"), "the old anchors stay byte by byte");
    assert_eq!(is.matches("<xdr:pic>").count(), 2);
    assert!(
        new.contains_key("xl/media/image2.jpeg") && old["xl/media/image1.png"] == new["xl/media/image1.png"]
    );
    assert_eq!(
        old["xl/worksheets/sheet1.xml"], new["xl/worksheets/sheet1.xml"],
        "the worksheet needs no change"
    );
    assert_eq!(old["xl/drawings/vmlDrawing1.vml"], new["xl/drawings/vmlDrawing1.vml"]);
}

#[test]
fn a_form_that_does_not_fit_its_sheet_is_told() {
    let before = sample("gravel-pit.xlsx");
    let code = |entries: Vec<Entry>| put(&before, entries).unwrap_err().code;
    let tick = |cell_name: &str, at: usize| Target::Choice {
        options: vec![Choice { label: "適".into(), mark: Mark::Box { cell: cell(cell_name), at } }],
    };
    let chosen = || Value::Chosen(vec!["適".into()]);
    assert_eq!(
        code(vec![entry("無い", Target::Text { cell: cell("A1") }, Value::Text("x".into()))]),
        "sheet-changed"
    );
    assert_eq!(code(vec![entry("調書", tick("C5", 0), chosen())]), "sheet-changed", "no box there");
    assert_eq!(code(vec![entry("調書", tick("D12", 3), chosen())]), "sheet-changed");
    assert_eq!(code(vec![entry("調書", tick("D12", 0), Value::Chosen(vec!["無い".into()]))]), "sheet-value");
    assert_eq!(
        code(vec![entry("調書", Target::Number { cell: cell("C9") }, Value::Number("1e999".into()))]),
        "sheet-value"
    );
    assert_eq!(
        code(vec![entry("調書", Target::Number { cell: cell("C9") }, Value::Number("NaN".into()))]),
        "sheet-value"
    );
    assert_eq!(
        code(vec![entry(
            "調書",
            Target::Date { cell: cell("F5"), style: DateStyle::Blanks },
            Value::Date("きのう".into())
        )]),
        "sheet-value"
    );
    assert_eq!(
        code(vec![entry(
            "調書",
            Target::Date { cell: cell("C5"), style: DateStyle::Blanks },
            Value::Date("2026-11-20".into())
        )]),
        "sheet-changed"
    );
    let word = Target::Choice {
        options: vec![Choice {
            label: "適".into(),
            mark: Mark::Word { cell: cell("C50"), at: 1, length: 1 },
        }],
    };
    assert_eq!(code(vec![entry("調書", word, chosen())]), "sheet-changed");
}

#[test]
fn a_text_too_long_for_its_cell_stands_in_full_on_a_sheet_of_its_own() {
    let before = sample("gravel-pit.xlsx");
    let long = "とても長い認可番号".repeat(20);
    let entries = vec![
        entry("調書", Target::Text { cell: cell("F6") }, Value::Text(long.clone())),
        entry("調書", Target::Text { cell: cell("G12") }, Value::Text(long.clone())),
    ];
    let filled = fill(&before, &Filling { entries, mark: ChoiceMark::Oval }).unwrap();
    assert_eq!(filled.notes.iter().map(|n| n.code.as_str()).collect::<Vec<_>>(), ["sheet-note-annex"; 2]);
    assert_eq!(filled.notes[0].cell, cell("F6"));
    let parts_after = parts(&filled.bytes);
    assert_eq!(
        text(&parts_after, "xl/styles.xml"),
        text(&parts(&before), "xl/styles.xml"),
        "letters nobody can read help nobody"
    );
    let again = propose(&filled.bytes).unwrap();
    let on = |name: &str| &again.sheets.iter().find(|sheet| sheet.name == name).unwrap().texts;
    let at = |name: &str, place: &str| on(name).iter().find(|(at, _)| *at == cell(place)).unwrap().1.clone();
    assert_eq!((at("調書", "F6"), at("調書", "G12")), ("別紙1".to_owned(), "別紙2".to_owned()));
    assert_eq!((at("別紙", "A3"), at("別紙", "B3")), ("別紙1".to_owned(), "認可番号".to_owned()));
    let whole: String =
        on("別紙").iter().filter(|(at, _)| at.column == 1).map(|(_, text)| text.as_str()).collect();
    assert_eq!(whole, format!("認可番号{long}認可番号{long}"), "nothing is left out");
    // The name is taken the second time.
    let twice = put(&filled.bytes, vec![entry("調書", Target::Text { cell: cell("F6") }, Value::Text(long))])
        .unwrap();
    assert_eq!(propose(&twice).unwrap().sheets.last().unwrap().name, "別紙(2)");
}

#[test]
fn a_text_a_little_too_long_gets_smaller_letters_in_its_cell_alone() {
    let before = sample("gravel-pit.xlsx");
    let target = || Target::Text { cell: cell("F6") };
    let number = |length: usize| "令和8年指令第".chars().cycle().take(length).collect::<String>();
    let filled = |value: String| {
        let entries = vec![entry("調書", target(), Value::Text(value))];
        fill(&before, &Filling { entries, mark: ChoiceMark::Oval }).unwrap()
    };
    let styles = |bytes: &[u8]| text(&parts(bytes), "xl/styles.xml");
    // The first length that does not go in as the sheet stands.
    let changed = (1..60).map(|length| filled(number(length))).find(|f| styles(&f.bytes) != styles(&before));
    let changed = changed.expect("some length needs smaller letters");
    assert!(changed.notes.is_empty(), "{:?}", changed.notes);
    let formats = |bytes: &[u8]| {
        let styles = styles(bytes);
        let table = styles.split("<cellXfs").nth(1).unwrap().split("</cellXfs>").next().unwrap().to_owned();
        table.matches("<xf ").count()
    };
    assert_eq!(formats(&changed.bytes), formats(&before) + 1);
    let new = format!("<c r=\"F6\" s=\"{}\"", formats(&before));
    assert!(text(&parts(&changed.bytes), "xl/worksheets/sheet1.xml").contains(&new));
    propose(&changed.bytes).expect("the sheet is read again");
}

#[test]
fn a_cell_inside_a_merged_range_means_its_first_cell() {
    let before = sample("gravel-pit.xlsx");
    let after =
        put(&before, vec![entry("調書", Target::Text { cell: cell("E7") }, Value::Text("見晴町".into()))])
            .unwrap();
    assert!(text(&parts(&after), "xl/worksheets/sheet1.xml").contains("<c r=\"C7\""));
    assert_eq!(
        propose(&after).unwrap().sheets[0].texts.iter().find(|(at, _)| *at == cell("C7")).unwrap().1,
        "見晴町"
    );
}

#[test]
fn what_looks_like_an_escape_of_excel_stays_text() {
    let before = sample("gravel-pit.xlsx");
    let after = put(
        &before,
        vec![entry(
            "調書",
            Target::Text { cell: cell("C5") },
            Value::Text("_x0041_ と _x004_ と \u{1}\u{8}".into()),
        )],
    )
    .unwrap();
    assert!(text(&parts(&after), "xl/worksheets/sheet1.xml").contains(">_x005F_x0041_ と _x004_ と </t>"));
}

#[test]
fn labels_with_carriage_returns_of_excel_are_read() {
    let mut book = Workbook::new();
    let boxed = Format::new().set_border(FormatBorder::Thin).set_text_wrap();
    let sheet = book.add_worksheet();
    sheet.write_with_format(0, 0, "立会者\r\n氏名", &boxed).unwrap();
    sheet.write_blank(0, 1, &boxed).unwrap();
    let proposal = propose(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(question(&proposal, "立会者氏名").key, "s1-b1");
}
