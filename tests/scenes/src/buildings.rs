//! Walls: the door of an explosives store, a crack in staff housing.

use super::canvas::{Canvas, Ink, Rgb, curve, line, lit, mix, oval, rect, shape};
use super::noise::{Dice, clouds, pebbles};
use super::outdoors::gravel;

/// Portrait, 750 x 1000.
pub fn store_door(c: &mut Canvas, dice: &mut Dice) {
    let wall = rect(0.0, 0.0, 750.0, 860.0);
    c.fill(&wall, Ink::Across(0.0, [176.0, 174.0, 166.0], 750.0, [146.0, 144.0, 138.0]));
    let (u, v) = (dice.unit(), dice.unit());
    c.shade(&wall, |x, y, old| {
        let stain = (clouds().at(u + x / 700.0, v + y / 2600.0) - 0.1).max(0.0) * 0.35;
        let moss = ((y - 700.0) / 160.0 + clouds().at(u + x / 260.0, v + y / 260.0)).clamp(0.0, 1.0) * 0.35;
        let grit = 0.10 * clouds().at(x / 120.0, y / 120.0) + 0.05 * pebbles().at(x / 210.0, y / 210.0);
        mix(lit(old, 1.0 + grit - stain), [92.0, 104.0, 74.0], moss)
    });
    // Formwork joints and tie holes in the concrete.
    for y in [170.0, 420.0, 670.0] {
        c.stroke(&line(&[(0.0, y), (750.0, y)]), 3.0, Ink::Clear([70.0, 68.0, 64.0], 0.55));
        for x in [40.0, 710.0] {
            c.fill(&oval(x, y - 60.0, 8.0, 8.0), Ink::Flat([96.0, 94.0, 90.0]));
        }
    }
    let roof = rect(-5.0, -5.0, 760.0, 62.0);
    c.fill(&roof, Ink::Down(0.0, [120.0, 118.0, 112.0], 57.0, [96.0, 94.0, 90.0]));
    c.shadow(&rect(0.0, 50.0, 750.0, 26.0), 0.0, 8.0, 14.0, 0.5);
    let ground = rect(0.0, 850.0, 750.0, 150.0);
    c.fill(&ground, Ink::Down(850.0, [136.0, 130.0, 118.0], 1000.0, [164.0, 156.0, 142.0]));
    gravel(c, &ground, 610.0, 7.0, [150.0, 146.0, 138.0], 0.34);
    c.fill(
        &rect(130.0, 838.0, 490.0, 22.0),
        Ink::Down(838.0, [190.0, 188.0, 182.0], 860.0, [128.0, 126.0, 120.0]),
    );
    door(c, dice);
    sign(c);
    lock(c);
    for _ in 0..240 {
        let x = dice.between(0.0, 750.0);
        if (110.0..640.0).contains(&x) {
            continue;
        }
        let (y, h) = (dice.between(858.0, 905.0), dice.between(14.0, 52.0));
        let tone = lit([112.0, 132.0, 66.0], dice.between(0.6, 1.2));
        c.stroke(&line(&[(x, y), (x + dice.between(-14.0, 14.0), y - h)]), 2.2, Ink::Flat(tone));
    }
}

