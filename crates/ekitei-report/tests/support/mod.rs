//! Drawn photographs and filled papers for tests and examples. All content is invented.
#![allow(clippy::unwrap_used, dead_code)]

pub mod answers;
pub mod stained;

use ekitei_report::Picture;
use ekitei_report::inspection::{Fact, Finding, Line, Part, Photo, Report, Signature};
use ekitei_report::ledger::{Ledger, PerPage, Row};
use jpeg_encoder::{ColorType, Encoder};
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Stroke, Transform};

/// A JPEG of a gravel pit under a sky: hills, a slope, a pond, grain like a camera's. `seed` varies it.
pub fn photo(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let mut map = Pixmap::new(width, height).unwrap();
    let (w, h) = (width as f32, height as f32);
    let shift = (seed % 7) as f32 / 7.0;
    let mut fill = |points: &[(f32, f32)], colour: [u8; 3]| {
        let mut path = PathBuilder::new();
        path.move_to(points[0].0 * w, points[0].1 * h);
        for point in &points[1..] {
            path.line_to(point.0 * w, point.1 * h);
        }
        path.close();
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color(Color::from_rgba8(colour[0], colour[1], colour[2], 255));
        map.fill_path(&path.finish().unwrap(), &paint, FillRule::Winding, Transform::identity(), None);
    };
    fill(&[(0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5)], [150, 190, 226]);
    fill(
        &[
            (0.0, 0.34),
            (0.2 + shift * 0.2, 0.2),
            (0.5, 0.32),
            (0.75, 0.22),
            (1.0, 0.36),
            (1.0, 0.6),
            (0.0, 0.6),
        ],
        [92, 122, 96],
    );
    fill(&[(0.0, 0.5), (0.35, 0.42), (1.0, 0.56), (1.0, 1.0), (0.0, 1.0)], [176, 156, 124]);
    fill(&[(0.3, 0.95), (0.45 + shift * 0.2, 0.5), (0.8, 0.48), (0.97, 0.95)], [146, 124, 96]);
    fill(&[(0.08, 0.74), (0.34, 0.7), (0.42, 0.8), (0.16, 0.88)], [112, 138, 148]);
    let mut line = PathBuilder::new();
    for step in 0..9 {
        let x = 0.48 + step as f32 * 0.05;
        line.move_to(x * w, 0.55 * h);
        line.line_to((x + shift * 0.04 - 0.02) * w, 0.9 * h);
    }
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(110, 90, 66, 255));
    map.stroke_path(
        &line.finish().unwrap(),
        &paint,
        &Stroke { width: w / 300.0, ..Stroke::default() },
        Transform::identity(),
        None,
    );
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let rgb: Vec<u8> = map
        .data()
        .chunks_exact(4)
        .flat_map(|pixel| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let grain = (state % 13) as i16 - 6;
            [pixel[0], pixel[1], pixel[2]].map(|value| (i16::from(value) + grain).clamp(0, 255) as u8)
        })
        .collect();
    let mut out = Vec::new();
    let encoder = Encoder::new(&mut out, 80);
    encoder.encode(&rgb, width as u16, height as u16, ColorType::Rgb).unwrap();
    out
}

/// A signature drawn in ink on transparent ground, as PNG.
pub fn signature() -> Vec<u8> {
    let mut map = Pixmap::new(600, 200).unwrap();
    let mut path = PathBuilder::new();
    path.move_to(60.0, 120.0);
    path.cubic_to(120.0, 20.0, 140.0, 190.0, 200.0, 90.0);
    path.cubic_to(240.0, 30.0, 260.0, 170.0, 320.0, 110.0);
    path.cubic_to(360.0, 60.0, 380.0, 150.0, 430.0, 100.0);
    path.cubic_to(470.0, 60.0, 500.0, 120.0, 550.0, 90.0);
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(16, 24, 60, 255));
    map.stroke_path(
        &path.finish().unwrap(),
        &paint,
        &Stroke { width: 6.0, ..Stroke::default() },
        Transform::identity(),
        None,
    );
    // The ink is opaque or absent but for its edge, so premultiplied colours serve as they are.
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, 600, 200);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(map.data()).unwrap();
    out
}

pub fn picture(seed: u32) -> Picture {
    let (width, height) = if seed % 4 == 3 { (720, 960) } else { (960, 720) };
    Picture::new(&photo(width, height, seed)).unwrap()
}

const TITLES: [&str; 6] = [
    "採取場の全景",
    "北側のり面の亀裂",
    "沈砂池と排水路の状況(下流側から)",
    "出入口の泥落とし設備",
    "境界杭 No.12 付近",
    "掘削面の最深部(測点⑧、設計深さ GL-8.5mに対し実測値を示す標尺)",
];
const CAPTIONS: [&str; 6] = [
    "採取区域の南西の角から北東を望む。重機は2台、稼働していない。",
    "小段の上から3mの位置に、長さ約4.5m、幅2cmの亀裂がある。湧水はない。前回(令和8年4月)の写真と比べて広がっていないが、雨のあとに再度確かめる。「立入禁止」のロープを張るよう、その場で伝えた。",
    "",
    "水は循環式。タイヤに付いた泥は落ちている。",
    "杭は計画図のとおり。髙橋・﨑田(立会者)が確認した。①の杭だけ、頭の塗装がはげている。https://example.invalid/plan/2026/gravel-pit/boundary-survey-result",
    "測定は2回行い、平均は8.32mであった。",
];

