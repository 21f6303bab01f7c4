//! The access portal: accounts, roles and role credentials, for the bearer of an access token.

use std::collections::HashMap;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::aws::identity_center::State;
use crate::aws::scripted::{AwsResponse, Call};

impl State {
    pub(super) fn portal_page(&mut self, call: &Call) -> AwsResponse {
        match (call.method.as_str(), call.path.as_str()) {
            ("GET", "/assignment/accounts") => self.portal(call, |_| {
                json!({"accountList": [
                    {"accountId": "444455556666", "accountName": "Team Prod",
                     "emailAddress": "prod@corp.example"},
                    {"accountId": "111122223333", "accountName": "Team Dev",
                     "emailAddress": "dev@corp.example"},
                ]})
            }),
            ("GET", "/assignment/roles") => self.portal(call, |query| {
                let account = &query["account_id"];
                match query.get("next_token") {
                    None => json!({"nextToken": "page-2", "roleList": [
                        {"accountId": account, "roleName": "ReadOnly"}]}),
                    Some(_) => json!({"roleList": [
                        {"accountId": account, "roleName": "ImagePusher"}]}),
                }
            }),
            ("GET", "/federation/credentials") => self.role_credentials(call),
            ("POST", "/logout") => {
                let token = call.header("x-amz-sso_bearer_token").unwrap_or_default();
                if self.access_tokens.remove(token) {
                    AwsResponse::new(200, "application/json", "")
                } else {
                    unauthorized()
                }
            }
            _ => AwsResponse::new(404, "text/plain", "no such page"),
        }
    }

    pub(super) fn end_sessions(&mut self) {
        self.access_tokens.clear();
        self.refresh_tokens.clear();
    }

    fn role_credentials(&mut self, call: &Call) -> AwsResponse {
        match self.roles_left {
            Some(0) => {
                self.roles_left = None;
                self.end_sessions();
            }
            Some(left) => self.roles_left = Some(left - 1),
            None => {}
        }
        let (id, secret) = self.key.clone();
        let expires_at_ms =
            (OffsetDateTime::now_utc() + self.role_lifetime).unix_timestamp() * 1000;
        self.portal(call, move |_| {
            json!({"roleCredentials": {"accessKeyId": id, "secretAccessKey": secret,
                "sessionToken": "session-token-of-the-role", "expiration": expires_at_ms}})
        })
    }

    fn portal(
        &self,
        call: &Call,
        response: impl FnOnce(&HashMap<String, String>) -> Value,
    ) -> AwsResponse {
        let token = call.header("x-amz-sso_bearer_token").unwrap_or_default();
        if self.access_tokens.contains(token) {
            AwsResponse::json(&response(&call.query.iter().cloned().collect()))
        } else {
            unauthorized()
        }
    }
}

fn unauthorized() -> AwsResponse {
    AwsResponse::json_error(401, "UnauthorizedException", "Session token not found or invalid")
}
