//! Things written on: a whiteboard with a map, a notice, a check sheet. Everything on them is invented.

use super::canvas::{Canvas, Ink, Rgb, curve, line, lit, oval, rect, shape};
use super::noise::{Dice, clouds, pebbles};

const BLACK: Rgb = [34.0, 36.0, 42.0];
const BLUE: Rgb = [30.0, 72.0, 168.0];
const RED: Rgb = [200.0, 34.0, 38.0];
const GREEN: Rgb = [28.0, 122.0, 66.0];

/// A felt-pen line: slightly unsteady.
fn pen(c: &mut Canvas, dice: &mut Dice, points: &[(f32, f32)], width: f32, colour: Rgb) {
    let shaky: Vec<_> =
        points.iter().map(|(x, y)| (x + dice.between(-1.5, 1.5), y + dice.between(-1.5, 1.5))).collect();
    c.stroke(&curve(&shaky, false), width, Ink::Clear(colour, 0.92));
}

/// Lettering by hand: every sign a little turned and moved.
fn write(c: &mut Canvas, dice: &mut Dice, (x, y): (f32, f32), size: f32, colour: Rgb, text: &str) {
    let mut at = x;
    for sign in text.chars() {
        let here = (at, y + dice.between(-0.05, 0.05) * size);
        c.tilt(dice.between(-4.5, 4.5), here, dice.between(-0.16, 0.02));
        at += c.text(here, size * dice.between(0.92, 1.06), Ink::Clear(colour, 0.93), &sign.to_string())
            + size * 0.03;
    }
    c.tilt(0.0, (0.0, 0.0), 0.0);
}

pub fn whiteboard(c: &mut Canvas, dice: &mut Dice) {
    let room = rect(0.0, 0.0, 1000.0, 750.0);
    c.fill(&room, Ink::Across(0.0, [206.0, 200.0, 186.0], 1000.0, [184.0, 178.0, 166.0]));
    c.shade(&room, |x, y, old| lit(old, 1.0 + 0.03 * pebbles().at(x / 300.0, y / 300.0)));
    let frame = rect(34.0, 30.0, 932.0, 640.0);
    c.shadow(&frame, 8.0, 14.0, 14.0, 0.45);
    c.fill(&frame, Ink::Down(30.0, [206.0, 208.0, 210.0], 670.0, [150.0, 152.0, 156.0]));
    let face = rect(48.0, 44.0, 904.0, 612.0);
    c.fill(&face, Ink::Round((360.0, 200.0), 900.0, [250.0, 251.0, 252.0], [214.0, 218.0, 222.0]));
    let (u, v) = (dice.unit(), dice.unit());
    c.shade(&face, |x, y, old| {
        // Lamp reflection, and smears of earlier writing.
        let lamp = (-((x - 250.0) / 130.0).powi(2) - ((y - 110.0) / 34.0).powi(2)).exp() * 0.05;
        let smear = (clouds().at(u + x / 500.0, v + y / 160.0) - 0.3).max(0.0) * 0.05;
        lit(old, 1.0 + lamp - smear)
    });
    write(c, dice, (76.0, 96.0), 38.0, BLACK, "汐見地区  災害対策本部");
    write(c, dice, (660.0, 96.0), 27.0, BLACK, "9/14 10:20 現在");
    pen(c, dice, &[(70.0, 114.0), (300.0, 112.0), (600.0, 115.0), (930.0, 113.0)], 4.0, BLACK);
    map(c, dice);
    log(c, dice);
    tray(c);
}

