//! Marks and the board burned into copies: pixels, metadata, limits, and that the layer is plain data.
#![allow(clippy::unwrap_used)]

mod support;

use ekitei_report::marks::{Board, Colour, Corner, Mark, Marks, Patch, Spot, Thickness, burn};
use proptest::prelude::*;

fn spot(x: f32, y: f32) -> Spot {
    Spot { x, y }
}

/// Width and RGB pixels of a JPEG.
fn decode(bytes: &[u8]) -> (usize, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let pixels = decoder.decode().unwrap();
    (usize::from(decoder.info().unwrap().width), pixels)
}

fn pixel((width, pixels): &(usize, Vec<u8>), x: usize, y: usize) -> [u8; 3] {
    let at = (y * width + x) * 3;
    [pixels[at], pixels[at + 1], pixels[at + 2]]
}

#[test]
fn blacked_out_pixels_are_black_wherever_the_picture_was_bright() {
    let photo = support::photo(640, 480, 1);
    let area = Patch { from: spot(0.6, 0.9), to: spot(0.2, 0.1) };
    let out = burn(&photo, &Marks { marks: vec![Mark::BlackOut { area }] }, None).unwrap();
    let (before, after) = (decode(&photo), decode(&out));
    for y in (48..432).step_by(3) {
        for x in (128..384).step_by(3) {
            assert!(
                pixel(&after, x, y).iter().all(|value| *value <= 6),
                "{x},{y}: {:?}",
                pixel(&after, x, y)
            );
        }
    }
    assert!(pixel(&before, 200, 60).iter().any(|value| *value > 150), "there was something to hide");
    let far = (pixel(&before, 600, 240), pixel(&after, 600, 240));
    assert!(far.0.iter().zip(far.1).all(|(a, b)| a.abs_diff(b) < 24), "the rest stays: {far:?}");
    // The same result from any picture under the patch: nothing of it is left, not even in the ringing of the codec.
    let mut other = support::photo(640, 480, 1);
    other = burn(
        &other,
        &Marks {
            marks: vec![Mark::BlackOut { area: Patch { from: spot(0.25, 0.15), to: spot(0.55, 0.85) } }],
        },
        None,
    )
    .unwrap();
    let hidden = decode(&burn(&other, &Marks { marks: vec![Mark::BlackOut { area }] }, None).unwrap());
    for (x, y) in [(130, 50), (250, 240), (380, 430)] {
        assert!(pixel(&hidden, x, y).iter().all(|value| *value <= 6));
    }
}

#[test]
fn the_copy_carries_no_metadata_and_the_input_is_only_read() {
    let photo = support::photo(320, 240, 3);
    let mut planted = photo[..2].to_vec();
    planted.extend([0xff, 0xe1, 0, 30]);
    planted.extend(b"Exif\0\0GPS 43.0621 141.3544..");
    planted.extend(&photo[2..]);
    let copy = planted.clone();
    let out = burn(&planted, &Marks::default(), Some(&Board { case: "見晴川".into(), ..Board::default() }))
        .unwrap();
    assert_eq!(planted, copy);
    assert!(!out.windows(3).any(|part| part == b"GPS"));
    let mut at = 2;
    while out[at + 1] != 0xda {
        let marker = out[at + 1];
        assert!(!matches!(marker, 0xe1..=0xef | 0xfe), "segment {marker:x}");
        assert!(marker != 0xe0 || out[at + 16..at + 18] == [0, 0], "no JFIF thumbnail");
        at += 2 + usize::from(u16::from_be_bytes([out[at + 2], out[at + 3]]));
    }
    assert!(out.ends_with(&[0xff, 0xd9]));
}

#[test]
fn the_board_stands_in_its_corner_and_shows_letters() {
    let photo = support::photo(960, 720, 1);
    let board = |corner| Board {
        case: "見晴川第三砂利採取場".into(),
        item: "北側のり面".into(),
        date: "2026-11-20".into(),
        corner,
        ..Board::default()
    };
    let green = |[r, g, b]: [u8; 3]| g > r + 15 && g < 90 && b < 80;
    for (corner, x, y) in [
        (Corner::TopLeft, 18, 14),
        (Corner::TopRight, 945, 14),
        (Corner::BottomLeft, 18, 706),
        (Corner::BottomRight, 945, 706),
    ] {
        let out = decode(&burn(&photo, &Marks::default(), Some(&board(corner))).unwrap());
        assert!(green(pixel(&out, x, y)), "{corner:?}: {:?}", pixel(&out, x, y));
    }
    let out = decode(&burn(&photo, &Marks::default(), Some(&board(Corner::TopLeft))).unwrap());
    let chalk = (0..100)
        .flat_map(|y| (0..360).map(move |x| (x, y)))
        .filter(|(x, y)| pixel(&out, *x, *y).iter().all(|value| *value > 220))
        .count();
    assert!(chalk > 400, "white letters: {chalk}");
    let empty = burn(&photo, &Marks::default(), Some(&Board::default())).unwrap();
    assert!(!green(pixel(&decode(&empty), 18, 706)), "an empty board is not drawn");
}

