//! Addresses of registries: their pages in a browser, and their APIs. `pasted_reference` and
//! `command_line` call it.
//!
//! The pages are those that people see when they look for an image: Docker Hub, the ECR console and
//! the ECR public gallery, GitHub packages, and Quay. Every other address is the registry itself.

use crate::account::AccountId;
use crate::partition::Partition;
use crate::reference::{ImageReference, InvalidReference};
use crate::region::Region;
use crate::registry_host::RegistryHost;

use super::forms::{
    NotUnderstood, PastedReference, is_docker_hub, on_docker_hub, read_host, read_reference,
};

/// Host suffixes of the AWS console, by partition.
const AWS_CONSOLES: [&str; 4] = [
    "console.aws.amazon.com",
    "console.amazonaws.cn",
    "console.amazonaws-us-gov.com",
    "console.amazonaws-eusc.eu",
];

/// An address in parts. Escapes of the path are decoded.
struct Address<'a> {
    host: &'a str,
    parts: Vec<String>,
    query: &'a str,
}

/// Reads what follows a scheme: a web address, or a reference as the tools write it.
pub(super) fn read_address(scheme: &str, rest: &str) -> Result<PastedReference, NotUnderstood> {
    let scheme = scheme.to_ascii_lowercase();
    match scheme.as_str() {
        "http" | "https" => read(rest, scheme == "http"),
        // skopeo and GitHub Actions; Helm and ORAS.
        "docker" | "oci" => read_reference(rest, None),
        _ => Err(NotUnderstood::Transport(scheme)),
    }
}

/// Reads what follows `https://` or `http://`.
fn read(rest: &str, plain_http: bool) -> Result<PastedReference, NotUnderstood> {
    let rest = rest.split('#').next().unwrap_or_default();
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    // A user name and password are never part of a source.
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let parts = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let lower = host.to_ascii_lowercase();
    let address = Address { host: &lower, parts, query };
    let found = match lower.as_str() {
        "hub.docker.com" | "cloud.docker.com" => docker_hub(&address),
        "registry.hub.docker.com"
            if address.parts.get(1).is_some_and(|part| part == "repositories") =>
        {
            docker_hub(&address)
        }
        "gallery.ecr.aws" => page_image(&address, "public.ecr.aws", &address.parts),
        "github.com" => github(&address),
        "quay.io" if address.parts.first().is_some_and(|part| part == "repository") => {
            quay(&address)
        }
        host if AWS_CONSOLES.iter().any(|console| is_in(host, console)) => ecr_console(&address),
        _ => return registry(&address, host, plain_http),
    };
    found.unwrap_or_else(|| Err(NotUnderstood::WebPage(address.host.to_owned())))
}

/// `None` if the page names nothing.
type Found = Option<Result<PastedReference, NotUnderstood>>;

/// Docker Hub: `/r/USER/NAME/tags`, `/_/NAME`, `/u/USER`, `/layers/USER/NAME/TAG/images/DIGEST`,
/// `/repository/docker/USER/NAME/general`, and its API.
fn docker_hub(address: &Address<'_>) -> Found {
    let parts: Vec<&str> = address.parts.iter().map(String::as_str).collect();
    let image = |user: &str, name: &str, tag: Option<&str>| {
        Some(named("docker.io", &format!("{user}/{name}"), tag))
    };
    match parts.as_slice() {
        [] => Some(read_host("docker.io", None)),
        ["r", user, name, "tags", tag, ..] => image(user, name, Some(tag)),
        ["r", user, name, ..] => image(user, name, None),
        ["_", name, ..] => image("library", name, None),
        ["layers", user, name, tag, ..] => image(user, name, Some(tag)),
        ["repository", "docker", user, name, "tags", tag, ..] => image(user, name, Some(tag)),
        ["repository", "docker", user, name, ..] => image(user, name, None),
        ["v2", "repositories", user, name, "tags", tag] => image(user, name, Some(tag)),
        ["v2", "repositories", user, name, ..] => image(user, name, None),
        ["v2", "namespaces", user, "repositories", name, "tags", tag] => {
            image(user, name, Some(tag))
        }
        ["v2", "namespaces", user, "repositories", name, ..] => image(user, name, None),
        ["u" | "orgs" | "r", user, ..]
        | ["v2", "namespaces" | "repositories" | "users" | "orgs", user, ..]
        | ["repositories", user] => Some(Ok(PastedReference::HubNamespace((*user).to_owned()))),
        _ => None,
    }
}

/// `/OWNER/REPOSITORY/pkgs/container/NAME` and `/orgs/OWNER/packages/container/package/NAME`.
fn github(address: &Address<'_>) -> Found {
    let parts: Vec<&str> = address.parts.iter().map(String::as_str).collect();
    let (owner, name) = match parts.as_slice() {
        [owner, _, "pkgs", "container", name, ..]
        | ["orgs" | "users", owner, "packages", "container", "package", name, ..]
        | ["orgs" | "users", owner, "packages", "container", name, ..] => (owner, name),
        _ => return None,
    };
    // GitHub allows capitals in names, and the registry has them in lower case.
    let path = format!("{owner}/{name}").to_ascii_lowercase();
    Some(named("ghcr.io", &path, query(address, "tag").as_deref()))
}

