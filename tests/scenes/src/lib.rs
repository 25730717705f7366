//! Drawn photographs: recognisable field scenes and document pages, the same for the same seed, as camera JPEGs with
//! EXIF. All places, people, numbers and papers are invented.
//!
//! A scene is drawn in units (short side 750), textured per pixel, given a camera's softness and grain, then stored as
//! the phone would store it: for orientations 5 to 8 the pixels lie on their side and EXIF says so.
//!
//! A package of its own because drawing is built with optimisation, and nothing else of the tests is.

mod buildings;
mod camera;
mod canvas;
mod noise;
mod outdoors;
mod papers;
mod plants;
mod river;
mod roads;

pub use noise::Dice;

use canvas::Canvas;

pub use canvas::has_glyph;

/// One kind of photograph.
#[derive(Clone, Copy)]
pub struct SceneSpec {
    /// Stable name for files and tests: `gravel-pit`.
    pub id: &'static str,
    /// What a clerk would write under the picture.
    pub caption_ja: &'static str,
    pub caption_en: &'static str,
    /// Held upright: the picture is higher than wide.
    pub portrait: bool,
    draw: fn(&mut Canvas, &mut Dice),
}

impl std::fmt::Debug for SceneSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SceneSpec({})", self.id)
    }
}

impl SceneSpec {
    /// The EXIF orientation that a phone held for this picture writes: 1 or, for an upright phone, 6.
    #[must_use]
    pub fn usual_orientation(&self) -> u8 {
        if self.portrait { 6 } else { 1 }
    }

    /// Upright size for a long and a short side.
    fn size(&self, long: u32, short: u32) -> (u32, u32) {
        if self.portrait { (short, long) } else { (long, short) }
    }
}

/// How the pictures are drawn: kept ones are as old as this.
pub const SOURCES: [&str; 10] = [
    include_str!("buildings.rs"),
    include_str!("camera.rs"),
    include_str!("canvas.rs"),
    include_str!("lib.rs"),
    include_str!("noise.rs"),
    include_str!("outdoors.rs"),
    include_str!("papers.rs"),
    include_str!("plants.rs"),
    include_str!("river.rs"),
    include_str!("roads.rs"),
];

/// All scenes, field first, papers last.
#[must_use]
pub fn all() -> Vec<SceneSpec> {
    let scene =
        |id, caption_ja, caption_en, portrait, draw| SceneSpec { id, caption_ja, caption_en, portrait, draw };
    vec![
        scene(
            "gravel-pit",
            "採取場のり面と標示板",
            "Gravel pit: slope and marker board",
            false,
            outdoors::gravel_pit,
        ),
        scene("strawberry-rows", "いちごハウス 畝の全景", "Strawberry house: the rows", false, plants::rows),
        scene("leaf-spot", "葉の斑点(接写)", "Leaf spots, close up", false, plants::leaf_spot),
        scene(
            "store-door",
            "火薬庫 扉と錠前",
            "Explosives store: door and padlock",
            true,
            buildings::store_door,
        ),
        scene(
            "wall-crack",
            "公宅外壁のひび割れ",
            "Staff housing: crack in the wall",
            false,
            buildings::wall_crack,
        ),
        scene(
            "river-dike",
            "堤防天端から下流を望む",
            "River dike, looking downstream",
            false,
            river::river_dike,
        ),
        scene("snowy-road", "吹雪の道路と矢羽根", "Snowy road with arrow posts", false, roads::snowy_road),
        scene(
            "whiteboard",
            "災害対策本部 ホワイトボード",
            "Emergency office: whiteboard map",
            false,
            papers::whiteboard,
        ),
        scene(
            "pension-notice",
            "年金額のお知らせ(見本)",
            "Pension notice (specimen)",
            true,
            papers::pension_notice,
        ),
        scene("check-sheet", "点検票", "Check sheet on a clipboard", true, papers::check_sheet),
    ]
}

/// The scene with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<SceneSpec> {
    all().into_iter().find(|spec| spec.id == id)
}

/// A drawn picture, upright.
pub struct Scene {
    pub width: u32,
    pub height: u32,
    /// Red, green, blue; `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

impl Scene {
    /// Draws a scene whose long side has `long_px` pixels (4:3).
    #[must_use]
    pub fn draw(spec: &SceneSpec, seed: u64, long_px: u32) -> Self {
        let (width, height) = spec.size(long_px, long_px * 3 / 4);
        let mut canvas = Canvas::new(width, height);
        let mut dice = Dice::new(
            seed ^ spec.id.bytes().fold(7u64, |n, b| n.wrapping_mul(31).wrapping_add(u64::from(b))),
        );
        // No two photographs of one place have the same frame and light.
        canvas.frame(dice.between(1.0, 1.06), (dice.between(0.3, 0.7), dice.between(0.3, 0.7)));
        let exposure = dice.between(0.93, 1.05);
        (spec.draw)(&mut canvas, &mut dice);
        let mut rgb = canvas.into_rgb();
        camera::soften(&mut rgb, width as usize, exposure, dice.roll());
        Self { width, height, rgb }
    }

    /// Stores the picture as a camera does.
    #[must_use]
    pub fn jpeg(&self, shot: &Shot<'_>) -> Vec<u8> {
        camera::jpeg(self, shot)
    }
}

/// What the camera knows when the shutter opens.
#[derive(Debug, Clone, Copy)]
pub struct Shot<'a> {
    /// Local time: `2024-05-01T09:30:00`.
    pub taken_at: &'a str,
    /// Offset from UTC: `+09:00`.
    pub offset: &'a str,
    /// Latitude and longitude in degrees.
    pub position: Option<(f64, f64)>,
    /// EXIF orientation, 1 to 8.
    pub orientation: u8,
}

/// A 12-megapixel photograph (4032 x 3024) as JPEG.
#[must_use]
pub fn render(
    spec: &SceneSpec,
    seed: u64,
    taken_at: &str,
    offset: &str,
    position: (f64, f64),
    orientation: u8,
) -> Vec<u8> {
    Scene::draw(spec, seed, 4_032).jpeg(&Shot { taken_at, offset, position: Some(position), orientation })
}

/// The same photograph with 800 x 600 pixels, for tests that need many.
#[must_use]
pub fn small(
    spec: &SceneSpec,
    seed: u64,
    taken_at: &str,
    offset: &str,
    position: (f64, f64),
    orientation: u8,
) -> Vec<u8> {
    Scene::draw(spec, seed, 800).jpeg(&Shot { taken_at, offset, position: Some(position), orientation })
}
