//! Who can sign in to the practice Docker Hub, and who belongs to which organization.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::hash::equals_in_constant_time;
use crate::options::PracticeOptions;

/// A second user.
pub(super) const OTHER_USER: &str = "ada";
/// The organization of both users.
pub(super) const ORGANIZATION: &str = "acme";
/// The organization with thousands of repositories and tags.
pub(super) const LARGE_ORGANIZATION: &str = "warehouse";

/// A user or an organization with an access token.
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) secret: String,
    pub(super) is_organization: bool,
}

pub(super) struct Identities {
    all: Vec<Identity>,
    /// Whether the first account belongs to the large organization.
    large_is_shown: AtomicBool,
}

impl Identities {
    pub(super) fn new(options: &PracticeOptions) -> Self {
        let identity = |name: &str, secret: &str, is_organization| Identity {
            name: name.to_owned(),
            secret: secret.to_owned(),
            is_organization,
        };
        Self {
            all: vec![
                identity(&options.hub_account, &options.hub_secret, false),
                identity(OTHER_USER, "practice-hub-access-token-of-ada", false),
                identity(ORGANIZATION, "practice-hub-organization-token", true),
            ],
            large_is_shown: AtomicBool::new(options.hub_large),
        }
    }

    pub(super) fn all(&self) -> &[Identity] {
        &self.all
    }

    pub(super) fn show_large(&self, shown: bool) {
        self.large_is_shown.store(shown, Ordering::Relaxed);
    }

    /// Returns the identity of a name with the correct access token.
    pub(super) fn find(&self, name: &str, secret: &str) -> Option<&Identity> {
        let found = self.all.iter().find(|identity| identity.name == name)?;
        equals_in_constant_time(secret.as_bytes(), found.secret.as_bytes()).then_some(found)
    }

    pub(super) fn is_organization(&self, name: &str) -> bool {
        self.all.iter().any(|identity| identity.name == name && identity.is_organization)
    }

    pub(super) fn organizations(&self, name: &str) -> Vec<String> {
        let Some(index) = self.all.iter().position(|identity| identity.name == name) else {
            return Vec::new();
        };
        if self.all[index].is_organization {
            return Vec::new();
        }
        let large = (index == 0 && self.large_is_shown.load(Ordering::Relaxed))
            .then_some(LARGE_ORGANIZATION);
        [ORGANIZATION].into_iter().chain(large).map(str::to_owned).collect()
    }

    /// Returns whether the subject of a token has access to the private repositories of a namespace. The
    /// subject is empty for anonymous users.
    pub(super) fn can_access(&self, subject: &str, namespace: &str) -> bool {
        !subject.is_empty()
            && (subject == namespace
                || self.organizations(subject).iter().any(|name| name == namespace))
    }
}
