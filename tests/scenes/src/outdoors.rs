//! Open ground: sky, ridges, stony floors, and the gravel pit made of them.

use super::canvas::{Canvas, Ink, Rgb, curve, line, lit, mix, oval, rect, shape};
use super::noise::{Dice, clouds, pebbles};

/// Sky down to `horizon` with clouds; `cover` from 0 (blue) to 1 (grey lid).
pub fn sky(c: &mut Canvas, dice: &mut Dice, horizon: f32, high: Rgb, low: Rgb, cover: f32) {
    let (u0, v0) = (dice.unit(), dice.unit());
    c.shade(&rect(0.0, 0.0, 1000.0, horizon + 2.0), |x, y, _| {
        let share = y / horizon;
        let blue = mix(high, low, share.powf(0.8));
        // Clouds lie flatter towards the horizon.
        let flat = 1.0 + 2.5 * share;
        let n = clouds().at(u0 + x / 1500.0, v0 + y * flat / 1500.0)
            + 0.4 * clouds().at(u0 + x / 400.0, v0 + y * flat / 400.0);
        let cloud = ((n - 0.35 + cover * 1.1) * 1.6).clamp(0.0, 1.0);
        let shade = clouds().at(u0 + x / 900.0, v0 + (y + 30.0) * flat / 900.0) * 18.0;
        mix(blue, [238.0 - shade, 240.0 - shade, 244.0 - shade], cloud * 0.9)
    });
}

/// A ridge line across the picture, rising and falling around `height`.
pub fn ridge(dice: &mut Dice, height: f32, relief: f32, base: f32) -> Vec<(f32, f32)> {
    let (u, v) = (dice.unit(), dice.unit());
    let mut points = vec![(-10.0, base)];
    for i in 0..=200 {
        let x = -10.0 + i as f32 * 5.1;
        let n = clouds().at(u + x / 2400.0, v) + 0.25 * clouds().at(u + x / 300.0, v + 0.5);
        points.push((x, height - relief * n));
    }
    points.push((1010.0, base));
    points
}

/// Stony ground in perspective below `horizon`; `size` is the stones' size at the lower edge in units.
pub fn gravel(c: &mut Canvas, outline: &tiny_skia::Path, horizon: f32, size: f32, stone: Rgb, strength: f32) {
    c.shade(outline, |x, y, old| {
        // One at the lower edge, growing towards the horizon.
        let depth = (750.0 - horizon) / (y - horizon).max(4.0);
        let (u, v) = ((x - 500.0) * depth / size, (750.0 - horizon) * 1.6 * depth / size);
        let near = (1.25 - depth * 0.16).clamp(0.06, 1.0);
        // Two sizes of stones over soil: one alone looks like paving.
        let coarse = pebbles().at(u / 100.0, v / 100.0);
        let fine = pebbles().at(u / 38.0 + 0.37, v / 38.0 + 0.11);
        let soil = clouds().at(u / 260.0, v / 150.0);
        let share = (0.5 + 1.4 * soil).clamp(0.0, 1.0);
        let n = (coarse * share + fine * (1.0 - share)) * near + 0.45 * soil;
        let ground = mix(old, stone, 0.35 + 0.3 * soil);
        lit(ground, 1.0 + strength * n)
    });
}

pub fn gravel_pit(c: &mut Canvas, dice: &mut Dice) {
    sky(c, dice, 330.0, [92.0, 142.0, 205.0], [200.0, 220.0, 236.0], 0.25);
    let far = ridge(dice, 250.0, 45.0, 420.0);
    c.fill(&curve(&far, true), Ink::Down(200.0, [112.0, 140.0, 168.0], 330.0, [150.0, 172.0, 186.0]));
    let near = ridge(dice, 300.0, 30.0, 420.0);
    let wood = shape(&near);
    c.fill(&wood, Ink::Down(260.0, [62.0, 92.0, 62.0], 400.0, [88.0, 112.0, 72.0]));
    c.shade(&wood, |x, y, old| lit(old, 1.0 + 0.35 * pebbles().at(x / 160.0, y / 110.0)));
    floor(c);
    slope(c, dice);
    heap(c, 158.0, 462.0, 1.0);
    digger(c, dice.between(318.0, 352.0), dice.between(500.0, 512.0), 1.25);
    puddle(c, dice);
    stones(c, dice, 120);
    let view = ["のり面確認", "掘削面全景", "区域境界", "小段の確認"][dice.below(4)];
    let grade = ["勾配 1:1.2", "勾配 1:1.5", "勾配 1:1.8"][dice.below(3)];
    let depth = format!("掘削深 {:.1} m", dice.between(2.4, 4.8));
    board(c, 40.0, 480.0, &["採取場  丸太沢", view, grade, &depth]);
}

