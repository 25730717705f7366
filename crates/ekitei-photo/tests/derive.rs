//! What comes out for a photograph that is in order, with every codec of this build.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use ekitei_photo::{Format, JpegCodec, derive, derive_file, derive_with, sha256_hex};
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const UPRIGHT: [[u8; 3]; 4] = [RED, GREEN, BLUE, YELLOW];

fn sizes(codec: &dyn JpegCodec, bytes: &[u8]) -> [(u32, u32); 2] {
    let made = derive_with(codec, bytes).unwrap();
    for variant in [&made.display, &made.thumb] {
        assert_eq!(decoded(&variant.bytes).dimensions(), (variant.width, variant.height), "{}", codec.name());
        assert_eq!(variant.sha256_hex(), sha256_hex(&variant.bytes));
    }
    [(made.display.width, made.display.height), (made.thumb.width, made.thumb.height)]
}

#[test]
fn every_orientation_becomes_upright() {
    let upright = quadrants(4_000, 3_008);
    for orientation in 1..=8u8 {
        let bytes = jpeg(&stored_as(&upright, orientation), Some(&phone_exif(orientation.into())));
        let before = bytes.clone();
        for codec in codecs() {
            let what = format!("{} orientation {orientation}", codec.name());
            let made = derive_with(codec, &bytes).unwrap();
            assert_eq!(made.exif.orientation, orientation, "{what}");
            let stored = if orientation < 5 { (4_000, 3_008) } else { (3_008, 4_000) };
            assert_eq!((made.probe.width, made.probe.height), stored, "{what}");
            assert_eq!((made.display.width, made.display.height), (2_000, 1_504), "{what}");
            assert_eq!((made.thumb.width, made.thumb.height), (320, 240), "{what}");
            assert_close(corners(&decoded(&made.display.bytes)), UPRIGHT, &what);
            assert_close(corners(&decoded(&made.thumb.bytes)), UPRIGHT, &what);
            assert_eq!(made.sha256_hex(), sha256_hex(&before), "{what}");
        }
        assert_eq!(bytes, before, "the original is evidence");
    }
}

/// Turning must move single pixels exactly, not only quadrants: a picture without symmetry, checked against the image crate.
#[test]
fn turning_moves_every_pixel_to_its_place() {
    let upright =
        RgbImage::from_fn(97, 41, |x, y| Rgb([(x * 2) as u8, (y * 5) as u8, ((x * 7 + y * 3) % 200) as u8]));
    for orientation in 1..=8u8 {
        let bytes = png(stored_as(&upright, orientation));
        let mut turned = DynamicImage::ImageRgb8(stored_as(&upright, orientation));
        turned.apply_orientation(image::metadata::Orientation::from_exif(orientation).unwrap());
        assert_eq!(turned.into_rgb8(), upright, "the fixture is the inverse");
        // PNG pixels survive exactly, so the frame can be compared through the crate's own type.
        let stored = image::load_from_memory(&bytes).unwrap().into_rgb8();
        let (w, h) = stored.dimensions();
        let frame = ekitei_photo::Frame::packed(ekitei_photo::Layout::Rgb, w, h, stored.into_raw())
            .upright(orientation);
        assert_eq!(frame.size(), (97, 41), "orientation {orientation}");
        assert_eq!(frame.data(), upright.as_raw().as_slice(), "orientation {orientation}");
    }
}

#[test]
fn sizes_follow_the_rule() {
    // (stored, display, thumbnail)
    let cases = [
        ((4_032, 3_024), (2_016, 1_512), (320, 240)),
        ((3_024, 4_032), (1_512, 2_016), (240, 320)),
        ((4_033, 3_023), (2_017, 1_512), (320, 240)),
        ((8_000, 6_000), (2_000, 1_500), (320, 240)),
        ((3_840, 2_160), (1_920, 1_080), (320, 180)),
        // One pixel short of the half scale: decoded whole, then resampled.
        ((3_838, 2_000), (2_016, 1_050), (320, 166)),
        ((2_600, 1_000), (2_600, 1_000), (320, 124)),
        ((640, 480), (640, 480), (320, 240)),
        ((320, 240), (320, 240), (320, 240)),
        ((17, 9), (17, 9), (17, 9)),
        ((1, 1), (1, 1), (1, 1)),
        ((16_000, 9), (2_000, 2), (320, 2)),
        ((7, 4_000), (4, 2_000), (2, 320)),
    ];
    for ((w, h), display, thumb) in cases {
        let bytes = jpeg(&RgbImage::from_pixel(w, h, Rgb(GREEN)), None);
        for codec in codecs() {
            assert_eq!(sizes(codec, &bytes), [display, thumb], "{} {w}x{h}", codec.name());
        }
    }
}

#[test]
fn progressive_and_every_sampling_decode_alike() {
    let upright = quadrants(3_990, 2_998);
    for sampling in [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_1,
        SamplingFactor::F_1_2,
        SamplingFactor::F_2_2,
        SamplingFactor::F_4_1,
    ] {
        for progressive in [false, true] {
            let bytes = jpeg_with(
                &stored_as(&upright, 6),
                Jpeg { sampling, progressive, quality: 92 },
                Some(&phone_exif(6)),
            );
            for codec in codecs() {
                let what = format!("{} {sampling:?} progressive {progressive}", codec.name());
                let made = derive_with(codec, &bytes).unwrap();
                assert_eq!((made.display.width, made.display.height), (1_995, 1_499), "{what}");
                assert_close(corners(&decoded(&made.display.bytes)), UPRIGHT, &what);
                assert_close(corners(&decoded(&made.thumb.bytes)), UPRIGHT, &what);
            }
        }
    }
}

