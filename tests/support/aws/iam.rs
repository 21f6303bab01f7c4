//! A scripted IAM: the identity and the permissions of one role. Stories about permissions and accounts use
//! it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use crate::aws::scripted::{AwsResponse, Call, Exchange, ScriptedAws};

#[derive(Clone, Debug)]
struct State {
    account: String,
    alias: Option<String>,
    /// The role's name with its path, such as `ci/push`.
    role: String,
    can_simulate: bool,
    can_get_role: bool,
    missing: BTreeSet<String>,
    /// The regions that the account has enabled. `None` means all.
    regions: Option<BTreeSet<String>>,
}

/// IAM of one account, and the `GetCallerIdentity` call of STS: the caller is a role of the account. It stops
/// listening when it is dropped.
pub struct Iam {
    server: ScriptedAws,
    state: Arc<Mutex<State>>,
}

impl Iam {
    /// Starts an account whose role `ci/push` is allowed every action.
    pub async fn start(account: &str) -> Result<Self> {
        let state = State {
            account: account.to_owned(),
            alias: None,
            role: "ci/push".to_owned(),
            can_simulate: true,
            can_get_role: true,
            missing: BTreeSet::new(),
            regions: None,
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let server = ScriptedAws::start(move |call| response(&locked(&shared), call)).await?;
        Ok(Self { server, state })
    }

    /// The base URL.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Changes the account that the access key belongs to.
    pub fn set_account(&self, account: &str) {
        locked(&self.state).account = account.to_owned();
    }

    pub fn set_alias(&self, alias: &str) {
        locked(&self.state).alias = Some(alias.to_owned());
    }

    /// Denies these actions to the role.
    pub fn deny_actions(&self, actions: &[&str]) {
        locked(&self.state).missing.extend(actions.iter().map(|&action| action.to_owned()));
    }

    /// Denies the role all read calls of IAM.
    pub fn deny_iam_reads(&self) {
        let mut state = locked(&self.state);
        (state.can_simulate, state.can_get_role) = (false, false);
    }

    /// Enables only these regions in the account.
    pub fn enable_only_regions(&self, regions: &[&str]) {
        let regions = regions.iter().map(|&region| region.to_owned()).collect();
        locked(&self.state).regions = Some(regions);
    }

    /// All calls to IAM so far, with their responses.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let all = self.server.exchanges().into_iter();
        all.filter(|exchange| exchange.call.service() == Some("iam")).collect()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn response(state: &State, call: &Call) -> AwsResponse {
    let State { account, role, .. } = state;
    let name = role.rsplit('/').next().unwrap_or(role);
    let known = state
        .regions
        .as_ref()
        .is_none_or(|regions| call.region().is_some_and(|region| regions.contains(region)));
    if !known {
        let message = "The security token included in the request is invalid.";
        return AwsResponse::query_error(403, "InvalidClientTokenId", message);
    }
    let denied = || {
        let message = format!(
            "User: arn:aws:sts::{account}:assumed-role/{name}/story is not authorized to perform: iam:{}",
            call.operation
        );
        AwsResponse::query_error(403, "AccessDenied", &message)
    };
    match call.operation.as_str() {
        "GetCallerIdentity" => AwsResponse::query(
            "GetCallerIdentity",
            &format!(
                "<Arn>arn:aws:sts::{account}:assumed-role/{name}/story</Arn>\
                 <UserId>AROAEXAMPLE:story</UserId><Account>{account}</Account>"
            ),
        ),
        "ListAccountAliases" => {
            let alias = state.alias.iter().map(|alias| format!("<member>{alias}</member>"));
            let alias: String = alias.collect();
            AwsResponse::query(
                "ListAccountAliases",
                &format!(
                    "<IsTruncated>false</IsTruncated><AccountAliases>{alias}</AccountAliases>"
                ),
            )
        }
        "GetRole" if state.can_get_role => {
            let path = role.strip_suffix(name).unwrap_or_default();
            AwsResponse::query(
                "GetRole",
                &format!(
                    "<Role><Path>/{path}</Path><RoleName>{name}</RoleName>\
                     <RoleId>AROAEXAMPLEEXAMPLE</RoleId><Arn>arn:aws:iam::{account}:role/{role}</Arn>\
                     <CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>"
                ),
            )
        }
        "SimulatePrincipalPolicy" if state.can_simulate => simulate(state, call),
        _ => denied(),
    }
}

fn simulate(state: &State, call: &Call) -> AwsResponse {
    let own = format!("arn:aws:iam::{}:role/{}", state.account, state.role);
    if call.value("PolicySourceArn") != Some(own.as_str()) {
        let message = "The role with this name cannot be found.";
        return AwsResponse::query_error(404, "NoSuchEntity", message);
    }
    let members = |list: &str| -> Vec<String> {
        let start = format!("{list}.member.");
        let of = |(key, value): &(String, String)| key.starts_with(&start).then(|| value.clone());
        call.form.iter().filter_map(of).collect()
    };
    let resources = members("ResourceArns");
    let mut results = String::new();
    for action in members("ActionNames") {
        let decision = if state.missing.contains(&action) { "implicitDeny" } else { "allowed" };
        for resource in &resources {
            results.push_str(&format!(
                "<member><EvalActionName>{action}</EvalActionName>\
                 <EvalResourceName>{resource}</EvalResourceName>\
                 <EvalDecision>{decision}</EvalDecision><MatchedStatements/>\
                 <MissingContextValues/></member>"
            ));
        }
    }
    let result =
        format!("<IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>");
    AwsResponse::query("SimulatePrincipalPolicy", &result)
}