fn floor(c: &mut Canvas) {
    let ground = rect(0.0, 395.0, 1000.0, 355.0);
    c.fill(&ground, Ink::Down(395.0, [186.0, 170.0, 142.0], 750.0, [148.0, 132.0, 108.0]));
    gravel(c, &ground, 360.0, 11.0, [150.0, 146.0, 138.0], 0.34);
    // Wheel tracks curving towards the digger.
    for (offset, width) in [(0.0, 15.0), (74.0, 17.0)] {
        let track = curve(
            &[
                (560.0 + offset, 760.0),
                (520.0 + offset * 0.8, 640.0),
                (455.0 + offset * 0.5, 560.0),
                (430.0 + offset * 0.3, 500.0),
            ],
            false,
        );
        c.stroke(&track, width, Ink::Clear([84.0, 70.0, 54.0], 0.30));
        c.stroke(&track, width * 0.6, Ink::Clear([70.0, 58.0, 44.0], 0.22));
    }
}

/// The cut face on the right: three benches, bedding lines, scree at the feet.
fn slope(c: &mut Canvas, dice: &mut Dice) {
    let tops = [(600.0, 180.0, 300.0), (535.0, 262.0, 375.0), (470.0, 345.0, 470.0)];
    for (i, (left, top, foot)) in tops.into_iter().enumerate() {
        let wobble = |dice: &mut Dice| dice.between(-5.0, 5.0);
        let mut outline = vec![(left, foot)];
        for step in 0..=12 {
            let t = step as f32 / 12.0;
            let rise = (t * 5.0).min(1.0);
            outline.push((left + 10.0 + t * 560.0, foot - (foot - top) * rise + wobble(dice)));
        }
        outline.push((1010.0, foot + 30.0));
        let face = shape(&outline);
        let tone = 1.0 + 0.05 * i as f32;
        c.fill(
            &face,
            Ink::Down(top, lit([206.0, 178.0, 132.0], tone), foot, lit([158.0, 128.0, 90.0], tone)),
        );
        let (u, v) = (dice.unit(), dice.unit());
        c.shade(&face, |x, y, old| {
            let bed = y + 9.0 * clouds().at(u + x / 700.0, v);
            let layer = (bed / 9.0).sin() * 0.07 + (bed / 23.0).sin() * 0.06;
            let gully = clouds().at(u + x / 130.0, v + y / 1100.0) * 0.16;
            let grit = pebbles().at(u + x / 260.0, v + y / 260.0) * 0.13;
            lit(old, 1.0 + layer + gully + grit)
        });
        // The bench: a light ledge with rubble along the foot.
        let ledge = shape(&[
            (left + 6.0, foot),
            (left + 30.0, foot - 5.0),
            (1010.0, foot + 16.0),
            (1010.0, foot + 34.0),
        ]);
        c.fill(&ledge, Ink::Down(foot - 7.0, [220.0, 198.0, 160.0], foot + 34.0, [176.0, 154.0, 120.0]));
        for _ in 0..60 {
            let t = dice.unit();
            let r = dice.between(1.2, 5.0);
            let (x, y) = (left + 24.0 + t * 480.0, foot + 4.0 + t * 20.0 - dice.between(0.0, 9.0));
            c.fill(&oval(x, y + r * 0.4, r * 1.15, r * 0.7), Ink::Clear([70.0, 56.0, 40.0], 0.5));
            c.fill(&oval(x, y, r, r * 0.72), Ink::Flat(lit([178.0, 158.0, 126.0], dice.between(0.8, 1.15))));
        }
    }
    // Grass and shrubs on the crown.
    for _ in 0..420 {
        let x = dice.between(722.0, 1005.0);
        let h = dice.between(5.0, 18.0);
        let y = 185.0 + dice.between(-5.0, 5.0);
        let green = lit([82.0, 118.0, 58.0], dice.between(0.7, 1.25));
        c.stroke(&line(&[(x, y), (x + dice.between(-4.0, 4.0), y - h)]), 2.0, Ink::Flat(green));
    }
}

fn heap(c: &mut Canvas, x: f32, y: f32, size: f32) {
    let s = |dx: f32, dy: f32| (x + dx * size, y + dy * size);
    let cone = curve(
        &[
            s(-120.0, 6.0),
            s(-60.0, -38.0),
            s(-8.0, -84.0),
            s(12.0, -84.0),
            s(66.0, -34.0),
            s(124.0, 8.0),
            s(0.0, 18.0),
        ],
        true,
    );
    c.shadow(&cone, 26.0 * size, 8.0 * size, 10.0 * size, 0.4);
    c.fill(
        &cone,
        Ink::Across(x - 100.0 * size, [204.0, 190.0, 162.0], x + 110.0 * size, [122.0, 110.0, 92.0]),
    );
    c.shade(&cone, |px, py, old| {
        lit(old, 1.0 + 0.32 * pebbles().at(px / (190.0 * size), py / (160.0 * size)))
    });
}