pub fn ledger(per_page: PerPage, count: usize, picture: impl Fn(u32) -> Picture) -> Ledger {
    Ledger {
        title: String::new(),
        case_number: "砂-2026-014".into(),
        case_name: "見晴川第三砂利採取場 立入検査".into(),
        section: "駅逓振興局 商工労働観光課 指導保安係".into(),
        made_on: "2026-11-21".into(),
        per_page,
        rows: (0..count)
            .map(|index| Row {
                number: index as u32 + 1,
                title: TITLES[index % 6].into(),
                place: ["見晴町字駅逓12番地", "見晴町字駅逓12番地先、町道見晴3号線との境界付近"][index % 2]
                    .into(),
                date: "2026-11-20".into(),
                caption: CAPTIONS[index % 6].into(),
                inspector: "駅逓 太郎".into(),
                picture: (index % 9 != 8).then(|| picture(index as u32)),
            })
            .collect(),
    }
}

pub fn report() -> Report {
    let options = || vec!["適".to_owned(), "否".to_owned(), "該当なし".to_owned()];
    let ruling = |(index, text): (usize, &&str)| Line::Ruling {
        label: (*text).to_owned(),
        options: options(),
        chosen: Some(if index % 7 == 4 {
            1
        } else if index % 5 == 3 {
            2
        } else {
            0
        }),
        remark: if index % 7 == 4 {
            "亀裂あり(写真2)。ロープを張るよう伝えた。".into()
        } else {
            String::new()
        },
    };
    let items = [
        "認可証の写しを事務所に備えている",
        "採取場の見やすい場所に標識を掲げている",
        "採取区域の境界に杭を設けている",
        "採取の深さが認可の範囲内である",
        "のり面に崩れ・亀裂・湧水がなく、小段の幅と勾配が採取計画書に示した値のとおりに保たれている",
        "土砂の流出を防ぐ施設がある",
        "沈砂池の容量が足りている",
        "濁水を外へ流していない",
        "出入口に泥落としの設備がある",
        "道路に土砂・泥を落としていない",
        "帳簿を備え、毎月記載している",
        "前回の指摘が改善されている",
    ];
    let fact = |label: &str, value: &str| Fact { label: label.into(), value: value.into() };
    Report {
        title: "砂利採取場 立入検査調書".into(),
        case_number: "砂-2026-014".into(),
        case_name: "見晴川第三砂利採取場".into(),
        section: "駅逓振興局 商工労働観光課 指導保安係".into(),
        made_on: "2026-11-21".into(),
        facts: vec![
            fact("所在地", "見晴町字駅逓12番地から18番地まで(町道見晴3号線の東側、採取区域の面積は12,400㎡)"),
            fact("検査年月日", "2026-11-20"),
            fact("天候", "曇"),
            fact("採取業者", "見晴砂利株式会社"),
            fact("立会者", "髙橋 一郎(採取業務管理者)"),
            fact("検査員", "駅逓 太郎"),
            fact("認可番号", "駅商第123号"),
        ],
        parts: vec![
            Part { title: "1 検査事項".into(), lines: items.iter().enumerate().map(ruling).collect() },
            Part {
                title: "2 測定".into(),
                lines: vec![
                    Line::Choice {
                        label: "測定の方法".into(),
                        options: vec!["標尺".into(), "レーザー距離計".into(), "GNSS".into(), "その他".into()],
                        chosen: vec![0, 1],
                    },
                    Line::Value { label: "認可期限".into(), value: "2027-03-31".into() },
                    Line::Table {
                        label: "掘削深さ".into(),
                        heads: ["測点", "設計(m)", "実測(m)", "差(m)", "備考"].map(str::to_owned).to_vec(),
                        rows: (1..=8)
                            .map(|n| vec![format!("No.{n}"), "8.50".into(), format!("8.{n}2"), format!("-0.{}8", 4 - n % 4), if n == 3 { "水たまりのため縁から測定".into() } else { String::new() }])
                            .collect(),
                    },
                ],
            },
        ],
        findings: vec![
            Finding {
                number: 1,
                item: "のり面に崩れ・亀裂・湧水がない".into(),
                text: "北側のり面の小段の上から3mの位置に、長さ約4.5m、幅2cmの亀裂がある。亀裂の周りに人が入らないようロープを張り、雨のあとに広がりを測って記録すること。".into(),
                due: "2026-12-05".into(),
                photos: vec![
                    Photo { picture: picture(1), caption: "写真2 北側のり面の亀裂".into() },
                    Photo { picture: picture(3), caption: "写真3 亀裂の近景。標尺は1m。".into() },
                    Photo { picture: picture(4), caption: String::new() },
                ],
            },
            Finding {
                number: 2,
                item: "帳簿を備え、毎月記載している".into(),
                text: "10月分の採取数量が書かれていない。".into(),
                due: "直ちに".into(),
                photos: Vec::new(),
            },
        ],
        result: "否(指摘事項の改善を確認するまで)".into(),
        opinion: "おおむね採取計画のとおり行われている。北側のり面の亀裂は湧水を伴わず、直ちに崩れるおそれは小さいが、融雪期の前に再度立ち入って確かめる必要がある。\n帳簿については、その場で記載を指導した。".into(),
        signatures: vec![
            Signature {
                role: "立会者".into(),
                name: "髙橋 一郎".into(),
                date: "2026-11-20".into(),
                picture: Some(Picture::new(&signature()).unwrap()),
            },
            Signature { role: "検査員".into(), name: "駅逓 太郎".into(), date: "2026-11-20".into(), picture: None },
        ],
    }
}
