//! Turns the history of a configuration into lines of a Dockerfile, and assigns them to layers. Called by
//! `read_image`.
//!
//! Sources: OCI image specification, "OCI Image Configuration", `history`; the forms that the classic builder of Docker
//! (`/bin/sh -c #(nop) …`, `|2 A=1 B=2 /bin/sh -c …`) and BuildKit (`RUN … # buildkit`) write.

use serde_json::Value;

use crate::config::{date, text, value};
use crate::inspection::{ConfigValue, HistoryLine};
use transload_model::visible;

/// The beginnings of lines that ran in the default shell of Linux and of Windows.
const SHELLS: [&str; 2] = ["/bin/sh -c ", "cmd /S /C "];
/// Marks a line of the classic builder that ran nothing.
const NO_OPERATION: &str = "#(nop) ";

/// Returns the lines of a history, and whether they fit the layers: exactly one line that made a layer for each. If
/// they don't, no line is assigned to a layer.
pub(crate) fn history_lines(config: &Value, layers: usize) -> (Vec<HistoryLine>, bool) {
    let entries = config.get("history").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_empty = |entry: &Value| entry.get("empty_layer").and_then(Value::as_bool) == Some(true);
    let fits =
        !entries.is_empty() && entries.iter().filter(|entry| !is_empty(entry)).count() == layers;
    let mut number = 0;
    let lines = entries.iter().map(|entry| {
        let made_layer = fits && !is_empty(entry);
        number += u32::from(made_layer);
        let (line, arguments) =
            dockerfile_line(entry.get("created_by").and_then(Value::as_str).unwrap_or_default());
        HistoryLine {
            line,
            arguments,
            comment: text(entry.get("comment")),
            created_at_ms: date(entry.get("created")).0,
            layer: made_layer.then_some(number),
        }
    });
    (lines.collect(), fits)
}

/// Returns a line as a Dockerfile would have it, with the build arguments that were set.
fn dockerfile_line(created_by: &str) -> (String, Vec<ConfigValue>) {
    let line = created_by.trim().trim_end_matches("# buildkit").trim_end();
    let (is_run, rest) = match line.strip_prefix("RUN ") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (arguments, rest) = build_arguments(rest);
    let Some(command) = SHELLS.iter().find_map(|shell| rest.strip_prefix(shell)) else {
        let run = if is_run { "RUN " } else { "" };
        return (visible(&format!("{run}{rest}")), arguments);
    };
    let line = match command.trim_start().strip_prefix(NO_OPERATION) {
        Some(instruction) => instruction.trim().to_owned(),
        None => format!("RUN {}", command.trim()),
    };
    (visible(&line), arguments)
}

/// Splits the build arguments from a line such as `|2 A=1 B=2 /bin/sh -c make`. Values may contain spaces, so the
/// shell ends them.
fn build_arguments(line: &str) -> (Vec<ConfigValue>, &str) {
    let unchanged = (Vec::new(), line);
    let Some((count, rest)) = line.strip_prefix('|').and_then(|rest| rest.split_once(' ')) else {
        return unchanged;
    };
    let Ok(count) = count.parse::<usize>() else { return unchanged };
    let Some(end) = SHELLS.iter().filter_map(|shell| rest.find(shell)).min() else {
        return unchanged;
    };
    let mut arguments: Vec<(String, String)> = Vec::new();
    for word in rest[..end].split(' ').filter(|word| !word.is_empty()) {
        match word.split_once('=') {
            Some((name, first)) if arguments.len() < count && is_variable(name) => {
                arguments.push((name.to_owned(), first.to_owned()));
            }
            _ => {
                let Some((_, last)) = arguments.last_mut() else { return unchanged };
                last.push(' ');
                last.push_str(word);
            }
        }
    }
    (arguments.iter().map(|(name, text)| value(name, text)).collect(), &rest[end..])
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_of_every_builder_look_like_a_dockerfile() {
        for (created_by, line, arguments) in [
            ("/bin/sh -c #(nop) ADD file:1 in / ", "ADD file:1 in /", ""),
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]", ""),
            ("/bin/sh -c apt-get update", "RUN apt-get update", ""),
            ("RUN /bin/sh -c make # buildkit", "RUN make", ""),
            ("RUN |2 A=1 B=x y /bin/sh -c make # buildkit", "RUN make", "A=1 B=x y"),
            ("|1 TOKEN=abc /bin/sh -c make", "RUN make", "TOKEN=abc"),
            ("COPY . . # buildkit", "COPY . .", ""),
            ("ENV A=1", "ENV A=1", ""),
            ("cmd /S /C #(nop) USER x", "USER x", ""),
            ("|x /bin/sh -c make", "|x /bin/sh -c make", ""),
            ("|1 make", "|1 make", ""),
            ("|1 make /bin/sh -c x", "|1 make /bin/sh -c x", ""),
            ("RUN pwsh -Command ls", "RUN pwsh -Command ls", ""),
            ("kaniko: \u{1b}[1m", "kaniko: \\x1b[1m", ""),
            ("", "", ""),
        ] {
            let (shown, found) = dockerfile_line(created_by);
            let found: Vec<_> = found
                .iter()
                .map(|one| format!("{}={}", one.name, one.value.as_deref().unwrap_or("?")))
                .collect();
            assert_eq!(
                (shown.as_str(), found.join(" ").as_str()),
                (line, arguments),
                "{created_by}"
            );
        }
    }

    fn config(entries: &[bool]) -> Value {
        let entry = |empty: &bool| match empty {
            true => json!({"created_by": "ENV", "empty_layer": true}),
            false => json!({"created_by": "RUN"}),
        };
        json!({"history": entries.iter().map(entry).collect::<Vec<_>>()})
    }

    #[test]
    fn lines_are_assigned_to_layers_only_if_their_numbers_agree() {
        let of_nine = [false, true, false, true, false, false, true, false, true];
        let (lines, fits) = history_lines(&config(&of_nine), 5);
        let layers: Vec<_> = lines.iter().map(|line| line.layer).collect();
        assert!(fits);
        assert_eq!(layers, [Some(1), None, Some(2), None, Some(3), Some(4), None, Some(5), None]);
        for (entries, layers) in
            [(vec![false; 8], 5), (vec![false; 5], 8), (vec![true; 3], 1), (vec![], 5)]
        {
            let (lines, fits) = history_lines(&config(&entries), layers);
            assert!(!fits && lines.iter().all(|line| line.layer.is_none()), "{entries:?} {layers}");
        }
        for hostile in [json!({"history": 5}), json!({"history": {"a": 1}}), json!(3)] {
            assert_eq!(history_lines(&hostile, 1), (Vec::new(), false));
        }
        let (lines, _) = history_lines(&json!({"history": [7, null, {"created_by": 3}]}), 3);
        assert_eq!(lines.len(), 3);
    }
}
