//! The client of ECR in one account and region. Sessions create it; the files beside this one implement
//! the traits of [`api`](crate::ecr::api) for it.

use std::fmt;
use std::sync::Arc;

use aws_sdk_ecr::Client;

use crate::error::AwsError;
use crate::sdk_error::{Call, Caller};
use transload_network::Clock;

/// Entries per page. Source: the maximum of `maxResults` in ECR's API reference.
pub(crate) const PAGE_SIZE: i32 = 1000;

/// ECR in one account and region.
#[derive(Clone)]
pub struct Ecr {
    pub(crate) caller: Arc<Caller>,
    pub(crate) client: Client,
    /// `None` if ECR's clock is that of this computer, because a server on it stands in for ECR.
    pub(crate) clock: Option<Clock>,
}

impl Ecr {
    pub(crate) fn new(caller: Arc<Caller>, client: Client, clock: Option<Clock>) -> Self {
        Self { caller, client, clock }
    }

    pub(crate) fn call<'a>(&'a self, action: &'a str) -> Call<'a> {
        Call::new(&self.caller, action)
    }
}

impl fmt::Debug for Ecr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ecr").field("profile", &self.caller.profile).finish_non_exhaustive()
    }
}

pub(crate) fn is_code(error: &AwsError, wanted: &str) -> bool {
    matches!(error, AwsError::Refused { code, .. } if code == wanted)
}
