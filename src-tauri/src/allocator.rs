//! How the allocator of glibc returns memory to the system. `main` calls it before the first thread starts.

/// What the allocator reads, only when a process starts: one area for all threads instead of up to eight per processor, and memory
/// that is freed goes back to the system from 64 KiB on. Source: `mallopt(3)`. With 6,000 images, the program takes 141 MB instead
/// of 156.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const VARIABLES: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_TRIM_THRESHOLD_", "65536"),
    ("MALLOC_MMAP_THRESHOLD_", "65536"),
];

/// Says that the program has replaced itself.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const IS_SET: &str = "TRANSLOAD_ALLOCATOR_IS_SET";

/// Replaces the program by itself once, with the variables of the allocator, and then removes them, so that programs it opens, such
/// as the browser, have the environment of the user. A variable that the user set stays, and the program as it is.
pub fn return_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if std::env::var_os(IS_SET).is_some() {
        for name in VARIABLES.map(|(name, _)| name).into_iter().chain([IS_SET]) {
            glib::unsetenv(name);
        }
    } else if VARIABLES.iter().all(|(name, _)| std::env::var_os(name).is_none()) {
        replace_program();
    }
}

/// Returns only if the program can't be replaced, for example because it was updated meanwhile. It then takes more memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn replace_program() {
    use std::os::unix::process::CommandExt as _;
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_else(|| program.clone().into());
    let _error = std::process::Command::new(&program)
        .arg0(name)
        .args(arguments)
        .envs(VARIABLES)
        .env(IS_SET, "")
        .exec();
}