fn map(c: &mut Canvas, dice: &mut Dice) {
    // Coast, river, roads, rail.
    let coast: Vec<_> =
        (0..14).map(|i| (80.0 + i as f32 * 42.0, 566.0 + ((i * 37) % 23) as f32 - i as f32 * 2.0)).collect();
    pen(c, dice, &coast, 5.0, BLUE);
    for i in 0..9 {
        let x = 110.0 + i as f32 * 60.0;
        pen(c, dice, &[(x, 604.0), (x + 10.0, 597.0), (x + 20.0, 604.0), (x + 30.0, 597.0)], 3.0, BLUE);
    }
    write(c, dice, (470.0, 638.0), 26.0, BLUE, "海");
    for shift in [0.0, 17.0] {
        pen(
            c,
            dice,
            &[
                (210.0 + shift, 140.0),
                (238.0 + shift, 220.0),
                (222.0 + shift, 320.0),
                (268.0 + shift, 420.0),
                (262.0 + shift, 500.0),
                (290.0 + shift, 556.0),
            ],
            4.5,
            BLUE,
        );
    }
    write(c, dice, (160.0, 176.0), 25.0, BLUE, "汐見川");
    pen(c, dice, &[(80.0, 470.0), (240.0, 462.0), (420.0, 448.0), (610.0, 420.0)], 6.0, BLACK);
    write(c, dice, (86.0, 504.0), 23.0, BLACK, "国道");
    pen(c, dice, &[(420.0, 150.0), (432.0, 280.0), (424.0, 400.0), (440.0, 530.0)], 6.0, BLACK);
    pen(c, dice, &[(90.0, 330.0), (250.0, 300.0), (430.0, 262.0), (600.0, 250.0)], 4.0, BLACK);
    // The flooded quarter, hatched.
    let flood =
        [(286.0, 330.0), (352.0, 318.0), (412.0, 356.0), (404.0, 430.0), (330.0, 446.0), (284.0, 410.0)];
    c.fill(&curve(&flood, true), Ink::Clear([90.0, 150.0, 230.0], 0.22));
    let mut edge = flood.to_vec();
    edge.push(flood[0]);
    pen(c, dice, &edge, 4.0, BLUE);
    for i in 0..9 {
        let x = 292.0 + i as f32 * 13.0;
        pen(c, dice, &[(x, 344.0 + i as f32), (x - 8.0, 424.0)], 2.4, BLUE);
    }
    write(c, dice, (290.0, 392.0), 26.0, RED, "床下12戸");
    // Closures and a landslide.
    for (x, y) in [(256.0, 461.0), (430.0, 300.0)] {
        pen(c, dice, &[(x - 18.0, y - 18.0), (x + 18.0, y + 18.0)], 7.0, RED);
        pen(c, dice, &[(x + 18.0, y - 18.0), (x - 18.0, y + 18.0)], 7.0, RED);
    }
    write(c, dice, (120.0, 438.0), 25.0, RED, "通行止");
    write(c, dice, (456.0, 318.0), 25.0, RED, "土砂崩れ");
    pen(
        c,
        dice,
        &[(500.0, 150.0), (524.0, 178.0), (548.0, 150.0), (574.0, 182.0), (598.0, 150.0)],
        4.0,
        GREEN,
    );
    write(c, dice, (500.0, 218.0), 23.0, GREEN, "高台");
    // Shelters: circled marks with head counts.
    for (x, y, text) in [(540.0, 350.0, "体育館 48名"), (116.0, 246.0, "集会所 15名")] {
        let ring: Vec<_> = (0..=12)
            .map(|i| {
                let a = i as f32 / 12.0 * std::f32::consts::TAU;
                (x + a.cos() * 15.0, y + a.sin() * 15.0)
            })
            .collect();
        pen(c, dice, &ring, 5.0, GREEN);
        c.fill(&oval(x, y, 6.0, 6.0), Ink::Flat(GREEN));
        let left = if x > 500.0 { 496.0 } else { 76.0 };
        write(c, dice, (x + 22.0, y + 9.0), 22.0, GREEN, "避難所");
        write(c, dice, (left, y + 44.0), 22.0, GREEN, text);
    }
    pen(c, dice, &[(600.0, 600.0), (600.0, 548.0)], 4.0, BLACK);
    pen(c, dice, &[(588.0, 564.0), (600.0, 546.0), (612.0, 564.0)], 4.0, BLACK);
    write(c, dice, (591.0, 538.0), 22.0, BLACK, "北");
}

