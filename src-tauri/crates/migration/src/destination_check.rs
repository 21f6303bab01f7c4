//! Refuses a destination that is not the planned one. Called before a plan is made again, a run starts, or a
//! sign-in is renewed.

use crate::destination_identity::DestinationIdentity;
use crate::error::MigrationError;

impl DestinationIdentity {
    /// Refuses a connection to any destination other than this planned one.
    ///
    /// # Errors
    /// Returns [`MigrationError::DestinationDiffers`] with every difference.
    pub fn ensure_same(&self, current: &Self) -> Result<(), MigrationError> {
        let differences = self.differences(current);
        if differences.is_empty() {
            return Ok(());
        }
        Err(MigrationError::DestinationDiffers { differences })
    }
}
