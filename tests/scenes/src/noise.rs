//! Randomness that is the same on every machine, and two textures made of it once: clouds and pebbles.

use std::sync::OnceLock;

/// A small seeded generator (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly in 0.0..1.0.
    pub fn unit(&mut self) -> f32 {
        (self.roll() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Evenly between `low` and `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// An index below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        (self.roll() % count.max(1) as u64) as usize
    }
}

/// A power of two, so that wrapping is a mask.
const SIDE: usize = 1024;

/// A square texture that repeats without a seam; one tile is 1.0 x 1.0.
pub struct Tile(Vec<f32>);

impl Tile {
    /// The value at a place, smoothly between the samples, about -1 to 1.
    #[inline]
    #[must_use]
    pub fn at(&self, u: f32, v: f32) -> f32 {
        // Rounding down by hand: floor() is a library call on processors of the lowest level.
        let split = |t: f32| {
            let scaled = t * SIDE as f32;
            let whole = scaled as i32 - i32::from(scaled < 0.0);
            (whole as usize & (SIDE - 1), scaled - whole as f32)
        };
        let ((x0, fx), (y0, fy)) = (split(u), split(v));
        let (x1, y1) = ((x0 + 1) & (SIDE - 1), (y0 + 1) & (SIDE - 1));
        let row = |y: usize| {
            let line = &self.0[y * SIDE..(y + 1) * SIDE];
            line[x0] + (line[x1] - line[x0]) * fx
        };
        let (above, below) = (row(y0), row(y1));
        above + (below - above) * fy
    }
}

/// Soft noise with detail at every size, as in clouds, soil, plaster.
#[must_use]
pub fn clouds() -> &'static Tile {
    static TILE: OnceLock<Tile> = OnceLock::new();
    TILE.get_or_init(|| {
        let mut dice = Dice::new(0xc10d);
        let mut samples = vec![0.0; SIDE * SIDE];
        for octave in 0..7 {
            let cells = 4usize << octave;
            let weight = 0.62f32.powi(octave);
            let lattice: Vec<f32> = (0..cells * cells).map(|_| dice.between(-1.0, 1.0)).collect();
            let step = SIDE / cells;
            for (i, sample) in samples.iter_mut().enumerate() {
                let (x, y) = (i % SIDE, i / SIDE);
                let ease = |n: usize| {
                    let t = (n % step) as f32 / step as f32;
                    t * t * (3.0 - 2.0 * t)
                };
                let (cx, cy, fx, fy) = (x / step, y / step, ease(x), ease(y));
                let (nx, ny) = ((cx + 1) % cells, (cy + 1) % cells);
                let row = |cy: usize| lattice[cy * cells + cx] * (1.0 - fx) + lattice[cy * cells + nx] * fx;
                *sample += weight * (row(cy) * (1.0 - fy) + row(ny) * fy);
            }
        }
        Tile(samples)
    })
}

/// Rounded stones lit from the upper left: bright shoulder, dark gap. 40 x 40 stones a tile.
#[must_use]
pub fn pebbles() -> &'static Tile {
    static TILE: OnceLock<Tile> = OnceLock::new();
    TILE.get_or_init(|| {
        const CELLS: usize = 40;
        let mut dice = Dice::new(0x57_0e);
        let stones: Vec<[f32; 4]> = (0..CELLS * CELLS)
            .map(|_| {
                [
                    dice.between(0.1, 0.9),
                    dice.between(0.1, 0.9),
                    dice.between(-0.35, 0.35),
                    dice.between(0.75, 1.25),
                ]
            })
            .collect();
        let cell = SIDE as f32 / CELLS as f32;
        let mut samples = Vec::with_capacity(SIDE * SIDE);
        for i in 0..SIDE * SIDE {
            let (x, y) = ((i % SIDE) as f32 / cell, (i / SIDE) as f32 / cell);
            let (mut first, mut second, mut best) = (f32::MAX, f32::MAX, (0.0, 0.0, 0.0));
            for dy in [CELLS - 1, 0, 1] {
                for dx in [CELLS - 1, 0, 1] {
                    let (cx, cy) = ((x as usize + dx) % CELLS, (y as usize + dy) % CELLS);
                    let [px, py, tone, size] = stones[cy * CELLS + cx];
                    let wrap = |d: usize| if d == CELLS - 1 { -1.0 } else { d as f32 };
                    let (ox, oy) = (x.floor() + wrap(dx) + px - x, y.floor() + wrap(dy) + py - y);
                    let distance = (ox * ox + oy * oy).sqrt() / size;
                    if distance < first {
                        second = first;
                        first = distance;
                        best = (ox, oy, tone);
                    } else if distance < second {
                        second = distance;
                    }
                }
            }
            let gap = ((second - first) * 5.0).min(1.0);
            let light = (best.0 + best.1) * 0.55;
            samples.push(((best.2 + light) * gap - (1.0 - gap) * 0.9).clamp(-1.0, 1.0));
        }
        Tile(samples)
    })
}
