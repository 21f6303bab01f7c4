//! An unreadable repository does not stop the others, and a destination with a digest has to match it.

use anyhow::{Result, ensure};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::Program;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::command_line;

/// Responses of a registry to the request for the tags of one repository.
fn faults() -> [Fault; 5] {
    [
        Fault::registry_error(404, "NAME_UNKNOWN", "repository name not known to registry"),
        Fault::registry_error(403, "DENIED", "requested access to the resource is denied"),
        Fault::registry_error(401, "UNAUTHORIZED", "authentication required"),
        Fault::respond(200, "application/json", "{\"name\":\"b\",\"tags\":7}"),
        Fault::respond(200, "text/html", "<!doctype html><html><body>Not here</body></html>"),
    ]
}

async fn source() -> Result<TestRegistry> {
    let registry = TestRegistry::start().await?;
    for (seed, name) in [(61, "team/a"), (62, "team/b"), (63, "team/c")] {
        TestRepository::new(&registry.url(), name)?
            .push(&Recipe::small(seed).build()?, "1")
            .await?;
    }
    Ok(registry)
}

#[tokio::test]
async fn a_plan_contains_the_other_repositories_and_names_the_unreadable_one() -> Result<()> {
    let (registry, ecr) = (source().await?, Ecr::practice().await?);
    let home = ecr.home()?;
    for fault in faults() {
        let what = format!("{fault:?}");
        let rule = Rule::new("GET", "/team/b/tags/", fault)?;
        let proxy = FaultProxy::start(&registry.url(), [rule]).await?;
        let from = format!("registry:{}", proxy.host());
        let out = home.path().join("plan.json").display().to_string();
        let line = ["plan", "--from", &from, "--aws-profile", PROFILE, "--out", &out];
        let planned = home.transload_cli(line)?.finish().await?;
        let printed = format!("{}{}", planned.text(), planned.stderr);
        ensure!(proxy.fault_count() > 0, "{what}: the list was not requested");
        ensure!(planned.status.code() == Some(1), "{what}: {:?} {printed}", planned.status);
        ensure!(printed.contains("team/b is not in the plan"), "{what}: {printed}");
        let plan: serde_json::Value = serde_json::from_slice(&std::fs::read(&out)?)?;
        let text = plan.to_string();
        ensure!(text.contains("team/a") && text.contains("team/c"), "{what}: {text}");
        ensure!(!text.contains("team/b"), "{what}: {text}");
    }
    Ok(())
}

