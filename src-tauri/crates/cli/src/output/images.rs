//! The output of `inspect`, `layers` and `diff`.

use indicatif::DecimalBytes;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use transload_contract::{
    ConfigDifference, ConfigSection, ConfigValue, ImageComparison, ImageConfig, ImageInspection,
    ImageLayer, InspectedImage, ManifestKind, PackageChange, PackageComparison,
};

use crate::output::{counted, line, note};

/// The width of the names.
const NAME_WIDTH: usize = 14;

/// Prints an inspection.
pub fn inspection(reference: &str, found: &ImageInspection) {
    line(reference);
    field("Digest", found.digest.as_str());
    field("Type", &format!("{} ({})", kind(found.kind), found.media_type));
    if found.kind == ManifestKind::Index {
        let platforms: Vec<_> = found
            .platforms
            .iter()
            .map(|entry| {
                let platform = entry.platform.as_deref().unwrap_or("unknown");
                let version = entry.os_version.as_ref().map(|version| format!(" {version}"));
                format!("{platform}{}", version.unwrap_or_default())
            })
            .collect();
        field("Platforms", &platforms.join(", "));
        if found.attestations > 0 {
            field("Attestations", &found.attestations.to_string());
        }
        values("Annotation", &found.annotations);
    }
    let Some(image) = &found.image else {
        line("");
        line("The index contains no images.");
        return;
    };
    line("");
    if found.kind == ManifestKind::Index {
        line(image.platform.as_deref().unwrap_or("unknown platform"));
        field("Digest", image.digest.as_str());
    } else if let Some(platform) = &image.platform {
        field("Platform", platform);
    }
    if let Some(artifact_type) = &image.artifact_type {
        field("Artifact type", artifact_type);
    }
    if let Some(subject) = &image.subject {
        field("Subject", subject.as_str());
    }
    let layers = counted(image.layers.len() as u64, "layer", "layers");
    field("Size", &format!("{} in {layers}", DecimalBytes(image.content_bytes)));
    field("Config digest", image.config_digest.as_str());
    match (&image.config, &image.config_problem) {
        (Some(config), _) => configuration(config),
        (None, Some(problem)) => note(problem),
        (None, None) => {}
    }
    values("Annotation", &image.annotations);
    if found.hidden_values > 0 {
        let hidden =
            counted(found.hidden_values, "value looks like a secret", "values look like secrets");
        note(&format!("{hidden}. To show them, use --show-secrets."));
    }
}

fn exact_time(at_ms: u64) -> String {
    let seconds = i64::try_from(at_ms / 1000).unwrap_or(i64::MAX);
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

fn kind(kind: ManifestKind) -> &'static str {
    match kind {
        ManifestKind::Image => "image",
        ManifestKind::Index => "image index",
        ManifestKind::Artifact => "artifact",
    }
}

fn configuration(config: &ImageConfig) {
    match config.created_at_ms {
        Some(created) => field("Created", &exact_time(created)),
        None if config.fixed_date => field("Created", "no date (reproducible build)"),
        None => {}
    }
    optional("Author", config.author.as_ref());
    optional("OS version", config.os_version.as_ref());
    let default_user = match config.os.as_deref() {
        Some("windows") => "default of Windows (the image doesn't set a user)",
        _ => "root (the image doesn't set a user)",
    };
    field("User", config.user.as_deref().unwrap_or(default_user));
    optional("Working dir", config.working_dir.as_ref());
    optional("Command", config.command_line.as_ref());
    values("Env", &config.env);
    list("Port", &config.exposed_ports);
    list("Volume", &config.volumes);
    optional("Stop signal", config.stop_signal.as_ref());
    optional("Health check", config.healthcheck.as_ref());
    list("On build", &config.on_build);
    values("Label", &config.labels);
    values("Other", &config.other);
}

fn field(name: &str, value: &str) {
    line(&format!("  {name:<NAME_WIDTH$}{}", one_line(value)));
}

fn optional(name: &str, value: Option<&String>) {
    if let Some(value) = value {
        field(name, value);
    }
}

fn list(name: &str, items: &[String]) {
    for item in items {
        field(name, item);
    }
}

fn values(name: &str, values: &[ConfigValue]) {
    for ConfigValue { name: key, value, .. } in values {
        field(name, &format!("{key}={}", value.as_deref().unwrap_or("***")));
    }
}