fn log(c: &mut Canvas, dice: &mut Dice) {
    pen(c, dice, &[(642.0, 130.0), (640.0, 380.0), (643.0, 640.0)], 4.0, BLACK);
    let rows = [
        ("5:40", "大雨警報", BLACK),
        ("7:10", "本部設置", BLACK),
        ("7:55", "川 水位 2.8m ↑", BLUE),
        ("8:30", "避難指示 汐見", RED),
        ("9:05", "国道 通行止", RED),
        ("9:40", "停電 約300戸", RED),
        ("10:05", "給水車 2台 依頼", BLACK),
        ("10:20", "水位 2.4m ↓", BLUE),
    ];
    for (i, (time, what, colour)) in rows.into_iter().enumerate() {
        let y = 168.0 + i as f32 * 46.0;
        write(c, dice, (656.0, y), 24.0, BLACK, time);
        write(c, dice, (744.0, y), 24.0, colour, what);
    }
    let corners = [(656.0, 528.0), (934.0, 525.0), (936.0, 630.0), (658.0, 633.0), (656.0, 528.0)];
    for side in corners.windows(2) {
        pen(c, dice, side, 4.0, RED);
    }
    write(c, dice, (672.0, 566.0), 26.0, RED, "次回 会議 11:00");
    write(c, dice, (672.0, 612.0), 24.0, BLACK, "当直 係長・主査");
}

fn tray(c: &mut Canvas) {
    for (x, y, colour) in [(900.0, 62.0, RED), (928.0, 62.0, BLUE)] {
        c.shadow(&oval(x, y, 11.0, 11.0), 2.0, 3.0, 3.0, 0.5);
        c.fill(
            &oval(x, y, 11.0, 11.0),
            Ink::Round((x - 4.0, y - 4.0), 15.0, lit(colour, 1.4), lit(colour, 0.7)),
        );
    }
    c.fill(
        &rect(120.0, 664.0, 620.0, 20.0),
        Ink::Down(664.0, [216.0, 218.0, 220.0], 684.0, [120.0, 122.0, 126.0]),
    );
    for (x, colour) in [(170.0, BLACK), (290.0, RED), (410.0, BLUE), (530.0, GREEN)] {
        c.fill(&rect(x, 653.0, 96.0, 13.0), Ink::Down(653.0, [250.0; 3], 666.0, [190.0; 3]));
        c.fill(
            &rect(x + 66.0, 652.0, 32.0, 15.0),
            Ink::Down(652.0, lit(colour, 1.3), 667.0, lit(colour, 0.7)),
        );
    }
    c.fill(&rect(648.0, 646.0, 76.0, 22.0), Ink::Down(646.0, [70.0, 74.0, 92.0], 668.0, [40.0, 42.0, 54.0]));
}

/// A table top of planks.
fn desk(c: &mut Canvas, dice: &mut Dice, wood: Rgb) {
    let top = rect(0.0, 0.0, 1000.0, 1000.0);
    let (u, v) = (dice.unit(), dice.unit());
    c.fill(&top, Ink::Flat(wood));
    c.shade(&top, |x, y, old| {
        let grain = clouds().at(u + x / 90.0, v + y / 2600.0) * 0.16
            + clouds().at(u + x / 26.0, v + y / 1500.0) * 0.06;
        let plank = if (x / 190.0).fract() < 0.012 { -0.4 } else { ((x / 190.0).floor() * 1.7).sin() * 0.05 };
        lit(old, 1.02 + grain + plank - (y - 300.0) / 5000.0)
    });
}