#[tokio::test]
async fn copying_a_list_of_repositories_copies_the_readable_ones() -> Result<()> {
    let (registry, destination) = (source().await?, TestRegistry::start().await?);
    for fault in faults() {
        let what = format!("{fault:?}");
        let rule = Rule::new("GET", "/team/b/tags/", fault)?;
        let proxy = FaultProxy::start(&registry.url(), [rule]).await?;
        let list: String = ["team/a", "team/b", "team/c"]
            .map(|name| format!("{}/{name} {}/{name}\n", proxy.host(), destination.host()))
            .concat();
        let line = ["copy", "--all-tags", "--list", "-"];
        let copied = Program::new(command_line()?).arguments(line).input(list).finish().await?;
        let printed = format!("{}{}", copied.text(), copied.stderr);
        ensure!(copied.status.code() == Some(1), "{what}: {:?} {printed}", copied.status);
        ensure!(printed.contains("team/b"), "{what}: {printed}");
        for (name, exists) in [("team/a", true), ("team/b", false), ("team/c", true)] {
            let digest = TestRepository::new(&destination.url(), name)?.tag_digest("1").await?;
            ensure!(digest.is_some() == exists, "{what}: {name} {digest:?} {printed}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_destination_with_tag_and_digest_must_match_the_digest() -> Result<()> {
    let (registry, destination) = (source().await?, TestRegistry::start().await?);
    let source = format!("{}/team/a:1", registry.host());
    let image = Recipe::small(61).build()?.manifest.digest;
    let wrong = Recipe::small(62).build()?.manifest.digest;
    let target = TestRepository::new(&destination.url(), "x")?;
    for (tag, digest, is_written) in [("right", &image, true), ("wrong", &wrong, false)] {
        let to = format!("{}/x:{tag}@{digest}", destination.host());
        let copied =
            Program::new(command_line()?).arguments(["copy", &source, &to]).finish().await?;
        let printed = format!("{}{}", copied.text(), copied.stderr);
        ensure!(copied.status.success() == is_written, "{tag}: {printed}");
        let copied = target.tag_digest(tag).await?;
        ensure!(copied.as_ref() == is_written.then_some(&image), "{tag}: {copied:?} {printed}");
    }
    Ok(())
}

async fn tag_in_ecr(ecr: &Ecr, repository: &str) -> Result<bool> {
    let name = transload_model::RepositoryName::parse(repository)?;
    let api = ecr.api().await?;
    Ok(api.repository(&name).await?.is_some() && !api.images(&name).await?.is_empty())
}

/// An invalid ECR name, an invalid reference, a nonexistent registry: each pair fails alone, and the exit
/// code shows it.
#[tokio::test]
async fn copying_a_list_copies_valid_pairs_and_names_the_others() -> Result<()> {
    let (registry, ecr) = (source().await?, Ecr::practice().await?);
    let home = ecr.home()?;
    let (from, to) = (registry.host(), ecr.registry_host());
    for (what, bad, says) in [
        ("a name of one letter", format!("{from}/team/b:1 {to}/b:1"), "2 to 256 characters"),
        ("an invalid source", format!("{from}/Team/B:1 {to}/team/b:1"), "Team/B"),
        ("an invalid destination", format!("{from}/team/b:1 {to}/team/b:"), "team/b:"),
        ("a nonexistent registry", format!("127.0.0.1:1/team/b:1 {to}/team/b:1"), "127.0.0.1:1"),
    ] {
        let good = |name: &str| format!("{from}/team/{name}:1 {to}/team/{name}:1\n");
        let list = format!("{}{bad}\n{}", good("a"), good("c"));
        let line = ["copy", "--create-repositories", "--aws-profile", PROFILE, "--list", "-"];
        let copied = home.transload_cli(line)?.input(list).finish().await?;
        let printed = format!("{}{}", copied.text(), copied.stderr);
        ensure!(copied.status.code() == Some(1), "{what}: {:?} {printed}", copied.status);
        ensure!(printed.contains(says), "{what}: {printed}");
        for (name, exists) in [("team/a", true), ("team/c", true), ("team/b", false)] {
            ensure!(tag_in_ecr(&ecr, name).await? == exists, "{what}: {name} {printed}");
        }
    }
    // The same pair alone does not start anything.
    let (one, two) = (format!("{from}/team/b:1"), format!("{to}/b:1"));
    let line = ["copy", "--create-repositories", "--aws-profile", PROFILE, &one, &two];
    let copied = home.transload_cli(line)?.finish().await?;
    ensure!(copied.status.code() == Some(3), "{} {}", copied.text(), copied.stderr);
    // A cause that stops all pairs is reported once, and nothing is started.
    let list = format!("{from}/team/a:1 {to}/x/a:1\n{from}/team/c:1 {to}/x/c:1\n");
    let line = ["copy", "--aws-profile", "no-such-profile", "--list", "-"];
    let copied = home.transload_cli(line)?.input(list).finish().await?;
    ensure!(copied.status.code() == Some(3), "{} {}", copied.text(), copied.stderr);
    let errors = copied.stderr.lines().filter(|line| line.starts_with("error:")).count();
    ensure!(errors == 1, "{}", copied.stderr);
    Ok(())
}

/// A repository with a name that ECR does not allow, and two that would get the same name.
#[tokio::test]
async fn a_plan_contains_valid_names_and_lists_the_others() -> Result<()> {
    let (registry, ecr) = (source().await?, Ecr::practice().await?);
    let home = ecr.home()?;
    let from = format!("registry:{}", registry.host());
    let out = home.path().join("plan.json").display().to_string();
    // With it, a name of two letters has the maximum length, and one of five letters is longer than ECR
    // allows.
    let prefix = format!("{}/", "x".repeat(252));
    for (what, prefix, renames, planned, unplanned) in [
        (
            "a name that is too long",
            prefix.as_str(),
            vec!["team/a=>aa", "team/b=>bbbbb", "team/c=>cc"],
            vec!["team/a", "team/c"],
            vec!["team/b"],
        ),
        (
            "one name for two",
            "",
            vec!["team/a=>one", "team/b=>one"],
            vec!["team/c"],
            vec!["team/a", "team/b"],
        ),
    ] {
        let mut line = vec!["plan", "--from", &from, "--aws-profile", PROFILE, "--out", &out];
        line.extend(["--prefix", prefix]);
        line.extend(renames.iter().flat_map(|rename| ["--rename", rename]));
        let made = home.transload_cli(line)?.finish().await?;
        let printed = format!("{}{}", made.text(), made.stderr);
        ensure!(made.status.code() == Some(1), "{what}: {:?} {printed}", made.status);
        for name in &unplanned {
            let sentence = format!("{name} is not in the plan");
            ensure!(printed.contains(&sentence), "{what}: {printed}");
        }
        let plan: serde_json::Value = serde_json::from_slice(&std::fs::read(&out)?)?;
        let text = plan["images"].to_string() + &plan["request"].to_string();
        for name in &planned {
            ensure!(text.contains(name), "{what}: {name} {plan}");
        }
    }
    let line = ["plan", "--from", &from, "--aws-profile", PROFILE, "--out", &out];
    let all_bad = [&line[..], &["--prefix", "UPPER/"]].concat();
    let made = home.transload_cli(all_bad)?.finish().await?;
    ensure!(made.status.code() == Some(3), "{:?} {}", made.status, made.stderr);
    Ok(())
}
