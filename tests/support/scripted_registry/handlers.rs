//! How a scripted registry serves each operation, unless a quirk replaces the response.

use serde_json::{Value, json};
use transload_model::media_type;

use crate::images::digest_of;
use crate::scripted_registry::content::{Content, digest_as};
use crate::scripted_registry::quirk::{Op, Quirk};
use crate::scripted_registry::registry::{State, locked};
use crate::scripted_registry::request::ScriptedRequest;
use crate::scripted_registry::response::ScriptedResponse;

impl State {
    /// Serves a request like the CNCF distribution registry.
    pub(super) fn handle(&self, request: &ScriptedRequest<'_>) -> ScriptedResponse {
        let mut content = locked(&self.content);
        let key = |name: &str| (request.repository.clone(), name.to_owned());
        let unknown = |code| ScriptedResponse::error(404, code, "unknown");
        match request.op {
            Op::Base => ScriptedResponse::new(200, "{}").header("content-type", "application/json"),
            Op::Token | Op::CancelUpload => ScriptedResponse::new(204, ""),
            Op::Catalog => self.page(request, "repositories", content.repositories()),
            Op::Tags => {
                let tags = content.tags_of(&request.repository);
                match tags.is_empty() {
                    true => unknown("NAME_UNKNOWN"),
                    false => self.page(request, "tags", tags),
                }
            }
            Op::Referrers => match self.quirks.contains(&Quirk::HasReferrersApi) {
                true => {
                    let list = content.referrers(&request.repository, &request.name);
                    ScriptedResponse::new(200, list.to_string())
                        .header("content-type", media_type::OCI_INDEX)
                }
                false => ScriptedResponse::new(404, "404 page not found"),
            },
            Op::HeadManifest | Op::GetManifest => {
                let as_digest = request.name.replacen('-', ":", 1);
                let digest = match content.tags.get(&key(&request.name)) {
                    Some(digest) => digest.clone(),
                    None if self.quirks.contains(&Quirk::ReadsTagAsDigest)
                        && content.manifests.contains_key(&key(&as_digest)) =>
                    {
                        as_digest
                    }
                    None => request.name.clone(),
                };
                let accepted = request.header("accept").unwrap_or_default().split(',');
                let accepted: Vec<_> = accepted.map(str::trim).collect();
                let needs = request.op == Op::HeadManifest
                    && self.quirks.contains(&Quirk::NeedsExactAccept);
                let found = content.manifests.get(&key(&digest));
                match found.filter(|(kind, _)| !needs || accepted.contains(&kind.as_str())) {
                    Some((kind, bytes)) => ScriptedResponse::new(200, bytes.clone())
                        .header("content-type", kind)
                        .header("docker-content-digest", digest),
                    None => unknown("MANIFEST_UNKNOWN"),
                }
            }
            Op::PutManifest => self.put_manifest(&mut content, request),
            Op::HeadBlob | Op::GetBlob => match content.blobs.get(&key(&request.name)) {
                Some(bytes) => ScriptedResponse::new(200, bytes.clone())
                    .header("content-type", "application/octet-stream")
                    .header("docker-content-digest", &request.name),
                None => unknown("BLOB_UNKNOWN"),
            },
            Op::Mount | Op::PostUpload => {
                let digest = request.query.get("mount").cloned().unwrap_or_default();
                let from = request.query.get("from").cloned().unwrap_or_default();
                let found = content.blobs.get(&(from, digest.clone())).cloned();
                let mounts = !self.quirks.contains(&Quirk::NeverMounts);
                if let Some(bytes) = found.filter(|_| mounts && request.op == Op::Mount) {
                    content.blobs.insert(key(&digest), bytes);
                    let location = format!("/v2/{}/blobs/{digest}", request.repository);
                    return ScriptedResponse::new(201, "")
                        .header("location", location)
                        .header("docker-content-digest", digest);
                }
                content.uploads += 1;
                let location = self.upload_location(request, &content.uploads.to_string());
                ScriptedResponse::new(202, "").header("location", location)
            }
            Op::PatchUpload => {
                let pending = content.pending.entry(request.name.clone()).or_default();
                pending.extend_from_slice(&request.body);
                let range = format!("0-{}", pending.len().saturating_sub(1));
                ScriptedResponse::new(202, "")
                    .header("location", self.upload_location(request, &request.name))
                    .header("range", range)
            }
            Op::PutBlob => {
                let digest = request.query.get("digest").cloned().unwrap_or_default();
                let mut body = content.pending.remove(&request.name).unwrap_or_default();
                body.extend_from_slice(&request.body);
                if digest != digest_as(&digest, &body) {
                    return ScriptedResponse::error(
                        400,
                        "DIGEST_INVALID",
                        "provided digest did not match",
                    );
                }
                let exists = content.blobs.keys().any(|(_, stored)| *stored == digest);
                content.blobs.insert(key(&digest), body.into());
                for quirk in self.quirks {
                    if let Quirk::RejectsSecondUpload(status) = quirk
                        && exists
                    {
                        return ScriptedResponse::error(
                            *status,
                            "BLOB_UPLOAD_INVALID",
                            "already exists",
                        );
                    }
                }
                ScriptedResponse::new(201, "")
                    .header("location", format!("/v2/{}/blobs/{digest}", request.repository))
                    .header("docker-content-digest", digest)
            }
        }
    }