fn door(c: &mut Canvas, dice: &mut Dice) {
    let steel: Rgb = [104.0, 122.0, 112.0];
    let frame = rect(150.0, 200.0, 450.0, 640.0);
    c.shadow(&frame, 6.0, 6.0, 10.0, 0.4);
    c.fill(&frame, Ink::Across(150.0, lit(steel, 0.72), 600.0, lit(steel, 0.55)));
    let (u, v) = (dice.unit(), dice.unit());
    for (x, w) in [(168.0, 204.0), (378.0, 204.0)] {
        let leaf = rect(x, 218.0, w, 618.0);
        c.fill(&leaf, Ink::Across(x, lit(steel, 1.16), x + w, lit(steel, 0.88)));
        c.stroke(&leaf, 3.0, Ink::Flat([48.0, 56.0, 52.0]));
        for y in [238.0, 450.0, 662.0] {
            let panel = rect(x + 22.0, y + 8.0, w - 44.0, 160.0);
            c.fill(&panel, Ink::Down(y, lit(steel, 0.9), y + 168.0, lit(steel, 1.12)));
            c.stroke(
                &line(&[(x + 22.0, y + 168.0), (x + 22.0, y + 8.0), (x + w - 22.0, y + 8.0)]),
                3.0,
                Ink::Flat(lit(steel, 0.6)),
            );
            c.stroke(
                &line(&[(x + w - 22.0, y + 8.0), (x + w - 22.0, y + 168.0), (x + 22.0, y + 168.0)]),
                3.0,
                Ink::Flat(lit(steel, 1.4)),
            );
        }
        for i in 0..13 {
            for dx in [10.0, w - 10.0] {
                let (rx, ry) = (x + dx, 236.0 + i as f32 * 48.0);
                c.fill(&oval(rx + 1.0, ry + 1.5, 5.0, 5.0), Ink::Flat(lit(steel, 0.5)));
                c.fill(
                    &oval(rx, ry, 4.5, 4.5),
                    Ink::Round((rx - 1.5, ry - 1.5), 5.5, lit(steel, 1.5), lit(steel, 0.85)),
                );
            }
        }
    }
    c.fill(&rect(372.0, 218.0, 6.0, 618.0), Ink::Flat([36.0, 42.0, 40.0]));
    // Hinges on both sides, rust running down from them.
    for y in [262.0, 500.0, 742.0] {
        for x in [150.0, 582.0] {
            c.fill(
                &rect(x, y, 18.0, 54.0),
                Ink::Across(x, [70.0, 76.0, 74.0], x + 18.0, [132.0, 138.0, 134.0]),
            );
            let run = shape(&[(x + 2.0, y + 54.0), (x + 16.0, y + 54.0), (x + 10.0, y + 128.0)]);
            c.fill(&run, Ink::Clear([134.0, 74.0, 36.0], 0.35));
        }
    }
    c.shade(&frame, |x, y, old| {
        let rust =
            (clouds().at(u + x / 170.0, v + y / 260.0) - 0.42 + (y - 700.0).max(0.0) / 420.0).clamp(0.0, 1.0);
        let scuff = 0.07 * clouds().at(u + x / 60.0, v + y / 500.0);
        mix(lit(old, 1.0 + scuff), [136.0, 78.0, 42.0], rust * 0.7)
    });
}

fn sign(c: &mut Canvas) {
    let plate = rect(252.0, 84.0, 246.0, 100.0);
    c.shadow(&plate, 5.0, 6.0, 6.0, 0.45);
    c.fill(&plate, Ink::Flat([246.0, 246.0, 242.0]));
    c.stroke(&plate, 4.0, Ink::Flat([196.0, 36.0, 36.0]));
    c.text((286.0, 158.0), 60.0, Ink::Flat([196.0, 30.0, 30.0]), "火薬庫");
    for (x, text, ink, ground) in [
        (196.0, "火気厳禁", [250.0, 248.0, 244.0], [200.0, 34.0, 34.0]),
        (404.0, "立入禁止", [28.0, 28.0, 30.0], [246.0, 206.0, 40.0]),
    ] {
        let plate = rect(x, 262.0, 152.0, 58.0);
        c.shadow(&plate, 3.0, 4.0, 4.0, 0.4);
        c.fill(&plate, Ink::Flat(ground));
        c.stroke(&plate, 2.5, Ink::Flat(ink));
        c.text((x + 10.0, 303.0), 33.0, Ink::Flat(ink), text);
    }
    c.text((196.0, 780.0), 24.0, Ink::Clear([236.0, 238.0, 232.0], 0.9), "二級 R8-003");
}

/// Hasp and a brass padlock across the two leaves.
fn lock(c: &mut Canvas) {
    let hasp = rect(306.0, 500.0, 136.0, 40.0);
    c.shadow(&hasp, 4.0, 6.0, 6.0, 0.5);
    c.fill(&hasp, Ink::Down(500.0, [176.0, 180.0, 182.0], 540.0, [104.0, 108.0, 112.0]));
    for x in [318.0, 336.0, 414.0, 430.0] {
        c.fill(
            &oval(x, 520.0, 5.0, 5.0),
            Ink::Round((x - 2.0, 518.0), 6.0, [220.0, 222.0, 224.0], [84.0, 88.0, 92.0]),
        );
    }
    c.fill(&rect(364.0, 508.0, 24.0, 24.0), Ink::Flat([60.0, 62.0, 64.0]));
    let shackle = curve(
        &[
            (350.0, 596.0),
            (350.0, 546.0),
            (358.0, 522.0),
            (376.0, 514.0),
            (394.0, 522.0),
            (402.0, 546.0),
            (402.0, 596.0),
        ],
        false,
    );
    c.stroke(&shackle, 17.0, Ink::Flat([70.0, 74.0, 78.0]));
    c.stroke(&shackle, 11.0, Ink::Flat([176.0, 182.0, 186.0]));
    c.stroke(&shackle, 3.5, Ink::Flat([232.0, 236.0, 238.0]));
    let body = curve(
        &[
            (330.0, 590.0),
            (376.0, 584.0),
            (422.0, 590.0),
            (426.0, 640.0),
            (416.0, 676.0),
            (376.0, 682.0),
            (336.0, 676.0),
            (326.0, 640.0),
        ],
        true,
    );
    c.shadow(&body, 9.0, 11.0, 9.0, 0.6);
    c.fill(&body, Ink::Across(326.0, [232.0, 190.0, 92.0], 426.0, [146.0, 104.0, 36.0]));
    c.shade(&body, |x, y, old| lit(old, 1.0 + 0.10 * clouds().at(x / 300.0, y / 40.0)));
    c.fill(&oval(376.0, 634.0, 13.0, 13.0), Ink::Flat([94.0, 66.0, 24.0]));
    c.fill(&rect(372.0, 634.0, 8.0, 28.0), Ink::Flat([40.0, 30.0, 16.0]));
    c.fill(&oval(376.0, 634.0, 7.0, 7.0), Ink::Flat([40.0, 30.0, 16.0]));
    c.text((345.0, 614.0), 13.0, Ink::Flat([104.0, 74.0, 26.0]), "EKITEI");
}

