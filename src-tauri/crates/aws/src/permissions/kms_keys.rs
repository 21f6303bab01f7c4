//! Keys of KMS: which one an alias stands for, and whether it may be looked at. Policies know keys by
//! their ids alone, so nothing can be said of a permission on an alias before that.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::AwsError;
use crate::permissions::check::{Answers, Doubt, Permission, Standing};
use crate::sdk_error::Call;
use crate::session::aws_session::AwsSession;

/// How long the look may take. A key that was not seen by then keeps its place alone.
const LOOKED_WITHIN: Duration = Duration::from_secs(5);

const DESCRIBE: &str = "kms:DescribeKey";

/// What was seen of the keys.
#[derive(Default)]
pub(crate) struct Keys {
    /// The ARN of a key for what was asked about.
    arns: BTreeMap<String, String>,
    /// Whether it may be looked at, as looking at it has shown.
    answers: Answers,
}

impl Keys {
    /// Looks at every key that something is wanted on. KMS is asked to describe it, which leaves
    /// nothing behind.
    pub(crate) async fn look(session: &AwsSession, wanted: &[Permission]) -> Self {
        let mut keys = Self::default();
        let _ = tokio::time::timeout(LOOKED_WITHIN, keys.look_at_all(session, wanted)).await;
        keys
    }

    async fn look_at_all(&mut self, session: &AwsSession, wanted: &[Permission]) {
        let of_kms = wanted.iter().filter(|permission| permission.action.starts_with("kms:"));
        let mut named: Vec<_> = of_kms.flat_map(|permission| &permission.resources).collect();
        named.retain(|name| !name.contains('*'));
        named.sort();
        named.dedup();
        let call = Call::new(session.caller(), DESCRIBE);
        for name in named {
            let asked = session.kms().describe_key().key_id(name).send().await;
            let standing = match asked {
                Ok(answer) => {
                    let Some(key) = answer.key_metadata.and_then(|key| key.arn) else { continue };
                    self.arns.insert(name.clone(), key);
                    Standing::Allowed
                }
                // ECR asks in the caller's name, and a key may be open to that alone.
                Err(error) => match call.failed(error) {
                    AwsError::AccessDenied { .. } => Standing::Unknown(Doubt::OtherPolicy),
                    _ => continue,
                },
            };
            self.answers.insert((DESCRIBE.to_owned(), self.arn_of(name)), standing);
        }
    }

    /// The same permissions, on keys instead of their aliases.
    pub(crate) fn in_place_of_aliases(&self, wanted: &[Permission]) -> Vec<Permission> {
        let on_keys = wanted.iter().map(|permission| Permission {
            action: permission.action.clone(),
            resources: permission.resources.iter().map(|name| self.arn_of(name)).collect(),
        });
        on_keys.collect()
    }

    /// What looking has shown counts more than what policies say.
    pub(crate) fn tell(self, answers: &mut Answers) {
        answers.extend(self.answers);
    }

    /// The key of a name; without one that was seen, any key of an alias's place.
    fn arn_of(&self, name: &str) -> String {
        match (self.arns.get(name), name.split_once(":alias/")) {
            (Some(arn), _) => arn.clone(),
            (None, Some((place, _))) => format!("{place}:key/*"),
            (None, None) => name.to_owned(),
        }
    }
}
