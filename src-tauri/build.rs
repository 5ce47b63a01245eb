//! Prepares what Tauri embeds into the window's program.

fn main() {
    if !std::path::Path::new("../ui/dist/index.html").exists() {
        println!(
            "cargo::error=the window's files are missing: build them with `cargo xtask ui` (it needs Node 20.19 or newer)"
        );
        return;
    }
    tauri_build::build();
}