    /// The `Location` at which an upload continues.
    fn upload_location(&self, request: &ScriptedRequest<'_>, upload: &str) -> String {
        let upload = format!("{upload}?_state=a%3D");
        let below_v2 = format!("/v2/{}/blobs/uploads/{upload}", request.repository);
        if self.quirks.contains(&Quirk::ServesOutsideV2) {
            format!("/artifacts-uploads/{}/{upload}", request.repository)
        } else if self.quirks.contains(&Quirk::RelativeLocations) {
            below_v2
        } else {
            format!("http://{}{below_v2}", request.host())
        }
    }

    /// Like a real registry, accepts a manifest only if everything that it references exists.
    fn put_manifest(
        &self,
        content: &mut Content,
        request: &ScriptedRequest<'_>,
    ) -> ScriptedResponse {
        let Ok(manifest) = serde_json::from_slice::<Value>(&request.body) else {
            return ScriptedResponse::error(400, "MANIFEST_INVALID", "manifest invalid");
        };
        let exists = |descriptor: &Value, is_blob: bool| {
            let digest = descriptor["digest"].as_str().unwrap_or_default().to_owned();
            let key = (request.repository.clone(), digest);
            content.manifests.contains_key(&key) && !is_blob
                || content.blobs.contains_key(&key)
                    && (is_blob || !self.quirks.contains(&Quirk::RejectsCacheIndex))
        };
        let list = |name: &str| manifest[name].as_array().cloned().unwrap_or_default();
        let blobs = list("layers").into_iter().chain(manifest.get("config").cloned());
        // Like distribution: only layers of a foreign type can be missing.
        let is_foreign = |layer: &Value| {
            let kind = layer["mediaType"].as_str().unwrap_or_default();
            kind.contains("foreign") || kind.contains("nondistributable")
        };
        let has_all = blobs.filter(|layer| !is_foreign(layer)).all(|blob| exists(&blob, true))
            && list("manifests").iter().all(|child| exists(child, false));
        if !has_all {
            return ScriptedResponse::error(
                404,
                "MANIFEST_BLOB_UNKNOWN",
                "blob unknown to registry",
            );
        }
        let digest = match request.name.contains(':') {
            true => request.name.clone(),
            false => digest_of(&request.body),
        };
        if digest != digest_as(&digest, &request.body) {
            return ScriptedResponse::error(400, "DIGEST_INVALID", "provided digest did not match");
        }
        let kind = request.headers.get("content-type").and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        let key = |name: &str| (request.repository.clone(), name.to_owned());
        content.manifests.insert(key(&digest), (kind, request.body.clone()));
        if !request.name.contains(':') {
            content.tags.insert(key(&request.name), digest.clone());
        }
        let mut response = ScriptedResponse::new(201, "").header("docker-content-digest", digest);
        let reports_subject = self
            .quirks
            .iter()
            .any(|quirk| matches!(quirk, Quirk::HasReferrersApi | Quirk::ClaimsSubject));
        if reports_subject && let Some(subject) = manifest["subject"]["digest"].as_str() {
            response = response.header("oci-subject", subject);
        }
        response
    }

    fn page(
        &self,
        request: &ScriptedRequest<'_>,
        key: &str,
        names: Vec<String>,
    ) -> ScriptedResponse {
        let last = request.query.get("last").cloned().unwrap_or_default();
        let mut names: Vec<_> = names.into_iter().filter(|name| *name > last).collect();
        let mut link_header = None;
        for quirk in self.quirks {
            let Quirk::Paginates(most, link) = quirk else { continue };
            let size = request.query.get("n").and_then(|n| n.parse().ok()).unwrap_or(*most);
            let size = size.min(*most);
            if names.len() > size {
                names.truncate(size);
                let query = format!("?n={size}&last={}", names.last().cloned().unwrap_or_default());
                link_header = link.map(|link| {
                    link.replace("{next}", &format!("{}{query}", request.uri.path()))
                        .replace("{query}", &query)
                        .replace("{host}", &request.host())
                });
            }
        }
        let body = json!({ "name": request.repository, key: names }).to_string();
        let mut response =
            ScriptedResponse::new(200, body).header("content-type", "application/json");
        if let Some(link) = link_header {
            response = response.header("link", link);
        }
        response
    }
}
