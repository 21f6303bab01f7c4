//! Images of Docker schema 1, with a signature made from a fixed key.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::images::image::Image;
use crate::images::{Manifest, digest_of};

/// The base point of P-256. Source: SEC 2, 2.4.2.
const BASE_POINT: (&str, &str) =
    ("axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU");

/// An image in the format that registries used before schema 2: layers and their history from the top down,
/// and a signature. Engines only parse the structure of the signature, and only when they pull by tag, so the
/// signature is not valid.
pub fn schema1_manifest(image: &Image, repository: &str, tag: &str) -> Result<Manifest> {
    let config: Value = serde_json::from_slice(&image.config)?;
    let count = image.layers.len();
    let id = |number: usize| digest_of(format!("{repository} {number}").as_bytes())[7..].to_owned();
    let histories: Vec<Value> = (0..count)
        .rev()
        .map(|number| {
            let mut entry = json!({ "id": id(number), "created": config["created"] });
            if number > 0 {
                entry["parent"] = json!(id(number - 1));
            }
            if number + 1 == count {
                entry["os"] = config["os"].clone();
                entry["architecture"] = config["architecture"].clone();
                entry["config"] = config["config"].clone();
            }
            json!({ "v1Compatibility": entry.to_string() })
        })
        .collect();
    let layers: Vec<Value> = image
        .layers
        .iter()
        .rev()
        .map(|layer| json!({ "blobSum": layer.compressed_digest }))
        .collect();
    let text = serde_json::to_string_pretty(&json!({
        "schemaVersion": 1,
        "name": repository,
        "tag": tag,
        "architecture": config["architecture"],
        "fsLayers": layers,
        "history": histories,
    }))?;
    // Source: libtrust, `jsonsign.go`, ParsePrettySignature: the signed text is the document up to
    // `formatLength`, followed by `formatTail`.
    let body = text.strip_suffix("\n}").context("a pretty document ends with a line")?;
    let protected = json!({
        "formatLength": body.len(),
        "formatTail": URL_SAFE_NO_PAD.encode("\n}"),
        "time": "2015-01-01T00:00:00Z",
    });
    // The base point of the curve: a public key whose private key nobody has.
    let key = json!({ "kty": "EC", "crv": "P-256", "x": BASE_POINT.0, "y": BASE_POINT.1 });
    let signature = json!([{
        "header": { "jwk": key, "alg": "ES256" },
        "signature": URL_SAFE_NO_PAD.encode([0; 64]),
        "protected": URL_SAFE_NO_PAD.encode(protected.to_string()),
    }]);
    let signed = format!("{body},\n   \"signatures\": {signature}\n}}");
    Ok(Manifest::new(signed, "application/vnd.docker.distribution.manifest.v1+prettyjws"))
}