/// White paper with its shadow; a wide soft fold across the middle.
fn paper(c: &mut Canvas, dice: &mut Dice, (x, y, w, h): (f32, f32, f32, f32), tint: Rgb) {
    let sheet = rect(x, y, w, h);
    c.shadow(&sheet, 9.0, 12.0, 14.0, 0.5);
    c.fill(&sheet, Ink::Across(x, lit(tint, 1.02), x + w, lit(tint, 0.93)));
    let (u, v) = (dice.unit(), dice.unit());
    let fold = y + h * 0.36;
    c.shade(&sheet, |px, py, old| {
        let crease =
            (-((py - fold) / 5.0).powi(2)).exp() * -0.07 + (-((py - fold - 9.0) / 9.0).powi(2)).exp() * 0.03;
        let wave = clouds().at(u + px / 1800.0, v + py / 1800.0) * 0.035
            + pebbles().at(px / 420.0, py / 420.0) * 0.008;
        lit(old, 1.0 + crease + wave)
    });
}

pub fn pension_notice(c: &mut Canvas, dice: &mut Dice) {
    desk(c, dice, [158.0, 112.0, 72.0]);
    let turn = dice.between(-3.0, 2.0);
    c.tilt(turn, (375.0, 500.0), -0.02);
    paper(c, dice, (78.0, 56.0, 600.0, 872.0), [246.0, 247.0, 250.0]);
    let ink = Ink::Flat([36.0, 38.0, 46.0]);
    let green = [42.0, 116.0, 92.0];
    c.fill(&rect(78.0, 56.0, 600.0, 18.0), Ink::Flat(green));
    c.text((112.0, 112.0), 17.0, ink, "〒000-0000");
    c.text((112.0, 138.0), 17.0, ink, "若葉市緑町 1丁目 2番 3号");
    c.text((112.0, 176.0), 25.0, ink, "見本  花子  様");
    c.text((470.0, 112.0), 15.0, ink, "令和8年6月3日");
    c.text((470.0, 136.0), 15.0, ink, "見本年金センター");
    c.text((470.0, 160.0), 15.0, ink, "番号 0000-000000");
    c.text((178.0, 246.0), 35.0, Ink::Flat(green), "年金額改定のお知らせ");
    c.stroke(&line(&[(112.0, 264.0), (644.0, 264.0)]), 2.5, Ink::Flat(green));
    for (i, row) in [
        "令和8年4月分からの年金額が次のとおり変わります。",
        "お支払いは偶数月の15日です(土日祝日はその前の日)。",
        "このお知らせは大切に保管してください。",
    ]
    .into_iter()
    .enumerate()
    {
        c.text((112.0, 304.0 + i as f32 * 30.0), 19.0, ink, row);
    }
    let rows = [
        ("年金の種類", "改定前(年額)", "改定後(年額)"),
        ("基礎年金", "780,900円", "795,000円"),
        ("厚生年金", "412,300円", "419,700円"),
        ("加給額", "0円", "0円"),
        ("合計", "1,193,200円", "1,214,700円"),
        ("1回の支払額", "198,866円", "202,450円"),
    ];
    c.fill(&rect(112.0, 396.0, 532.0, 44.0), Ink::Flat([214.0, 234.0, 226.0]));
    for (i, (kind, before, after)) in rows.into_iter().enumerate() {
        let y = 396.0 + i as f32 * 44.0;
        let size = if i == 0 { 18.0 } else { 20.0 };
        c.text((124.0, y + 30.0), size, ink, kind);
        c.text((296.0, y + 30.0), size, ink, before);
        c.text((480.0, y + 30.0), size, ink, after);
        c.stroke(&line(&[(112.0, y), (644.0, y)]), 1.4, ink);
    }
    c.stroke(&rect(112.0, 396.0, 532.0, 264.0), 2.2, ink);
    for x in [284.0, 468.0] {
        c.stroke(&line(&[(x, 396.0), (x, 660.0)]), 1.4, ink);
    }
    for (i, row) in [
        "・介護保険料と住民税は支払額から差し引かれます。",
        "・住所や受取口座が変わったときは届け出てください。",
        "・ご不明な点は下の窓口へおたずねください。",
    ]
    .into_iter()
    .enumerate()
    {
        c.text((112.0, 700.0 + i as f32 * 28.0), 17.0, ink, row);
    }
    c.stroke(&rect(112.0, 792.0, 300.0, 84.0), 1.6, ink);
    c.text((124.0, 822.0), 17.0, ink, "お問い合わせ 見本窓口");
    c.text((124.0, 852.0), 17.0, ink, "受付 平日 8:30から17:15");
    let red = Ink::Clear([204.0, 40.0, 40.0], 0.8);
    c.stroke(&oval(568.0, 826.0, 52.0, 52.0), 4.5, red);
    c.text((526.0, 842.0), 42.0, red, "見本");
    c.tilt(0.0, (0.0, 0.0), 0.0);
    glasses(c);
}

