//! Whether system packages are installed without asking.

use crate::arguments::Arguments;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// `--yes` was given, or `CI=true`: there is nobody to ask.
    Given,
    /// Ask on the terminal.
    Ask,
}

impl Consent {
    /// Takes `--yes` out of the arguments and reads `CI`.
    pub fn read(arguments: &mut Arguments) -> Self {
        let yes = arguments.flag("--yes");
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        if yes || ci { Self::Given } else { Self::Ask }
    }
}
