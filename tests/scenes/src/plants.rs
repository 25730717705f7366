//! Strawberries: rows in a plastic house, and a leaf with spots from close by.

use super::canvas::{Canvas, Ink, Rgb, curve, line, lit, mix, oval, rect, shape};
use super::noise::{Dice, clouds, pebbles};
use std::f32::consts::{PI, TAU};

/// The outline of one leaflet: rounded, with coarse teeth. `angle` points from the stalk to the tip.
fn leaflet(x: f32, y: f32, length: f32, width: f32, angle: f32, teeth: usize) -> Vec<(f32, f32)> {
    let (sin, cos) = angle.sin_cos();
    let place = |along: f32, across: f32| (x + cos * along - sin * across, y + sin * along + cos * across);
    let steps = teeth * 2;
    let edge = |i: usize| {
        let t = i as f32 / steps as f32;
        let body = (t.powf(0.62) * PI).sin().max(0.0).powf(0.75);
        let tooth = if i % 2 == 1 { 1.08 } else { 0.96 };
        (t * length, body * width * 0.5 * if i == 0 || i == steps { 1.0 } else { tooth })
    };
    let mut points: Vec<_> = (0..=steps).map(&edge).map(|(a, w)| place(a, -w)).collect();
    points.extend((1..steps).rev().map(edge).map(|(a, w)| place(a, w)));
    points
}

/// Three leaflets on a stalk.
fn leaf(c: &mut Canvas, dice: &mut Dice, (x, y): (f32, f32), size: f32, angle: f32, tone: f32) {
    let green: Rgb = lit(mix([58.0, 122.0, 44.0], [104.0, 158.0, 60.0], dice.unit()), tone);
    for turn in [-1.15f32, 1.15, 0.0] {
        let a = angle + turn;
        let points = leaflet(x, y, size, size * 0.86, a, 6);
        let path = shape(&points);
        c.fill(&path, Ink::Round((x, y), size * 1.1, lit(green, 0.62), lit(green, 1.12)));
        let (sin, cos) = a.sin_cos();
        let tip = (x + cos * size * 0.92, y + sin * size * 0.92);
        if size > 14.0 {
            c.stroke(&line(&[(x, y), tip]), size * 0.03, Ink::Clear(lit(green, 1.5), 0.7));
            for i in 1..5 {
                let t = i as f32 * 0.2;
                for side in [-1.0f32, 1.0] {
                    let b = a + side * 0.7;
                    let from = (x + cos * size * t, y + sin * size * t);
                    let reach = size * 0.36 * (1.0 - t * 0.55);
                    c.stroke(
                        &line(&[from, (from.0 + b.cos() * reach, from.1 + b.sin() * reach)]),
                        size * 0.018,
                        Ink::Clear(lit(green, 1.45), 0.5),
                    );
                }
            }
        }
    }
}

fn berry(c: &mut Canvas, dice: &mut Dice, (x, y): (f32, f32), size: f32, ripe: f32) {
    let red = mix([214.0, 222.0, 150.0], [206.0, 24.0, 32.0], ripe);
    let body = curve(
        &[
            (x, y - size * 0.5),
            (x + size * 0.46, y - size * 0.42),
            (x + size * 0.5, y - size * 0.02),
            (x + size * 0.2, y + size * 0.5),
            (x, y + size * 0.66),
            (x - size * 0.2, y + size * 0.5),
            (x - size * 0.5, y - size * 0.02),
            (x - size * 0.46, y - size * 0.42),
        ],
        true,
    );
    c.fill(&body, Ink::Round((x - size * 0.16, y - size * 0.15), size * 0.95, lit(red, 1.25), lit(red, 0.5)));
    if size > 8.0 {
        for i in 0..16 {
            let (row, column) = (i / 4, i % 4);
            let (dx, dy) = (column as f32 * 0.2 - 0.3 + (row % 2) as f32 * 0.1, row as f32 * 0.2 - 0.25);
            if dx.abs() < 0.42 - dy.max(0.0) * 0.5 {
                c.fill(
                    &oval(x + dx * size, y + dy * size, size * 0.024, size * 0.036),
                    Ink::Flat([240.0, 206.0, 110.0]),
                );
            }
        }
        c.fill(
            &oval(x - size * 0.2, y - size * 0.22, size * 0.09, size * 0.06),
            Ink::Clear([255.0; 3], 0.55),
        );
    }
    for i in 0..5 {
        let a = -PI / 2.0 + (i as f32 - 2.0) * 0.62 + dice.between(-0.1, 0.1);
        let points = leaflet(x, y - size * 0.46, size * 0.42, size * 0.18, a, 2);
        c.fill(&shape(&points), Ink::Flat([92.0, 150.0, 56.0]));
    }
}

