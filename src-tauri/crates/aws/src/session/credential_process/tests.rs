//! Tests of `credential_process`, with real programs.

use std::time::SystemTime;

use time::macros::datetime;

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// Writes a program from lines of shell code, and returns the command that runs it.
fn program(lines: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("give credentials");
    std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    let command = format!("sh '{}'", path.display());
    (folder, command)
}

async fn run(command: &str) -> Result<Credentials, ProcessError> {
    ProcessCredentials::new(command).run().await
}

async fn printed(json: &str) -> Result<Credentials, ProcessError> {
    let (_folder, command) = program(&format!("cat <<'END'\n{json}\nEND"));
    run(&command).await
}

#[tokio::test]
async fn a_command_over_two_lines_is_one_command() {
    let (_folder, command) = program(
        r#"printf '{"Version": 1, "AccessKeyId": "AKIA%s", "SecretAccessKey": "s"}' "$#-$2""#,
    );
    for command in [format!("{command} --user ada"), format!("{command}\n--user\n'ada'")] {
        assert_eq!(run(&command).await.unwrap().access_key_id(), "AKIA2-ada");
    }
}

#[tokio::test]
async fn output_is_parsed_as_in_the_aws_cli() {
    let of = |more: &str| {
        format!(r#"{{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s"{more}}}"#)
    };
    let empty = printed(&of(r#", "SessionToken": "", "Expiration": null"#)).await.unwrap();
    assert_eq!((empty.session_token(), empty.expiry()), (None, None));
    let full = r#", "SessionToken": "t", "Expiration": "2030-01-02T03:04:05+0000""#;
    let full = printed(&of(full)).await.unwrap();
    let ends = SystemTime::from(datetime!(2030-01-02 03:04:05 UTC));
    assert_eq!((full.session_token(), full.expiry()), (Some("t"), Some(ends)));
    let marked = printed(&format!("\u{feff}{}", of(""))).await.unwrap();
    assert_eq!(marked.access_key_id(), "AKIA");
    let float = of("").replace(": 1,", ": 1.0,");
    assert!(printed(&float).await.is_ok());
    for (json, expected) in [
        (of(r#", "Expiration": "soon""#), "not a time"),
        (of(r#", "Expiration": """#), "not a time"),
        (of(r#", "Expiration": 1893553445"#), "not a time"),
        (of("").replace(": 1,", ": 2,"), "Version 1"),
        (of("").replace(": 1,", ": \"1\","), "Version 1"),
        (of("").replace("AccessKeyId", "Id"), "not print AccessKeyId"),
        (of("").replace("\"s\"", "\"\""), "not print SecretAccessKey"),
        ("[]".to_owned(), "not print a JSON object"),
        (format!("{SECRET} and more"), "not print a JSON object"),
        (String::new(), "not print a JSON object"),
    ] {
        let error = printed(&json).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{json}: {error}");
        assert!(!error.contains(SECRET), "{error}");
    }
}

#[tokio::test]
async fn error_output_is_reported_without_secrets() {
    let (_folder, command) = program(&format!(
        "echo 'Session expired, run: corp-login --sso' >&2\necho 'password: hunter2 {SECRET} https://x.example/?token=t0k3n' >&2\n\
         echo \"bad option $2 (--pin-token=$3)\" >&2\nexit 7"
    ));
    let error = run(&format!("{command} --password pa55 x9y8z7")).await.unwrap_err().to_string();
    assert!(
        error.starts_with("ended with exit status: 7: Session expired, run: corp-login --sso"),
        "{error}"
    );
    for secret in ["hunter2", SECRET, "t0k3n", "pa55", "x9y8z7"] {
        assert!(!error.contains(secret), "{error}");
    }
    assert!(!format!("{:?}", ProcessCredentials::new("x --password pa55")).contains("pa55"));
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_named_without_its_arguments() {
    let error = run("/nonexistent/tool --password pa55").await.unwrap_err().to_string();
    assert!(error.contains("/nonexistent/tool") && error.contains("not found"), "{error}");
    assert!(!error.contains("pa55"), "{error}");
    assert!(matches!(run("'open").await, Err(ProcessError::UnclosedQuote)));
    assert!(matches!(run(" ").await, Err(ProcessError::NoProgram)));
}

#[tokio::test]
async fn a_program_that_prints_without_end_is_not_kept_in_memory() {
    let (_folder, command) =
        program("i=0; while [ $i -lt 40 ]; do head -c 65536 /dev/zero; i=$((i+1)); done");
    assert!(matches!(run(&command).await, Err(ProcessError::OutputTooLarge)));
    let (_folder, command) = program("head -c 2000000 /dev/zero | tr '\\0' 'a' >&2; exit 1");
    let error = run(&command).await.unwrap_err().to_string();
    assert!(error.len() < 1_000, "{}", error.len());
}

#[tokio::test]
async fn a_cancelled_program_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let id = folder.path().join("id");
    let (_folder, command) =
        program(&format!("echo $$ > '{}.new'; mv '{0}.new' '{0}'; exec sleep 600", id.display()));
    let running = tokio::spawn(async move { run(&command).await });
    while !id.exists() {
        tokio::task::yield_now().await;
    }
    running.abort();
    let process = std::fs::read_to_string(&id).unwrap();
    let alive = std::path::Path::new("/proc").join(process.trim()).join("cmdline");
    // A zombie process has no command line.
    let ended = async {
        while std::fs::read(&alive).is_ok_and(|line| !line.is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), ended).await.unwrap();
}
