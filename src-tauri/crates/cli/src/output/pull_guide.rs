//! The results of `pull-guide`.

use transload_contract::{PullGuides, PullPrerequisite};

use crate::output::line;
use crate::output::name::state_text;

/// Prints the guide of every client.
pub fn print(guides: &PullGuides) {
    line(&guides.image);
    for guide in &guides.guides {
        line("");
        line(&guide.title);
        for step in &guide.steps {
            line(&format!("  {}", step.text));
            for code in step.code.iter().flat_map(|code| code.lines()) {
                line(&format!("    {code}"));
            }
        }
        for note in &guide.notes {
            line(&format!("  * {note}"));
        }
        if let (Some(policy), Some(owner)) = (&guide.policy, &guide.policy_for) {
            line(&format!("  Policy. {owner}:"));
            for text in policy.lines() {
                line(&format!("    {text}"));
            }
        }
    }
}

/// Prints the four prerequisites.
pub fn print_prerequisites(found: &[PullPrerequisite]) {
    for one in found {
        let state = state_text(one.state);
        line(&format!("{state}  {}: {}", one.title, one.message));
        if let Some(next) = &one.next {
            line(&format!("        {next}"));
        }
    }
}
