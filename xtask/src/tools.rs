//! Which tools must be there before anything starts; each failure names its cure.

use std::process::Command;

use crate::version::Version;

struct Tool {
    name: &'static str,
    version_flag: &'static str,
    least: Option<Version>,
    cure: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "rustc",
        version_flag: "--version",
        least: Some(Version(1, 95, 0)),
        cure: "install or update Rust with rustup (https://rustup.rs): rustup update stable",
    },
    Tool {
        name: "node",
        version_flag: "--version",
        least: Some(Version(20, 19, 0)),
        cure: "install Node.js 20.19 or newer (https://nodejs.org)",
    },
    Tool {
        name: "npm",
        version_flag: "--version",
        least: Some(Version(10, 0, 0)),
        cure: "install npm 10 or newer; it comes with Node.js",
    },
    Tool {
        name: "cc",
        version_flag: "--version",
        least: None,
        cure: "install a C compiler (SQLCipher is compiled): apt-get install gcc, dnf install gcc, or xcode-select --install",
    },
    Tool {
        name: "perl",
        version_flag: "-v",
        least: None,
        cure: "install perl (OpenSSL's build needs it): apt-get install perl",
    },
    Tool {
        name: "make",
        version_flag: "--version",
        least: None,
        cure: "install make (OpenSSL's build needs it): apt-get install make",
    },
];

/// Checks every tool; the error lists all faults, one line each.
pub fn check() -> Result<(), String> {
    let faults: Vec<String> =
        TOOLS.iter().filter_map(|tool| fault(tool, version_text(tool).as_deref())).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn version_text(tool: &Tool) -> Option<String> {
    let output = Command::new(tool.name).arg(tool.version_flag).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn fault(tool: &Tool, printed: Option<&str>) -> Option<String> {
    let Some(printed) = printed else {
        return Some(format!("{} is missing: {}", tool.name, tool.cure));
    };
    let least = tool.least?;
    match Version::in_text(printed) {
        Some(found) if found >= least => None,
        Some(found) => Some(format!("{} {found} is too old ({least} needed): {}", tool.name, tool.cure)),
        None => Some(format!("{} does not tell its version: {}", tool.name, tool.cure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_one_line_with_its_cure() {
        let rustc = &TOOLS[0];
        assert_eq!(fault(rustc, Some("rustc 1.95.0 (abc)")), None);
        let old = fault(rustc, Some("rustc 1.94.1 (abc)")).expect("too old");
        assert!(
            old.contains("1.94.1") && old.contains("1.95.0 needed") && old.contains("rustup update"),
            "{old}"
        );
        for tool in TOOLS {
            let missing = fault(tool, None).expect("missing");
            assert!(missing.contains(tool.cure) && missing.lines().count() == 1);
        }
    }
}
