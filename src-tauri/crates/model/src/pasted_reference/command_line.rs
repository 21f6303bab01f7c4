//! Commands of container tools, as documentation and shell histories have them: `docker pull NAME`,
//! `skopeo copy docker://NAME …`, `FROM NAME`, `image: NAME`. `pasted_reference` calls it.
//!
//! The first image of a command counts: it is the source of a copy.

use crate::reference::{ImageReference, InvalidReference};
use crate::tag::Tag;

use super::forms::{NotUnderstood, PastedReference, file_transport, read_reference, unquoted};
use super::web_address::read_address;

/// The tools whose commands name images.
const TOOLS: [&str; 14] = [
    "docker", "podman", "nerdctl", "finch", "buildah", "skopeo", "crane", "gcrane", "oras",
    "regctl", "helm", "ctr", "crictl", "cosign",
];

/// The commands and groups of commands that are followed by an image.
const COMMANDS: [&str; 32] = [
    "artifact",
    "buildx",
    "config",
    "container",
    "copy",
    "cp",
    "create",
    "digest",
    "history",
    "image",
    "images",
    "imagetools",
    "inspect",
    "list-tags",
    "ls",
    "manifest",
    "pull",
    "push",
    "repo",
    "run",
    "save",
    "scan",
    "show",
    "tag",
    "tags",
    "tree",
    "verify",
    "validate",
    "export",
    "scout",
    "quickview",
    "from",
];

/// The commands that name a repository: an image without a tag isn't `latest` there.
const REPOSITORY_COMMANDS: [&str; 3] = ["list-tags", "ls", "tags"];

/// Options without a value. Every other option takes the next word, unless it has a `=`.
const FLAGS: [&str; 25] = [
    "--all",
    "--all-platforms",
    "--all-tags",
    "--debug",
    "--detach",
    "--devel",
    "--init",
    "--insecure",
    "--interactive",
    "--json",
    "--no-creds",
    "--plain-http",
    "--preserve-digests",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--raw",
    "--read-only",
    "--recursive",
    "--rm",
    "--sig-proxy",
    "--tty",
    "--untar",
    "--verbose",
    "--verify",
];

/// Letters of options without a value, alone or together as in `-it`.
const FLAG_LETTERS: &str = "adiqtPD";

/// Reads a command. Returns `None` if the text doesn't start with a tool, `FROM` or `image:`.
pub(super) fn read(line: &str) -> Result<Option<PastedReference>, NotUnderstood> {
    let mut words = line.split_whitespace().map(unquoted).peekable();
    // A prompt, and what stands before the tool.
    while words.next_if(|word| is_before_command(word)).is_some() {}
    let Some(first) = words.next() else { return Ok(None) };
    let name = first.rsplit('/').next().unwrap_or(first);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    match TOOLS.into_iter().find(|tool| *tool == name) {
        Some(tool) if words.peek().is_some() => of_tool(tool, words).map(Some),
        Some(_) => Ok(None),
        // A Dockerfile and a Compose file or Kubernetes manifest.
        None if first == "FROM" => image_after(words, "FROM").map(Some),
        None if ["image:", "uses:"].contains(&first) => image_after(words, "image:").map(Some),
        None => Ok(None),
    }
}

fn is_before_command(word: &str) -> bool {
    let is_variable = word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    });
    ["$", "#", ">", "%", "-", "sudo", "RUN"].contains(&word) || is_variable
}

fn image_after<'a>(
    mut words: impl Iterator<Item = &'a str>,
    what: &'static str,
) -> Result<PastedReference, NotUnderstood> {
    let image = words.find(|word| !word.starts_with('-')).ok_or(NotUnderstood::NoImage(what))?;
    image_of(image, true)
}

fn of_tool<'a>(
    tool: &'static str,
    words: impl Iterator<Item = &'a str>,
) -> Result<PastedReference, NotUnderstood> {
    let mut words = words.peekable();
    let (mut command, mut all_tags, mut version) = (None, false, None);
    while let Some(word) = words.next() {
        if let Some(option) = word.strip_prefix('-').filter(|option| !option.is_empty()) {
            all_tags |= matches!(word, "-a" | "--all-tags");
            let value = if is_flag(tool, word, option) { None } else { words.next() };
            if word == "--version" {
                version = value;
            }
            version = word.strip_prefix("--version=").or(version);
        } else if COMMANDS.contains(&word) && (command.is_none() || is_group(command)) {
            command = Some(word);
        } else if let Some(command) = command {
            // Helm reads the newest version of a chart, which is no tag.
            let is_latest = tool != "helm" && !all_tags && !REPOSITORY_COMMANDS.contains(&command);
            // The version can follow the chart.
            while let Some(word) = words.next() {
                if word == "--version" {
                    version = words.next();
                }
                version = word.strip_prefix("--version=").or(version);
            }
            return with_version(image_of(word, is_latest)?, version);
        } else {
            break;
        }
    }
    Err(NotUnderstood::NoImage(tool))
}

/// Whether another command can follow: `docker image pull`.
fn is_group(command: Option<&str>) -> bool {
    matches!(
        command,
        Some(
            "artifact"
                | "buildx"
                | "container"
                | "image"
                | "images"
                | "imagetools"
                | "manifest"
                | "repo"
                | "tag"
                | "scout"
        )
    )
}

fn is_flag(tool: &str, word: &str, option: &str) -> bool {
    word.contains('=')
        || FLAGS.contains(&word)
        // skopeo inspect.
        || (tool == "skopeo" && word == "--config")
        || (!option.starts_with('-') && option.chars().all(|letter| FLAG_LETTERS.contains(letter)))
}

/// Reads the image of a command. `is_latest`: without a tag and a digest, it is `latest`.
fn image_of(word: &str, is_latest: bool) -> Result<PastedReference, NotUnderstood> {
    let word = word.trim_end_matches([',', ';']);
    let found = if let Some((scheme, rest)) = word.split_once("://") {
        read_address(scheme, rest)?
    } else if let Some(transport) = file_transport(word) {
        return Err(NotUnderstood::Transport(transport.to_owned()));
    } else if let Some(image) = word.strip_prefix("docker-daemon:") {
        return Ok(PastedReference::EngineImage(ImageReference::parse(image)?));
    } else {
        read_reference(word, None)?
    };
    Ok(match found {
        PastedReference::Image { reference, plain_http }
            if is_latest && reference.tag().is_none() && reference.digest().is_none() =>
        {
            PastedReference::Image { reference: reference.with_tag(Tag::latest()), plain_http }
        }
        other => other,
    })
}

/// Helm stores the `+` of a version as `_`. Source: Helm, "Use OCI-based registries".
fn with_version(
    found: PastedReference,
    version: Option<&str>,
) -> Result<PastedReference, NotUnderstood> {
    match (found, version) {
        (PastedReference::Image { reference, plain_http }, Some(version)) => {
            let tag = Tag::parse(&version.replace('+', "_")).map_err(InvalidReference::Tag)?;
            Ok(PastedReference::Image { reference: reference.with_tag(tag), plain_http })
        }
        (found, _) => Ok(found),
    }
}
