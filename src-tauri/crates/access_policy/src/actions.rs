//! What a statement is about: the actions of ECR as rights on a repository, or on a registry.

use std::collections::BTreeSet;

use crate::lists::{joined, shown};
use crate::subject::PolicySubject;

/// The actions on a repository, in the order in which they are said, and what each allows.
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon Elastic Container
/// Registry".
const ACTIONS: [(&str, &str); 35] = [
    ("BatchGetImage", "read manifests"),
    ("GetDownloadUrlForLayer", "download layers"),
    ("BatchCheckLayerAvailability", "check which layers exist"),
    ("InitiateLayerUpload", "upload layers"),
    ("UploadLayerPart", "upload layers"),
    ("CompleteLayerUpload", "upload layers"),
    ("PutImage", "add and move tags"),
    ("BatchImportUpstreamImage", "import images from an upstream registry"),
    ("ReplicateImage", "replicate images"),
    ("BatchDeleteImage", "delete images"),
    ("UpdateImageStorageClass", "archive and restore images"),
    ("DescribeImages", "list images"),
    ("ListImages", "list images"),
    ("ListImageReferrers", "list referrers"),
    ("DescribeImageReplicationStatus", "see the replication status"),
    ("DescribeImageSigningStatus", "see the signing status"),
    ("DescribeImageScanFindings", "see scan findings"),
    ("StartImageScan", "start scans"),
    ("DescribeRepositories", "see the settings of the repository"),
    ("BatchGetRepositoryScanningConfiguration", "see the settings of the repository"),
    ("ListTagsForResource", "see AWS tags"),
    ("GetLifecyclePolicy", "see the lifecycle policy"),
    ("GetLifecyclePolicyPreview", "see the lifecycle policy"),
    ("GetRepositoryPolicy", "see this policy"),
    ("TagResource", "change AWS tags"),
    ("UntagResource", "change AWS tags"),
    ("PutImageTagMutability", "change tag mutability"),
    ("PutImageScanningConfiguration", "change scanning"),
    ("StartLifecyclePolicyPreview", "preview lifecycle policies"),
    ("PutLifecyclePolicy", "change the lifecycle policy"),
    ("DeleteLifecyclePolicy", "change the lifecycle policy"),
    ("SetRepositoryPolicy", "change this policy"),
    ("DeleteRepositoryPolicy", "change this policy"),
    ("CreateRepository", "create the repository"),
    ("DeleteRepository", "delete the repository"),
];

/// What actions allow in the policy of a registry: those that it says in other words, and those on the registry itself.
/// Source: as above, and Amazon ECR user guide, "Private registry permissions".
const REGISTRY_ACTIONS: [(&str, &str); 29] = [
    ("ReplicateImage", "replicate images into this registry"),
    ("CreateRepository", "create repositories"),
    ("DeleteRepository", "delete repositories"),
    ("DescribeRepositories", "see the settings of repositories"),
    ("BatchGetRepositoryScanningConfiguration", "see the settings of repositories"),
    ("GetLifecyclePolicy", "see lifecycle policies"),
    ("GetLifecyclePolicyPreview", "see lifecycle policies"),
    ("PutLifecyclePolicy", "change lifecycle policies"),
    ("DeleteLifecyclePolicy", "change lifecycle policies"),
    ("GetRepositoryPolicy", "see repository policies"),
    ("SetRepositoryPolicy", "change repository policies"),
    ("DeleteRepositoryPolicy", "change repository policies"),
    ("GetRegistryPolicy", "see this policy"),
    ("PutRegistryPolicy", "change this policy"),
    ("DeleteRegistryPolicy", "change this policy"),
    ("DescribeRegistry", "see the replication settings"),
    ("PutReplicationConfiguration", "change the replication settings"),
    ("GetRegistryScanningConfiguration", "see the scanning settings"),
    ("PutRegistryScanningConfiguration", "change the scanning settings"),
    ("DescribePullThroughCacheRules", "see pull through cache rules"),
    ("ValidatePullThroughCacheRule", "see pull through cache rules"),
    ("CreatePullThroughCacheRule", "change pull through cache rules"),
    ("UpdatePullThroughCacheRule", "change pull through cache rules"),
    ("DeletePullThroughCacheRule", "change pull through cache rules"),
    ("DescribeRepositoryCreationTemplates", "see creation templates"),
    ("CreateRepositoryCreationTemplate", "change creation templates"),
    ("UpdateRepositoryCreationTemplate", "change creation templates"),
    ("DeleteRepositoryCreationTemplate", "change creation templates"),
    ("GetAuthorizationToken", "get authorization tokens"),
];

/// What a pull requires.
const PULL: [&str; 2] = ["BatchGetImage", "GetDownloadUrlForLayer"];

/// What a push requires. Source: Amazon ECR user guide, "IAM permissions for pushing an image".
const PUSH: [&str; 5] = [
    "BatchCheckLayerAvailability",
    "InitiateLayerUpload",
    "UploadLayerPart",
    "CompleteLayerUpload",
    "PutImage",
];

/// The rights of a statement.
pub(crate) struct Rights {
    /// After "to": "pull images and push images".
    pub words: String,
    /// Whether they include changing the policy.
    pub change_policy: bool,
}