/// A yellow excavator standing on its tracks at `(x, y)`.
fn digger(c: &mut Canvas, x: f32, y: f32, size: f32) {
    let p = |dx: f32, dy: f32| (x + dx * size, y + dy * size);
    let yellow = [240.0, 182.0, 30.0];
    let poly = |points: &[(f32, f32)]| shape(&points.iter().map(|(a, b)| p(*a, *b)).collect::<Vec<_>>());
    c.shadow(&poly(&[(-62.0, -4.0), (130.0, -4.0), (140.0, 8.0), (-60.0, 8.0)]), 10.0, 4.0, 8.0, 0.6);
    // Tracks.
    let (left, right) = (p(-42.0, -14.0), p(56.0, -14.0));
    c.stroke(&line(&[left, right]), 30.0 * size, Ink::Flat([44.0, 42.0, 42.0]));
    c.stroke(&line(&[left, right]), 20.0 * size, Ink::Flat([78.0, 74.0, 70.0]));
    for i in 0..6 {
        let (wx, wy) = p(-42.0 + i as f32 * 19.6, -14.0);
        c.fill(&oval(wx, wy, 7.5 * size, 7.5 * size), Ink::Flat([40.0, 38.0, 38.0]));
        c.fill(&oval(wx, wy, 3.0 * size, 3.0 * size), Ink::Flat([122.0, 116.0, 108.0]));
    }
    // Body with engine cover, counterweight and cab.
    c.fill(
        &poly(&[(-20.0, -36.0), (32.0, -36.0), (28.0, -28.0), (-16.0, -28.0)]),
        Ink::Flat([52.0, 50.0, 48.0]),
    );
    let body = poly(&[
        (-66.0, -38.0),
        (-70.0, -66.0),
        (-58.0, -78.0),
        (8.0, -80.0),
        (10.0, -46.0),
        (52.0, -44.0),
        (52.0, -34.0),
        (-60.0, -34.0),
    ]);
    c.fill(&body, Ink::Down(y - 80.0 * size, lit(yellow, 1.06), y - 34.0 * size, lit(yellow, 0.72)));
    c.fill(
        &poly(&[(-70.0, -66.0), (-66.0, -36.0), (-50.0, -36.0), (-52.0, -68.0)]),
        Ink::Flat([58.0, 56.0, 54.0]),
    );
    for i in 0..4 {
        let dx = -42.0 + i as f32 * 6.0;
        c.stroke(&line(&[p(dx, -70.0), p(dx, -56.0)]), 1.6 * size, Ink::Flat([150.0, 112.0, 18.0]));
    }
    c.fill(
        &poly(&[(8.0, -104.0), (44.0, -104.0), (54.0, -64.0), (54.0, -40.0), (8.0, -40.0)]),
        Ink::Flat(lit(yellow, 0.9)),
    );
    c.fill(
        &poly(&[(13.0, -99.0), (41.0, -99.0), (49.0, -64.0), (13.0, -64.0)]),
        Ink::Down(y - 100.0 * size, [166.0, 196.0, 214.0], y - 64.0 * size, [70.0, 92.0, 108.0]),
    );
    c.stroke(&line(&[p(28.0, -99.0), p(30.0, -42.0)]), 2.0 * size, Ink::Flat([60.0, 54.0, 40.0]));
    c.stroke(&line(&[p(-40.0, -80.0), p(-40.0, -94.0)]), 4.0 * size, Ink::Flat([50.0, 48.0, 46.0]));
    // Boom, stick, rams and bucket.
    let arm = |c: &mut Canvas, points: &[(f32, f32)], width: f32, tone: f32| {
        let path = line(&points.iter().map(|(a, b)| p(*a, *b)).collect::<Vec<_>>());
        c.stroke(&path, (width + 2.0) * size, Ink::Flat(lit(yellow, tone * 0.6)));
        c.stroke(&path, width * size, Ink::Flat(lit(yellow, tone)));
    };
    arm(c, &[(48.0, -52.0), (82.0, -124.0), (132.0, -142.0)], 15.0, 0.95);
    arm(c, &[(118.0, -152.0), (132.0, -142.0), (158.0, -62.0)], 10.0, 1.05);
    c.stroke(&line(&[p(56.0, -56.0), p(88.0, -112.0)]), 5.0 * size, Ink::Flat([70.0, 70.0, 72.0]));
    c.stroke(&line(&[p(92.0, -138.0), p(120.0, -152.0)]), 5.0 * size, Ink::Flat([190.0, 192.0, 194.0]));
    let bucket = poly(&[
        (148.0, -66.0),
        (168.0, -60.0),
        (176.0, -34.0),
        (160.0, -20.0),
        (134.0, -24.0),
        (142.0, -40.0),
    ]);
    c.fill(&bucket, Ink::Across(x + 134.0 * size, [96.0, 90.0, 84.0], x + 176.0 * size, [48.0, 46.0, 44.0]));
    for i in 0..4 {
        let (tx, ty) = p(134.0 + i as f32 * 8.0, -22.0);
        c.stroke(
            &line(&[(tx, ty), (tx - 3.0 * size, ty + 8.0 * size)]),
            3.0 * size,
            Ink::Flat([60.0, 58.0, 56.0]),
        );
    }
    c.text(p(-46.0, -42.0), 11.0 * size, Ink::Flat([40.0, 36.0, 30.0]), "EK-210");
}

