//! What ECR requires of a rule, and of another login for one.

use super::*;

const SECRET: &str =
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";
const ROLE: &str = "arn:aws:iam::111122223333:role/cache";
const OTHER_ECR: &str = "444455556666.dkr.ecr.us-east-1.amazonaws.com";

fn rule(registry: UpstreamRegistry, upstream: &str) -> RegistryCacheRule {
    RegistryCacheRule {
        prefix: "hub".to_owned(),
        registry: Some(registry.into()),
        upstream: upstream.to_owned(),
        upstream_prefix: None,
        secret: Some(SECRET.to_owned()),
        role: Some(ROLE.to_owned()),
        created_at_ms: None,
    }
}

#[test]
fn a_rule_requires_a_prefix_and_a_secret_that_ecr_can_read() {
    let rule = CacheRule::docker_hub("hub/", SECRET).unwrap();
    assert_eq!((rule.prefix(), rule.secret()), ("hub", Some(SECRET)));
    assert_eq!(CacheRule::docker_hub("ROOT", SECRET).unwrap().prefix(), "ROOT");
    for prefix in ["", "h", "Hub", "a--/b_-", &"a".repeat(31)] {
        let error = CacheRule::docker_hub(prefix, SECRET).unwrap_err();
        assert!(matches!(error, InvalidRegistrySetting::Prefix { .. }), "{prefix}");
    }
    for secret in [
        "",
        "ecr-pullthroughcache/hub",
        ROLE,
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other/hub-a1B2c3",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/",
    ] {
        let error = CacheRule::docker_hub("hub", secret).unwrap_err();
        assert!(matches!(error, InvalidRegistrySetting::Secret(_)), "{secret}");
    }
}

#[test]
fn each_upstream_has_its_host_and_its_login() {
    let cases = [
        (UpstreamRegistry::Ecr, OTHER_ECR, None, Some(ROLE)),
        (UpstreamRegistry::EcrPublic, "public.ecr.aws", None, None),
        (UpstreamRegistry::Quay, "quay.io", None, None),
        (UpstreamRegistry::Kubernetes, "registry.k8s.io", None, None),
        (UpstreamRegistry::DockerHub, "registry-1.docker.io", Some(SECRET), None),
        (UpstreamRegistry::Github, "ghcr.io", Some(SECRET), None),
        (UpstreamRegistry::Azure, "ours.azurecr.io", Some(SECRET), None),
        (UpstreamRegistry::Gitlab, "registry.gitlab.com", Some(SECRET), None),
        (UpstreamRegistry::Chainguard, "cgr.dev", Some(SECRET), None),
    ];
    for (registry, host, secret, role) in cases {
        let accepted = CacheRule::new(&rule(registry, host)).unwrap().rule;
        assert_eq!(accepted.upstream, host, "{registry:?}");
        assert_eq!(
            (accepted.secret.as_deref(), accepted.role.as_deref()),
            (secret, role),
            "{registry:?}"
        );
    }
}

#[test]
fn hosts_and_upstream_prefixes_that_ecr_rejects_are_refused() {
    for (registry, host) in [
        (UpstreamRegistry::Azure, ""),
        (UpstreamRegistry::Azure, "ours"),
        (UpstreamRegistry::Azure, "a.b.azurecr.io"),
        (UpstreamRegistry::Ecr, "444455556666.dkr.ecr.us-east-1.example.com"),
        (UpstreamRegistry::Ecr, "444455556666.dkr.ecr.amazonaws.com"),
        (UpstreamRegistry::Ecr, "4444.dkr.ecr.us-east-1.amazonaws.com"),
        (UpstreamRegistry::Ecr, "https://444455556666.dkr.ecr.us-east-1.amazonaws.com"),
    ] {
        let error = CacheRule::new(&rule(registry, host)).unwrap_err();
        assert!(matches!(error, InvalidRegistrySetting::Host(_)), "{host}");
    }
    for host in [
        "444455556666.dkr.ecr.cn-north-1.amazonaws.com.cn",
        "444455556666.dkr.ecr.eusc-de-east-1.amazonaws.eu",
    ] {
        assert!(CacheRule::new(&rule(UpstreamRegistry::Ecr, host)).is_ok(), "{host}");
    }
    let of = |prefix: &str, upstream: &str| {
        CacheRule::new(&RegistryCacheRule {
            prefix: prefix.to_owned(),
            upstream_prefix: Some(upstream.to_owned()),
            ..rule(UpstreamRegistry::Ecr, OTHER_ECR)
        })
    };
    assert_eq!(of("team", "up").unwrap().rule.upstream_prefix.as_deref(), Some("up"));
    assert_eq!(of("team", "ROOT").unwrap().rule.upstream_prefix, None);
    assert_eq!(of("ROOT", "up"), Err(InvalidRegistrySetting::UpstreamPrefixOfRoot));
    let without = RegistryCacheRule { registry: None, ..rule(UpstreamRegistry::Quay, "x") };
    assert!(matches!(CacheRule::new(&without), Err(InvalidRegistrySetting::Registry(_))));
}

/// ECR requires the prefix and a login, so that a rule of an upstream that this version doesn't know can have another
/// secret as well.
#[test]
fn the_login_of_every_rule_can_be_replaced() {
    let secret = || Some(SECRET.to_owned());
    let role = || Some(ROLE.to_owned());
    for registry in [
        None,
        Some(Reported::unknown("jfrog")),
        Some(UpstreamRegistry::EcrPublic.into()),
        Some(UpstreamRegistry::Azure.into()),
    ] {
        for (secret, role) in [(secret(), None), (None, role()), (secret(), role())] {
            let known = RegistryCacheRule {
                registry: registry.clone(),
                secret: secret.clone(),
                role: role.clone(),
                ..rule(UpstreamRegistry::Quay, "registry.example")
            };
            let prefix = "hub".to_owned();
            assert_eq!(CacheRuleLogin::new(&known), Ok(CacheRuleLogin { prefix, secret, role }));
        }
    }
    for (secret, role, error) in [
        (None, None, InvalidRegistrySetting::Secret(String::new())),
        (role(), None, InvalidRegistrySetting::Secret(ROLE.to_owned())),
        (None, secret(), InvalidRegistrySetting::Role(SECRET.to_owned())),
    ] {
        let known = RegistryCacheRule { secret, role, ..rule(UpstreamRegistry::Github, "ghcr.io") };
        assert_eq!(CacheRuleLogin::new(&known), Err(error));
    }
}
