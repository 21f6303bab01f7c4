//! The program in a real window, driven by WebDriver, with its own screen, session bus and home folder.

mod browser;
mod bus;
mod files;
mod hand;
mod keyboard;
mod keychain;
mod memory;
mod notifications;
mod page;
mod screen;
mod stage;
mod test_ids;
mod timing;

pub use browser::Browser;
pub use memory::Memory;
pub use page::{Role, Window};
pub use stage::{Stage, story};
pub use timing::{Scrolled, Timed};
