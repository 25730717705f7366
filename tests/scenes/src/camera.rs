//! What a phone camera adds: softness, darker corners, grain, the sensor's orientation, a JPEG with EXIF.

use super::{Scene, Shot};
use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::io::Cursor;

const QUALITY: u8 = 90;

/// In place: a light blur over neighbouring rows, darker corners, grain that is stronger in the shadows.
pub fn soften(rgb: &mut [u8], width: usize, exposure: f32, seed: u64) {
    let stride = width * 3;
    let height = rgb.len() / stride;
    let source = rgb.to_vec();
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get().min(8));
    let part = height.div_ceil(threads);
    // Grain and blur belong to the pixels of a 12-megapixel sensor; smaller pictures are those averaged.
    let sharp = width.max(height) < 2_000;
    let step = 1.0 / width as f32;
    let grain = if sharp { 3.0 } else { 9.5 };
    std::thread::scope(|scope| {
        for (nth, chunk) in rgb.chunks_mut(part * stride).enumerate() {
            let source = &source;
            scope.spawn(move || {
                for (row, line) in chunk.chunks_mut(stride).enumerate() {
                    let y = nth * part + row;
                    let above = &source[y.saturating_sub(1) * stride..][..stride];
                    let here = &source[y * stride..][..stride];
                    let below = &source[(y + 1).min(height - 1) * stride..][..stride];
                    let far_y = (y as f32 / height as f32 - 0.5).powi(2);
                    let mut state = seed ^ (y as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    let mut last = 0.0f32;
                    for x in 0..width {
                        state = state
                            .wrapping_mul(6_364_136_223_846_793_005)
                            .wrapping_add(1_442_695_040_888_963_407);
                        let fresh = ((state >> 40) & 0xff) as f32 / 255.0
                            + ((state >> 52) & 0xff) as f32 / 255.0
                            - 1.0;
                        last = last * 0.45 + fresh;
                        let far = (x as f32 * step - 0.5).powi(2) + far_y;
                        let corner = exposure - 0.28 * far;
                        let (l, r) = (x.saturating_sub(1) * 3, (x + 1).min(width - 1) * 3);
                        for c in 0..3 {
                            let centre = f32::from(here[x * 3 + c]);
                            let value = if sharp {
                                centre
                            } else {
                                let side = u32::from(here[l + c])
                                    + u32::from(here[r + c])
                                    + u32::from(above[x * 3 + c])
                                    + u32::from(below[x * 3 + c]);
                                centre * 0.44 + side as f32 * 0.14
                            };
                            let amount = grain * (1.15 - value * 0.0025);
                            line[x * 3 + c] = (value * corner + last * amount + 0.5) as u8;
                        }
                    }
                }
            });
        }
    });
}

pub fn jpeg(scene: &Scene, shot: &Shot<'_>) -> Vec<u8> {
    let (width, height, stored) = lay(scene, shot.orientation);
    let mut out = Vec::with_capacity(stored.len() / 8);
    let mut encoder = Encoder::new(&mut out, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.add_exif_metadata(&exif_block(shot, width, height)).expect("the block is far below 64 KiB");
    let side = |px: u32| u16::try_from(px).expect("scenes are smaller than 65,536 pixels");
    encoder.encode(&stored, side(width), side(height), ColorType::Rgb).expect("writing to memory");
    out
}

/// The pixels as the sensor has them: turning these by `orientation` gives the upright scene.
fn lay(scene: &Scene, orientation: u8) -> (u32, u32, std::borrow::Cow<'_, [u8]>) {
    let (w, h) = (scene.width as usize, scene.height as usize);
    if !(2..=8).contains(&orientation) {
        return (scene.width, scene.height, std::borrow::Cow::Borrowed(&scene.rgb));
    }
    let (out_w, out_h) = if orientation < 5 { (w, h) } else { (h, w) };
    let from = scene.rgb.as_chunks::<3>().0;
    let mut stored = vec![0; from.len() * 3];
    let to = stored.as_chunks_mut::<3>().0;
    for top in (0..out_h).step_by(32) {
        for left in (0..out_w).step_by(32) {
            for y in top..(top + 32).min(out_h) {
                for x in left..(left + 32).min(out_w) {
                    let (sx, sy) = match orientation {
                        2 => (w - 1 - x, y),
                        3 => (w - 1 - x, h - 1 - y),
                        4 => (x, h - 1 - y),
                        5 => (y, x),
                        // Stored for "turn right": the scene turned left.
                        6 => (w - 1 - y, x),
                        7 => (w - 1 - y, h - 1 - x),
                        _ => (y, h - 1 - x),
                    };
                    to[y * out_w + x] = from[sy * w + sx];
                }
            }
        }
    }
    (out_w as u32, out_h as u32, stored.into())
}

fn exif_block(shot: &Shot<'_>, width: u32, height: u32) -> Vec<u8> {
    let field = |tag, value| Field { tag, ifd_num: In::PRIMARY, value };
    let text = |tag, text: &str| field(tag, Value::Ascii(vec![text.as_bytes().to_vec()]));
    let taken = shot.taken_at.replace('-', ":").replace('T', " ");
    let mut fields = vec![
        text(Tag::Make, "Ekitei"),
        text(Tag::Model, "drawn scene"),
        field(Tag::Orientation, Value::Short(vec![shot.orientation.into()])),
        text(Tag::DateTime, &taken),
        text(Tag::DateTimeOriginal, &taken),
        text(Tag::DateTimeDigitized, &taken),
        text(Tag::OffsetTime, shot.offset),
        text(Tag::OffsetTimeOriginal, shot.offset),
        field(Tag::PixelXDimension, Value::Long(vec![width])),
        field(Tag::PixelYDimension, Value::Long(vec![height])),
    ];
    if let Some((lat, lon)) = shot.position {
        fields.push(text(Tag::GPSLatitudeRef, if lat < 0.0 { "S" } else { "N" }));
        fields.push(field(Tag::GPSLatitude, angle(lat)));
        fields.push(text(Tag::GPSLongitudeRef, if lon < 0.0 { "W" } else { "E" }));
        fields.push(field(Tag::GPSLongitude, angle(lon)));
        fields.push(text(Tag::GPSMapDatum, "WGS-84"));
    }
    let mut writer = Writer::new();
    fields.iter().for_each(|f| writer.push_field(f));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, false).expect("the fields are well-formed");
    block.into_inner()
}

/// Degrees, minutes and hundredths of a second.
fn angle(degrees: f64) -> Value {
    let hundredths = (degrees.abs() * 360_000.0).round() as u32;
    let part = |num, denom| Rational { num, denom };
    Value::Rational(vec![
        part(hundredths / 360_000, 1),
        part(hundredths / 6_000 % 60, 1),
        part(hundredths % 6_000, 100),
    ])
}
