//! Decoded pixels in one buffer, and the two things done to them: turning upright and making smaller.

/// How the samples of a [`Frame`] are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One plane of luminance.
    Grey,
    /// One plane of interleaved red, green, blue.
    Rgb,
    /// Three planes: full-size luminance, then two colour planes that are `across` and `down` times smaller. Both sides
    /// of the frame are multiples of these factors. Keeping JPEG's own planes saves two colour conversions.
    Planar { across: u32, down: u32 },
}

/// 8-bit pixels, planes one after the other without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    layout: Layout,
    width: u32,
    height: u32,
    data: Vec<u8>,
}

struct Plane {
    width: u32,
    height: u32,
    channels: usize,
}

impl Plane {
    fn bytes(&self) -> usize {
        self.width as usize * self.height as usize * self.channels
    }
}

impl Frame {
    /// # Panics
    /// When the buffer does not have exactly the size that layout and sides ask for: a decoder's bug.
    #[must_use]
    pub fn packed(layout: Layout, width: u32, height: u32, data: Vec<u8>) -> Self {
        let frame = Self { layout, width, height, data };
        let wanted: usize = frame.planes().iter().map(Plane::bytes).sum();
        assert_eq!(frame.data.len(), wanted, "a frame's buffer has the size of its planes");
        frame
    }

    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    fn planes(&self) -> Vec<Plane> {
        let (width, height) = (self.width, self.height);
        match self.layout {
            Layout::Grey => vec![Plane { width, height, channels: 1 }],
            Layout::Rgb => vec![Plane { width, height, channels: 3 }],
            Layout::Planar { across, down } => {
                let colour = || Plane { width: width / across, height: height / down, channels: 1 };
                vec![Plane { width, height, channels: 1 }, colour(), colour()]
            }
        }
    }

    /// Applies an EXIF orientation (1 to 8; anything else counts as 1).
    #[must_use]
    pub fn upright(self, orientation: u8) -> Self {
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let mut data = vec![0; self.data.len()];
        let mut at = 0;
        for plane in self.planes() {
            let range = at..at + plane.bytes();
            at = range.end;
            let (from, to) = (&self.data[range.clone()], &mut data[range]);
            let (w, h) = (plane.width as usize, plane.height as usize);
            match plane.channels {
                1 => turn::<1>(from, to, w, h, orientation),
                _ => turn::<3>(from, to, w, h, orientation),
            }
        }
        if orientation < 5 {
            return Self { data, ..self };
        }
        let layout = match self.layout {
            Layout::Planar { across, down } => Layout::Planar { across: down, down: across },
            other => other,
        };
        Self { layout, width: self.height, height: self.width, data }
    }

    /// A copy whose long edge is `long_edge_px`; `None` when the frame is not longer than that (nothing is enlarged).
    /// The short edge is rounded to an even number, which every layout can hold.
    #[must_use]
    pub fn shrunk(&self, long_edge_px: u32) -> Option<Self> {
        let long = self.width.max(self.height);
        if long <= long_edge_px {
            return None;
        }
        let side = |px: u32| {
            let exact = f64::from(px) * f64::from(long_edge_px) / f64::from(long);
            ((exact / 2.0).round() as u32 * 2).max(2)
        };
        let small = Self {
            layout: self.layout,
            width: side(self.width),
            height: side(self.height),
            data: Vec::new(),
        };
        let mut data = vec![0; small.planes().iter().map(Plane::bytes).sum()];
        let (mut rest, mut room) = (self.data.as_slice(), data.as_mut_slice());
        for (from, to) in self.planes().iter().zip(&small.planes()) {
            let (source, behind) = rest.split_at(from.bytes());
            let (target, free) = room.split_at_mut(to.bytes());
            (rest, room) = (behind, free);
            let source =
                ekitei_shrink::Plane { width_px: from.width, height_px: from.height, samples: source };
            let mut target =
                ekitei_shrink::Plane { width_px: to.width, height_px: to.height, samples: target };
            match from.channels {
                1 => ekitei_shrink::grey(&source, &mut target),
                _ => ekitei_shrink::rgb(&source, &mut target),
            }
        }
        Some(Self { data, ..small })
    }
}

/// Copies `from` (w x h) into `to` in the turned order, in tiles so that reading across rows stays in the cache.
fn turn<const C: usize>(from: &[u8], to: &mut [u8], w: usize, h: usize, orientation: u8) {
    const TILE: usize = 32;
    let (from, _) = from.as_chunks::<C>();
    let (to, _) = to.as_chunks_mut::<C>();
    let (out_w, out_h) = if orientation < 5 { (w, h) } else { (h, w) };
    for top in (0..out_h).step_by(TILE) {
        for left in (0..out_w).step_by(TILE) {
            for y in top..(top + TILE).min(out_h) {
                for x in left..(left + TILE).min(out_w) {
                    let (sx, sy) = match orientation {
                        2 => (w - 1 - x, y),
                        3 => (w - 1 - x, h - 1 - y),
                        4 => (x, h - 1 - y),
                        5 => (y, x),
                        6 => (y, h - 1 - x),
                        7 => (w - 1 - y, h - 1 - x),
                        8 => (w - 1 - y, x),
                        _ => (x, y),
                    };
                    to[y * out_w + x] = from[sy * w + sx];
                }
            }
        }
    }
}
