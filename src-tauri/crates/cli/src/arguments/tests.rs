//! Command lines that are accepted and rejected.

use clap::CommandFactory;
use transload_contract::{RenameRule, RenameRuleKind};

use super::values::parse_rename;
use super::*;

fn parse(line: &str) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(line.split(' '))
}

#[test]
fn the_definition_is_valid() {
    Arguments::command().debug_assert();
}

#[test]
fn sources_and_parts_are_parsed() {
    for right in [
        "plan --from docker-hub:team --out p.json",
        "plan --from docker-hub:team,library --out p.json",
        "plan --from ecr:old/eu-west-1 --out p.json",
        "plan --from practice:acme --out p.json --practice",
        "plan --from registry:quay.io team/app team/api:1 --out p.json --practice",
        "plan --from practice --rename team/*=>$1 --rename regex:^old-=>new- --out p.json",
        "identity --aws-profile prod --json",
        "run p.json --shard 2/8",
        "run p.json --allow-endpoints",
        "run p.json --allow-expiry",
        "plan --from practice --out p.json --practice --allow-expiry",
        "report latest --format html",
        "report --merge a.json b.json --format csv",
        "undo latest --dry-run",
        "inspect alpine:3.22 --platform linux/arm64 --json",
        "layers team/app:1 --practice --show-secrets",
        "diff quay.io/a/b:1 quay.io/a/b:2 --aws-profile prod",
        "run p.json --ca-file corp.pem",
        "--ca-file corp.pem digest a/b:1",
        "lifecycle preview team/app --file policy.json --practice --json",
        "practice --json",
        "deletions --json",
        "deletions --changes --json",
        "tag team/app 1.0 prod --yes --practice",
        "restore latest --dry-run --json",
        "restore 1700000000000-shop-api --yes",
        "cleanup team/app --class orphans --dry-run --json",
        "cleanup team/app --class unused --unused-days 90 --protect stable --yes",
    ] {
        assert!(parse(&format!("transload-cli {right}")).is_ok(), "{right}");
    }
    for wrong in [
        "plan --from team --out p.json",
        "plan --from docker-hub: --out p.json",
        "plan --from practice --out p.json --practice --region eu-west-1",
        "plan --from practice --rename team/* --out p.json",
        "run p.json --shard 2",
        "run p.json --shard aws-batch",
        "run p.json --shard 3/2",
        "run p.json --shard 0/2",
        "run p.json --shard 1/10001",
        "inspect",
        "inspect team/app:1 --practice --region eu-west-1",
        "diff a/b:1",
        "report",
        "report latest --merge a.json",
        "lifecycle preview team/app",
        "cleanup team/app --dry-run",
        "cleanup team/app --class everything",
        "tag team/app 1.0",
        "tag team/app 1.0 prod --dry-run --yes",
        "restore",
        "restore latest --dry-run --yes",
        "cleanup team/app --class orphans --dry-run --yes",
    ] {
        assert!(parse(&format!("transload-cli {wrong}")).is_err(), "{wrong}");
    }
}

#[test]
fn a_rename_is_a_pattern_and_a_replacement() {
    let rule = |kind, pattern: &str, replacement: &str| RenameRule {
        kind,
        pattern: pattern.to_owned(),
        replacement: replacement.to_owned(),
    };
    let (glob, regex) = (RenameRuleKind::Glob, RenameRuleKind::Regex);
    assert_eq!(parse_rename("team/*=>$1"), Ok(rule(glob, "team/*", "$1")));
    assert_eq!(parse_rename("regex:^a=>=>"), Ok(rule(regex, "^a=>", "")));
    assert!(parse_rename("team/*=$1").is_err());
}

#[test]
fn copy_accepts_a_pair_or_a_list_but_not_both() {
    assert!(parse("transload-cli copy a/b:1 c/b:1").is_ok());
    assert!(parse("transload-cli copy --list -").is_ok());
    for wrong in ["copy", "copy a/b:1", "copy a/b:1 c/b:1 --list -", "digest", "move a b"] {
        assert!(parse(&format!("transload-cli {wrong}")).is_err(), "{wrong}");
    }
}

