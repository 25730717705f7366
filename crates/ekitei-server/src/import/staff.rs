//! id,name,kana,section,role,extension[,mobile,from,to], or their Japanese words: one line a post; the same id on several lines holds several posts.

use super::table::{Row, RowFault, Table};
use ekitei_model::help_card::dials;
use ekitei_model::people::{Post, Role, Staff};
use std::collections::BTreeMap;

const REQUIRED: [&str; 6] = ["id", "name", "kana", "section", "role", "extension"];

/// All people of the table, or everything that is wrong with it.
///
/// # Errors
/// Every fault with its line.
pub fn parse_staff(bytes: &[u8]) -> Result<Vec<Staff>, Vec<RowFault>> {
    let table = Table::read(bytes, &REQUIRED)?;
    let mut people: BTreeMap<String, Staff> = BTreeMap::new();
    let mut faults = Vec::new();
    for row in table.rows() {
        if let Err(fault) = add(&mut people, &row) {
            faults.push(fault);
        }
    }
    if faults.is_empty() { Ok(people.into_values().collect()) } else { Err(faults) }
}

fn add(people: &mut BTreeMap<String, Staff>, row: &Row) -> Result<(), RowFault> {
    let id = row.required("id")?;
    if id.chars().any(|c| c.is_whitespace() || c.is_control() || c == ':' || c == '/') {
        return Err(row.fault("csv-id-wrong", "id"));
    }
    let new = Staff {
        id: id.as_str().into(),
        name: row.required("name")?,
        kana: row.get("kana").to_owned(),
        extension: row.get("extension").to_owned(),
        mobile: mobile(row)?,
        posts: vec![post(row)?],
    };
    match people.get_mut(&id) {
        None => {
            people.insert(id, new);
        }
        Some(known) => {
            let same = [
                ("name", known.name == new.name),
                ("kana", known.kana == new.kana),
                ("mobile", known.mobile == new.mobile),
            ];
            if let Some((column, _)) = same.into_iter().find(|(_, same)| !same) {
                return Err(row.fault("csv-person-differs", column));
            }
            known.posts.extend(new.posts);
        }
    }
    Ok(())
}

/// Digits as a telephone understands them, whatever width they were typed in.
fn mobile(row: &Row) -> Result<String, RowFault> {
    let narrow: String = row.get("mobile").chars().map(narrow).collect();
    if dials(&narrow) { Ok(narrow) } else { Err(row.fault("csv-phone-wrong", "mobile")) }
}

fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '－' | '‐' | '−' | 'ー' | '―' => '-',
        c => c,
    }
}

fn post(row: &Row) -> Result<Post, RowFault> {
    let role = match row.get("role") {
        "staff" | "" | "職員" => Role::Staff,
        "head" | "所属長" | "係長" | "課長" => Role::Head,
        "steward" | "世話役" => Role::Steward,
        "admin" | "管理者" => Role::Admin,
        "audit" | "監査" => Role::Audit,
        _ => return Err(row.fault("csv-role-unknown", "role")),
    };
    let post = Post { section: row.section("section")?, role, from: day(row, "from")?, to: day(row, "to")? };
    if matches!((&post.from, &post.to), (Some(from), Some(to)) if from > to) {
        return Err(row.fault("csv-days-swapped", "to"));
    }
    Ok(post)
}

/// `2026-04-01`, or `2026/4/1` as spreadsheets rewrite it.
fn day(row: &Row, column: &str) -> Result<Option<String>, RowFault> {
    let text = row.get(column);
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || row.fault("csv-date-wrong", column);
    let mut parts = text.split(['-', '/']);
    let mut next = || parts.next().and_then(|p| p.trim().parse::<i16>().ok());
    let (Some(y), Some(m), Some(d), None) = (next(), next(), next(), parts.next()) else {
        return Err(wrong());
    };
    let (m, d) = (i8::try_from(m).map_err(|_| wrong())?, i8::try_from(d).map_err(|_| wrong())?);
    jiff::civil::Date::new(y, m, d).map(|date| Some(date.to_string())).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HEAD: &str = "id,name,kana,section,role,extension,from,to\n";

    #[test]
    fn several_lines_of_one_person_are_several_posts() {
        let text = format!(
            "{HEAD}s1,検査 花子,けんさ はなこ,甲/係,head,2101,2026/4/1,2027-03-31\ns1,検査 花子,けんさ はなこ,乙/係,staff,2101,,\n"
        );
        let people = parse_staff(text.as_bytes()).unwrap();
        assert_eq!(people.len(), 1);
        assert_eq!(people[0].posts.len(), 2);
        assert_eq!(people[0].posts[0].from.as_deref(), Some("2026-04-01"));
        assert_eq!(people[0].posts[0].role, Role::Head);
    }

    #[test]
    fn a_table_with_japanese_words_and_mobile_numbers() {
        let text = "職員番号,氏名,ふりがな,所属,役割,内線,携帯\ns1,検査 花子,けんさ はなこ,甲/係,係長,21-01,０００−００００−０００１\n\
                    s2,検査 次郎,けんさ じろう,甲/係,,21-02,\n";
        let people = parse_staff(text.as_bytes()).unwrap();
        assert_eq!((people[0].extension.as_str(), people[0].mobile.as_str()), ("21-01", "000-0000-0001"));
        assert_eq!((people[0].posts[0].role, people[1].posts[0].role), (Role::Head, Role::Staff));
        assert_eq!(people[1].mobile, "");
        let wrong = parse_staff(text.replace("21-02,", "21-02,なし").as_bytes()).unwrap_err();
        assert_eq!((wrong[0].line, wrong[0].fault.code.as_str()), (3, "csv-phone-wrong"));
    }

    #[test]
    fn every_wrong_line_is_told_at_once() {
        let text = format!(
            "{HEAD}s1,a,,甲/係,chief,1,,\ns2,,,甲/係,staff,1,,\ns3,b,,甲//係,staff,1,,\ns4,c,,甲,staff,1,2026-13-01,\n\
             s5,d,,甲,staff,1,2026-04-02,2026-04-01\ns6,e,,甲,staff,1,,\ns6,f,,甲,staff,1,,\n"
        );
        let faults = parse_staff(text.as_bytes()).unwrap_err();
        let got: Vec<_> = faults.iter().map(|f| (f.line, f.fault.code.as_str())).collect();
        assert_eq!(
            got,
            [
                (2, "csv-role-unknown"),
                (3, "csv-cell-empty"),
                (4, "csv-section-wrong"),
                (5, "csv-date-wrong"),
                (6, "csv-days-swapped"),
                (8, "csv-person-differs"),
            ]
        );
    }
}
