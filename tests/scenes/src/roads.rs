//! A winter road in blowing snow.

use super::canvas::{Canvas, Ink, curve, line, lit, mix, oval, rect, shape};
use super::noise::{Dice, clouds};
use super::outdoors::ridge;

pub fn snowy_road(c: &mut Canvas, dice: &mut Dice) {
    let horizon = 330.0;
    c.fill(
        &rect(0.0, 0.0, 1000.0, 400.0),
        Ink::Down(0.0, [164.0, 176.0, 190.0], 340.0, [218.0, 224.0, 230.0]),
    );
    let (u, v) = (dice.unit(), dice.unit());
    c.shade(&rect(0.0, 0.0, 1000.0, 340.0), |x, y, old| {
        lit(old, 1.0 + 0.06 * clouds().at(u + x / 1400.0, v + y / 500.0))
    });
    let hills = ridge(dice, 286.0, 34.0, 420.0);
    c.fill(&curve(&hills, true), Ink::Down(250.0, [176.0, 188.0, 200.0], 340.0, [206.0, 214.0, 222.0]));
    let ground = rect(0.0, horizon, 1000.0, 430.0);
    c.fill(&ground, Ink::Down(horizon, [226.0, 231.0, 237.0], 750.0, [240.0, 243.0, 247.0]));
    forest(c, dice);
    let road = shape(&[(478.0, horizon + 8.0), (524.0, horizon + 8.0), (980.0, 760.0), (60.0, 760.0)]);
    c.fill(&road, Ink::Down(horizon, [206.0, 212.0, 220.0], 750.0, [184.0, 192.0, 204.0]));
    c.shade(&ground, |x, y, old| {
        let depth = 60.0 / (y - horizon + 14.0).max(6.0);
        let drift = clouds().at(u + (x - 500.0) * depth / 190.0, v + depth * 2.6) * 0.055;
        let grain = clouds().at((x - 500.0) * depth / 40.0, depth * 7.0) * 0.02;
        lit(old, 1.0 + drift + grain)
    });
    tracks(c, dice, horizon);
    wall(c, dice, -1.0);
    wall(c, dice, 1.0);
    posts(c);
    car(c);
    flurry(c, dice);
}

/// Two pairs of wheel tracks where the grey road shows through.
fn tracks(c: &mut Canvas, dice: &mut Dice, horizon: f32) {
    for foot in [250.0, 400.0, 620.0, 770.0] {
        let top = 500.0 + (foot - 510.0) * 0.05;
        let track = shape(&[
            (top - 1.5, horizon + 10.0),
            (top + 1.5, horizon + 10.0),
            (foot + 34.0, 760.0),
            (foot - 30.0, 760.0),
        ]);
        let (u, v) = (dice.unit(), dice.unit());
        c.shade(&track, |x, y, old| {
            let depth = 60.0 / (y - horizon + 10.0).max(6.0);
            let patch =
                (0.62 + 0.7 * clouds().at(u + (x - 500.0) * depth / 90.0, v + depth * 0.5)).clamp(0.0, 1.0);
            mix(old, [118.0, 124.0, 134.0], patch * 0.7)
        });
    }
}

/// Ploughed snow piled beside the road; `side` -1 left, 1 right.
fn wall(c: &mut Canvas, dice: &mut Dice, side: f32) {
    let x = |dx: f32| 500.0 + side * dx;
    let (u, v) = (dice.unit(), dice.unit());
    let rough = |t: f32| clouds().at(u + t * 3.0, v) * (4.0 + 46.0 * t);
    let steps = 40;
    let mut outline = vec![];
    for i in 0..=steps {
        let t = (i as f32 / steps as f32).powf(1.5);
        outline.push((x(30.0 + 620.0 * t), 336.0 - 8.0 + 170.0 * t - rough(t)));
    }
    outline.push((x(660.0), 770.0));
    outline.push((x(470.0), 770.0));
    outline.push((x(24.0), 342.0));
    let heap = shape(&outline);
    let (bright, dark) = ([250.0, 252.0, 254.0], [168.0, 182.0, 202.0]);
    c.fill(
        &heap,
        if side < 0.0 {
            Ink::Across(0.0, bright, 480.0, dark)
        } else {
            Ink::Across(520.0, dark, 1000.0, bright)
        },
    );
    c.shade(&heap, |px, py, old| {
        let depth = 60.0 / (py - 316.0).max(6.0);
        let lump = clouds().at(u + (px - 500.0) * depth / 90.0, v + depth * 2.0) * 0.07
            + clouds().at(px / 260.0, py / 190.0) * 0.13;
        lit(old, 1.0 + lump)
    });
}

