//! What each screen has to show at each size: the rows that the user came for, the primary button, and the
//! whole width. The numbers are those of issue 18.

/// A size of the page, in CSS pixels.
pub type Size = (u32, u32);

/// The size of a new window.
pub const DEFAULT: Size = (1280, 860);
/// A small laptop.
pub const SMALL: Size = (1024, 700);
/// A large screen.
pub const LARGE: Size = (1920, 1080);
/// The smallest size that the window accepts. Only its pictures are taken: no rows are promised.
pub const MINIMUM: Size = (900, 600);

/// [`DEFAULT`] at 200 % zoom. The page scrolls, and every control can be reached (WCAG 2.1, 1.4.4 and 1.4.10, which exempts
/// tables from the rule that nothing scrolls sideways).
pub const ZOOMED: Size = (640, 430);

/// The width of a table on a large screen.
pub const LARGE_TABLE_WIDTH: f64 = 1600.0;

/// The rows of the screen's table that are in view, at least, at [`DEFAULT`], [`SMALL`] and [`LARGE`].
pub struct ExpectedRows {
    pub screen: &'static str,
    rows: [usize; 3],
}

impl ExpectedRows {
    pub fn at(&self, size: Size) -> Option<usize> {
        let sizes = [DEFAULT, SMALL, LARGE];
        sizes.iter().position(|one| *one == size).map(|at| self.rows[at])
    }
}

/// Every screen with a table of many rows.
#[rustfmt::skip]
pub const TABLES: &[ExpectedRows] = &[
    ExpectedRows { screen: "3-step-2-images",  rows: [15, 9, 20] },
    ExpectedRows { screen: "6-step-4-review",  rows: [14, 9, 18] },
    ExpectedRows { screen: "8-progress",       rows: [12, 9, 16] },
    ExpectedRows { screen: "8-result",         rows: [14, 9, 18] },
    ExpectedRows { screen: "9-repositories",   rows: [19, 9, 24] },
    ExpectedRows { screen: "10-repository",    rows: [19, 9, 20] },
    // All of its rows: there is one for each class.
    ExpectedRows { screen: "10-repository-clean-up", rows: [5, 3, 5] },
];

/// Whether screens of this size show their rows and buttons without scrolling.
pub fn is_promised(size: Size) -> bool {
    size != MINIMUM && size != ZOOMED
}

/// Pages of text, forms and reports. Everything else fits into the window, and only its table scrolls.
pub const SCROLLING_PAGES: &[&str] = &[
    "10-repository-clean-up",
    "10-repository-lifecycle-preview",
    "11-profile-form",
    "23-registry-storage",
    "23-registry-activity",
    "23-registry-settings",
    "24-registry-settings",
    "24-used-storage",
    "24-used-access",
    "24-used-access-edit",
    "25-clean-up",
    "27-long-name",
    "12-settings",
    "17-image",
    "17-image-layers",
    "17-image-configuration",
    "17-image-supply-chain",
    "17-image-vulnerabilities",
    "17-image-replication",
    "17-image-pull",
    "17-image-raw",
    "18-compare-form",
    "18-compare",
    "19-friendly-name",
    "19-friendly-name-answers",
    "19-friendly-name-files",
    "19-friendly-name-test",
    "19-friendly-name-pull",
    "32-refused-registry-settings",
    "33-refused-storage",
    "33-refused-clean-up",
    "34-refused-supply-chain",
];

/// Whether a screen is a step of the wizard, whose primary button stays in one place.
pub fn is_wizard_step(screen: &str) -> bool {
    screen.contains("-step-")
}