fn flower(c: &mut Canvas, (x, y): (f32, f32), size: f32) {
    for i in 0..5 {
        let a = i as f32 / 5.0 * TAU;
        c.fill(
            &oval(x + a.cos() * size * 0.55, y + a.sin() * size * 0.45, size * 0.45, size * 0.4),
            Ink::Flat([248.0, 248.0, 244.0]),
        );
    }
    c.fill(&oval(x, y, size * 0.32, size * 0.28), Ink::Flat([238.0, 204.0, 60.0]));
}

pub fn rows(c: &mut Canvas, dice: &mut Dice) {
    house(c, dice);
    // Paths between the ridges: straw in perspective.
    let ground = shape(&[(-5.0, 330.0), (1005.0, 330.0), (1005.0, 760.0), (-5.0, 760.0)]);
    c.fill(&ground, Ink::Down(330.0, [150.0, 138.0, 110.0], 750.0, [178.0, 156.0, 108.0]));
    c.shade(&ground, |x, y, old| {
        let depth = 60.0 / (y - 300.0).max(6.0);
        let straw = clouds().at((x - 500.0) * depth / 60.0, depth * 3.0)
            + 0.6 * pebbles().at((x - 500.0) * depth / 150.0, depth * 24.0);
        lit(old, 1.0 + 0.22 * straw)
    });
    let vanishing = (500.0, 308.0);
    // Ridges under black film, then the plants on them from far to near.
    let feet = [-520.0, -130.0, 260.0, 650.0, 1040.0, 1430.0];
    let at =
        |foot: f32, t: f32| (vanishing.0 + (foot - vanishing.0) * t, vanishing.1 + (760.0 - vanishing.1) * t);
    for foot in feet {
        let side = |dx: f32, t: f32| at(foot + dx, t);
        let film = shape(&[side(-120.0, 0.045), side(120.0, 0.045), side(135.0, 1.0), side(-135.0, 1.0)]);
        c.fill(&film, Ink::Down(330.0, [70.0, 72.0, 76.0], 750.0, [36.0, 37.0, 40.0]));
        c.shade(&film, |x, y, old| {
            let gloss = clouds().at(x / 240.0, y / 90.0).max(0.0);
            lit(old, 1.0 + 0.9 * gloss)
        });
        c.stroke(
            &line(&[side(-118.0, 0.05), side(-133.0, 1.0)]),
            2.0,
            Ink::Clear([210.0, 214.0, 218.0], 0.3),
        );
    }
    let mut plants = Vec::new();
    for foot in feet {
        let mut t = 0.05f32;
        while t < 1.12 {
            plants.push((t, foot));
            t *= 1.13;
        }
    }
    plants.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (t, foot) in plants {
        let (x, y) = at(foot + dice.between(-14.0, 14.0), t);
        if (-160.0..1160.0).contains(&x) {
            plant(c, dice, (x, y), t);
        }
    }
}

fn plant(c: &mut Canvas, dice: &mut Dice, (x, y): (f32, f32), t: f32) {
    let size = 92.0 * t;
    c.fill(&oval(x, y + size * 0.1, size * 1.45, size * 0.42), Ink::Clear([10.0, 14.0, 8.0], 0.45));
    if t > 0.12 {
        for side in [-1.0f32, 1.0] {
            if dice.unit() < 0.75 {
                let (bx, by) =
                    (x + side * size * dice.between(0.95, 1.35), y + size * dice.between(0.15, 0.45));
                c.stroke(
                    &curve(
                        &[
                            (x, y - size * 0.3),
                            (x + side * size * 0.8, y - size * 0.35),
                            (bx, by - size * 0.2),
                        ],
                        false,
                    ),
                    size * 0.035,
                    Ink::Flat([126.0, 164.0, 84.0]),
                );
                let ripe = if dice.unit() < 0.7 { 1.0 } else { dice.unit() * 0.5 };
                let big = size * dice.between(0.28, 0.38);
                berry(c, dice, (bx, by), big, ripe);
            }
        }
    }
    let count = if t > 0.25 { 13 } else { 8 };
    for i in 0..count {
        let share = i as f32 / count as f32;
        let a = -PI + PI * (0.08 + 0.84 * dice.unit());
        let reach = size * (1.0 - share * 0.6) * dice.between(0.5, 1.0);
        let place = (x + a.cos() * reach, y - size * 0.22 + a.sin() * reach * 0.55);
        c.stroke(&line(&[(x, y), place]), size * 0.03, Ink::Flat([104.0, 142.0, 66.0]));
        let (big, turned) = (size * dice.between(0.42, 0.58), a + dice.between(-0.5, 0.5));
        leaf(c, dice, place, big, turned, 0.7 + 0.5 * share);
    }
    if t > 0.15 && dice.unit() < 0.55 {
        flower(c, (x + size * dice.between(-0.5, 0.5), y - size * dice.between(0.35, 0.75)), size * 0.15);
    }
}