/// Returns the rights of `Action`.
pub(crate) fn rights(patterns: &[&str], is_denied: bool, subject: PolicySubject<'_>) -> Rights {
    if patterns.iter().any(|pattern| matches!(*pattern, "*") || is_whole_service(pattern)) {
        let words = match (is_denied, subject) {
            (true, _) => "do anything".to_owned(),
            (false, PolicySubject::Repository) => {
                "do everything: pull, push, delete, and change this policy".to_owned()
            }
            (false, PolicySubject::Registry(_)) => {
                "do everything: replicate, pull, push, delete, and change policies".to_owned()
            }
        };
        return Rights { words, change_policy: true };
    }
    let actions = actions_of(subject);
    let mut known = BTreeSet::new();
    let mut others = Vec::new();
    for pattern in patterns {
        let matched: Vec<usize> = matching(&actions, pattern).collect();
        if matched.is_empty() {
            others.push(shown(pattern));
        }
        known.extend(matched);
    }
    let mut words: Vec<String> = Vec::new();
    // A wildcard also matches actions that this version doesn't know.
    let is_open =
        |one: &&&str| one.contains(['*', '?']) && matching(&actions, one).next().is_some();
    let open: Vec<String> = patterns.iter().filter(is_open).map(|one| shown(one)).collect();
    let has = |name: &str| known.iter().any(|at| actions[*at].0 == name);
    // Allowing needs all actions of a pull. Denying one of them is enough.
    let whole = |required: &[&str]| {
        if is_denied {
            required.iter().any(|name| has(name))
        } else {
            required.iter().all(|name| has(name))
        }
    };
    let (pull, push) = (whole(&PULL), whole(&PUSH));
    for (is_whole, phrase) in [(pull, "pull images"), (push, "push images")] {
        if is_whole {
            words.push(phrase.to_owned());
        }
    }
    for at in &known {
        let (name, phrase) = actions[*at];
        // The availability of layers is a part of both.
        let said =
            (pull && (PULL.contains(&name) || name == PUSH[0])) || (push && PUSH.contains(&name));
        if !said && !words.iter().any(|word| word == phrase) {
            words.push(phrase.to_owned());
        }
    }
    words.extend(others.into_iter().map(|action| format!("use {action}")));
    let mut sentence = joined(&words, "and");
    if !open.is_empty() {
        sentence.push_str(&format!(" (everything that matches {})", joined(&open, "or")));
    }
    Rights { words: sentence, change_policy: CHANGE_POLICY.into_iter().any(has) }
}

/// Returns the rights of `NotAction`: every action but these.
pub(crate) fn rights_except(
    patterns: &[&str],
    is_denied: bool,
    subject: PolicySubject<'_>,
) -> Rights {
    let except: Vec<String> = patterns.iter().map(|pattern| shown(pattern)).collect();
    let verb = if is_denied { "do anything" } else { "do everything" };
    let words = format!("{verb} except {}", joined(&except, "and"));
    let actions = actions_of(subject);
    let changes = actions.iter().filter(|(name, _)| CHANGE_POLICY.contains(name));
    let is_kept = |name: &str| patterns.iter().any(|pattern| is_match(pattern, name));
    let all_kept = changes.clone().all(|(name, _)| is_kept(name));
    let nothing = patterns.iter().any(|pattern| *pattern == "*" || is_whole_service(pattern));
    Rights { words, change_policy: !all_kept && !nothing }
}

/// Actions that give permissions to others. A repository policy can't contain the one of the registry.
const CHANGE_POLICY: [&str; 2] = ["SetRepositoryPolicy", "PutRegistryPolicy"];

/// Returns the actions that the policy of a subject can be about, in the order in which they are said.
fn actions_of(subject: PolicySubject<'_>) -> Vec<(&'static str, &'static str)> {
    let of_registry = |name: &str| REGISTRY_ACTIONS.iter().find(|(known, _)| *known == name);
    let mut actions: Vec<_> = ACTIONS.to_vec();
    if subject.is_registry() {
        for action in &mut actions {
            *action = of_registry(action.0).copied().unwrap_or(*action);
        }
        let is_known = |name: &str| ACTIONS.iter().any(|(known, _)| *known == name);
        actions.extend(REGISTRY_ACTIONS.iter().filter(|(name, _)| !is_known(name)));
    }
    actions
}

fn is_whole_service(pattern: &str) -> bool {
    pattern.split_once(':').is_some_and(|(service, rest)| {
        service.eq_ignore_ascii_case("ecr")
            && !rest.is_empty()
            && rest.bytes().all(|one| one == b'*')
    })
}

/// Returns the places of the actions that a pattern matches.
fn matching(actions: &[(&str, &str)], pattern: &str) -> impl Iterator<Item = usize> {
    let is_matched = move |at: &usize| is_match(pattern, actions[*at].0);
    (0..actions.len()).filter(is_matched)
}

fn is_match(pattern: &str, name: &str) -> bool {
    iam_matches(pattern, &format!("ecr:{name}"))
}

/// Returns whether a pattern of IAM matches: `*` is any text, `?` one character, and case doesn't matter.
fn iam_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut star) = (0, None);
    let mut position = 0;
    while position < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, position));
                at += 1;
            }
            Some(one) if *one == b'?' || one.eq_ignore_ascii_case(&text[position]) => {
                at += 1;
                position += 1;
            }
            _ => match &mut star {
                Some((place, from)) => {
                    *from += 1;
                    (at, position) = (*place + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|one| *one == b'*')
}
