//! What lies over a photo, the papers that show it, and photos that get their case later; without a line.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Phone, case_id, inbox, jpeg, photos};
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_model::RecordId;
use ekitei_model::kinds::Variant;
use ekitei_report::marks::{Board, Mark, Marks, Patch, Spot};

fn black_out() -> Marks {
    let area = Patch { from: Spot { x: 0.1, y: 0.1 }, to: Spot { x: 0.6, y: 0.6 } };
    Marks { marks: vec![Mark::BlackOut { area }] }
}

fn board() -> Board {
    Board {
        case: "砂-0412".into(), place: "北柏沢町".into(), date: "2026-11-21".into(), ..Board::default()
    }
}

#[test]
fn a_layer_lies_beside_the_untouched_bytes_and_can_be_taken_away() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let taken =
        core.photo_add(photos(&inbox(&core, "a.jpg", &jpeg(1)), Some(case_id("R8-1")))).unwrap().remove(0);
    let bytes = |variant| core.media(taken.id, variant).unwrap().bytes.to_vec();
    let before = Variant::ALL.map(bytes);
    let set = |marks, board| core.photo_marks(PhotoMarksArgs { id: taken.id, marks, board });
    let seen = set(black_out(), Some(board())).unwrap();
    assert_eq!((seen.marks, seen.board), (black_out(), Some(board())));
    assert_eq!(Variant::ALL.map(bytes), before);
    let away = set(Marks::default(), None).unwrap();
    assert_eq!((away.marks, away.board, away.unreadable), (Marks::default(), None, false));
    let spot = Spot { x: 7.0, y: 0.0 };
    let far = Marks { marks: vec![Mark::BlackOut { area: Patch { from: spot, to: spot } }] };
    assert_eq!(set(far, None).unwrap_err().code, "marks-place");
    let long = Board { note: "あ".repeat(401), ..board() };
    assert_eq!(set(black_out(), Some(long)).unwrap_err().code, "marks-text-long");
    assert_eq!(core.photo_get(RecordRef { id: taken.id }).unwrap().marks, Marks::default());
}

#[test]
fn a_photo_without_a_case_gets_one_with_all_that_belongs_to_it() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let loose = core.photo_add(photos(&inbox(&core, "a.jpg", &jpeg(1)), None)).unwrap().remove(0);
    core.photo_caption(PhotoCaptionArgs { id: loose.id, caption: "のり面".into() }).unwrap();
    core.photo_marks(PhotoMarksArgs { id: loose.id, marks: black_out(), board: None }).unwrap();
    let own = || core.photo_own(Nothing {}).unwrap().iter().map(|p| p.id).collect::<Vec<_>>();
    assert_eq!(own(), [loose.id]);
    let original = core.media(loose.id, Variant::Original).unwrap().bytes.to_vec();

    let case = case_id("R8-1");
    let place = |id| core.photo_place(PhotoPlaceArgs { id, case });
    let placed = place(loose.id).unwrap();
    assert_ne!(placed.id, loose.id);
    assert_eq!((placed.case, placed.caption.as_str(), &placed.marks), (Some(case), "のり面", &black_out()));
    assert_eq!((placed.taken_at, placed.width), (loose.taken_at, loose.width));
    assert_eq!(core.media(placed.id, Variant::Original).unwrap().bytes.to_vec(), original);
    assert_eq!(own(), [] as [RecordId; 0]);
    // Its files are sent under its new id, and only there.
    let sending = core.queue(Nothing {}).unwrap().rows;
    assert_eq!(
        sending.iter().filter(|r| ["thumb", "display", "original"].contains(&r.what.as_str())).count(),
        3
    );

    // The answer was lost: nothing is doubled.
    assert_eq!(place(loose.id).unwrap().id, placed.id);
    assert_eq!(place(placed.id).unwrap_err().code, "photo-in-case");
    // The same picture once more is the one that is there.
    let twin = core.photo_add(photos(&inbox(&core, "b.jpg", &jpeg(1)), None)).unwrap().remove(0);
    let met = place(twin.id).unwrap();
    assert_eq!((met.id, met.already_there), (placed.id, true));
    assert_eq!(core.photo_list(CaseRef { case }).unwrap().len(), 1);
    assert_eq!(own(), [] as [RecordId; 0]);
}

#[test]
fn what_is_kept_outside_shows_nothing_that_was_blacked_out() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let taken = core.photo_add(photos(&inbox(&core, "現場.jpg", &jpeg(1)), None)).unwrap().remove(0);
    let out = core.hand_out(taken.id).unwrap();
    assert_eq!((out.name.as_str(), out.media_type), ("現場.jpg", "image/jpeg"));
    assert_eq!(out.bytes[..], jpeg(1)[..], "the original as it came from the camera");
    core.photo_marks(PhotoMarksArgs { id: taken.id, marks: black_out(), board: None }).unwrap();
    let veiled = core.hand_out(taken.id).unwrap();
    assert_eq!(veiled.name, "現場.jpg");
    let shown = core.media(taken.id, Variant::Display).unwrap();
    assert_ne!(veiled.bytes[..], shown.bytes[..]);
    assert_ne!(veiled.bytes[..], jpeg(1)[..]);
    assert_eq!(core.hand_out(case_id("R8-1")).err().unwrap().code, "record-unknown");
}

#[test]
fn a_picture_that_is_looked_at_for_codes_is_not_kept() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let name = inbox(&core, "code.jpg", &jpeg(3));
    let read = || core.code_read(CodeReadArgs { name: name.clone() });
    assert!(read().unwrap().codes.is_empty());
    assert_eq!(read().unwrap_err().code, "inbox-missing");
    assert!(std::fs::read_dir(phone.dir().join("inbox")).unwrap().next().is_none());
    let broken = inbox(&core, "x.jpg", b"no picture");
    assert!(core.code_read(CodeReadArgs { name: broken }).unwrap_err().code.starts_with("photo-"));
    assert!(std::fs::read_dir(phone.dir().join("inbox")).unwrap().next().is_none());
}
