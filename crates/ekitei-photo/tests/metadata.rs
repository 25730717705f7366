//! EXIF: what is read, and that nonsense never costs the photo.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use ekitei_photo::{Exif, derive, read_exif};
use exif::{Field, In, Rational, Tag, Value};
use proptest::prelude::*;

fn read(fields: &[Field]) -> Exif {
    read_exif(&jpeg(&quadrants(32, 32), Some(&exif_block(fields))))
}

#[test]
fn time_offset_place_and_orientation() {
    let exif = read_exif(&jpeg(&quadrants(32, 32), Some(&phone_exif(6))));
    assert_eq!(exif.taken_local.as_deref(), Some("2024-05-01T09:30:15"));
    assert_eq!(exif.offset.as_deref(), Some("+09:00"));
    assert_eq!(exif.orientation, 6);
    let (lat, lon) = exif.position.unwrap();
    assert!((lat - 42.9236).abs() < 1e-5 && (lon - 143.1961).abs() < 1e-5);
}

#[test]
fn south_and_west_are_negative() {
    let exif = read(&[
        ascii(Tag::GPSLatitudeRef, "S"),
        angle_field(Tag::GPSLatitude, 33.5),
        ascii(Tag::GPSLongitudeRef, "W"),
        angle_field(Tag::GPSLongitude, 70.25),
    ]);
    assert_eq!(exif.position, Some((-33.5, -70.25)));
}

#[test]
fn other_writers() {
    // Only the digitised time; a webp with the block's JPEG prefix is covered by the PNG and WebP test below.
    let exif = read(&[ascii(Tag::DateTimeDigitized, "2023:12:31 23:59:59")]);
    assert_eq!(exif.taken_local.as_deref(), Some("2023-12-31T23:59:59"));
    assert_eq!(exif.offset, None);
    // The time of the last change is not the time of the picture.
    assert_eq!(read(&[ascii(Tag::DateTime, "2023:12:31 23:59:59")]).taken_local, None);
}

#[test]
fn impossible_values_are_left_out() {
    for text in [
        "2023:02:29 10:00:00",
        "0000:00:00 00:00:00",
        "2024:13:01 10:00:00",
        "2024:05:01 24:00:00",
        "    :  :     :  :  ",
        "",
        "yesterday",
    ] {
        assert_eq!(read(&[ascii(Tag::DateTimeOriginal, text)]).taken_local, None, "{text:?}");
    }
    for text in ["+9:00", "JST", "+15:00", "+09:75", ""] {
        let exif = read(&[
            ascii(Tag::DateTimeOriginal, "2024:02:29 10:00:00"),
            ascii(Tag::OffsetTimeOriginal, text),
        ]);
        assert_eq!(
            (exif.taken_local.as_deref(), exif.offset),
            (Some("2024-02-29T10:00:00"), None),
            "{text:?}"
        );
    }
    for bad in [0, 9, 65_535] {
        assert_eq!(read(&[orientation_field(bad)]).orientation, 1);
    }
    let refs = [ascii(Tag::GPSLatitudeRef, "N"), ascii(Tag::GPSLongitudeRef, "E")];
    let zero = |tag| Field {
        tag,
        ifd_num: In::PRIMARY,
        value: Value::Rational(vec![Rational { num: 0, denom: 0 }; 3]),
    };
    for (lat, lon) in [
        (zero(Tag::GPSLatitude), zero(Tag::GPSLongitude)),
        (angle_field(Tag::GPSLatitude, 0.0), angle_field(Tag::GPSLongitude, 0.0)),
        (angle_field(Tag::GPSLatitude, 91.0), angle_field(Tag::GPSLongitude, 143.0)),
        (angle_field(Tag::GPSLatitude, 43.0), ascii(Tag::GPSLongitude, "143")),
    ] {
        assert_eq!(read(&[refs[0].clone(), refs[1].clone(), lat, lon]).position, None);
    }
}

#[test]
fn png_and_webp_carry_exif_too() {
    let block = phone_exif(8);
    let upright = quadrants(60, 40);
    let mut in_png = png(stored_as(&upright, 8));
    let mut chunk = (block.len() as u32).to_be_bytes().to_vec();
    chunk.extend_from_slice(b"eXIf");
    chunk.extend_from_slice(&block);
    // Decoders ignore the checksum of this chunk or drop the chunk; either way our own walk reads it.
    let mut crc = crc32fast(&chunk[4..]).to_be_bytes().to_vec();
    chunk.append(&mut crc);
    in_png.splice(33..33, chunk);

    let mut in_webp = webp(stored_as(&upright, 8));
    let padded = [b"Exif\0\0".as_slice(), &block, &vec![0; (block.len()) & 1]].concat();
    let (w, h) = (40u32 - 1, 60u32 - 1);
    let mut extended = b"VP8X\x0a\0\0\0\x08\0\0\0".to_vec();
    extended.extend_from_slice(&w.to_le_bytes()[..3]);
    extended.extend_from_slice(&h.to_le_bytes()[..3]);
    in_webp.splice(12..12, extended);
    in_webp.extend_from_slice(b"EXIF");
    in_webp.extend_from_slice(&(padded.len() as u32).to_le_bytes());
    in_webp.extend_from_slice(&padded);
    let riff = (in_webp.len() - 8) as u32;
    in_webp[4..8].copy_from_slice(&riff.to_le_bytes());

    for (what, bytes) in [("png", in_png), ("webp", in_webp)] {
        let made = derive(&bytes).unwrap();
        assert_eq!(made.exif.orientation, 8, "{what}");
        assert_eq!(made.exif.taken_local.as_deref(), Some("2024-05-01T09:30:15"), "{what}");
        assert_eq!((made.display.width, made.display.height), (60, 40), "{what}");
        assert_close(corners(&decoded(&made.display.bytes)), [RED, GREEN, BLUE, YELLOW], what);
    }
}

fn crc32fast(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ c >> 1 } else { c >> 1 })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// The picture is good, its EXIF block is anything: the photo is accepted.
    #[test]
    fn broken_exif_never_costs_the_photo(
        noise in proptest::collection::vec(any::<u8>(), 0..300),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        keep in any::<bool>(),
    ) {
        let mut block = if keep { phone_exif(6) } else { noise };
        for (at, value) in changes {
            if !block.is_empty() {
                let at = at.index(block.len());
                block[at] = value;
            }
        }
        let made = derive(&jpeg(&quadrants(24, 16), Some(&block)));
        prop_assert!(made.is_ok());
        let exif = made.unwrap().exif;
        prop_assert!((1..=8).contains(&exif.orientation));
        if let Some((lat, lon)) = exif.position {
            prop_assert!(lat.abs() <= 90.0 && lon.abs() <= 180.0);
        }
    }
}