/// The plastic house: bright film over hoops, an end wall with a door.
fn house(c: &mut Canvas, dice: &mut Dice) {
    c.fill(
        &rect(0.0, 0.0, 1000.0, 750.0),
        Ink::Round((500.0, 300.0), 620.0, [250.0, 252.0, 250.0], [196.0, 208.0, 212.0]),
    );
    let (u, v) = (dice.unit(), dice.unit());
    c.shade(&rect(0.0, 0.0, 1000.0, 420.0), |x, y, old| {
        lit(old, 1.0 + 0.05 * clouds().at(u + x / 500.0, v + y / 400.0))
    });
    let arch = |t: f32| -> Vec<(f32, f32)> {
        (0..=24)
            .map(|i| {
                let a = PI + PI * i as f32 / 24.0;
                (500.0 + a.cos() * 640.0 * t, 308.0 + 200.0 * t + a.sin() * 560.0 * t)
            })
            .collect()
    };
    let end = arch(0.2);
    c.fill(&shape(&end), Ink::Down(190.0, [226.0, 236.0, 238.0], 350.0, [190.0, 206.0, 200.0]));
    c.fill(&rect(476.0, 268.0, 48.0, 78.0), Ink::Flat([160.0, 182.0, 186.0]));
    c.stroke(&rect(476.0, 268.0, 48.0, 78.0), 2.5, Ink::Flat([120.0, 128.0, 130.0]));
    c.stroke(&line(&[(500.0, 268.0), (500.0, 346.0)]), 1.6, Ink::Flat([120.0, 128.0, 130.0]));
    let mut t = 0.2;
    while t < 1.4 {
        c.stroke(
            &curve(&arch(t), false),
            1.5 + 7.0 * t * t,
            Ink::Flat(lit([150.0, 158.0, 162.0], 0.8 + 0.2 * t)),
        );
        t *= 1.24;
    }
    for i in [4usize, 8, 12, 16, 20] {
        let (near, far) = (arch(1.5)[i], arch(0.2)[i]);
        c.stroke(&line(&[far, near]), 2.2, Ink::Clear([140.0, 148.0, 152.0], 0.8));
    }
}

pub fn leaf_spot(c: &mut Canvas, dice: &mut Dice) {
    // Other leaves far out of focus.
    c.fill(&rect(0.0, 0.0, 1000.0, 750.0), Ink::Across(0.0, [62.0, 92.0, 46.0], 1000.0, [40.0, 62.0, 36.0]));
    for _ in 0..46 {
        let (x, y, r) = (dice.between(-50.0, 1050.0), dice.between(-50.0, 800.0), dice.between(50.0, 150.0));
        let tone = lit(mix([56.0, 104.0, 44.0], [128.0, 158.0, 84.0], dice.unit()), dice.between(0.6, 1.1));
        for i in 0..7 {
            c.fill(
                &oval(x, y, r * (1.0 - i as f32 * 0.09), r * (1.0 - i as f32 * 0.09) * 0.8),
                Ink::Clear(tone, 0.12),
            );
        }
    }
    c.stroke(
        &curve(&[(470.0, 420.0), (440.0, 560.0), (470.0, 780.0)], false),
        24.0,
        Ink::Flat([122.0, 150.0, 78.0]),
    );
    c.stroke(
        &curve(&[(466.0, 420.0), (436.0, 560.0), (464.0, 780.0)], false),
        8.0,
        Ink::Flat([170.0, 190.0, 118.0]),
    );
    let middle = (476.0, 428.0);
    for (angle, length, width) in
        [(PI - 0.12, 400.0, 350.0), (0.10, 410.0, 350.0), (-PI / 2.0 - 0.04, 420.0, 400.0)]
    {
        big_leaflet(c, dice, middle, length, width, angle);
    }
    ruler(c);
}