fn forest(c: &mut Canvas, dice: &mut Dice) {
    let mut trees: Vec<(f32, f32, f32)> = (0..96)
        .map(|_| {
            let near = dice.unit().powf(1.6);
            let side = if dice.unit() < 0.5 { -1.0 } else { 1.0 };
            let x = 500.0 + side * (60.0 + dice.unit() * 480.0 + near * 120.0);
            (x, 340.0 + near * 46.0, 36.0 + near * 170.0)
        })
        .collect();
    trees.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (x, y, h) in trees {
        let haze = 1.0 - (h / 230.0).clamp(0.0, 0.85);
        let dark = mix([40.0, 58.0, 56.0], [190.0, 200.0, 210.0], haze);
        let snow = mix([244.0, 247.0, 250.0], [220.0, 226.0, 232.0], haze);
        c.stroke(
            &line(&[(x, y), (x, y - h * 0.3)]),
            h * 0.04,
            Ink::Flat(mix([70.0, 56.0, 46.0], [190.0, 200.0, 210.0], haze)),
        );
        for tier in 0..6 {
            let t = tier as f32 / 6.0;
            let (top, foot, half) = (
                y - h * (0.32 + 0.12 * (tier as f32 + 1.4)),
                y - h * (0.14 + 0.13 * tier as f32),
                h * 0.22 * (1.0 - t * 0.82),
            );
            c.fill(
                &shape(&[
                    (x, top),
                    (x + half, foot),
                    (x + half * 0.3, foot - h * 0.02),
                    (x - half * 0.4, foot + h * 0.01),
                    (x - half, foot),
                ]),
                Ink::Flat(dark),
            );
            c.fill(
                &shape(&[
                    (x, top),
                    (x + half * 0.55, foot - h * 0.05),
                    (x, foot - h * 0.045),
                    (x - half * 0.7, foot - h * 0.02),
                ]),
                Ink::Flat(snow),
            );
        }
    }
}

/// Poles along the edge with the red and white arrow that points down at the road's border.
fn posts(c: &mut Canvas) {
    for t in [0.03f32, 0.055, 0.1, 0.18, 0.33, 0.62] {
        for side in [-1.0f32, 1.0] {
            let (x, y) = (500.0 + side * (34.0 + 640.0 * t), 338.0 + 330.0 * t);
            let h = 700.0 * t;
            if !(-40.0..1040.0).contains(&x) {
                continue;
            }
            c.stroke(
                &line(&[(x, y), (x, y - h)]),
                13.0 * t,
                Ink::Across(x - 6.0 * t, [214.0, 218.0, 222.0], x + 6.0 * t, [128.0, 132.0, 138.0]),
            );
            let arm = 66.0 * t * -side;
            c.stroke(&line(&[(x, y - h), (x + arm, y - h)]), 11.0 * t, Ink::Flat([176.0, 180.0, 186.0]));
            let (w, top) = (30.0 * t, y - h + 4.0 * t);
            for band in 0..5 {
                let (y0, y1) = (top + band as f32 * 28.0 * t, top + (band as f32 + 1.0) * 28.0 * t);
                let dip = 20.0 * t;
                let chevron = shape(&[
                    (x + arm - w, y0),
                    (x + arm, y0 + dip),
                    (x + arm + w, y0),
                    (x + arm + w, y1),
                    (x + arm, y1 + dip),
                    (x + arm - w, y1),
                ]);
                c.fill(
                    &chevron,
                    Ink::Flat(if band % 2 == 0 { [208.0, 40.0, 40.0] } else { [248.0, 248.0, 246.0] }),
                );
            }
        }
    }
}

/// A snow plough far ahead with its lamps on.
fn car(c: &mut Canvas) {
    let (x, y) = (548.0, 392.0);
    c.shadow(&rect(x - 32.0, y - 4.0, 64.0, 8.0), 0.0, 4.0, 6.0, 0.4);
    c.fill(
        &rect(x - 30.0, y - 52.0, 60.0, 44.0),
        Ink::Down(y - 52.0, [244.0, 160.0, 40.0], y - 8.0, [196.0, 112.0, 24.0]),
    );
    c.fill(&rect(x - 24.0, y - 46.0, 48.0, 18.0), Ink::Flat([64.0, 78.0, 90.0]));
    c.fill(
        &shape(&[(x - 40.0, y - 16.0), (x + 40.0, y - 16.0), (x + 46.0, y + 2.0), (x - 46.0, y + 2.0)]),
        Ink::Flat([206.0, 130.0, 30.0]),
    );
    for dx in [-22.0, 22.0] {
        for i in 0..5 {
            c.fill(
                &oval(x + dx, y - 21.0, 4.0 + i as f32 * 2.4, 4.0 + i as f32 * 2.4),
                Ink::Clear([255.0, 246.0, 206.0], 0.28),
            );
        }
    }
    c.fill(&rect(x - 8.0, y - 59.0, 16.0, 7.0), Ink::Flat([255.0, 214.0, 60.0]));
}

fn flurry(c: &mut Canvas, dice: &mut Dice) {
    for _ in 0..900 {
        let (x, y) = (dice.between(0.0, 1000.0), dice.between(0.0, 750.0));
        let r = 0.7 + 3.6 * dice.unit().powi(4);
        c.stroke(
            &line(&[(x, y), (x + r * 2.2, y + r * 1.1)]),
            r * 1.5,
            Ink::Clear([255.0; 3], dice.between(0.35, 0.85)),
        );
    }
}
