#![allow(clippy::unwrap_used)]

use ekitei_photo::{derive, read_exif};
use ekitei_scenes::{SOURCES, Scene, SceneSpec, Shot, all, by_id, has_glyph, render, small};

const TAKEN: &str = "2026-05-21T10:15:30";
const PLACE: (f64, f64) = (43.2150, 142.8410);

const fn held(orientation: u8) -> Shot<'static> {
    Shot { taken_at: TAKEN, offset: "+09:00", position: Some(PLACE), orientation }
}

/// Small enough to draw many.
fn shot(spec: &SceneSpec, seed: u64, orientation: u8) -> Vec<u8> {
    Scene::draw(spec, seed, 360).jpeg(&held(orientation))
}

/// Mean red, green, blue of the 8 x 8 fields of the thumbnail: enough to tell scenes and ways up apart.
fn fields(bytes: &[u8]) -> Vec<[f32; 3]> {
    let thumb = derive(bytes).unwrap().thumb;
    let pixels = image::load_from_memory(&thumb.bytes).unwrap().resize_exact(
        8,
        8,
        image::imageops::FilterType::Triangle,
    );
    pixels.into_rgb8().pixels().map(|p| p.0.map(f32::from)).collect()
}

fn distance(a: &[[f32; 3]], b: &[[f32; 3]]) -> f32 {
    let parts = a.iter().flatten().zip(b.iter().flatten());
    parts.map(|(x, y)| (x - y).abs()).sum::<f32>() / (a.len() * 3) as f32
}

#[test]
fn the_same_seed_draws_the_same_photograph() {
    for spec in all() {
        let first = shot(&spec, 5, 1);
        assert_eq!(first, shot(&spec, 5, 1), "{}", spec.id);
        assert_ne!(first, shot(&spec, 6, 1), "{}", spec.id);
        assert_eq!(by_id(spec.id).unwrap().caption_ja, spec.caption_ja);
    }
}

#[test]
fn exif_says_when_where_and_which_way_up() {
    for (spec, orientation) in all().into_iter().zip([1, 6, 8, 3, 1, 6, 8, 2, 5, 7]) {
        let exif = read_exif(&Scene::draw(&spec, 1, 80).jpeg(&held(orientation)));
        assert_eq!(exif.taken_local.as_deref(), Some(TAKEN));
        assert_eq!(exif.offset.as_deref(), Some("+09:00"));
        assert_eq!(exif.orientation, orientation);
        let (lat, lon) = exif.position.unwrap();
        assert!((lat - PLACE.0).abs() < 1e-5 && (lon - PLACE.1).abs() < 1e-5);
    }
}

#[test]
fn stored_sideways_and_shown_upright() {
    for id in ["gravel-pit", "pension-notice"] {
        let spec = by_id(id).unwrap();
        let scene = Scene::draw(&spec, 3, 800);
        let upright = fields(&scene.jpeg(&held(1)));
        for orientation in 2..=8 {
            let bytes = scene.jpeg(&held(orientation));
            let made = derive(&bytes).unwrap();
            assert_eq!(made.display.width < made.display.height, spec.portrait, "{id} {orientation}");
            assert_eq!(
                made.probe.width < made.probe.height,
                spec.portrait != (orientation > 4),
                "{id} {orientation}"
            );
            let off = distance(&upright, &fields(&bytes));
            assert!(off < 2.0, "{id} orientation {orientation} differs by {off}");
        }
    }
}

#[test]
fn no_two_scenes_look_alike() {
    let seen: Vec<_> = all().iter().map(|spec| (spec.id, fields(&shot(spec, 1, 1)))).collect();
    for (i, (id, a)) in seen.iter().enumerate() {
        for (other, b) in &seen[i + 1..] {
            assert!(distance(a, b) > 12.0, "{id} and {other}");
        }
    }
}

#[test]
fn small_photographs_are_800_pixels_long() {
    let bytes = small(&by_id("check-sheet").unwrap(), 1, TAKEN, "+09:00", PLACE, 6);
    let made = derive(&bytes).unwrap();
    assert_eq!((made.probe.width, made.probe.height), (800, 600), "stored lying on its side");
    assert_eq!((made.display.width, made.display.height), (600, 800));
}

#[test]
fn a_full_photograph_weighs_what_a_phone_photograph_weighs() {
    let spec = by_id("leaf-spot").unwrap();
    let bytes = render(&spec, 1, TAKEN, "+09:00", PLACE, 6);
    let made = derive(&bytes).unwrap();
    assert_eq!((made.probe.width, made.probe.height), (3_024, 4_032));
    assert_eq!((made.display.width, made.display.height), (2_016, 1_512));
    assert!((2_000_000..5_000_000).contains(&bytes.len()), "{} bytes", bytes.len());
}

/// A sign that the font subset lacks would be drawn as an empty box.
#[test]
fn the_font_has_every_sign_that_is_written() {
    for source in SOURCES {
        for (number, row) in source.lines().enumerate().filter(|(_, row)| !row.trim_start().starts_with("//"))
        {
            // Every second part between quotation marks is a literal.
            for sign in row.split('"').skip(1).step_by(2).flat_map(str::chars) {
                assert!(has_glyph(sign), "line {} writes {sign:?}", number + 1);
            }
        }
    }
}
