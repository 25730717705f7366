//! Marks on a photo and the electronic small blackboard, as data in a layer beside the untouched original; and
//! [`burn`], which draws them onto a display copy and gives a new picture without metadata.

mod board;
mod burn;
mod canvas;

use ekitei_model::fault::Fault;
use serde::{Deserialize, Serialize};

pub use burn::burn;

/// A point on the upright picture: 0 is left or top, 1 right or bottom.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Spot {
    pub x: f32,
    pub y: f32,
}

/// A rectangle on the upright picture, corners in any order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Patch {
    pub from: Spot,
    pub to: Spot,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    #[default]
    Red,
    Yellow,
    Blue,
    White,
    Black,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Thickness {
    Thin,
    #[default]
    Medium,
    Thick,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mark {
    Arrow {
        from: Spot,
        to: Spot,
        #[serde(default)]
        colour: Colour,
        #[serde(default)]
        thickness: Thickness,
    },
    Box {
        area: Patch,
        #[serde(default)]
        colour: Colour,
        #[serde(default)]
        thickness: Thickness,
    },
    /// `at` is the upper left corner of the first line; lines break at the picture's edge.
    Text {
        at: Spot,
        text: String,
        #[serde(default)]
        colour: Colour,
        #[serde(default)]
        thickness: Thickness,
    },
    /// Personal data painted over: afterwards nothing of it is in the picture.
    BlackOut { area: Patch },
}

/// The marks of one photo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Marks {
    #[serde(default)]
    pub marks: Vec<Mark>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    TopLeft,
    TopRight,
    #[default]
    BottomLeft,
    BottomRight,
}

/// The electronic small blackboard (電子小黒板). Empty lines are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Board {
    pub case: String,
    pub place: String,
    pub item: String,
    /// ISO day, shown in the Japanese calendar.
    pub date: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub corner: Corner,
}

/// Most marks on one photo.
pub const MARKS_LIMIT: usize = 200;
/// Most characters of one text mark or board line.
pub const TEXT_LIMIT_CHARS: usize = 400;

impl Board {
    /// Errors: `marks-text-long`.
    pub fn check(&self) -> Result<(), Fault> {
        let lines = [&self.case, &self.place, &self.item, &self.date, &self.note];
        let long = lines.iter().any(|text| text.chars().count() > TEXT_LIMIT_CHARS);
        if long { Err(Fault::ask("marks-text-long").with("limit", TEXT_LIMIT_CHARS)) } else { Ok(()) }
    }
}

impl Marks {
    /// Errors: `marks-many`, `marks-text-long`, `marks-place` (a coordinate is no number or far outside the picture).
    pub fn check(&self) -> Result<(), Fault> {
        if self.marks.len() > MARKS_LIMIT {
            return Err(Fault::ask("marks-many").with("limit", MARKS_LIMIT));
        }
        let fine = |spot: &Spot| [spot.x, spot.y].iter().all(|value| (-1.0..=2.0).contains(value));
        for mark in &self.marks {
            let placed = match mark {
                Mark::Arrow { from, to, .. } => fine(from) && fine(to),
                Mark::Box { area, .. } | Mark::BlackOut { area } => fine(&area.from) && fine(&area.to),
                Mark::Text { at, text, .. } => {
                    if text.chars().count() > TEXT_LIMIT_CHARS {
                        return Err(Fault::ask("marks-text-long").with("limit", TEXT_LIMIT_CHARS));
                    }
                    fine(at)
                }
            };
            if !placed {
                return Err(Fault::ask("marks-place"));
            }
        }
        Ok(())
    }
}
