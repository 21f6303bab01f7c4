//! What the set-up is for.

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Build the program and open it.
    Build,
    /// Also run every check.
    Tests,
}
