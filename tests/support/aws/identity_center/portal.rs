//! The access portal: accounts, roles and their credentials, for the holder of a token.

use std::collections::HashMap;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::aws::identity_center::State;
use crate::aws::scripted::{Answer, Call};

impl State {
    pub(super) fn portal_page(&mut self, call: &Call) -> Answer {
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
                    Answer::new(200, "application/json", "")
                } else {
                    unauthorized()
                }
            }
            _ => Answer::new(404, "text/plain", "no such page"),
        }
    }

    pub(super) fn end_sessions(&mut self) {
        self.access_tokens.clear();
        self.refresh_tokens.clear();
    }

    fn role_credentials(&mut self, call: &Call) -> Answer {
        match self.roles_left {
            Some(0) => {
                self.roles_left = None;
                self.end_sessions();
            }
            Some(left) => self.roles_left = Some(left - 1),
            None => {}
        }
        let (id, secret) = self.key.clone();
        let ends = (OffsetDateTime::now_utc() + self.role_lasts).unix_timestamp() * 1000;
        self.portal(call, move |_| {
            json!({"roleCredentials": {"accessKeyId": id, "secretAccessKey": secret,
                "sessionToken": "session-token-of-the-role", "expiration": ends}})
        })
    }

    fn portal(
        &self,
        call: &Call,
        answer: impl FnOnce(&HashMap<String, String>) -> Value,
    ) -> Answer {
        let token = call.header("x-amz-sso_bearer_token").unwrap_or_default();
        if self.access_tokens.contains(token) {
            Answer::json(&answer(&call.query.iter().cloned().collect()))
        } else {
            unauthorized()
        }
    }
}

fn unauthorized() -> Answer {
    Answer::json_error(401, "UnauthorizedException", "Session token not found or invalid")
}
