//! Stories without a window: the same calls as the window makes, on real parts.

mod labs;
mod layering;
