//! Prints what is proposed for a sheet: `cargo run -p ekitei-report --example propose FILE.xlsx [--json]`.
#![allow(clippy::unwrap_used)]

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let bytes = std::fs::read(arguments.next().expect("a file")).unwrap();
    match ekitei_report::own_sheet::propose(&bytes) {
        Ok(proposal) if arguments.next().is_some() => {
            println!("{}", serde_json::to_string_pretty(&proposal).unwrap())
        }
        Ok(proposal) => {
            for sheet in &proposal.sheets {
                println!(
                    "== {} {:?}; kept {:?}",
                    sheet.name,
                    sheet.title,
                    sheet.kept.iter().map(ToString::to_string).collect::<Vec<_>>()
                );
                for q in &sheet.questions {
                    let unit = q.unit.as_deref().unwrap_or("");
                    println!(
                        "{:8} {:12} [{}] {} {unit} -> {}",
                        q.key,
                        format!("{:?}", q.kind),
                        q.group.as_deref().unwrap_or("-"),
                        q.label,
                        serde_json::to_string(&q.target).unwrap()
                    );
                }
                for t in &sheet.tables {
                    println!(
                        "TABLE {} {}: {:?}",
                        t.key,
                        t.label,
                        t.columns.iter().map(|c| (&c.label, c.kind, c.targets.len())).collect::<Vec<_>>()
                    );
                }
            }
            println!("{:?}", proposal.notices);
        }
        Err(fault) => println!("refused: {fault}"),
    }
}