/// Reading glasses at the edge of the table.
fn glasses(c: &mut Canvas) {
    let frame = Ink::Flat([48.0, 38.0, 34.0]);
    for x in [566.0, 668.0] {
        c.fill(&oval(x, 958.0, 46.0, 34.0), Ink::Clear([220.0, 232.0, 240.0], 0.22));
        c.stroke(&oval(x + 4.0, 964.0, 46.0, 34.0), 5.0, Ink::Clear([0.0; 3], 0.3));
        c.stroke(&oval(x, 958.0, 46.0, 34.0), 6.0, frame);
    }
    c.stroke(&curve(&[(611.0, 952.0), (617.0, 944.0), (623.0, 952.0)], false), 6.0, frame);
    c.stroke(&curve(&[(520.0, 952.0), (480.0, 962.0), (452.0, 998.0)], false), 6.0, frame);
}

pub fn check_sheet(c: &mut Canvas, dice: &mut Dice) {
    desk(c, dice, [120.0, 124.0, 122.0]);
    c.tilt(dice.between(-2.0, 3.0), (375.0, 500.0), 0.0);
    let plate = rect(70.0, 44.0, 610.0, 912.0);
    c.shadow(&plate, 10.0, 14.0, 14.0, 0.5);
    c.fill(&plate, Ink::Across(70.0, [122.0, 84.0, 50.0], 680.0, [92.0, 60.0, 36.0]));
    c.shade(&plate, |x, y, old| lit(old, 1.0 + 0.2 * pebbles().at(x / 230.0, y / 230.0)));
    paper(c, dice, (98.0, 96.0, 554.0, 836.0), [248.0, 247.0, 242.0]);
    let ink = Ink::Flat([40.0, 42.0, 48.0]);
    c.text((222.0, 170.0), 33.0, ink, "火薬庫  定期点検票");
    for (i, (label, value)) in
        [("施設", "烏帽子火薬庫"), ("点検日", "令和8年5月21日"), ("点検者", "指導保安係")]
            .into_iter()
            .enumerate()
    {
        let y = 204.0 + i as f32 * 38.0;
        c.stroke(&rect(124.0, y, 502.0, 38.0), 1.6, ink);
        c.fill(&rect(124.0, y, 110.0, 38.0), Ink::Clear([120.0, 140.0, 170.0], 0.22));
        c.text((136.0, y + 27.0), 20.0, ink, label);
        write_by_hand(c, dice, (250.0, y + 28.0), 22.0, value);
    }
    let rows = [
        ("扉と錠前に異常がない", 0),
        ("警報装置が作動する", 0),
        ("避雷針の接地抵抗", 0),
        ("換気口の金網に破れがない", 1),
        ("床に漏れ・汚れがない", 0),
        ("標識が読み取れる", 0),
        ("帳簿と在庫が一致する", 0),
        ("消火設備の期限内", 0),
        ("周囲の草刈りができている", 1),
        ("見張り・巡視の記録", 0),
    ];
    c.fill(&rect(124.0, 336.0, 502.0, 36.0), Ink::Clear([120.0, 140.0, 170.0], 0.3));
    c.text((190.0, 361.0), 19.0, ink, "点検項目");
    for (x, head) in [(438.0, "良"), (500.0, "否"), (560.0, "備考")] {
        c.text((x, 361.0), 19.0, ink, head);
    }
    for (i, (row, verdict)) in rows.into_iter().enumerate() {
        let y = 372.0 + i as f32 * 42.0;
        c.text((134.0, y + 28.0), 18.0, ink, &format!("{}", i + 1));
        c.text((168.0, y + 28.0), 20.0, ink, row);
        c.stroke(&line(&[(124.0, y), (626.0, y)]), 1.3, ink);
        let x = if verdict == 0 { 440.0 } else { 500.0 };
        tick(c, dice, x, y + 20.0, if verdict == 0 { [30.0, 52.0, 130.0] } else { RED });
    }
    c.stroke(&rect(124.0, 336.0, 502.0, 456.0), 2.0, ink);
    for x in [160.0, 424.0, 486.0, 548.0] {
        c.stroke(&line(&[(x, 336.0), (x, 792.0)]), 1.3, ink);
    }
    write_by_hand(c, dice, (556.0, 526.0), 17.0, "要交換");
    write_by_hand(c, dice, (556.0, 736.0), 17.0, "6月まで");
    c.text((124.0, 826.0), 18.0, ink, "特記事項");
    write_by_hand(c, dice, (136.0, 862.0), 22.0, "北側の金網に 3cm の破れ。写真あり。");
    c.stroke(&line(&[(124.0, 876.0), (626.0, 876.0)]), 1.2, ink);
    c.stroke(&oval(590.0, 168.0, 25.0, 25.0), 3.0, Ink::Clear(RED, 0.85));
    c.text((570.0, 176.0), 20.0, Ink::Clear(RED, 0.85), "確認");
    clip(c);
    c.tilt(0.0, (0.0, 0.0), 0.0);
    ballpoint(c);
}