pub fn wall_crack(c: &mut Canvas, dice: &mut Dice) {
    let wall = rect(0.0, 0.0, 1000.0, 750.0);
    c.fill(&wall, Ink::Across(0.0, [226.0, 216.0, 194.0], 1000.0, [206.0, 194.0, 170.0]));
    let (u, v) = (dice.unit(), dice.unit());
    c.shade(&wall, |x, y, old| {
        // Sprayed mortar: fine bumps, old rain streaks under the sill.
        let bumps =
            0.09 * pebbles().at(x / 190.0, y / 190.0) + 0.05 * clouds().at(u + x / 100.0, v + y / 100.0);
        let streak = (clouds().at(u + x / 260.0, v + y / 3000.0) - 0.05).max(0.0) * 0.24;
        let foot = ((y - 600.0) / 300.0).max(0.0) * (0.5 + 0.5 * clouds().at(u + x / 400.0, v));
        mix(lit(old, 1.0 + bumps - streak), [120.0, 116.0, 96.0], foot * 0.5)
    });
    window(c);
    pipe(c);
    // The crack runs down from the corner of the window.
    let mut trunk = vec![(628.0, 392.0)];
    let (mut x, mut y) = (628.0f32, 392.0f32);
    while y < 742.0 {
        x += dice.between(-11.0, 5.5);
        y += dice.between(5.0, 12.0);
        trunk.push((x, y));
    }
    crack(c, &trunk, 6.5);
    for (from, side, length) in [(9, -1.0, 15), (17, 1.0, 12), (26, -1.0, 11)] {
        let Some(&(mut bx, mut by)) = trunk.get(from) else { continue };
        let mut branch = vec![(bx, by)];
        for _ in 0..length {
            bx += side * dice.between(3.0, 11.0);
            by += dice.between(-3.0, 9.0);
            branch.push((bx, by));
        }
        crack(c, &branch, 3.2);
    }
    let flake = curve(
        &[(560.0, 560.0), (592.0, 552.0), (606.0, 580.0), (590.0, 612.0), (556.0, 606.0), (546.0, 580.0)],
        true,
    );
    c.fill(&flake, Ink::Flat([150.0, 146.0, 138.0]));
    c.shade(&flake, |x, y, old| lit(old, 1.0 + 0.25 * pebbles().at(x / 240.0, y / 240.0)));
    c.stroke(&flake, 2.5, Ink::Clear([70.0, 62.0, 50.0], 0.8));
    gauge(c);
}

fn crack(c: &mut Canvas, points: &[(f32, f32)], width: f32) {
    let lift: Vec<_> = points.iter().map(|(x, y)| (x + width * 0.5, y + width * 0.3)).collect();
    c.stroke(&line(&lift), width, Ink::Clear([250.0, 244.0, 228.0], 0.6));
    c.stroke(&line(points), width * 1.5, Ink::Clear([120.0, 104.0, 80.0], 0.35));
    for (i, pair) in points.windows(2).enumerate() {
        let left = 1.0 - i as f32 / points.len() as f32;
        c.stroke(&line(pair), width * (0.35 + 0.55 * left), Ink::Flat([44.0, 38.0, 32.0]));
    }
}

