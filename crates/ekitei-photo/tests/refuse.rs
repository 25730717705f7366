//! Photographs that are refused: before decoding where the headers tell, always with a reason, never with a panic.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use ekitei_photo::{PhotoError, derive, derive_with, probe, verify};
use image::{Rgb, RgbImage};
use proptest::prelude::*;
use std::sync::LazyLock;

fn code(bytes: &[u8]) -> &'static str {
    let error = probe(bytes).unwrap_err();
    assert_eq!(derive(bytes).unwrap_err(), error, "deriving refuses for the same reason");
    assert_eq!(verify(bytes).unwrap_err(), error, "and so does whoever keeps the bytes");
    error.code()
}

/// A JPEG whose frame header claims another size than its data has.
fn claimed(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg(&quadrants(64, 64), None);
    let sof = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bytes[sof + 5..sof + 7].copy_from_slice(&height.to_be_bytes());
    bytes[sof + 7..sof + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

fn claimed_png(width: u32, height: u32, colour: u8, depth: u8) -> Vec<u8> {
    let mut bytes = png(quadrants(64, 64));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes[24] = depth;
    bytes[25] = colour;
    bytes
}

#[test]
fn what_is_no_photograph() {
    assert_eq!(code(b""), "photo-empty");
    assert_eq!(code(b"GIF89a\x01\x00\x01\x00"), "photo-unknown");
    assert_eq!(code(b"%PDF-1.7 renamed to photo.jpg"), "photo-unknown");
    assert_eq!(code("メモ.txt をリネームした写真.jpg".as_bytes()), "photo-unknown");
    assert_eq!(code(&[0xff, 0xd8]), "photo-unknown");
    assert_eq!(code(&vec![0; 4_096]), "photo-unknown");
}

#[test]
fn phone_formats_are_refused_by_name() {
    let media = |major: &[u8; 4], more: &[&[u8; 4]]| {
        let mut bytes = (16 + 4 * more.len() as u32).to_be_bytes().to_vec();
        bytes.extend_from_slice(b"ftyp");
        bytes.extend_from_slice(major);
        bytes.extend_from_slice(&[0; 4]);
        more.iter().for_each(|brand| bytes.extend_from_slice(*brand));
        bytes.extend_from_slice(&[0; 64]);
        bytes
    };
    assert_eq!(probe(&media(b"heic", &[b"mif1", b"heic"])), Err(PhotoError::Heic { format: "HEIC" }));
    assert_eq!(probe(&media(b"mif1", &[b"mif1", b"heic"])), Err(PhotoError::Heic { format: "HEIC" }));
    assert_eq!(probe(&media(b"avif", &[b"mif1", b"avif"])), Err(PhotoError::Heic { format: "AVIF" }));
    assert_eq!(probe(&media(b"mif1", &[b"avif"])), Err(PhotoError::Heic { format: "AVIF" }));
    assert_eq!(code(&media(b"heic", &[])), "photo-heic");
    assert_eq!(code(&media(b"isom", &[b"mp42"])), "photo-unknown");
}

#[test]
fn content_counts_and_not_the_name() {
    // There is no name to look at: a PNG called .jpg is simply a PNG.
    assert!(derive(&png(quadrants(40, 30))).is_ok());
}

#[test]
fn too_large_is_refused_from_the_header() {
    // The size is checked before anything that depends on the data.
    assert_eq!(code(&claimed(16_385, 10)), "photo-side-long");
    assert_eq!(code(&claimed(10, 65_535)), "photo-side-long");
    assert_eq!(code(&claimed(16_384, 16_384)), "photo-pixels-many");
    assert_eq!(code(&claimed(8_000, 7_000)), "photo-decoded-large");
    assert_eq!(code(&claimed_png(100_000, 100_000, 2, 8)), "photo-side-long");
    assert_eq!(code(&claimed_png(u32::MAX, u32::MAX, 2, 8)), "photo-side-long");
    assert_eq!(code(&claimed_png(10_000, 10_000, 2, 8)), "photo-pixels-many");
    assert_eq!(code(&claimed_png(7_000, 7_000, 6, 8)), "photo-decoded-large");
    assert_eq!(code(&claimed_png(5_000, 5_000, 6, 16)), "photo-decoded-large");
    // 50 megapixels, the largest of today's phones, pass.
    let phone_of_50_mp = jpeg(&RgbImage::from_pixel(8_160, 6_120, Rgb([9, 90, 90])), None);
    assert_eq!(probe(&phone_of_50_mp).unwrap().decoded_bytes, 149_817_600);
    let mut padded = jpeg(&quadrants(64, 64), None);
    padded.resize(31_457_281, 0);
    assert_eq!(code(&padded), "photo-file-large");
    padded.truncate(31_457_280);
    assert!(probe(&padded).is_ok(), "bytes after the end marker are other people's business");
}

#[test]
fn limits_appear_in_the_parameters() {
    let error = probe(&claimed(16_384, 16_384)).unwrap_err();
    assert_eq!(
        error.params(),
        [("width", "16384".into()), ("height", "16384".into()), ("limit_mp", "64".into())]
    );
    assert_eq!(probe(b"\0\0\0\x10ftypheic").unwrap_err().params(), [("format", "HEIC".into())]);
}

#[test]
fn a_claimed_size_without_the_data_is_damage() {
    for bytes in [claimed(6_000, 4_000), claimed_png(4_000, 4_000, 2, 8)] {
        for codec in codecs() {
            let outcome = derive_with(codec, &bytes).map_err(|e| e.code());
            assert!(
                matches!(outcome, Err("photo-damaged" | "photo-truncated")),
                "{} says {outcome:?}",
                codec.name()
            );
        }
    }
}

/// The office decodes what the phone took: whatever one takes the other must take, too.
#[test]
fn what_was_derived_is_verified_and_what_is_broken_inside_is_not() {
    let picture = quadrants(1_200, 900);
    for whole in [jpeg(&picture, Some(&phone_exif(6))), png(picture.clone()), webp(picture.clone())] {
        assert_eq!(verify(&whole).unwrap(), derive(&whole).unwrap().probe);
    }
    for bytes in [claimed(6_000, 4_000), claimed_png(4_000, 4_000, 2, 8)] {
        let outcome = verify(&bytes).map_err(|e| e.code());
        assert!(matches!(outcome, Err("photo-damaged" | "photo-truncated")), "{outcome:?}");
    }
    // Headers and end are in order, the pixels between them are not: only decoding tells.
    let mut bent = png(picture.clone());
    let middle = bent.len() / 2;
    bent[middle] ^= 0x55;
    assert!(probe(&bent).is_ok());
    assert!(verify(&bent).is_err());
    // A JPEG without its middle that still ends properly: some decoders fill in grey. Phone and office agree on it.
    let mut hollow = jpeg(&picture, None);
    let (from, to) = (hollow.len() / 4, hollow.len() - 2);
    hollow.drain(from..to);
    assert_eq!(verify(&hollow).map_err(|e| e.code()), derive(&hollow).map(|d| d.probe).map_err(|e| e.code()));
}

#[test]
fn truncated_at_every_tenth() {
    let picture = quadrants(1_200, 900);
    for (what, whole) in [
        ("jpeg", jpeg(&picture, Some(&phone_exif(6)))),
        ("progressive", jpeg_with(&picture, Jpeg { progressive: true, ..Jpeg::default() }, None)),
        ("png", png(picture.clone())),
        ("webp", webp(picture)),
    ] {
        for tenth in 1..10 {
            let cut = &whole[..whole.len() * tenth / 10];
            assert_eq!(code(cut), "photo-truncated", "{what} cut at {tenth}0 %");
        }
        assert_ne!(derive(&whole[..whole.len() - 1]).map(|_| ()), Ok(()), "{what} without its last byte");
    }
}

#[test]
fn a_small_png_that_unpacks_to_much_is_stopped() {
    // Under 1 MB of file, 60 MB of pixels: allowed by the limits, and decoded without harm.
    let calm = png(RgbImage::from_pixel(5_000, 4_000, Rgb([1, 2, 3])));
    assert!(calm.len() < 1_000_000);
    assert!(derive(&calm).is_ok());
    // A text chunk that unpacks to 100 MB: more than the decoder may use beside the picture.
    let mut bomb = png(quadrants(64, 64));
    let packed = zlib_of_zeros(100_000_000);
    let mut chunk = b"zTXt".to_vec();
    chunk.extend_from_slice(b"Comment\0\0");
    chunk.extend_from_slice(&packed);
    let mut block = ((chunk.len() - 4) as u32).to_be_bytes().to_vec();
    let crc = crc32(&chunk);
    block.extend_from_slice(&chunk);
    block.extend_from_slice(&crc.to_be_bytes());
    bomb.splice(33..33, block);
    match derive(&bomb) {
        Ok(made) => assert_eq!((made.probe.width, made.probe.height), (64, 64), "the text may be skipped"),
        Err(error) => assert_eq!(error.code(), "photo-damaged"),
    }
}

/// A zlib stream of `count` zero bytes, made of runs of 258 with the fixed code table.
fn zlib_of_zeros(count: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    let code = |bits: &mut Vec<bool>, value: u32, length: u32| {
        (0..length).rev().for_each(|i| bits.push(value >> i & 1 == 1));
    };
    code(&mut bits, 0x30, 8);
    for _ in 0..(count - 1) / 258 {
        code(&mut bits, 0b1100_0101, 8); // length 258
        code(&mut bits, 0, 5); // distance 1
    }
    code(&mut bits, 0, 7);
    let mut out = vec![0x78, 0x9c];
    out.extend(bits.chunks(8).map(|b| b.iter().enumerate().fold(0u8, |v, (i, bit)| v | u8::from(*bit) << i)));
    out.extend_from_slice(&[0, 0, 0, 0]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ c >> 1 } else { c >> 1 })
    })
}

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let picture = quadrants(90, 70);
    vec![
        jpeg(&picture, Some(&phone_exif(6))),
        jpeg_with(&picture, Jpeg { progressive: true, ..Jpeg::default() }, Some(&phone_exif(8))),
        jpeg_with(&picture, Jpeg { sampling: jpeg_encoder::SamplingFactor::F_4_1, ..Jpeg::default() }, None),
        png(picture.clone()),
        webp(picture),
    ]
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Rubbish behind a valid beginning.
    #[test]
    fn rubbish_never_panics(start in 0usize..5, tail in proptest::collection::vec(any::<u8>(), 0..600)) {
        let heads: [&[u8]; 5] = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 ", b"\0\0\0\x18ftyp"];
        let bytes = [heads[start], &tail].concat();
        for codec in codecs() {
            let _ = derive_with(codec, &bytes);
        }
    }

    /// Real photographs with a few bytes changed, removed or doubled.
    #[test]
    fn bent_photographs_never_panic(
        seed in 0usize..5,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..12),
    ) {
        let mut bytes = SEEDS[seed].clone();
        for (at, value, kind) in changes {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = value,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, value),
            }
        }
        prop_assert_eq!(verify(&bytes).is_ok(), derive(&bytes).is_ok());
        for codec in codecs() {
            if let Ok(made) = derive_with(codec, &bytes) {
                prop_assert!(made.display.width.max(made.display.height) <= ekitei_photo::DISPLAY_MAX_PX);
                prop_assert!(made.thumb.width.max(made.thumb.height) <= ekitei_photo::THUMB_PX);
            }
        }
    }
}
