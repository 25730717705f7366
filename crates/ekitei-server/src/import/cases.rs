//! number,name,section,place,lat,lon[,access,assignees,filing]: one line a case; assignees separated by `;`.

use super::table::{Row, RowFault, Table};
use ekitei_model::StaffId;
use ekitei_model::kinds::case;
use ekitei_model::record::Fields;
use serde_json::Value;
use std::collections::HashSet;

const REQUIRED: [&str; 4] = ["number", "name", "section", "place"];

/// The cases, and which line names which person (to be checked against the directory).
#[derive(Debug)]
pub struct CaseTable {
    pub cases: Vec<Fields>,
    pub people: Vec<(u64, StaffId)>,
}

/// # Errors
/// Every fault with its line.
pub fn parse_cases(bytes: &[u8]) -> Result<CaseTable, Vec<RowFault>> {
    let table = Table::read(bytes, &REQUIRED)?;
    let mut out = CaseTable { cases: Vec::new(), people: Vec::new() };
    let (mut numbers, mut faults) = (HashSet::new(), Vec::new());
    for row in table.rows() {
        match one(&row, &mut out.people) {
            Ok(_) if !numbers.insert(row.get("number").to_owned()) => {
                faults.push(row.fault("csv-number-twice", "number"));
            }
            Ok(fields) => out.cases.push(fields),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(out) } else { Err(faults) }
}

fn one(row: &Row, people: &mut Vec<(u64, StaffId)>) -> Result<Fields, RowFault> {
    let mut fields = Fields::from([
        (case::NUMBER.to_owned(), row.required("number")?.into()),
        (case::NAME.to_owned(), row.required("name")?.into()),
        (case::SECTION.to_owned(), row.section("section")?.into()),
        (case::PLACE.to_owned(), row.get("place").into()),
    ]);
    for (column, field, limit) in [("lat", case::LAT, 90.0), ("lon", case::LON, 180.0)] {
        if let Some(degrees) = degrees(row, column, limit)? {
            fields.insert(field.to_owned(), degrees.into());
        }
    }
    let restricted = match row.get("access") {
        "" | "section" => false,
        "members" => true,
        _ => return Err(row.fault("csv-access-unknown", "access")),
    };
    fields.insert(case::RESTRICTED.to_owned(), restricted.into());
    if !matches!(row.get("filing"), "" | "section" | "number" | "none") {
        return Err(row.fault("csv-filing-unknown", "filing"));
    }
    if !row.get("filing").is_empty() {
        fields.insert(case::FILING.to_owned(), row.get("filing").into());
    }
    let assignees: Vec<&str> =
        row.get("assignees").split([';', '；']).map(str::trim).filter(|a| !a.is_empty()).collect();
    people.extend(assignees.iter().map(|a| (row.line, StaffId::from(*a))));
    fields.insert(case::ASSIGNEES.to_owned(), assignees.into_iter().map(Value::from).collect());
    Ok(fields)
}

fn degrees(row: &Row, column: &str, limit: f64) -> Result<Option<f64>, RowFault> {
    match row.get(column) {
        "" => Ok(None),
        text => match text.parse::<f64>() {
            Ok(d) if d.is_finite() && d.abs() <= limit => Ok(Some(d)),
            _ => Err(row.fault("csv-degrees-wrong", column)),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_case_with_everything() {
        let text = "number,name,section,place,lat,lon,access,assignees\n\
                    R8-17,砂利採取場,甲/係,某所,43.06,141.35,members,s1; s2；s3\nR8-18,b,甲,,,,,\n";
        let table = parse_cases(text.as_bytes()).unwrap();
        assert_eq!(table.cases[0]["restricted"], true);
        assert_eq!(table.cases[0]["assignees"], serde_json::json!(["s1", "s2", "s3"]));
        assert_eq!(table.cases[0]["lat"], 43.06);
        assert_eq!(table.people.len(), 3);
        assert!(!table.cases[1].contains_key("lat"));
        assert_eq!(table.cases[1]["restricted"], false);
    }

    #[test]
    fn every_wrong_line_is_told_at_once() {
        let text = "number,name,section,place,lat,lon,access\n\
                    1,a,甲,,91,,\n2,a,甲,,x,,\n3,a,甲,,,,all\n,a,甲,,,,\n4,a,甲,,,,\n4,b,甲,,,,\n5,a,甲,,NaN,,\n";
        let faults = parse_cases(text.as_bytes()).unwrap_err();
        let got: Vec<_> = faults.iter().map(|f| (f.line, f.fault.code.as_str())).collect();
        assert_eq!(
            got,
            [
                (2, "csv-degrees-wrong"),
                (3, "csv-degrees-wrong"),
                (4, "csv-access-unknown"),
                (5, "csv-cell-empty"),
                (7, "csv-number-twice"),
                (8, "csv-degrees-wrong"),
            ]
        );
    }
}
