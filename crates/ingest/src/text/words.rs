//! Words inside names such as `DeleteMFADevice`, `Set-Mailbox` or `protected_branch`.

/// Lower case with underscores between words: `DeleteMFADevice` gives `delete_mfa_device`.
pub(crate) fn snake(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or('_');
        let after_is_lower = letters.get(at + 1).is_some_and(|after| after.is_lowercase());
        let starts = letter.is_uppercase()
            && (before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && after_is_lower));
        if starts && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// The one of many: `policies` gives `policy`, `ingresses` gives `ingress`, `status` stays.
pub(crate) fn singular(text: &str) -> String {
    if let Some(stem) = text.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for ending in ["sses", "uses", "xes", "ches", "shes"] {
        if text.ends_with(ending) {
            return text.strip_suffix("es").unwrap_or(text).to_owned();
        }
    }
    let stays = ["ss", "us", "is"].iter().any(|ending| text.ends_with(ending)) || text.len() < 4;
    if stays { text.to_owned() } else { text.strip_suffix('s').unwrap_or(text).to_owned() }
}

/// Lower case; anything but letters, digits and `. _ - : /` becomes an underscore; no dots at the ends.
pub(crate) fn action(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let kept = letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | ':' | '/');
        if kept {
            out.push(letter.to_ascii_lowercase());
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    out.trim_matches(['.', '_']).to_owned()
}

/// Drops the interface version some operation names end with: eight digits, perhaps `v` and a number.
pub(crate) fn without_api_version(text: &str) -> &str {
    let head = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let dated = head.strip_suffix('v').unwrap_or(text);
    let name = dated.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if dated.len() - name.len() == 8 && !name.is_empty() { name } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        for (text, expected) in [
            ("DeleteMFADevice", "delete_mfa_device"),
            ("PutBucketACL", "put_bucket_acl"),
            ("Set-ConditionalAccessPolicy", "set_conditional_access_policy"),
            ("Update policy", "update_policy"),
            ("already_snake", "already_snake"),
            ("EC2Instance", "ec2_instance"),
            ("", ""),
        ] {
            assert_eq!(snake(text), expected);
        }
    }

    #[test]
    fn the_one_of_many() {
        let cases = [
            ("pods", "pod"),
            ("networkpolicies", "networkpolicy"),
            ("ingresses", "ingress"),
            ("status", "status"),
            ("prometheuses", "prometheus"),
            ("endpointslices", "endpointslice"),
        ];
        for (many, one) in cases {
            assert_eq!(singular(many), one);
        }
    }

    #[test]
    fn interface_versions_go() {
        assert_eq!(without_api_version("UpdateFunctionConfiguration20150331v2"), "UpdateFunctionConfiguration");
        assert_eq!(without_api_version("ListFunctions20150331"), "ListFunctions");
        assert_eq!(without_api_version("CreateUserV2"), "CreateUserV2");
    }
}