#[test]
fn coloured_marks_appear_where_they_are_put() {
    let photo = support::photo(800, 600, 1);
    let marks = Marks {
        marks: vec![
            Mark::Arrow {
                from: spot(0.1, 0.1),
                to: spot(0.5, 0.1),
                colour: Colour::Red,
                thickness: Thickness::Thick,
            },
            Mark::Box {
                area: Patch { from: spot(0.6, 0.2), to: spot(0.9, 0.4) },
                colour: Colour::Yellow,
                thickness: Thickness::Thick,
            },
            Mark::Text {
                at: spot(0.97, 0.5),
                text: "端の字".into(),
                colour: Colour::Blue,
                thickness: Thickness::Thick,
            },
        ],
    };
    let out = decode(&burn(&photo, &marks, None).unwrap());
    let [r, g, b] = pixel(&out, 240, 60);
    assert!(r > 180 && g < 70 && b < 80, "{r} {g} {b}");
    let [r, g, b] = pixel(&out, 600, 120);
    assert!(r > 200 && g > 160 && b < 90, "{r} {g} {b}");
    let blue = (300..340).flat_map(|y| (600..800).map(move |x| (x, y))).filter(|(x, y)| {
        let [r, g, b] = pixel(&out, *x, *y);
        b > 150 && r < 70 && g < 130
    });
    assert!(blue.count() > 100, "a text at the edge moves left");
}

#[test]
fn limits_and_hostile_values_are_refused() {
    let photo = support::photo(160, 120, 1);
    let one = |mark: Mark| burn(&photo, &Marks { marks: vec![mark] }, None).unwrap_err().code;
    let area = |x: f32| Mark::BlackOut { area: Patch { from: spot(x, 0.0), to: spot(1.0, 1.0) } };
    assert_eq!(one(area(f32::NAN)), "marks-place");
    assert_eq!(one(area(f32::INFINITY)), "marks-place");
    assert_eq!(one(area(1e30)), "marks-place");
    let text = Mark::Text {
        at: spot(0.0, 0.0),
        text: "字".repeat(401),
        colour: Colour::Red,
        thickness: Thickness::Thin,
    };
    assert_eq!(one(text), "marks-text-long");
    let many = Marks { marks: vec![area(0.5); 201] };
    assert_eq!(burn(&photo, &many, None).unwrap_err().code, "marks-many");
    assert_eq!(burn(&support::signature(), &Marks::default(), None).unwrap_err().code, "picture-unsupported");
    assert_eq!(
        burn(&photo[..photo.len() / 2], &Marks::default(), None).map(|_| ()).map_err(|fault| fault.code),
        Ok(()),
        "a cut scan still decodes"
    );
    let board = Board { place: "字".repeat(400), case: "字".repeat(400), ..Board::default() };
    assert!(
        burn(&photo, &Marks::default(), Some(&board)).is_ok(),
        "a board with too many words is clipped, not refused"
    );
}

#[test]
fn the_layer_is_plain_json() {
    let json = r#"{"marks":[{"kind":"arrow","from":{"x":0.1,"y":0.2},"to":{"x":0.5,"y":0.5}},
        {"kind":"black_out","area":{"from":{"x":0.0,"y":0.0},"to":{"x":0.2,"y":0.2}}},
        {"kind":"text","at":{"x":0.5,"y":0.5},"text":"①","colour":"white","thickness":"thick"}]}"#;
    let marks: Marks = serde_json::from_str(json).unwrap();
    assert_eq!(marks.marks.len(), 3);
    assert!(matches!(marks.marks[0], Mark::Arrow { colour: Colour::Red, thickness: Thickness::Medium, .. }));
    let again: Marks = serde_json::from_str(&serde_json::to_string(&marks).unwrap()).unwrap();
    assert_eq!(again, marks);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_coordinates_draw_without_panic(values in prop::collection::vec(-1.0_f32..2.0, 8), text in "\\PC{0,40}") {
        let photo = support::photo(96, 64, 1);
        let (a, b) = (spot(values[0], values[1]), spot(values[2], values[3]));
        let marks = Marks { marks: vec![
            Mark::Arrow { from: a, to: b, colour: Colour::Black, thickness: Thickness::Thin },
            Mark::Box { area: Patch { from: a, to: b }, colour: Colour::White, thickness: Thickness::Medium },
            Mark::BlackOut { area: Patch { from: spot(values[4], values[5]), to: spot(values[6], values[7]) } },
            Mark::Text { at: b, text, colour: Colour::Blue, thickness: Thickness::Thick },
        ] };
        let board = Board { note: "注".into(), ..Board::default() };
        let drawn = burn(&photo, &marks, Some(&board));
        prop_assert!(drawn.is_ok());
    }
}
