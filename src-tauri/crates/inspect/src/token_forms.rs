//! Secrets that are recognized by their form, whatever their name: tokens of known services, addresses of webhooks, and
//! passwords in URLs. Used by `secret_values`.

use crate::secret_names::is_placeholder;

/// The place of a text in a longer one.
type Range = (usize, usize);

/// What follows the prefix of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Letters and digits. The names of variables and packages, such as `npm_config_…`, have other characters early.
    Letters,
    /// Also `_`, `-` and `.`.
    Any,
}
use Rest::{Any, Letters};

/// Prefixes of tokens, with the least number of characters that follow. Sources: the documentation of AWS (IDs of access
/// keys), GitHub, GitLab, Slack, Stripe, Google, npm, PyPI (`AgE` begins every token), Docker Hub, Anthropic, OpenAI, Hugging
/// Face, HashiCorp Vault, SendGrid, DigitalOcean, Shopify, age, Sonar, Grafana, Sentry, Databricks, Linear, Atlassian,
/// Tailscale, Doppler, Pulumi, RubyGems, New Relic, Postman, Artifactory, and Groq.
const TOKEN_PREFIXES: [(&str, usize, Rest); 67] = [
    ("AKIA", 16, Any),
    ("ASIA", 16, Any),
    ("ghp_", 30, Letters),
    ("gho_", 30, Letters),
    ("ghs_", 30, Letters),
    ("ghu_", 30, Letters),
    ("ghr_", 30, Letters),
    ("github_pat_", 22, Letters),
    ("glpat-", 16, Any),
    ("glptt-", 20, Any),
    ("gldt-", 16, Any),
    ("glrt-", 16, Any),
    ("glcbt-", 16, Any),
    ("glsoat-", 16, Any),
    ("xoxb-", 16, Any),
    ("xoxp-", 16, Any),
    ("xoxa-", 16, Any),
    ("xoxr-", 16, Any),
    ("xoxs-", 16, Any),
    ("xoxe-", 16, Any),
    ("xoxe.xox", 16, Any),
    ("xapp-", 16, Any),
    ("sk_live_", 16, Letters),
    ("rk_live_", 16, Letters),
    ("sk_test_", 16, Letters),
    ("rk_test_", 16, Letters),
    ("whsec_", 20, Letters),
    ("sk-ant-", 20, Any),
    ("sk-proj-", 20, Any),
    ("sk-svcacct-", 20, Any),
    ("sk-", 40, Letters),
    ("AIza", 30, Any),
    ("GOCSPX-", 20, Any),
    ("ya29.", 30, Any),
    ("npm_", 30, Letters),
    ("pypi-AgE", 30, Any),
    ("dckr_pat_", 16, Any),
    ("dckr_oat_", 16, Any),
    ("hf_", 30, Letters),
    ("hvs.", 20, Any),
    ("hvb.", 20, Any),
    ("SG.", 40, Any),
    ("dop_v1_", 40, Letters),
    ("doo_v1_", 40, Letters),
    ("shpat_", 30, Letters),
    ("shpss_", 30, Letters),
    ("AGE-SECRET-KEY-1", 40, Letters),
    ("sqp_", 40, Letters),
    ("squ_", 40, Letters),
    ("sqa_", 40, Letters),
    ("glsa_", 32, Letters),
    ("glc_", 32, Letters),
    ("sntrys_", 40, Any),
    ("sntryu_", 40, Letters),
    ("dapi", 32, Letters),
    ("lin_api_", 32, Letters),
    ("ATATT3", 40, Any),
    ("ATCTT3", 40, Any),
    ("tskey-", 20, Any),
    ("dp.pt.", 40, Letters),
    ("dp.st.", 40, Any),
    ("pul-", 40, Letters),
    ("rubygems_", 40, Letters),
    ("NRAK-", 24, Letters),
    ("PMAK-", 40, Any),
    ("AKCp", 60, Letters),
    ("gsk_", 40, Letters),
];

/// Addresses whose last part is a secret. Sources: the documentation of Slack and Discord, incoming webhooks.
const WEBHOOKS: [&str; 4] = [
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
];

/// Returns the places of known tokens, and of the secret part of the addresses of webhooks.
pub(crate) fn tokens(text: &str) -> Vec<Range> {
    let words = token_words(text).filter(|(_, word)| is_token(word));
    let mut found: Vec<Range> = words.map(|(start, word)| (start, start + word.len())).collect();
    for address in WEBHOOKS {
        for (start, _) in text.match_indices(address) {
            let from = start + address.len();
            let is_part =
                |character: char| character.is_ascii_alphanumeric() || "_-/".contains(character);
            let rest = &text[from..];
            let to = from + rest.find(|character| !is_part(character)).unwrap_or(rest.len());
            // An example of a usage has no parts.
            if text[from..to].contains('/') {
                found.push((from, to));
            }
        }
    }
    found
}

fn is_token(word: &str) -> bool {
    // A JWT, signed or encrypted. Other texts in Base64 begin like one.
    let is_jwt = word.strip_prefix("eyJ").is_some_and(|rest| rest.len() >= 40)
        && [2, 4].contains(&word.matches('.').count());
    is_jwt
        || TOKEN_PREFIXES.iter().any(|(prefix, least, form)| {
            let Some(rest) = word.strip_prefix(prefix) else { return false };
            let first = || rest.split(['_', '-', '.']).next().unwrap_or_default();
            *least <= if *form == Letters { first().len() } else { rest.len() }
        })
}

/// Returns the words of a text that could be tokens, with their positions.
fn token_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    text.split(move |character| !is_part(character))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// The longest password with characters that end the host of a URL. A limit, so that a search takes linear time.
const MAX_LOGIN_BYTES: usize = 512;

/// Returns the ranges of the passwords in URLs such as `https://user:password@host`.
pub(crate) fn url_passwords(text: &str) -> Vec<Range> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("://") {
        let rest = &text[start + 3..];
        let end =
            rest.find(|character: char| character.is_whitespace() || "/?#\"'".contains(character));
        let end = end.unwrap_or(rest.len());
        let login = rest[..end].rfind('@').or_else(|| login_end(rest, end));
        if let Some(user) = login.map(|end| &rest[..end])
            && let Some((name, password)) = user.split_once(':')
        {
            let from = start + 3;
            // Where the user is a token. Source: GitHub documentation, "Git automation with OAuth tokens".
            let is_token = ["", "x-oauth-basic"].contains(&password);
            let (from, secret) =
                if is_token { (from, name) } else { (from + name.len() + 1, password) };
            if !is_placeholder(secret) {
                found.push((from, from + secret.len()));
            }
        }
    }
    found
}

/// Returns the end of a login whose password has a `#`, a `?` or a `/` that isn't escaped: what follows the colon is no port.
fn login_end(rest: &str, end: usize) -> Option<usize> {
    let (host, port) = rest[..end].split_once(':')?;
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    if is_port || host.starts_with('[') || !rest[end..].starts_with(['/', '?', '#']) {
        return None;
    }
    let is_end = |(place, character): &(usize, char)| {
        *place > MAX_LOGIN_BYTES || character.is_whitespace() || "\"'".contains(*character)
    };
    let stop = rest.char_indices().find(is_end).map_or(rest.len(), |(place, _)| place);
    rest[..stop].rfind('@')
}
