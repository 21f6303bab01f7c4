//! Who may sign in on the practice Docker Hub, and who belongs to which organisation.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::hmac::same;
use crate::options::PracticeOptions;

/// Another person.
pub(super) const OTHER: &str = "ada";
/// The organisation of the first account and the other person.
pub(super) const COMPANY: &str = "acme";
/// The organisation with very many repositories and tags.
pub(super) const LARGE: &str = "warehouse";

/// Somebody with an access token.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) secret: String,
    /// The name is an organisation's, and the token its own.
    pub(super) is_organization: bool,
}

/// Everybody.
pub(super) struct People {
    all: Vec<Person>,
    /// Whether the first account belongs to the large organisation.
    large_is_shown: AtomicBool,
}

impl People {
    pub(super) fn new(options: &PracticeOptions) -> Self {
        let person = |name: &str, secret: &str, is_organization| Person {
            name: name.to_owned(),
            secret: secret.to_owned(),
            is_organization,
        };
        Self {
            all: vec![
                person(&options.hub_account, &options.hub_secret, false),
                person(OTHER, "practice-hub-access-token-of-ada", false),
                person(COMPANY, "practice-hub-organisation-token", true),
            ],
            large_is_shown: AtomicBool::new(options.hub_large),
        }
    }

    pub(super) fn all(&self) -> &[Person] {
        &self.all
    }

    pub(super) fn show_large(&self, shown: bool) {
        self.large_is_shown.store(shown, Ordering::Relaxed);
    }

    /// Whom a name and an access token belong to.
    pub(super) fn find(&self, name: &str, secret: &str) -> Option<&Person> {
        let found = self.all.iter().find(|person| person.name == name)?;
        same(secret.as_bytes(), found.secret.as_bytes()).then_some(found)
    }

    pub(super) fn is_organization(&self, name: &str) -> bool {
        self.all.iter().any(|person| person.name == name && person.is_organization)
    }

    /// The organisations that a person belongs to.
    pub(super) fn organizations(&self, name: &str) -> Vec<String> {
        let Some(place) = self.all.iter().position(|person| person.name == name) else {
            return Vec::new();
        };
        if self.all[place].is_organization {
            return Vec::new();
        }
        let large = (place == 0 && self.large_is_shown.load(Ordering::Relaxed)).then_some(LARGE);
        [COMPANY].into_iter().chain(large).map(str::to_owned).collect()
    }

    /// Whether a subject of a token, empty for nobody, sees what is private in a namespace.
    pub(super) fn opens(&self, subject: &str, namespace: &str) -> bool {
        !subject.is_empty()
            && (subject == namespace
                || self.organizations(subject).iter().any(|name| name == namespace))
    }
}
