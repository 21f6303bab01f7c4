//! Blobs: HEAD, and GET as a checked stream.

use reqwest::Method;

use super::checked::Checked;
use super::client::Ask;
use super::token::Scope;
use super::{BlobStream, RegistryClient, RegistryError, resume};
use crate::model::{Descriptor, Digest, RegistryHost};

impl RegistryClient {
    pub(super) async fn head_blob(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<bool, RegistryError> {
        match self.send(&self.blob_ask(Method::HEAD, path, digest)).await {
            Ok(response) => self.expect_no_page(response.headers()).map(|()| true),
            Err(RegistryError::Missing { .. }) => Ok(false),
            // A HEAD has no body to say why; the same question as a GET has.
            Err(RegistryError::Forbidden { .. } | RegistryError::Throttled { .. }) => {
                match self.send(&self.blob_ask(Method::GET, path, digest)).await {
                    Ok(_) => Ok(true),
                    Err(RegistryError::Missing { .. }) => Ok(false),
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn get_blob(
        &self,
        path: &str,
        blob: &Descriptor,
    ) -> Result<BlobStream, RegistryError> {
        let ask = self.blob_ask(Method::GET, path, &blob.digest);
        let response = self.send(&ask).await?;
        if let Some(actual_bytes) = response.content_length()
            && actual_bytes != blob.size_bytes
        {
            return Err(self.wrong_size(blob, actual_bytes));
        }
        let body = resume::resumed(self.clone(), ask, response);
        Ok(Box::pin(Checked::new(self.endpoint.host.clone(), blob, Box::pin(body))))
    }

    fn blob_ask(&self, method: Method, path: &str, digest: &Digest) -> Ask {
        let url = self.endpoint.below_v2(path.split('/').chain(["blobs", digest.as_str()]));
        Ask::new(method, url, Scope::Pull(path.to_owned()), blob_subject(path, digest))
    }

    fn wrong_size(&self, blob: &Descriptor, actual_bytes: u64) -> RegistryError {
        wrong_size(&self.endpoint.host, blob, actual_bytes)
    }
}

pub(super) fn blob_subject(path: &str, digest: &Digest) -> String {
    format!("{path}@{digest}")
}

pub(super) fn wrong_size(
    host: &RegistryHost,
    blob: &Descriptor,
    actual_bytes: u64,
) -> RegistryError {
    RegistryError::SizeMismatch {
        registry: host.clone(),
        digest: blob.digest.clone(),
        expected_bytes: blob.size_bytes,
        actual_bytes,
    }
}