fn big_leaflet(c: &mut Canvas, dice: &mut Dice, (x, y): (f32, f32), length: f32, width: f32, angle: f32) {
    let outline = leaflet(x, y, length, width, angle, 13);
    let path = curve(&outline, true);
    c.shadow(&path, 10.0, 16.0, 14.0, 0.55);
    let green = [74.0, 136.0, 52.0];
    let (sin, cos) = angle.sin_cos();
    let place = |along: f32, across: f32| (x + cos * along - sin * across, y + sin * along + cos * across);
    c.fill(
        &path,
        Ink::Round(place(length * 0.45, -width * 0.1), length * 0.75, lit(green, 1.22), lit(green, 0.66)),
    );
    let (u, v) = (dice.unit(), dice.unit());
    // Puckered between the side veins.
    c.shade(&path, |px, py, old| {
        let (dx, dy) = (px - x, py - y);
        let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let fold = ((along - across.abs() * 0.85) / 30.0 * PI).sin();
        let grit =
            clouds().at(u + px / 90.0, v + py / 90.0) * 0.10 + pebbles().at(px / 420.0, py / 420.0) * 0.06;
        lit(old, 1.0 + 0.10 * fold + grit - if across > 0.0 { 0.08 } else { 0.0 })
    });
    let vein = [178.0, 206.0, 122.0];
    c.stroke(
        &curve(&[(x, y), place(length * 0.5, 4.0), place(length * 0.97, 0.0)], false),
        6.0,
        Ink::Flat(vein),
    );
    for i in 1..8 {
        let t = i as f32 * 0.105;
        for side in [-1.0f32, 1.0] {
            // Ends just inside the edge at its own height.
            let end = t + 0.14;
            let reach = width * 0.44 * (end.powf(0.62) * PI).sin().max(0.0).powf(0.75);
            let path = curve(
                &[
                    place(length * t, 0.0),
                    place(length * (t + 0.06), side * reach * 0.5),
                    place(length * end, side * reach),
                ],
                false,
            );
            c.stroke(&path, 2.6, Ink::Clear(vein, 0.85));
        }
    }
    for _ in 0..16 {
        let t = dice.between(0.18, 0.88);
        let reach = width * 0.40 * (t.powf(0.62) * PI).sin();
        let (sx, sy) = place(length * t, dice.between(-reach, reach));
        let size = dice.between(5.0, 21.0);
        spot(c, dice, sx, sy, size);
    }
}

/// A leaf spot: yellow halo, purple rim, grey-white middle.
fn spot(c: &mut Canvas, dice: &mut Dice, x: f32, y: f32, r: f32) {
    let round = |dice: &mut Dice, r: f32| {
        curve(
            &(0..10)
                .map(|i| {
                    let a = i as f32 / 10.0 * TAU;
                    let k = r * dice.between(0.86, 1.12);
                    (x + a.cos() * k, y + a.sin() * k)
                })
                .collect::<Vec<_>>(),
            true,
        )
    };
    for i in 0..4 {
        let halo = round(dice, r * (1.75 - i as f32 * 0.16));
        c.fill(&halo, Ink::Clear([206.0, 190.0, 72.0], 0.2));
    }
    let rim = round(dice, r);
    c.fill(&rim, Ink::Round((x, y), r * 1.05, [150.0, 84.0, 74.0], [82.0, 30.0, 48.0]));
    if r > 7.0 {
        let heart = round(dice, r * 0.52);
        c.fill(&heart, Ink::Round((x, y), r * 0.6, [226.0, 216.0, 200.0], [172.0, 150.0, 132.0]));
    }
    c.shade(&rim, |px, py, old| lit(old, 1.0 + 0.22 * clouds().at(px / 60.0, py / 60.0)));
}

fn ruler(c: &mut Canvas) {
    c.tilt(-2.5, (560.0, 700.0), 0.0);
    let body = rect(250.0, 676.0, 800.0, 60.0);
    c.shadow(&body, 6.0, 8.0, 8.0, 0.45);
    c.fill(&body, Ink::Down(676.0, [246.0, 246.0, 240.0], 736.0, [212.0, 212.0, 204.0]));
    for i in 0..=74 {
        let x = 262.0 + i as f32 * 10.6;
        let long = if i % 10 == 0 {
            24.0
        } else if i % 5 == 0 {
            17.0
        } else {
            11.0
        };
        c.stroke(&line(&[(x, 677.0), (x, 677.0 + long)]), 1.3, Ink::Flat([30.0, 30.0, 34.0]));
        if i % 10 == 0 {
            c.text((x - 5.0, 722.0), 20.0, Ink::Flat([30.0, 30.0, 34.0]), &(i / 10).to_string());
        }
    }
    c.text((960.0, 722.0), 17.0, Ink::Flat([30.0, 30.0, 34.0]), "cm");
    c.tilt(0.0, (0.0, 0.0), 0.0);
}
