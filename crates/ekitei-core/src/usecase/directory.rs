//! People of the prefecture, by name, reading, section or extension; sorted by reading.

use crate::bridge::args::SearchArgs;
use crate::bridge::views::PersonView;
use crate::open::Open;
use crate::view;
use ekitei_model::Fault;

pub fn directory(open: &Open, args: &SearchArgs) -> Result<Vec<PersonView>, Fault> {
    Ok(open.reader().directory(&args.query, args.limit)?.iter().map(view::person).collect())
}
