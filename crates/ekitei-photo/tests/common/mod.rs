//! Pictures made in memory for the tests.
#![allow(dead_code, clippy::unwrap_used, clippy::needless_pass_by_value)]

use ekitei_photo::{JpegCodec, PureCodec};
use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::metadata::Orientation;
use image::{DynamicImage, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::io::Cursor;

pub const RED: [u8; 3] = [200, 30, 40];
pub const GREEN: [u8; 3] = [40, 160, 60];
pub const BLUE: [u8; 3] = [30, 60, 190];
pub const YELLOW: [u8; 3] = [230, 210, 50];

/// Every codec of this build; the tests of both are the same.
pub fn codecs() -> Vec<&'static dyn JpegCodec> {
    vec![
        &PureCodec,
        #[cfg(feature = "turbo")]
        &ekitei_photo::TurboCodec,
    ]
}

/// Red top left, green top right, blue bottom left, yellow bottom right.
pub fn quadrants(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => YELLOW,
        })
    })
}

/// The picture as a camera stores it when its EXIF says `orientation`.
pub fn stored_as(upright: &RgbImage, orientation: u8) -> RgbImage {
    let inverse = match orientation {
        6 => 8,
        8 => 6,
        other => other,
    };
    let mut image = DynamicImage::ImageRgb8(upright.clone());
    image.apply_orientation(Orientation::from_exif(inverse).unwrap());
    image.into_rgb8()
}

#[derive(Clone, Copy)]
pub struct Jpeg {
    pub quality: u8,
    pub progressive: bool,
    pub sampling: SamplingFactor,
}

impl Default for Jpeg {
    fn default() -> Self {
        Self { quality: 92, progressive: false, sampling: SamplingFactor::F_2_2 }
    }
}

pub fn jpeg_with(image: &RgbImage, how: Jpeg, exif_block: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, how.quality);
    encoder.set_progressive(how.progressive);
    encoder.set_sampling_factor(how.sampling);
    if let Some(block) = exif_block {
        encoder.add_exif_metadata(block).unwrap();
    }
    encoder.encode(image.as_raw(), image.width() as u16, image.height() as u16, ColorType::Rgb).unwrap();
    out
}

pub fn jpeg(image: &RgbImage, exif_block: Option<&[u8]>) -> Vec<u8> {
    jpeg_with(image, Jpeg::default(), exif_block)
}

pub fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut out = Vec::new();
    image.into().write_to(&mut Cursor::new(&mut out), image::ImageFormat::Png).unwrap();
    out
}

pub fn webp(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut out = Vec::new();
    image.into().write_to(&mut Cursor::new(&mut out), image::ImageFormat::WebP).unwrap();
    out
}

pub fn ascii(tag: Tag, text: &str) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value: Value::Ascii(vec![text.as_bytes().to_vec()]) }
}

pub fn orientation_field(orientation: u16) -> Field {
    Field { tag: Tag::Orientation, ifd_num: In::PRIMARY, value: Value::Short(vec![orientation]) }
}

/// Degrees as EXIF stores them, down to a hundredth of a second of arc.
pub fn angle_field(tag: Tag, degrees: f64) -> Field {
    let hundredths = (degrees.abs() * 360_000.0).round() as u32;
    let part = |num, denom| Rational { num, denom };
    let value =
        vec![part(hundredths / 360_000, 1), part(hundredths / 6_000 % 60, 1), part(hundredths % 6_000, 100)];
    Field { tag, ifd_num: In::PRIMARY, value: Value::Rational(value) }
}

pub fn exif_block(fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    out.into_inner()
}

/// What a phone of the prefecture writes.
pub fn phone_exif(orientation: u16) -> Vec<u8> {
    exif_block(&[
        orientation_field(orientation),
        ascii(Tag::DateTimeOriginal, "2024:05:01 09:30:15"),
        ascii(Tag::OffsetTimeOriginal, "+09:00"),
        ascii(Tag::GPSLatitudeRef, "N"),
        angle_field(Tag::GPSLatitude, 42.9236),
        ascii(Tag::GPSLongitudeRef, "E"),
        angle_field(Tag::GPSLongitude, 143.1961),
    ])
}

pub fn decoded(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).unwrap().into_rgb8()
}

/// The colours in the middle of the four quadrants, in reading order.
pub fn corners(image: &RgbImage) -> [[u8; 3]; 4] {
    let (w, h) = image.dimensions();
    [(w / 4, h / 4), (w * 3 / 4, h / 4), (w / 4, h * 3 / 4), (w * 3 / 4, h * 3 / 4)]
        .map(|(x, y)| image.get_pixel(x, y).0)
}

pub fn assert_close(got: [[u8; 3]; 4], wanted: [[u8; 3]; 4], what: &str) {
    let far = got.iter().flatten().zip(wanted.iter().flatten()).any(|(g, w)| g.abs_diff(*w) > 6);
    assert!(!far, "{what}: {got:?} is not {wanted:?}");
}
