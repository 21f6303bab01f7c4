//! The operating system. Addresses, folders and hints depend on it.

/// An operating system that Transload runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux, and every other Unix except macOS.
    Linux,
    MacOs,
    Windows,
}

impl System {
    /// The system that this program was built for.
    pub const CURRENT: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Linux
    };
}

impl Default for System {
    fn default() -> Self {
        Self::CURRENT
    }
}