#[test]
fn grey_and_ink_jpegs_keep_their_tone() {
    let (w, h) = (2_400u16, 1_600u16);
    let grey = vec![90u8; usize::from(w) * usize::from(h)];
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 90).encode(&grey, w, h, ColorType::Luma).unwrap();
    for codec in codecs() {
        let made = derive_with(codec, &bytes).unwrap();
        assert_close(corners(&decoded(&made.display.bytes)), [[90; 3]; 4], codec.name());
    }
    // Ink: full cyan, a fifth of black. Light that is left: none of red, four fifths of green and blue.
    let ink: Vec<u8> = [255u8, 0, 0, 51].repeat(usize::from(w) * usize::from(h));
    for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, 95).encode(&ink, w, h, kind).unwrap();
        for codec in codecs() {
            let made = derive_with(codec, &bytes).unwrap();
            assert_close(
                corners(&decoded(&made.display.bytes)),
                [[0, 204, 204]; 4],
                &format!("{} {kind:?}", codec.name()),
            );
        }
    }
}

#[test]
fn png_and_webp_in_every_pixel_kind() {
    let picture = quadrants(3_000, 2_000);
    let see_through = RgbaImage::from_fn(800, 600, |x, _| Rgba([200, 30, 40, if x < 400 { 255 } else { 0 }]));
    for (what, bytes, format) in
        [("png", png(picture.clone()), Format::Png), ("webp", webp(picture), Format::WebP)]
    {
        let made = derive(&bytes).unwrap();
        assert_eq!(made.probe.format, format);
        assert_eq!((made.display.width, made.display.height), (2_016, 1_344), "{what}");
        assert_close(corners(&decoded(&made.display.bytes)), UPRIGHT, what);
    }
    for (what, bytes) in [("png", png(see_through.clone())), ("webp", webp(see_through))] {
        let white = [255; 3];
        let made = derive(&bytes).unwrap();
        assert_close(corners(&decoded(&made.display.bytes)), [RED, white, RED, white], what);
    }
    let grey = GrayImage::from_pixel(500, 400, Luma([90]));
    let wide = DynamicImage::ImageRgb8(quadrants(600, 400)).into_rgb16();
    let grey_alpha = DynamicImage::ImageLuma8(grey.clone()).into_luma_alpha16();
    assert_close(corners(&decoded(&derive(&png(grey)).unwrap().display.bytes)), [[90; 3]; 4], "grey png");
    assert_close(
        corners(&decoded(&derive(&png(grey_alpha)).unwrap().display.bytes)),
        [[90; 3]; 4],
        "grey alpha png",
    );
    assert_close(corners(&decoded(&derive(&png(wide)).unwrap().display.bytes)), UPRIGHT, "16-bit png");
}

#[test]
fn derivatives_carry_no_metadata() {
    let mut bytes = jpeg(&quadrants(4_032, 3_024), Some(&phone_exif(1)));
    // A comment and an XMP packet right after the start marker, as editors write them.
    let segment = |code: u8, body: &[u8]| {
        [&[0xff, code], (body.len() as u16 + 2).to_be_bytes().as_slice(), body].concat()
    };
    let extra =
        [segment(0xfe, b"taken by somebody"), segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>")].concat();
    bytes.splice(2..2, extra);
    for codec in codecs() {
        let made = derive_with(codec, &bytes).unwrap();
        assert!(made.exif.position.is_some() && made.exif.taken_local.is_some());
        for variant in [&made.display.bytes, &made.thumb.bytes] {
            let mut at = 2;
            loop {
                let (code, length) =
                    (variant[at + 1], usize::from(u16::from_be_bytes([variant[at + 2], variant[at + 3]])));
                assert_eq!(variant[at], 0xff);
                assert!(!matches!(code, 0xe1..=0xef | 0xfe), "{} wrote segment {code:x}", codec.name());
                if code == 0xda {
                    break;
                }
                at += 2 + length;
            }
            assert_eq!(ekitei_photo::read_exif(variant), ekitei_photo::Exif::default());
        }
    }
}

#[test]
fn small_photos_are_not_enlarged_and_large_derivatives_stay_small() {
    let noise = RgbImage::from_fn(4_032, 3_024, |x, y| {
        let wave = |f: f32| ((x as f32 * f).sin() * (y as f32 * f * 1.3).cos() * 60.0) as i32;
        let tone = 128 + wave(0.01) + wave(0.2) / 2;
        Rgb([tone.clamp(0, 255) as u8, (tone + 20).clamp(0, 255) as u8, (tone - 30).clamp(0, 255) as u8])
    });
    let bytes = jpeg(&noise, None);
    for codec in codecs() {
        let made = derive_with(codec, &bytes).unwrap();
        assert!(made.display.bytes.len() < bytes.len() / 2, "{}", codec.name());
        assert!(made.thumb.bytes.len() < 30_000, "{}", codec.name());
    }
}

#[test]
fn a_file_gives_its_bytes_and_the_same_result() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("写真 1.jpg");
    let bytes = jpeg(&quadrants(1_000, 800), Some(&phone_exif(3)));
    std::fs::write(&path, &bytes).unwrap();
    let (read, made) = derive_file(&path).unwrap();
    assert_eq!(read, bytes);
    assert_eq!(made, derive(&bytes).unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!(derive_file(&dir.path().join("none.jpg")).unwrap_err().code(), "photo-unreadable");
    let huge = dir.path().join("huge.jpg");
    std::fs::File::create(&huge).unwrap().set_len(ekitei_photo::FILE_LIMIT_BYTES + 1).unwrap();
    assert_eq!(derive_file(&huge).unwrap_err().code(), "photo-file-large");
}