/// Ball-pen lettering on the tilted sheet: uneven, but without another tilt.
fn write_by_hand(c: &mut Canvas, dice: &mut Dice, (x, y): (f32, f32), size: f32, text: &str) {
    let mut at = x;
    for sign in text.chars() {
        let place = (at, y + dice.between(-0.06, 0.06) * size);
        at +=
            c.text(place, size * dice.between(0.9, 1.08), Ink::Flat([30.0, 52.0, 130.0]), &sign.to_string())
                + dice.between(0.0, 1.5);
    }
}

fn tick(c: &mut Canvas, dice: &mut Dice, x: f32, y: f32, colour: Rgb) {
    pen(c, dice, &[(x, y), (x + 8.0, y + 10.0), (x + 27.0, y - 13.0)], 3.6, colour);
}

fn clip(c: &mut Canvas) {
    let bar = shape(&[(258.0, 44.0), (492.0, 44.0), (506.0, 112.0), (244.0, 112.0)]);
    c.shadow(&bar, 4.0, 8.0, 8.0, 0.5);
    c.fill(&bar, Ink::Down(44.0, [226.0, 228.0, 232.0], 112.0, [120.0, 124.0, 130.0]));
    c.fill(&rect(250.0, 70.0, 250.0, 9.0), Ink::Flat([246.0, 247.0, 248.0]));
    c.fill(&oval(375.0, 58.0, 17.0, 10.0), Ink::Flat([92.0, 68.0, 46.0]));
}

fn ballpoint(c: &mut Canvas) {
    let (from, to) = ((668.0, 990.0), (716.0, 560.0));
    c.stroke(
        &line(&[(from.0 + 9.0, from.1 + 8.0), (to.0 + 9.0, to.1 + 8.0)]),
        18.0,
        Ink::Clear([0.0; 3], 0.3),
    );
    c.stroke(&line(&[from, to]), 19.0, Ink::Flat([30.0, 60.0, 140.0]));
    c.stroke(
        &line(&[(from.0 - 4.0, from.1), (to.0 - 4.0, to.1)]),
        5.0,
        Ink::Clear([200.0, 214.0, 250.0], 0.7),
    );
    c.stroke(&line(&[to, (719.5, 528.0)]), 9.0, Ink::Flat([196.0, 198.0, 202.0]));
    c.stroke(&line(&[(719.5, 528.0), (721.5, 508.0)]), 3.5, Ink::Flat([150.0, 152.0, 156.0]));
}