/// `/repository/OWNER/NAME?tab=tags&tag=TAG`.
fn quay(address: &Address<'_>) -> Found {
    let mut parts = address.parts.iter().map(String::as_str).skip(1);
    let (owner, name) = (parts.next()?, parts.next()?);
    let tag = query(address, "tag").or_else(|| match parts.next() {
        Some("tag") => parts.next().map(str::to_owned),
        _ => None,
    });
    Some(named("quay.io", &format!("{owner}/{name}"), tag.as_deref()))
}

/// `/ecr/repositories/private/ACCOUNT/NAME?region=REGION`, with `/_/image/DIGEST/details` for an image,
/// and the list of repositories of a region.
fn ecr_console(address: &Address<'_>) -> Found {
    let parts: Vec<&str> = address.parts.iter().map(String::as_str).collect();
    // The host names the region as well, but the console shows the one of the query.
    let of_host = || address.host.split('.').find(|label| is_region(label)).map(str::to_owned);
    let region = Region::parse(&query(address, "region").or_else(of_host)?).ok()?;
    let ["ecr", rest @ ..] = parts.as_slice() else { return None };
    let (account, names) = match rest {
        ["repositories", "private", account, names @ ..] if !names.is_empty() => (account, names),
        [] | ["repositories" | "private-registry", ..] if !rest.contains(&"public") => {
            return Some(Ok(PastedReference::EcrRegion(region)));
        }
        _ => return None,
    };
    let account = AccountId::parse(account).ok()?;
    let end = names.iter().position(|part| *part == "_").unwrap_or_else(|| {
        // Pages of an older console had no `_`.
        names.iter().position(|part| *part == "image").filter(|at| *at > 0).unwrap_or(names.len())
    });
    let (name, page) = names.split_at(end);
    let digest = page.iter().find(|part| part.starts_with("sha256:"));
    let suffix = Partition::of_region(&region).dns_suffix();
    let host = format!("{account}.dkr.ecr.{region}.{suffix}");
    Some(named(&host, &name.join("/"), digest.copied()))
}

/// A registry, by its own address: `/v2/`, `/v2/NAME/manifests/TAG`, or the name of an image after the
/// host.
fn registry(
    address: &Address<'_>,
    host: &str,
    plain_http: bool,
) -> Result<PastedReference, NotUnderstood> {
    let plain_http = Some(plain_http);
    let parts: Vec<&str> = address.parts.iter().map(String::as_str).collect();
    let [first, path @ ..] = parts.as_slice() else { return read_host(host, plain_http) };
    if *first != "v2" {
        return read_reference(&format!("{host}/{}", parts.join("/")), plain_http);
    }
    if path.is_empty() || matches!(path, ["_catalog", ..]) {
        return read_host(host, plain_http);
    }
    let is_list = |part: &&str| ["manifests", "blobs", "tags", "referrers"].contains(part);
    let end = path.iter().rposition(is_list).filter(|at| *at > 0).unwrap_or(path.len());
    let (name, page) = path.split_at(end);
    let reference = match page {
        ["manifests", reference, ..] => Some(*reference),
        _ => None,
    };
    let found = named(host, &name.join("/"), reference)?;
    Ok(match found {
        PastedReference::Image { reference, .. } if !is_docker_hub(reference.registry()) => {
            PastedReference::Image { reference, plain_http }
        }
        other => other,
    })
}

/// The image that the parts of a page's path name.
fn page_image(address: &Address<'_>, host: &str, parts: &[String]) -> Found {
    let [alias, name @ ..] = parts else { return None };
    if name.is_empty() {
        return None;
    }
    Some(named(host, &format!("{alias}/{}", name.join("/")), query(address, "tag").as_deref()))
}

/// An image by host, path and, optionally, a tag or digest.
fn named(
    host: &str,
    path: &str,
    reference: Option<&str>,
) -> Result<PastedReference, NotUnderstood> {
    let mark = match reference {
        Some(reference) if reference.contains(':') => "@",
        Some(_) => ":",
        None => "",
    };
    let registry = RegistryHost::parse(host)?;
    let text = format!("{registry}/{path}{mark}{}", reference.unwrap_or_default());
    if path.contains([':', '@']) {
        return Err(InvalidReference::Path(path.to_owned()).into());
    }
    let parsed = ImageReference::parse(&text)?;
    let reference = match reference {
        Some(_) => parsed,
        None => ImageReference::new(registry, parsed.path(), None, None)?,
    };
    Ok(PastedReference::Image { reference: on_docker_hub(reference)?, plain_http: None })
}

fn query(address: &Address<'_>, name: &str) -> Option<String> {
    let pairs = address.query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, value)| *key == name && !value.is_empty());
    values.next().map(|(_, value)| decoded(value))
}

fn is_in(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether a label of a host is a region, such as `us-gov-west-1`.
fn is_region(label: &str) -> bool {
    label.matches('-').count() >= 2 && label.bytes().last().is_some_and(|end| end.is_ascii_digit())
}

/// Decodes `%3A` and the like. Invalid escapes stay as they are.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'%');
        let value = escaped
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(value.unwrap_or(*first));
        rest = if value.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
