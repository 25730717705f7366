//! Finding rows of a long list by what a person types: labels and values folded once, one behind the other, so that
//! a search is one run over one text.

use crate::narrow::fold;

/// Stands between the texts of a row and behind each row; folding leaves no control characters.
const END: char = '\n';

/// The folded texts of all rows.
#[derive(Debug, Default)]
pub struct Folded {
    text: String,
    /// End of each row in `text`, in bytes.
    ends: Vec<u32>,
}

impl Folded {
    /// From label and value of each row.
    pub fn new<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut folded = Self::default();
        for (label, value) in rows {
            for text in [label, value] {
                folded.text.push_str(&fold(text));
                folded.text.push(END);
            }
            folded.ends.push(u32::try_from(folded.text.len()).unwrap_or(u32::MAX));
        }
        folded.text.shrink_to_fit();
        folded.ends.shrink_to_fit();
        folded
    }

    fn start(&self, row: usize) -> usize {
        if row == 0 { 0 } else { self.ends[row - 1] as usize }
    }

    /// Whether a text of the row contains `wanted`, which is folded.
    pub fn fits(&self, row: u32, wanted: &str) -> bool {
        let row = row as usize;
        self.text[self.start(row)..self.ends[row] as usize].contains(wanted)
    }

    /// All rows with a text that contains `wanted`, in the list's order.
    pub fn rows(&self, wanted: &str) -> Vec<u32> {
        let (mut found, mut from) = (Vec::new(), 0);
        while let Some(at) = self.text[from..].find(wanted) {
            let row = self.ends.partition_point(|end| *end as usize <= from + at);
            let Some(end) = self.ends.get(row) else { break };
            found.push(row as u32);
            from = *end as usize;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The one run finds what looking at each row finds.
        #[test]
        fn it_finds_what_a_plain_search_finds(
            rows in prop::collection::vec(("[ａ-ｃa-c ア-ウ]{0,4}", "[a-c0-1]{0,3}"), 0..30),
            typed in "[A-Ca-c ｱ-ｳあ]{1,2}",
        ) {
            let folded = Folded::new(rows.iter().map(|(label, value)| (label.as_str(), value.as_str())));
            let wanted = fold(&typed);
            prop_assume!(!wanted.is_empty());
            let plain: Vec<u32> = (0..rows.len() as u32)
                .filter(|row| {
                    let (label, value) = &rows[*row as usize];
                    fold(label).contains(&wanted) || fold(value).contains(&wanted)
                })
                .collect();
            prop_assert_eq!(&folded.rows(&wanted), &plain);
            let each: Vec<u32> = (0..rows.len() as u32).filter(|row| folded.fits(*row, &wanted)).collect();
            prop_assert_eq!(each, plain);
        }
    }
}