/// A value with line breaks could look like another field.
fn one_line(text: &str) -> String {
    text.replace('\n', "\\n").replace('\t', " ")
}

/// Prints the layers of an image.
pub fn layers(image: Option<&InspectedImage>) {
    let Some(image) = image else {
        line("The index contains no images.");
        return;
    };
    for layer in &image.layers {
        line(&layer_line(layer));
    }
    let total = counted(image.layers.len() as u64, "layer", "layers");
    line(&format!("{total}, {} with the configuration", DecimalBytes(image.content_bytes)));
    if !image.history_fits && image.artifact_type.is_none() && !image.history.is_empty() {
        note("The build history doesn't fit the layers, so no line is assigned to a layer.");
    }
}

fn layer_line(layer: &ImageLayer) -> String {
    let size = DecimalBytes(layer.size_bytes).to_string();
    let what = layer.line.as_ref().or(layer.title.as_ref()).unwrap_or(&layer.media_type);
    let foreign = if layer.foreign { "  (stored outside the registry)" } else { "" };
    let (number, digest) = (layer.number, &layer.digest);
    format!("{number:>3}  {digest}  {size:>9}  {}{foreign}", one_line(what))
}

/// Prints the differences between two images.
pub fn comparison(left: &str, right: &str, found: &ImageComparison) {
    line(&format!("- {left}  {}", found.left.digest));
    line(&format!("+ {right}  {}", found.right.digest));
    if found.identical {
        line("Both have the same digest.");
        return;
    }
    if let [Some(one), Some(other)] = [&found.left.platform, &found.right.platform] {
        match one == other {
            true => line(&format!("Compared platform: {one}")),
            false => line(&format!("Compared platforms: {one} and {other}")),
        }
    }
    for platform in &found.platforms {
        match (&platform.left, &platform.right) {
            (Some(_), None) => line(&format!("- platform {}", platform.platform)),
            (None, Some(_)) => line(&format!("+ platform {}", platform.platform)),
            (Some(one), Some(other)) if one != other => {
                line(&format!("~ platform {}  {one} → {other}", platform.platform));
            }
            _ => {}
        }
    }
    found.configuration.iter().for_each(difference);
    let layers = &found.layers;
    for layer in &layers.removed {
        line(&format!("- layer {}", layer_line(layer).trim_start()));
    }
    for layer in &layers.added {
        line(&format!("+ layer {}", layer_line(layer).trim_start()));
    }
    packages(&found.packages);
    let common = counted(layers.common, "layer", "layers");
    line(&format!(
        "{common} in common ({}). Only left: {}. Only right: {}.",
        DecimalBytes(layers.common_bytes),
        DecimalBytes(layers.left_only_bytes),
        DecimalBytes(layers.right_only_bytes)
    ));
    if !found.differs() {
        line("The images don't differ. Only their indexes do.");
    }
}

fn packages(found: &PackageComparison) {
    for change in &found.changes {
        let PackageChange { package_type, name, left, right } = change;
        match (left, right) {
            (Some(left), Some(right)) => {
                line(&format!("~ package {package_type} {name}  {left} → {right}"));
            }
            (Some(left), None) => line(&format!("- package {package_type} {name} {left}")),
            (None, Some(right)) => line(&format!("+ package {package_type} {name} {right}")),
            (None, None) => {}
        }
    }
    let missing = match (found.left_sbom, found.right_sbom) {
        (true, true) => None,
        (true, false) => Some("the second image has"),
        (false, true) => Some("the first image has"),
        (false, false) => Some("the images have"),
    };
    match (&found.problem, missing) {
        (Some(problem), _) => note(&format!("Packages weren't compared: {problem}.")),
        (None, Some(who)) => note(&format!("Packages weren't compared: {who} no SBOM.")),
        (None, None) => {}
    }
}

fn difference(found: &ConfigDifference) {
    let section = match found.section {
        ConfigSection::General => "config",
        ConfigSection::Environment => "env",
        ConfigSection::Label => "label",
        ConfigSection::Annotation => "annotation",
    };
    let name = &found.name;
    if found.hidden {
        line(&format!("~ {section} {name}  *** (differs; looks like a secret)"));
        return;
    }
    if let Some(left) = &found.left {
        line(&format!("- {section} {name}={}", one_line(left)));
    }
    if let Some(right) = &found.right {
        line(&format!("+ {section} {name}={}", one_line(right)));
    }
}
