//! Writes `ui/shared/src/gen/forms/types.ts`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/shared/src/gen/forms/types.ts");
    std::fs::create_dir_all(target.parent().expect("the path above has a folder"))?;
    std::fs::write(&target, ekitei_forms::typescript::typescript())
}
