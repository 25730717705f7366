//! When, where and which way up a photograph was taken, from its EXIF block. Bad EXIF never costs the photo.

use crate::probe::inspect;
use exif::{In, Rational, Tag, Value};

/// Larger blocks are not metadata any more and are ignored.
const BLOCK_LIMIT_BYTES: usize = 1_000_000;

/// What EXIF says. Everything is optional, because cameras, editors and attackers leave it out or write nonsense.
#[derive(Debug, Clone, PartialEq)]
pub struct Exif {
    /// Local time on the camera's clock when the picture was taken: `2024-05-01T09:30:00`, no zone.
    pub taken_local: Option<String>,
    /// Offset of that clock from UTC: `+09:00`.
    pub offset: Option<String>,
    /// 1 to 8 as EXIF defines them; 1 is upright.
    pub orientation: u8,
    /// Latitude and longitude in degrees, north and east positive.
    pub position: Option<(f64, f64)>,
}

impl Default for Exif {
    fn default() -> Self {
        Self { taken_local: None, offset: None, orientation: 1, position: None }
    }
}

/// Reads the metadata of a photograph; what is missing, malformed or impossible is left out.
#[must_use]
pub fn read_exif(bytes: &[u8]) -> Exif {
    inspect(bytes).ok().and_then(|i| i.exif).map(parse).unwrap_or_default()
}

/// Parses a TIFF block (with or without the `Exif\0\0` that some WebP writers put before it).
pub(crate) fn parse(block: &[u8]) -> Exif {
    let block = block.strip_prefix(b"Exif\0\0".as_slice()).unwrap_or(block);
    if block.len() > BLOCK_LIMIT_BYTES {
        return Exif::default();
    }
    // The block is foreign data and only informs: whatever its parser does, the photo goes on without it.
    std::panic::catch_unwind(|| read_block(block)).ok().flatten().unwrap_or_default()
}

fn read_block(block: &[u8]) -> Option<Exif> {
    let parsed = exif::Reader::new()
        .continue_on_error(true)
        .read_raw(block.to_vec())
        .or_else(|error| error.distill_partial_result(|_| {}))
        .ok()?;
    let value = |tag| parsed.get_field(tag, In::PRIMARY).map(|field| &field.value);
    let orientation = value(Tag::Orientation)
        .and_then(|v| v.get_uint(0))
        .and_then(|v| u8::try_from(v).ok())
        .filter(|v| (1..=8).contains(v))
        .unwrap_or(1);
    let time = |at, offset| {
        Some((ascii(value(at)?).and_then(local_time)?, value(offset).and_then(ascii).and_then(utc_offset)))
    };
    let (taken_local, offset) = time(Tag::DateTimeOriginal, Tag::OffsetTimeOriginal)
        .or_else(|| time(Tag::DateTimeDigitized, Tag::OffsetTimeDigitized))
        .map_or((None, None), |(at, offset)| (Some(at), offset));
    let position = (|| {
        let lat = degrees(value(Tag::GPSLatitude)?, ascii(value(Tag::GPSLatitudeRef)?)?, [b'N', b'S'], 90.0)?;
        let lon =
            degrees(value(Tag::GPSLongitude)?, ascii(value(Tag::GPSLongitudeRef)?)?, [b'E', b'W'], 180.0)?;
        // Cameras without a fix write zeros; nobody inspects a pit in the Gulf of Guinea.
        (lat != 0.0 || lon != 0.0).then_some((lat, lon))
    })();
    Some(Exif { taken_local, offset, orientation, position })
}

fn ascii(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn local_time(text: &[u8]) -> Option<String> {
    let t = exif::DateTime::from_ascii(text).ok()?;
    let leap = t.year % 4 == 0 && (t.year % 100 != 0 || t.year % 400 == 0);
    let days = match t.month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    let possible =
        t.year >= 1990 && (1..=days).contains(&t.day) && t.hour < 24 && t.minute < 60 && t.second < 60;
    possible.then(|| {
        format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour, t.minute, t.second)
    })
}

fn utc_offset(text: &[u8]) -> Option<String> {
    let &[
        sign @ (b'+' | b'-'),
        h1 @ b'0'..=b'9',
        h0 @ b'0'..=b'9',
        b':',
        m1 @ b'0'..=b'5',
        m0 @ b'0'..=b'9',
        ..,
    ] = text
    else {
        return None;
    };
    ((h1 - b'0') * 10 + (h0 - b'0') <= 14)
        .then(|| [sign, h1, h0, b':', m1, m0].into_iter().map(char::from).collect())
}

fn degrees(value: &Value, reference: &[u8], signs: [u8; 2], limit: f64) -> Option<f64> {
    let Value::Rational(parts) = value else { return None };
    let number = |r: &Rational| (r.denom != 0).then(|| f64::from(r.num) / f64::from(r.denom));
    let [d, m, s] = parts.first_chunk::<3>()?;
    let size = number(d)? + number(m)? / 60.0 + number(s)? / 3600.0;
    let sign = match reference.first()?.to_ascii_uppercase() {
        r if r == signs[0] => 1.0,
        r if r == signs[1] => -1.0,
        _ => return None,
    };
    (size <= limit).then_some(sign * size)
}
