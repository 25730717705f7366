//! A made-up form in the proportions of real ones, as our definition and as XForms XML: sections of ten questions with
//! rulings, numbers, texts that appear on a condition, constraints, a subtotal each, and totals over all.

use ekitei_forms::AnswerKey;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A number that every section's subtotal multiplies: the widest recalculation.
pub const WIDEST: &str = "factor";

struct Question {
    id: String,
    kind: &'static str,
    relevant: Option<String>,
    constraint: Option<String>,
    calculate: Option<String>,
}

pub struct Made {
    questions: Vec<Question>,
    rows: usize,
    filtered: bool,
}

impl Made {
    pub fn new(count: usize, rows: usize) -> Self {
        let mut questions = vec![question(WIDEST, "integer")];
        let sections = count / 10;
        for s in 0..sections {
            for i in 0..4 {
                questions.push(question(&format!("s{s}_ok{i}"), "select_one"));
            }
            for i in 0..2 {
                let constraint = Some(". >= 0 and . < 1000".to_owned());
                questions.push(Question { constraint, ..question(&format!("s{s}_n{i}"), "integer") });
            }
            for i in 0..3 {
                let relevant = Some(format!("/data/s{s}_ok{i} = 'no'"));
                questions.push(Question { relevant, ..question(&format!("s{s}_why{i}"), "text") });
            }
            let calculate = Some(format!(
                "(coalesce(/data/s{s}_n0, 0) + coalesce(/data/s{s}_n1, 0)) * coalesce(/data/{WIDEST}, 1)"
            ));
            questions.push(Question { calculate, ..question(&format!("s{s}_sum"), "calculate") });
        }
        // Totals of ten sections each, and one over those.
        for t in 0..sections.div_ceil(10) {
            let parts = (t * 10..sections.min(t * 10 + 10)).map(|s| format!("/data/s{s}_sum"));
            let calculate = Some(parts.collect::<Vec<_>>().join(" + "));
            questions.push(Question { calculate, ..question(&format!("total{t}"), "calculate") });
        }
        let parts = (0..sections.div_ceil(10)).map(|t| format!("/data/total{t}"));
        let calculate = Some(parts.collect::<Vec<_>>().join(" + "));
        questions.push(Question { calculate, ..question("total", "calculate") });
        if rows > 0 {
            questions.push(question("pref", "text"));
            questions.push(question("town", "list"));
        }
        Self { questions, rows, filtered: true }
    }

    pub fn questions(&self) -> usize {
        self.questions.len()
    }

    /// The last total, when the second answers stand and the widest number is `factor`.
    pub fn total(&self, factor: u32) -> f64 {
        let sections = self.questions.iter().filter(|q| q.id.ends_with("_n0")).count();
        (sections * 10) as f64 * f64::from(factor)
    }

    /// Every row of the list may be chosen.
    pub fn without_filter(self) -> Self {
        Self { filtered: false, ..self }
    }

    pub fn filtered(&self) -> bool {
        self.filtered
    }

    /// The question of the long list, and the one that its filter looks at.
    pub fn list_question(&self) -> Option<(&'static str, &'static str)> {
        (self.rows > 0).then_some(("town", "pref"))
    }

    /// Two answers for everything that is asked at once.
    pub fn answers(&self) -> Vec<(AnswerKey, [Value; 2])> {
        let asked = self.questions.iter().filter_map(|q| {
            let values = match q.kind {
                "integer" => [json!(3), json!(5)],
                "select_one" => [json!("no"), json!("yes")],
                _ => return None,
            };
            Some((AnswerKey::from(q.id.as_str()), values))
        });
        asked.collect()
    }

    pub fn definition(&self) -> String {
        let items = self.questions.iter().map(|q| {
            let mut item = json!({"id": q.id, "type": q.kind, "label": {"ja": format!("質問{}", q.id)}});
            let expressions =
                [("relevant", &q.relevant), ("constraint", &q.constraint), ("calculate", &q.calculate)];
            for (field, expression) in expressions {
                if let Some(expression) = expression {
                    item[field] = expression.as_str().into();
                }
            }
            match q.kind {
                "select_one" => {
                    item["choices"] =
                        json!([{"value": "yes", "label": "適"}, {"value": "no", "label": "否"}]);
                }
                "list" => {
                    item["type"] = "select_one".into();
                    item["list"] = "towns".into();
                    if self.filtered {
                        item["choice_filter"] = "pref = /data/pref".into();
                    }
                }
                _ => {}
            }
            item
        });
        let mut form = json!({"id": "made", "version": 1, "title": {"ja": "測定用"}, "items": items.collect::<Vec<_>>()});
        if self.rows > 0 {
            let rows: Vec<[String; 3]> = (0..self.rows).map(row).collect();
            form["lists"] = json!({"towns": {"columns": ["value", "label", "pref"], "rows": rows}});
        }
        form.to_string()
    }

    pub fn xform(&self) -> String {
        let (mut nodes, mut binds, mut body) = (String::new(), String::new(), String::new());
        for q in &self.questions {
            let id = &q.id;
            // Writing into a String cannot fail.
            let _ = write!(nodes, "<{id}/>");
            let kind = match q.kind {
                "integer" => "int",
                _ => "string",
            };
            let _ = write!(binds, "<bind nodeset=\"/data/{id}\" type=\"{kind}\"");
            let expressions =
                [("relevant", &q.relevant), ("constraint", &q.constraint), ("calculate", &q.calculate)];
            for (name, expression) in expressions {
                if let Some(expression) = expression {
                    let _ = write!(binds, " {name}=\"{}\"", expression.replace('<', "&lt;"));
                }
            }
            binds.push_str("/>\n");
            let label = format!("<label>質問{id}</label>");
            let _ = match q.kind {
                "select_one" => writeln!(
                    body,
                    "<select1 ref=\"/data/{id}\">{label}<item><label>適</label><value>yes</value></item><item><label>否</label><value>no</value></item></select1>"
                ),
                "list" => writeln!(
                    body,
                    "<select1 ref=\"/data/{id}\">{label}<itemset nodeset=\"instance('towns')/root/item{}\"><value ref=\"name\"/><label ref=\"label\"/></itemset></select1>",
                    if self.filtered { "[pref = /data/pref]" } else { "" }
                ),
                "calculate" => Ok(()),
                _ => writeln!(body, "<input ref=\"/data/{id}\">{label}</input>"),
            };
        }
        let mut towns = String::new();
        if self.rows > 0 {
            towns.push_str("<instance id=\"towns\"><root>");
            for [name, label, pref] in (0..self.rows).map(row) {
                let _ = write!(
                    towns,
                    "<item><name>{name}</name><label>{label}</label><pref>{pref}</pref></item>"
                );
            }
            towns.push_str("</root></instance>");
        }
        format!(
            "<?xml version=\"1.0\"?>\n<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\" xmlns:jr=\"http://openrosa.org/javarosa\">\n<h:head><h:title>測定用</h:title><model><instance><data id=\"made\">{nodes}<meta><instanceID/></meta></data></instance>{towns}\n{binds}</model></h:head>\n<h:body>\n{body}</h:body></h:html>\n"
        )
    }
}

fn row(i: usize) -> [String; 3] {
    [format!("t{i:05}"), format!("字見本{i}番地"), format!("p{}", i % 50)]
}

fn question(id: &str, kind: &'static str) -> Question {
    Question { id: id.to_owned(), kind, relevant: None, constraint: None, calculate: None }
}
