//! Makes one of each paper to be looked at: `cargo run -p ekitei-report --example gallery FOLDER`.
#![allow(clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::PathBuf;

use ekitei_report::inspection;
use ekitei_report::ledger::{self, PerPage};
use ekitei_report::marks::{Board, Colour, Corner, Mark, Marks, Patch, Spot, Thickness, burn};
use ekitei_report::own_sheet::{self, ChoiceMark};
use ekitei_report::results::{self, Cell, Results};

fn spot(x: f32, y: f32) -> Spot {
    Spot { x, y }
}

fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).expect("a folder"));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    for per_page in PerPage::ALL {
        let count = per_page.count();
        let ledger = support::ledger(per_page, 9, support::picture);
        write(&format!("ledger-{count}.pdf"), &ledger::pdf(&ledger).unwrap());
        write(&format!("ledger-{count}.xlsx"), &ledger::xlsx(&ledger).unwrap());
    }
    let report = support::report();
    write("report.pdf", &inspection::pdf(&report).unwrap());
    write("report.xlsx", &inspection::xlsx(&report).unwrap());
    let marks = Marks {
        marks: vec![
            Mark::Arrow {
                from: spot(0.35, 0.3),
                to: spot(0.56, 0.55),
                colour: Colour::Red,
                thickness: Thickness::Medium,
            },
            Mark::Box {
                area: Patch { from: spot(0.5, 0.52), to: spot(0.78, 0.8) },
                colour: Colour::Yellow,
                thickness: Thickness::Medium,
            },
            Mark::Text {
                at: spot(0.1, 0.2),
                text: "亀裂 L=4.5m\n幅2cm".into(),
                colour: Colour::Red,
                thickness: Thickness::Medium,
            },
            Mark::Text {
                at: spot(0.8, 0.45),
                text: "No.12".into(),
                colour: Colour::White,
                thickness: Thickness::Thick,
            },
            Mark::BlackOut { area: Patch { from: spot(0.1, 0.72), to: spot(0.3, 0.84) } },
        ],
    };
    let board = Board {
        case: "見晴川第三砂利採取場 立入検査".into(),
        place: "見晴町字駅逓12番地".into(),
        item: "北側のり面の亀裂(小段の上から3m)".into(),
        date: "2026-11-20".into(),
        note: "立会者 髙橋".into(),
        corner: Corner::BottomRight,
    };
    write("burnt.jpg", &burn(&support::photo(2016, 1512, 1), &marks, Some(&board)).unwrap());
    write(
        "burnt-upright.jpg",
        &burn(&support::photo(1512, 2016, 3), &marks, Some(&Board { corner: Corner::TopLeft, ..board }))
            .unwrap(),
    );
    let results = Results {
        title: "点検結果".into(),
        section: "指導保安係".into(),
        made_on: "2026-11-21".into(),
        columns: ["番号", "施設", "点検日", "深さ(m)", "所見"].map(str::to_owned).to_vec(),
        rows: vec![
            vec![
                Cell::Number("1".into()),
                Cell::Text("第三採取場".into()),
                Cell::Date("2026-11-20".into()),
                Cell::Number("8.32".into()),
                Cell::Text("=1+1 は式ではない".into()),
            ],
            vec![
                Cell::Number("2".into()),
                Cell::Text("@見晴".into()),
                Cell::Date("2026-11-21".into()),
                Cell::Empty,
                Cell::Text("改行\nあり".into()),
            ],
        ],
    };
    for name in ["gravel-pit", "staff-housing"] {
        let sheet = std::fs::read(
            PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("../../assets/sheets")
                .join(format!("{name}.xlsx")),
        )
        .unwrap();
        let proposal = own_sheet::propose(&sheet).unwrap();
        let filling = support::answers::filling(&proposal, ChoiceMark::Oval, support::picture);
        let filled = own_sheet::fill(&sheet, &filling).unwrap();
        println!("{name}: {:?}", filled.notes);
        write(&format!("{name}.xlsx"), &sheet);
        write(&format!("{name}-filled.xlsx"), &filled.bytes);
    }
    write("results.csv", &results::csv(&results).unwrap());
    write("results.xlsx", &results::xlsx(&results).unwrap());
}
