//! Places in Markdown files, as GitHub makes them.

/// Lines of a Markdown text outside code blocks, with their numbers.
pub fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// Whether a text has an anchor: a heading's, as GitHub makes them, or one that is written out.
pub fn has_anchor(text: &str, anchor: &str) -> bool {
    let written = format!("id=\"{anchor}\"");
    prose(text).any(|(_, line)| line.contains(&written) || slug(line).is_some_and(|slug| slug == anchor))
}

fn slug(line: &str) -> Option<String> {
    let title = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
    let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    Some(kept.map(|c| if c == ' ' { '-' } else { c }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_githubs() {
        let text =
            "# A `key`: [model]\n```text\n# no heading\n```\n<a id=\"t6prime\"></a>\n## T18′, ½ of it\n";
        for anchor in ["a-key-model", "t6prime"] {
            assert!(has_anchor(text, anchor), "{anchor}");
        }
        assert!(!has_anchor(text, "no-heading"));
    }
}
