//! The results of `name`.

use transload_contract::{
    Ability, AbilityVerdict, CheckResult, CheckState, ClientFile, NameAnswers, NameDiagnosis,
    NameProof,
};

use crate::output::{line, note};

/// Prints a check.
pub fn print_check(check: &CheckResult) {
    line(&format!("{}  {}", state_text(check.state), check.message));
    for detail in &check.details {
        line(&format!("          {detail}"));
    }
    if let Some(next) = check.next.as_ref().filter(|_| check.state != CheckState::Passed) {
        line(&format!("          next: {next}"));
    }
}

/// Prints the verdict, and what each client can do. The checks were printed when they ended.
pub fn print_diagnosis(diagnosis: &NameDiagnosis) {
    line("");
    line(&format!("{}: {}", diagnosis.name, diagnosis.headline));
    line(&format!("next: {}", diagnosis.next));
    line("");
    for client in &diagnosis.clients {
        line(&client.title);
        for (action, verdict) in
            [("login", &client.login), ("pull", &client.pull), ("push", &client.push)]
        {
            line(&format!("  {action:5}  {}", verdict_text(verdict)));
        }
    }
    let token = if diagnosis.token_sent { "was sent to the name" } else { "was not sent" };
    note(&format!("Your ECR token {token}."));
}

/// Formats a state with a fixed width.
pub fn state_text(state: CheckState) -> &'static str {
    match state {
        CheckState::NotChecked => "-     ",
        CheckState::Passed => "ok    ",
        CheckState::Warning => "warn  ",
        CheckState::Failed => "FAILED",
    }
}

/// Prints what each client did with a name.
pub fn print_proof(proof: &NameProof) {
    line(&proof.headline);
    for client in &proof.clients {
        line("");
        line(&format!("{}  {}: {}", state_text(client.state), client.title, client.message));
        for step in &client.steps {
            line(&format!("        {} {}", state_text(step.state), step.command));
            for output in step.output.iter().flat_map(|output| output.lines()) {
                line(&format!("          {output}"));
            }
        }
        if let (Some(pushed), Some(pulled)) = (&client.pushed_digest, &client.pulled_digest) {
            line(&format!("        pushed {pushed}"));
            line(&format!("        pulled {pulled}"));
        }
        if let Some(hosts) = &client.hosts {
            line(&format!("        connected to {}", hosts.join(", ")));
        }
    }
    for text in &proof.clean_up {
        note(text);
    }
}

fn verdict_text(verdict: &AbilityVerdict) -> String {
    let ability = match verdict.ability {
        Ability::Works => "works",
        Ability::Fails => "fails",
        Ability::NotChecked => "not checked",
    };
    match &verdict.reason {
        Some(reason) => format!("{ability}: {reason}"),
        None => ability.to_owned(),
    }
}

/// Prints the answers, the situations, and what to avoid.
pub fn print_answers(answers: &NameAnswers) {
    line(&format!("{} in front of {}", answers.name, answers.registry));
    for advice in &answers.situations {
        let answer = answers.answers.iter().find(|answer| answer.id == advice.answer);
        let letter = answer.map_or("", |answer| answer.letter.as_str());
        line(&format!("{letter}  {}. {}", advice.title, advice.reason));
    }
    for answer in &answers.answers {
        line("");
        line(&format!("{}  {}", answer.letter, answer.title));
        line(&format!("   {}", answer.summary));
        for step in &answer.steps {
            line(&format!("   * {step}"));
        }
        line(&format!("   who can pull: {}", answer.who_can_pull));
        for limit in &answer.does_not {
            line(&format!("   limit: {limit}"));
        }
        let files: Vec<&str> = answer.files.iter().map(|file| file.title.as_str()).collect();
        line(&format!("   files: {}", files.join(", ")));
    }
    line("");
    line("Avoid:");
    for warning in &answers.warnings {
        line(&format!("   {}: {}", warning.what, warning.why));
    }
}

/// Prints a file that would be installed, and the content that it would replace.
pub fn print_client_file(file: &ClientFile) {
    if let Some(before) = &file.before {
        line(&format!("{} contains now:", file.path));
        line(before.trim_end());
        line("");
    }
    line(&format!("{} will contain:", file.path));
    line(file.text.trim_end());
}
