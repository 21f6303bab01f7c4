//! The program in a real window, driven by WebDriver, on a virtual desktop with its own screen, session bus
//! and home folder.

mod browser;
mod bus;
mod desktop;
mod files;
mod input;
mod keyboard;
mod keychain;
mod layout;
mod memory;
mod notifications;
mod page;
mod screen;
mod shifts;
mod story;
mod test_ids;
mod texts;
mod timing;

pub use browser::Browser;
pub use desktop::Desktop;
pub use layout::{ButtonPlace, PageLayout, TableLayout};
pub use memory::Memory;
pub use page::{ElementState, Role, Window};
pub use shifts::{LayoutShifts, MovedElement};
pub use story::run_story;
pub use timing::{PageTiming, ScrollTiming};