fn window(c: &mut Canvas) {
    let frame = rect(632.0, 60.0, 330.0, 318.0);
    c.shadow(&frame, 4.0, 8.0, 8.0, 0.4);
    c.fill(&frame, Ink::Across(632.0, [196.0, 200.0, 204.0], 962.0, [150.0, 154.0, 158.0]));
    for x in [648.0, 802.0] {
        let pane = rect(x, 76.0, 144.0, 286.0);
        c.fill(&pane, Ink::Down(76.0, [150.0, 178.0, 196.0], 362.0, [70.0, 88.0, 98.0]));
        c.shade(&pane, |px, py, old| lit(old, 1.0 + 0.28 * clouds().at(px / 700.0 + 0.3, py / 700.0)));
        let curtain = rect(x + if x < 700.0 { 0.0 } else { 84.0 }, 76.0, 60.0, 286.0);
        c.shade(&curtain, |px, _, old| mix(old, [226.0, 220.0, 204.0], 0.55 + 0.2 * (px / 4.6).sin()));
        let gleam = shape(&[(x + 20.0, 76.0), (x + 62.0, 76.0), (x + 10.0, 250.0), (x, 250.0), (x, 150.0)]);
        c.fill(&gleam, Ink::Clear([255.0; 3], 0.14));
        c.stroke(&pane, 3.0, Ink::Flat([112.0, 116.0, 120.0]));
    }
    let sill = rect(618.0, 374.0, 358.0, 20.0);
    c.fill(&sill, Ink::Down(374.0, [226.0, 228.0, 228.0], 394.0, [150.0, 150.0, 146.0]));
    c.shadow(&rect(624.0, 392.0, 346.0, 6.0), 4.0, 6.0, 8.0, 0.35);
}

fn pipe(c: &mut Canvas) {
    c.shadow(&rect(96.0, -5.0, 40.0, 760.0), 16.0, 0.0, 8.0, 0.35);
    c.fill(
        &rect(96.0, -5.0, 20.0, 760.0),
        Ink::Across(96.0, [116.0, 92.0, 76.0], 116.0, [178.0, 150.0, 128.0]),
    );
    c.fill(
        &rect(116.0, -5.0, 20.0, 760.0),
        Ink::Across(116.0, [178.0, 150.0, 128.0], 136.0, [90.0, 70.0, 58.0]),
    );
    for y in [150.0, 480.0] {
        c.fill(
            &rect(86.0, y, 60.0, 18.0),
            Ink::Across(86.0, [170.0, 172.0, 174.0], 146.0, [104.0, 106.0, 108.0]),
        );
    }
}

/// A crack-width card held beside the crack.
fn gauge(c: &mut Canvas) {
    c.tilt(-9.0, (360.0, 520.0), 0.0);
    let card = rect(220.0, 440.0, 300.0, 132.0);
    c.shadow(&card, 6.0, 8.0, 8.0, 0.45);
    c.fill(&card, Ink::Flat([246.0, 246.0, 240.0]));
    c.fill(&rect(220.0, 440.0, 300.0, 30.0), Ink::Flat([40.0, 84.0, 150.0]));
    c.text((232.0, 463.0), 19.0, Ink::Flat([250.0; 3]), "クラックスケール  mm");
    for (i, mm) in ["0.1", "0.2", "0.3", "0.5", "0.8", "1.0"].into_iter().enumerate() {
        let x = 246.0 + i as f32 * 48.0;
        let width: f32 = mm.parse().unwrap_or(0.5);
        c.stroke(&line(&[(x, 484.0), (x, 532.0)]), width * 5.5, Ink::Flat([20.0; 3]));
        c.text((x - 14.0, 558.0), 19.0, Ink::Flat([30.0; 3]), mm);
    }
    c.tilt(0.0, (0.0, 0.0), 0.0);
    // The thumb that holds it.
    let thumb = curve(
        &[
            (120.0, 640.0),
            (160.0, 590.0),
            (222.0, 556.0),
            (262.0, 556.0),
            (270.0, 584.0),
            (230.0, 616.0),
            (190.0, 668.0),
            (150.0, 760.0),
            (60.0, 760.0),
        ],
        true,
    );
    c.shadow(&thumb, 6.0, 8.0, 10.0, 0.35);
    c.fill(&thumb, Ink::Down(550.0, [232.0, 186.0, 156.0], 760.0, [196.0, 142.0, 112.0]));
    c.shade(&thumb, |x, y, old| lit(old, 1.0 + 0.05 * clouds().at(x / 120.0, y / 120.0)));
    c.fill(
        &curve(&[(226.0, 566.0), (256.0, 560.0), (262.0, 576.0), (236.0, 590.0)], true),
        Ink::Flat([240.0, 208.0, 192.0]),
    );
}
