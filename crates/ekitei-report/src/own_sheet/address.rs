//! Cell addresses and ranges as a worksheet writes them: `B7`, `B7:D9`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub(crate) const ROWS: u32 = 1_048_576;
pub(crate) const COLUMNS: u32 = 16_384;

/// A cell; row and column count from 0. Written and serialised as `B7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cell {
    pub row: u32,
    pub column: u32,
}

/// A rectangle of cells, both corners included. Written and serialised as `B7:D9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Range {
    pub from: Cell,
    pub to: Cell,
}

#[derive(Debug, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the address of a cell")
    }
}

impl std::error::Error for NotAnAddress {}

impl Cell {
    pub const fn new(row: u32, column: u32) -> Self {
        Self { row, column }
    }

    /// The letters of a column, counted from 0.
    pub fn letters(column: u32) -> String {
        let mut left = column + 1;
        let mut letters = Vec::new();
        while left > 0 {
            left -= 1;
            letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or(0)));
            left /= 26;
        }
        letters.iter().rev().collect()
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::letters(self.column), self.row + 1)
    }
}

impl FromStr for Cell {
    type Err = NotAnAddress;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.find(|c: char| c.is_ascii_digit()).ok_or(NotAnAddress)?;
        let (letters, number) = text.split_at(digits);
        if letters.is_empty() || letters.len() > 3 || number.len() > 7 || number.starts_with('0') {
            return Err(NotAnAddress);
        }
        let mut column = 0_u32;
        for letter in letters.bytes() {
            if !letter.is_ascii_uppercase() {
                return Err(NotAnAddress);
            }
            column = column * 26 + u32::from(letter - b'A') + 1;
        }
        let row: u32 = number.parse().map_err(|_| NotAnAddress)?;
        if column > COLUMNS || row > ROWS {
            return Err(NotAnAddress);
        }
        Ok(Self { row: row - 1, column: column - 1 })
    }
}

impl Range {
    pub const fn one(cell: Cell) -> Self {
        Self { from: cell, to: cell }
    }
    pub fn contains(self, cell: Cell) -> bool {
        (self.from.row..=self.to.row).contains(&cell.row)
            && (self.from.column..=self.to.column).contains(&cell.column)
    }
    pub fn meets(self, other: Self) -> bool {
        self.from.row <= other.to.row
            && other.from.row <= self.to.row
            && self.from.column <= other.to.column
            && other.from.column <= self.to.column
    }
    pub fn rows(self) -> u32 {
        self.to.row - self.from.row + 1
    }
    pub fn columns(self) -> u32 {
        self.to.column - self.from.column + 1
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { self.from.fmt(f) } else { write!(f, "{}:{}", self.from, self.to) }
    }
}

impl FromStr for Range {
    type Err = NotAnAddress;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to) = text.split_once(':').unwrap_or((text, text));
        let (from, to): (Cell, Cell) = (from.parse()?, to.parse()?);
        if from.row > to.row || from.column > to.column {
            return Err(NotAnAddress);
        }
        Ok(Self { from, to })
    }
}

impl TryFrom<String> for Cell {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Cell> for String {
    fn from(cell: Cell) -> Self {
        cell.to_string()
    }
}

impl TryFrom<String> for Range {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Range> for String {
    fn from(range: Range) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_alike() {
        for text in ["A1", "Z9", "AA10", "XFD1048576", "AZ77"] {
            assert_eq!(text.parse::<Cell>().unwrap().to_string(), text);
        }
        assert_eq!("C5".parse::<Cell>().unwrap(), Cell::new(4, 2));
        for bad in ["", "A", "1", "A0", "A01", "a1", "XFE1", "A1048577", "AAAA1", "$A$1", "A1B", "A99999999"]
        {
            assert!(bad.parse::<Cell>().is_err(), "{bad}");
        }
        assert_eq!("B7:D9".parse::<Range>().unwrap().to_string(), "B7:D9");
        assert!("D9:B7".parse::<Range>().is_err());
    }
}
