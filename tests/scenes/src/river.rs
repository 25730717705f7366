//! A river dike with a slip in its slope.

use super::canvas::{Canvas, Ink, Rgb, curve, line, lit, mix, oval, rect, shape};
use super::noise::{Dice, clouds, pebbles};
use super::outdoors::{gravel, ridge, sky};

pub fn river_dike(c: &mut Canvas, dice: &mut Dice) {
    sky(c, dice, 300.0, [104.0, 152.0, 210.0], [214.0, 226.0, 236.0], 0.35);
    let hills = ridge(dice, 250.0, 32.0, 320.0);
    c.fill(&curve(&hills, true), Ink::Down(210.0, [120.0, 146.0, 172.0], 310.0, [160.0, 180.0, 190.0]));
    // Far bank with trees, then the water on the left.
    let bank = rect(0.0, 286.0, 1000.0, 60.0);
    c.fill(&bank, Ink::Flat([120.0, 140.0, 84.0]));
    for _ in 0..260 {
        let (x, r) = (dice.between(-10.0, 1010.0), dice.between(6.0, 19.0));
        let green = lit([70.0, 100.0, 62.0], dice.between(0.75, 1.2));
        c.fill(
            &oval(x, 298.0 - r * 0.5, r, r * 0.9),
            Ink::Round((x - r * 0.4, 290.0 - r * 0.5), r * 1.6, lit(green, 1.25), lit(green, 0.7)),
        );
    }
    let water = shape(&[(-5.0, 306.0), (560.0, 302.0), (470.0, 420.0), (330.0, 760.0), (-5.0, 760.0)]);
    c.fill(&water, Ink::Down(300.0, [176.0, 200.0, 218.0], 750.0, [84.0, 116.0, 138.0]));
    let (u, v) = (dice.unit(), dice.unit());
    c.shade(&water, |x, y, old| {
        let depth = 60.0 / (y - 280.0).max(4.0);
        let wave = clouds().at(u + x * depth / 120.0, v + 9.0 * depth)
            + 0.6 * clouds().at(u + x * depth / 40.0, v + 30.0 * depth);
        let trees = (1.0 - (y - 304.0) / 90.0).clamp(0.0, 1.0) * 0.45;
        lit(mix(old, [74.0, 98.0, 80.0], trees), 1.0 + 0.16 * wave)
    });
    bridge(c);
    dike(c, dice);
    post(c);
}

fn bridge(c: &mut Canvas) {
    for i in 0..11 {
        let x = 40.0 + i as f32 * 92.0;
        c.fill(
            &rect(x, 268.0, 9.0, 44.0),
            Ink::Across(x, [196.0, 196.0, 192.0], x + 9.0, [132.0, 132.0, 130.0]),
        );
    }
    c.fill(
        &rect(-5.0, 258.0, 1010.0, 12.0),
        Ink::Down(258.0, [204.0, 96.0, 84.0], 270.0, [150.0, 62.0, 56.0]),
    );
    for i in 0..101 {
        let x = i as f32 * 10.0;
        c.stroke(&line(&[(x, 250.0), (x, 258.0)]), 1.0, Ink::Flat([214.0, 214.0, 210.0]));
    }
    c.stroke(&line(&[(-5.0, 250.0), (1005.0, 250.0)]), 1.8, Ink::Flat([220.0, 220.0, 216.0]));
}

