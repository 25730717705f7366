//! The machine that measured, in words that name no time and no place.

/// For example `2 cores (AMD EPYC 7B13), 24 GiB, linux x86_64`.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let model = value(&read("/proc/cpuinfo"), "model name").map_or_else(String::new, |m| format!(" ({m})"));
    let memory = value(&read("/proc/meminfo"), "MemTotal")
        .and_then(|kib| kib.trim_end_matches(" kB").parse::<f64>().ok())
        .map_or_else(String::new, |kib| format!(", {:.0} GiB", kib / 1024.0 / 1024.0));
    format!("{cores} cores{model}{memory}, {} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// Of `name   : value` lines.
fn value(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|l| l.split(':').next().is_some_and(|n| n.trim() == name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
