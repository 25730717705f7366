//! The house as data (docs/ARCHITECTURE.md): who may know whom, which outside crate lives where, what pure code may
//! not touch. Compared with `cargo metadata` and the sources. A new package needs an ADR and a line here.
#![allow(clippy::unwrap_used)]

#[path = "layers/packages.rs"]
mod packages;
#[path = "layers/sources.rs"]
mod sources;

use packages::{Kind, Package};

/// Left may know right, and what right may know.
const ARROWS: &[(&str, &[&str])] = &[
    ("ekitei-app", &["ekitei-core", "ekitei-ffi", "ekitei-native"]),
    ("ekitei-field", &["ekitei-core"]),
    ("ekitei-ffi", &["ekitei-core"]),
    ("ekitei-native", &[]),
    ("ekitei-core", &["ekitei-sync", "ekitei-photo", "ekitei-papers"]),
    ("ekitei-sync", &["ekitei-store"]),
    ("ekitei-store", &["ekitei-seal"]),
    ("ekitei-seal", &["ekitei-model"]),
    ("ekitei-photo", &["ekitei-model", "ekitei-shrink"]),
    ("ekitei-shrink", &[]),
    ("ekitei-forms", &["ekitei-model"]),
    ("ekitei-forms-wasm", &["ekitei-forms"]),
    ("ekitei-papers", &["ekitei-forms", "ekitei-report"]),
    ("ekitei-report", &["ekitei-model"]),
    ("ekitei-model", &[]),
    ("ekitei-server", &["ekitei-server-db", "ekitei-seal", "ekitei-photo", "ekitei-papers"]),
    ("ekitei-server-db", &["ekitei-model"]),
    // Drawn photographs for tests: of the product only its tests know a crate.
    ("ekitei-scenes", &["ekitei-photo"]),
    ("xtask", &[]),
];

/// Test support, may know everything and is known by nobody.
const TESTS: &str = "ekitei-tests";

/// Dev-dependencies that go against an arrow, each with its reason.
const DEV_EXCEPTIONS: &[(&str, &str, &str)] =
    &[("ekitei-server-db", "ekitei-server-db", "switches on its own feature: the conformance suite")];

/// An outside crate and the only packages whose product code may use it.
const HOMES: &[(&str, &[&str])] = &[
    ("reqwest", &["ekitei-sync"]),
    ("tokio-tungstenite", &["ekitei-sync"]),
    ("rusqlite", &["ekitei-store", "ekitei-server-db"]),
    ("tokio-postgres", &["ekitei-server-db"]),
    ("age", &["ekitei-seal"]),
    ("tauri", &["ekitei-app", "ekitei-native"]),
    ("image", &["ekitei-photo"]),
    ("rqrr", &["ekitei-photo"]),
    ("fast_image_resize", &["ekitei-shrink"]),
    ("krilla", &["ekitei-report"]),
    ("rust_xlsxwriter", &["ekitei-report"]),
    ("quick-xml", &["ekitei-report"]),
    ("uniffi", &["ekitei-ffi"]),
];

/// Packages without I/O, and the outside crates that would bring it in.
const PURE: &[(&str, &[&str])] = &[
    ("ekitei-model", &["rusqlite", "tokio", "reqwest", "rand", "getrandom", "tempfile"]),
    ("ekitei-forms", &["rusqlite", "tokio", "reqwest", "rand", "getrandom", "tempfile"]),
    ("ekitei-photo", &["rusqlite", "tokio", "reqwest"]),
    ("ekitei-shrink", &["rusqlite", "tokio", "reqwest"]),
    ("ekitei-report", &["rusqlite", "tokio", "reqwest", "rand", "getrandom", "tempfile"]),
    ("ekitei-papers", &["rusqlite", "tokio", "reqwest", "rand", "getrandom", "tempfile"]),
];

fn may_know(left: &str, right: &str) -> bool {
    left == TESTS
        || ARROWS
            .iter()
            .find(|(name, _)| *name == left)
            .is_some_and(|(_, known)| known.iter().any(|next| *next == right || may_know(next, right)))
}

fn violations(packages: &[Package]) -> Vec<String> {
    let ours: Vec<&str> = packages.iter().map(|p| p.name.as_str()).collect();
    let mut found = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        if name != TESTS && !ARROWS.iter().any(|(known, _)| *known == name) {
            found.push(format!("{name} is not in the house: write an ADR and add its arrows"));
        }
        for (dependency, kind) in &package.dependencies {
            let dependency = dependency.as_str();
            let excused = *kind == Kind::Dev
                && DEV_EXCEPTIONS.iter().any(|(left, right, _)| (*left, *right) == (name, dependency));
            if ours.contains(&dependency) && !excused && !may_know(name, dependency) {
                found.push(format!("{name} may not know {dependency} ({kind:?})"));
            }
            if *kind != Kind::Normal || name == TESTS {
                continue;
            }
            if HOMES.iter().any(|(outside, homes)| *outside == dependency && !homes.contains(&name)) {
                found.push(format!("{name} may not use {dependency}: it lives elsewhere"));
            }
            if PURE.iter().any(|(pure, banned)| *pure == name && banned.contains(&dependency)) {
                found.push(format!("{name} is pure and may not use {dependency}"));
            }
        }
    }
    found
}

#[test]
fn every_dependency_follows_an_arrow() {
    let found = violations(&packages::read());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn planted_violations_are_reported() {
    let plant = |name: &str, dependency: &str, kind| {
        let mut packages = packages::read();
        if !packages.iter().any(|p| p.name == name) {
            packages.push(Package { name: name.to_owned(), dependencies: Vec::new() });
        }
        let package = packages.iter_mut().find(|p| p.name == name).unwrap();
        package.dependencies.push((dependency.to_owned(), kind));
        violations(&packages)
    };
    for (name, dependency, kind, expected) in [
        ("ekitei-store", "ekitei-sync", Kind::Normal, "ekitei-store may not know ekitei-sync (Normal)"),
        ("ekitei-model", "ekitei-seal", Kind::Dev, "ekitei-model may not know ekitei-seal (Dev)"),
        ("ekitei-server", "ekitei-store", Kind::Build, "ekitei-server may not know ekitei-store (Build)"),
        ("ekitei-core", "ekitei-tests", Kind::Dev, "ekitei-core may not know ekitei-tests (Dev)"),
        ("ekitei-core", "reqwest", Kind::Normal, "ekitei-core may not use reqwest: it lives elsewhere"),
        ("ekitei-model", "tokio", Kind::Normal, "ekitei-model is pure and may not use tokio"),
        (
            "ekitei-extra",
            "serde",
            Kind::Normal,
            "ekitei-extra is not in the house: write an ADR and add its arrows",
        ),
    ] {
        assert!(plant(name, dependency, kind).contains(&expected.to_owned()), "{expected}");
    }
    assert!(!plant("ekitei-core", "ekitei-model", Kind::Normal).iter().any(|v| v.contains("ekitei-core")));
    assert!(!plant("ekitei-server", "reqwest", Kind::Dev).iter().any(|v| v.contains("reqwest")));
}

#[test]
fn the_arrows_have_no_circle() {
    for (name, _) in ARROWS {
        assert!(!may_know(name, name), "{name} reaches itself");
    }
}