fn dike(c: &mut Canvas, dice: &mut Dice) {
    let grass: Rgb = [112.0, 142.0, 66.0];
    let slope = shape(&[
        (590.0, 298.0),
        (640.0, 298.0),
        (640.0, 760.0),
        (250.0, 760.0),
        (420.0, 480.0),
        (520.0, 350.0),
    ]);
    let land = shape(&[(650.0, 298.0), (1005.0, 306.0), (1005.0, 760.0), (700.0, 760.0)]);
    c.fill(&land, Ink::Across(650.0, lit(grass, 0.9), 1000.0, lit(grass, 1.12)));
    c.fill(&slope, Ink::Across(300.0, lit(grass, 0.78), 640.0, lit(grass, 1.05)));
    // The crown road.
    let road = shape(&[(618.0, 298.0), (648.0, 298.0), (900.0, 760.0), (520.0, 760.0)]);
    c.fill(&road, Ink::Down(298.0, [196.0, 188.0, 172.0], 760.0, [168.0, 156.0, 138.0]));
    gravel(c, &road, 280.0, 11.0, [160.0, 154.0, 146.0], 0.28);
    for (a, b) in [((628.0, 300.0), (610.0, 760.0)), ((638.0, 300.0), (790.0, 760.0))] {
        c.stroke(&line(&[a, b]), 15.0, Ink::Clear([110.0, 98.0, 80.0], 0.18));
    }
    let tuft = |c: &mut Canvas, dice: &mut Dice, x: f32, y: f32| {
        let near = ((y - 298.0) / 450.0).clamp(0.02, 1.0);
        let h = (5.0 + 26.0 * near) * dice.between(0.5, 1.0);
        let tone = lit(mix(grass, [178.0, 172.0, 92.0], dice.unit() * 0.5), dice.between(0.6, 1.15));
        c.stroke(
            &line(&[(x, y), (x + h * dice.between(-0.4, 0.4), y - h)]),
            0.8 + 2.2 * near,
            Ink::Flat(tone),
        );
    };
    let mut places: Vec<(f32, f32)> = (0..9000)
        .filter_map(|_| {
            let y = 302.0 + 450.0 * dice.unit().powf(0.7);
            let x = dice.between(240.0, 1000.0);
            let t = (y - 298.0) / 462.0;
            let (left, road_l, road_r) = (600.0 - 350.0 * t.powf(0.8), 614.0 - 94.0 * t, 652.0 + 250.0 * t);
            (x > left && !(road_l..road_r).contains(&x)).then_some((x, y))
        })
        .collect();
    places.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (x, y) in places {
        tuft(c, dice, x, y);
    }
    // The finding: a slip in the river-side slope, marked with tape and stakes.
    let scar = curve(
        &[
            (452.0, 520.0),
            (500.0, 500.0),
            (548.0, 526.0),
            (556.0, 596.0),
            (520.0, 660.0),
            (440.0, 668.0),
            (408.0, 610.0),
        ],
        true,
    );
    c.fill(&scar, Ink::Down(500.0, [112.0, 84.0, 56.0], 668.0, [158.0, 122.0, 84.0]));
    c.shade(&scar, |x, y, old| lit(old, 1.0 + 0.4 * pebbles().at(x / 330.0, y / 260.0)));
    c.stroke(
        &curve(&[(452.0, 520.0), (500.0, 500.0), (548.0, 526.0)], false),
        5.0,
        Ink::Clear([44.0, 32.0, 20.0], 0.8),
    );
    let stakes = [(352.0, 640.0), (398.0, 500.0), (500.0, 462.0), (578.0, 508.0), (586.0, 640.0)];
    for (x, y) in stakes {
        c.stroke(&line(&[(x, y), (x, y + 62.0)]), 6.0, Ink::Flat([214.0, 196.0, 160.0]));
    }
    for pair in stakes.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        for i in 0..12 {
            let at = |t: f32| {
                (x0 + (x1 - x0) * t, y0 + 8.0 + (y1 - y0) * t + 10.0 * (t * std::f32::consts::PI).sin())
            };
            let tape = if i % 2 == 0 { [238.0, 200.0, 36.0] } else { [40.0, 40.0, 40.0] };
            c.stroke(&line(&[at(i as f32 / 12.0), at((i as f32 + 1.0) / 12.0)]), 6.0, Ink::Flat(tape));
        }
    }
}

fn post(c: &mut Canvas) {
    c.shadow(&rect(838.0, 440.0, 58.0, 240.0), 20.0, 10.0, 10.0, 0.3);
    c.fill(
        &rect(838.0, 440.0, 58.0, 240.0),
        Ink::Across(838.0, [244.0, 244.0, 240.0], 896.0, [188.0, 188.0, 186.0]),
    );
    c.fill(&rect(838.0, 440.0, 58.0, 22.0), Ink::Flat([198.0, 52.0, 48.0]));
    for (i, sign) in ["左", "岸", "3.2", "km"].into_iter().enumerate() {
        let size = if i < 2 { 40.0 } else { 32.0 };
        c.text_centred((867.0, 506.0 + i as f32 * 46.0), size, Ink::Flat([30.0, 46.0, 96.0]), sign);
    }
}