/// Commands of a page, without comments, redirections and what they are piped to.
fn documented_commands(page: &str) -> Vec<String> {
    let page = page.replace("\\\n", " ");
    let commands = page.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("- ");
        let end = [" #", " |", " >", " &&"].iter().filter_map(|end| line.find(end)).min();
        line[..end.unwrap_or(line.len())].strip_prefix("transload-cli ")
    });
    let words =
        commands.map(|line| line.split_whitespace().map(|word| word.trim_matches(['"', '\''])));
    words.map(|words| words.collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_command_of_the_readme_and_the_help_is_valid() {
    let readme = documented_commands(include_str!("../../../../../README.md"));
    let help = documented_commands(include_str!("help.txt"));
    assert!(readme.len() > 25 && help.len() > 3, "{} and {}", readme.len(), help.len());
    for line in readme.into_iter().chain(help) {
        // The part of the example is in the environment of AWS Batch.
        let line = format!("transload-cli {}", line.replace("aws-batch", "1/8"));
        let parsed = parse(&line);
        let is_help = |error: &clap::Error| error.kind() == clap::error::ErrorKind::DisplayHelp;
        assert!(parsed.as_ref().err().is_none_or(is_help), "{line}: {:?}", parsed.err());
    }
}

#[test]
fn the_earlier_name_of_an_option_is_accepted_and_hidden() {
    for option in ["--read-manifests", "--read-indexes"] {
        let line = format!("transload-cli cleanup team/app --class orphans {option} --practice");
        let Command::Cleanup(arguments) = parse(&line).unwrap().command else { panic!("{line}") };
        assert!(arguments.read_manifests, "{line}");
    }
    let mut command = Arguments::command();
    let help = command.find_subcommand_mut("cleanup").unwrap().render_long_help().to_string();
    assert!(help.contains("--read-manifests") && !help.contains("--read-indexes"), "{help}");
}

/// Every command with its name, such as `lifecycle preview`. Those that only have commands are left out.
fn commands(of: &clap::Command, name: &str) -> Vec<(String, clap::Command)> {
    let below = of.get_subcommands().filter(|command| command.get_name() != "help");
    let below = below.flat_map(|command| {
        let name = format!("{name} {}", command.get_name()).trim().to_owned();
        match command.has_subcommands() {
            true => commands(command, &name),
            false => vec![(name, command.clone())],
        }
    });
    below.collect()
}

/// The command lines of an example, without what comes after a pipe.
fn example_lines(help: &str) -> Vec<String> {
    let (_, examples) = help.split_once("Examples:\n").unwrap_or_default();
    let joined = examples.replace("\\\n", " ");
    let lines = joined.lines().filter(|line| line.trim_start().starts_with("transload-cli "));
    lines
        .map(|line| line.split('|').next().unwrap_or_default())
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn each_command_explains_its_exit_codes_and_has_examples_of_its_own() {
    let mut root = Arguments::command();
    root.build();
    let all = commands(&root, "");
    assert!(all.len() > 20, "{}", all.len());
    let general: Vec<String> = example_lines(help::PROGRAM);
    assert!(general.len() >= 4);
    for line in &general {
        assert!(parse(line).is_ok(), "{line}");
    }
    for (name, mut command) in all {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let (codes, _) = after.split_once("\n\nExamples:\n").unwrap_or_default();
        let codes: Vec<u8> = codes
            .lines()
            .filter_map(|line| line.strip_prefix("  ")?.split(' ').next()?.parse().ok())
            .collect();
        assert!(codes.is_sorted() && codes.starts_with(&[0]), "{name}: {codes:?}");
        assert!([2, 3].iter().all(|code| codes.contains(code)), "{name}: {codes:?}");
        let examples = example_lines(&after);
        assert!(examples.len() >= 2, "{name}: {after}");
        for example in examples {
            assert!(example.starts_with(&format!("transload-cli {name}")), "{name}: {example}");
            let parsed = parse(&example);
            assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
        }
        // Other options than its own would belong to another command.
        let own: Vec<String> = command
            .get_arguments()
            .filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
            .collect();
        let mentioned = after.split(|one: char| one.is_whitespace() || "`:.,".contains(one));
        for option in mentioned.filter(|word| word.starts_with("--")) {
            let is_known = own.iter().any(|long| long == option);
            // What a plan was made with decides what a run does.
            assert!(is_known || ["--help", "--on-conflict"].contains(&option), "{name}: {option}");
        }
        let lines = after.lines().count();
        assert!(lines <= MAX_HELP_LINES, "{name}: {lines} lines after the options");
        let help = command.render_long_help().to_string();
        let others = help.lines().count() - lines;
        let options = command.get_arguments().count();
        assert!(others <= 12 + 10 * options, "{name}: {others} lines for {options} options");
    }
}

/// The most lines after the options: six exit codes of two lines, and three examples.
const MAX_HELP_LINES: usize = 24;