fn puddle(c: &mut Canvas, dice: &mut Dice) {
    let points: Vec<_> = (0..14)
        .map(|i| {
            let a = i as f32 / 14.0 * std::f32::consts::TAU;
            let r = dice.between(0.8, 1.15);
            (760.0 + a.cos() * 150.0 * r, 600.0 + a.sin() * 28.0 * r)
        })
        .collect();
    let water = curve(&points, true);
    c.stroke(&water, 12.0, Ink::Clear([86.0, 70.0, 50.0], 0.55));
    c.fill(&water, Ink::Down(570.0, [188.0, 176.0, 150.0], 630.0, [150.0, 178.0, 206.0]));
    c.shade(&water, |x, y, old| lit(old, 1.0 + 0.10 * clouds().at(x / 500.0, y / 60.0)));
}

fn stones(c: &mut Canvas, dice: &mut Dice, count: usize) {
    for _ in 0..count {
        let t = dice.unit().sqrt();
        let (x, y) = (dice.between(0.0, 1000.0), 470.0 + t * 275.0);
        let r = (2.0 + 12.0 * (t * t)) * dice.between(0.35, 1.0);
        c.fill(&oval(x + r * 0.5, y + r * 0.45, r * 1.2, r * 0.6), Ink::Clear([50.0, 42.0, 34.0], 0.55));
        let tone = dice.between(0.75, 1.12);
        let stone = curve(
            &(0..7)
                .map(|i| {
                    let a = i as f32 / 7.0 * std::f32::consts::TAU;
                    let k = r * dice.between(0.75, 1.1);
                    (x + a.cos() * k, y + a.sin() * k * 0.72)
                })
                .collect::<Vec<_>>(),
            true,
        );
        c.fill(
            &stone,
            Ink::Round(
                (x - r * 0.4, y - r * 0.5),
                r * 1.7,
                lit([206.0, 198.0, 184.0], tone),
                lit([106.0, 98.0, 88.0], tone),
            ),
        );
    }
}

/// The green site board with chalk lettering that every survey photo shows.
pub fn board(c: &mut Canvas, x: f32, y: f32, rows: &[&str]) {
    let (w, h) = (286.0, 34.0 + rows.len() as f32 * 44.0);
    for leg in [x + 24.0, x + w - 24.0] {
        c.stroke(
            &line(&[(leg, y + h - 4.0), (leg + 6.0, y + h + 60.0)]),
            9.0,
            Ink::Flat([150.0, 116.0, 74.0]),
        );
    }
    let face = rect(x, y, w, h);
    c.shadow(&face, 10.0, 12.0, 9.0, 0.5);
    c.fill(&face, Ink::Across(x, [206.0, 170.0, 112.0], x + w, [170.0, 132.0, 80.0]));
    let green = rect(x + 9.0, y + 9.0, w - 18.0, h - 18.0);
    c.fill(&green, Ink::Down(y, [40.0, 92.0, 72.0], y + h, [28.0, 72.0, 56.0]));
    c.shade(&green, |px, py, old| lit(old, 1.0 + 0.12 * clouds().at(px / 260.0, py / 500.0)));
    let chalk = Ink::Flat([236.0, 238.0, 230.0]);
    for (i, row) in rows.iter().enumerate() {
        let base = y + 48.0 + i as f32 * 44.0;
        c.text((x + 24.0, base), 31.0, chalk, row);
        if i + 1 < rows.len() {
            c.stroke(
                &line(&[(x + 16.0, base + 11.0), (x + w - 16.0, base + 11.0)]),
                1.4,
                Ink::Clear([236.0, 238.0, 230.0], 0.8),
            );
        }
    }
}
