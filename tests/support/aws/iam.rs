//! A scripted IAM: identities and permissions of roles.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use crate::aws::scripted::{Answer, Call, Exchange, ScriptedAws};

#[derive(Clone, Debug)]
struct State {
    account: String,
    alias: Option<String>,
    /// The role's name with its path, such as `ci/push`.
    role: String,
    may_simulate: bool,
    may_look_at_role: bool,
    missing: BTreeSet<String>,
    /// The regions that the account has enabled; nothing for all of them.
    regions: Option<BTreeSet<String>>,
}

/// IAM of one account, and STS as far as who somebody is: a role of the account. It listens until it
/// is dropped.
pub struct Iam {
    server: ScriptedAws,
    state: Arc<Mutex<State>>,
}

impl Iam {
    /// An account whose role `ci/push` may do everything.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start(account: &str) -> Result<Self> {
        let state = State {
            account: account.to_owned(),
            alias: None,
            role: "ci/push".to_owned(),
            may_simulate: true,
            may_look_at_role: true,
            missing: BTreeSet::new(),
            regions: None,
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let server = ScriptedAws::start(move |call| answer(&locked(&shared), call)).await?;
        Ok(Self { server, state })
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// From now on the same keys are of another account.
    pub fn becomes(&self, account: &str) {
        locked(&self.state).account = account.to_owned();
    }

    /// Gives the account an alias.
    pub fn call_it(&self, alias: &str) {
        locked(&self.state).alias = Some(alias.to_owned());
    }

    /// Takes these actions from the role.
    pub fn take_away(&self, actions: &[&str]) {
        locked(&self.state).missing.extend(actions.iter().map(|&action| action.to_owned()));
    }

    /// Gives the role everything again.
    pub fn give_back(&self) {
        locked(&self.state).missing.clear();
    }

    /// From now on the role may ask IAM for nothing.
    pub fn forbid_asking(&self) {
        let mut state = locked(&self.state);
        (state.may_simulate, state.may_look_at_role) = (false, false);
    }

    /// The account uses these regions alone.
    pub fn enable_only(&self, regions: &[&str]) {
        let regions = regions.iter().map(|&region| region.to_owned()).collect();
        locked(&self.state).regions = Some(regions);
    }

    /// Every call to IAM so far with its answer.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let all = self.server.exchanges().into_iter();
        all.filter(|exchange| exchange.call.service() == Some("iam")).collect()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(state: &State, call: &Call) -> Answer {
    let State { account, role, .. } = state;
    let name = role.rsplit('/').next().unwrap_or(role);
    let known = state
        .regions
        .as_ref()
        .is_none_or(|regions| call.region().is_some_and(|region| regions.contains(region)));
    if !known {
        let message = "The security token included in the request is invalid.";
        return Answer::query_error(403, "InvalidClientTokenId", message);
    }
    let denied = || {
        let message = format!(
            "User: arn:aws:sts::{account}:assumed-role/{name}/story is not authorized to perform: iam:{}",
            call.operation
        );
        Answer::query_error(403, "AccessDenied", &message)
    };
    match call.operation.as_str() {
        "GetCallerIdentity" => Answer::query(
            "GetCallerIdentity",
            &format!(
                "<Arn>arn:aws:sts::{account}:assumed-role/{name}/story</Arn>\
                 <UserId>AROAEXAMPLE:story</UserId><Account>{account}</Account>"
            ),
        ),
        "ListAccountAliases" => {
            let alias = state.alias.iter().map(|alias| format!("<member>{alias}</member>"));
            let alias: String = alias.collect();
            Answer::query(
                "ListAccountAliases",
                &format!(
                    "<IsTruncated>false</IsTruncated><AccountAliases>{alias}</AccountAliases>"
                ),
            )
        }
        "GetRole" if state.may_look_at_role => {
            let path = role.strip_suffix(name).unwrap_or_default();
            Answer::query(
                "GetRole",
                &format!(
                    "<Role><Path>/{path}</Path><RoleName>{name}</RoleName>\
                     <RoleId>AROAEXAMPLEEXAMPLE</RoleId><Arn>arn:aws:iam::{account}:role/{role}</Arn>\
                     <CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>"
                ),
            )
        }
        "SimulatePrincipalPolicy" if state.may_simulate => simulate(state, call),
        _ => denied(),
    }
}

fn simulate(state: &State, call: &Call) -> Answer {
    let own = format!("arn:aws:iam::{}:role/{}", state.account, state.role);
    if call.value("PolicySourceArn") != Some(own.as_str()) {
        let message = "The role with this name cannot be found.";
        return Answer::query_error(404, "NoSuchEntity", message);
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
    Answer::query("SimulatePrincipalPolicy", &result)
}
