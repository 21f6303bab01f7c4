//! What a user enters: connection, source, images, names and settings, as text that is not validated.
//!
//! The window, the command line, plan files and the journal contain these values as JSON, and all of them are read by
//! later versions: fields are added, with a default, and never renamed. `api` parses them; [`crate::request`] is the
//! parsed request.

pub(crate) mod connection;
pub(crate) mod request;
pub(crate) mod selection;

pub use connection::{AwsConnection, ImageSource};
pub use request::{
    ConflictChoice, ConflictResolution, EnteredRequest, EnteredScope, EnteredSettings,
    RepositoryMapping,
};
pub use selection::{
    EnteredRenameRule, EnteredTagPattern, EnteredTagRules, Naming, RenameRuleKind, SelectedImage,
    Selection, TagPatternKind,
};
