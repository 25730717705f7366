//! The workspace's packages as cargo sees them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Normal,
    Dev,
    Build,
}

pub struct Package {
    pub name: String,
    pub dependencies: Vec<(String, Kind)>,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub fn read() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn package(value: &Value) -> Package {
    let dependencies = value["dependencies"].as_array().unwrap();
    Package {
        name: value["name"].as_str().unwrap().to_owned(),
        dependencies: dependencies
            .iter()
            .map(|dependency| {
                let kind = match dependency["kind"].as_str() {
                    None => Kind::Normal,
                    Some("dev") => Kind::Dev,
                    Some(_) => Kind::Build,
                };
                (dependency["name"].as_str().unwrap().to_owned(), kind)
            })
            .collect(),
    }
}
