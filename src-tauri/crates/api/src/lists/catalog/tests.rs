//! What is said if a registry doesn't list its repositories.

use transload_model::RegistryHost;
use transload_network::NetworkFailure;
use transload_registry::RegistryError;

use super::not_listed;

const LOGIN: &str = "The registry doesn't allow this login to list repositories. ";
const NO_LIST: &str = "The registry doesn't list its repositories. ";

#[test]
fn only_a_registry_that_answered_is_said_not_to_list() {
    let registry = RegistryHost::parse("registry.example").expect("valid");
    let host = || registry.clone();
    let subject = || "the list of repositories".to_owned();
    let failed = |status| RegistryError::Failed {
        registry: host(),
        subject: subject(),
        status,
        message: None,
    };
    let refused = |status| RegistryError::Refused {
        registry: host(),
        subject: subject(),
        status,
        code: "UNSUPPORTED".to_owned(),
        message: "no".to_owned(),
    };
    let network = |failure| RegistryError::Network { registry: host(), failure };
    let no_proxy = NetworkFailure::ProxyUnreachable {
        proxy: "http://proxy.example:3128".to_owned(),
        detail: "refused".to_owned(),
    };
    let proxy_login = NetworkFailure::ProxyRefused {
        proxy: "http://proxy.example:3128".to_owned(),
        requires_login: true,
        sent_login: false,
    };
    let cases: Vec<(&str, RegistryError, Option<&str>)> = vec![
        (
            "401",
            RegistryError::Unauthorized {
                registry: host(),
                subject: subject(),
                message: None,
                had_login: false,
            },
            Some(LOGIN),
        ),
        (
            "403",
            RegistryError::Forbidden { registry: host(), subject: subject(), message: None },
            Some(LOGIN),
        ),
        (
            "404",
            RegistryError::Missing {
                registry: host(),
                subject: subject(),
                repository: false,
                message: None,
            },
            Some(NO_LIST),
        ),
        ("405", refused(405), Some(NO_LIST)),
        ("501", failed(501), Some(NO_LIST)),
        ("408", refused(408), None),
        ("500", failed(500), None),
        ("proxy that doesn't respond", network(no_proxy), None),
        ("proxy without a login", network(proxy_login), None),
        (
            "stored login that can't be read",
            RegistryError::LoginUnreadable { registry: host(), detail: "no helper".to_owned() },
            None,
        ),
        (
            "no connection",
            RegistryError::Unreachable { registry: host(), source: "refused".into() },
            None,
        ),
        (
            "another server",
            RegistryError::NotARegistry { registry: host(), detail: "HTML".to_owned() },
            None,
        ),
    ];
    for (name, error, begins) in cases {
        let said = not_listed(&error);
        let first = [LOGIN, NO_LIST].into_iter().find(|text| said.message.starts_with(text));
        assert_eq!(first, begins, "{name}: {}", said.message);
        let enter = said.hints.iter().any(|hint| hint.contains("Enter the repository names"));
        assert_eq!(enter, begins.is_some(), "{name}: {:?}", said.hints);
    }
}
