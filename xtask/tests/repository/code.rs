//! Rust as the checks need it: without comments and literals, and as the list of paths it names.
//!
//! A scanner and no parser: enough for code that `rustfmt` and the compiler have already accepted.

/// One path as written, with groups taken apart: `std::{fs, io::Write}` names `std::fs` and `std::io::Write`.
#[derive(Debug, PartialEq, Eq)]
pub struct CodePath {
    /// Counted from 1.
    pub line: usize,
    /// A macro's last segment ends in `!`.
    pub segments: Vec<String>,
}

impl CodePath {
    /// Whether the segments of `wanted` stand in it side by side.
    pub fn mentions(&self, wanted: &str) -> bool {
        let wanted: Vec<&str> = wanted.split("::").collect();
        self.segments.windows(wanted.len()).any(|some| some == wanted)
    }
}

/// The same text, line for line and column for column, with blanks for comments and literals.
pub fn without_comments(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => at + find(&bytes[at..], b"\n"),
            b'/' if bytes[at..].starts_with(b"/*") => block_comment_end(bytes, at),
            b'"' => string_end(bytes, at),
            b'\'' => char_end(text, at),
            b'r' => raw_string_end(bytes, at),
            _ => at,
        };
        blank(&mut code, at, end);
        at = end.max(at + 1);
    }
    String::from_utf8_lossy(&code).into_owned()
}

/// The same code with blanks for every item under `#[cfg(test)]`.
pub fn without_tests(code: &str) -> String {
    const MARK: &[u8] = b"#[cfg(test)]";
    let mut left = code.as_bytes().to_vec();
    let mut at = 0;
    while let Some(begin) = position(&left[at..], MARK).map(|offset| at + offset) {
        let end = item_end(&left, begin + MARK.len());
        blank(&mut left, begin, end);
        at = end;
    }
    String::from_utf8_lossy(&left).into_owned()
}

/// The module that a line of code declares.
pub fn module_declared(line: &str) -> Option<&str> {
    let line = line.trim();
    let line = line.strip_prefix("#[cfg(test)] ").unwrap_or(line);
    let public = ["pub(crate) ", "pub "].iter().find_map(|visible| line.strip_prefix(visible));
    let name = public.unwrap_or(line).strip_prefix("mod ")?;
    Some(name.split([';', '{', ' ']).next().unwrap_or(name))
}

/// Every path in code that holds neither comments nor literals.
pub fn paths(code: &str) -> Vec<CodePath> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let begins =
            is_word(bytes[at]) && !bytes[at].is_ascii_digit() && (at == 0 || !is_word(bytes[at - 1]));
        at = if begins { path_end(bytes, at, &[], &mut found) } else { at + 1 };
    }
    with_lines(code, found)
}

fn path_end(bytes: &[u8], begin: usize, prefix: &[String], found: &mut Vec<(usize, Vec<String>)>) -> usize {
    let mut segments = prefix.to_vec();
    let mut at = begin;
    loop {
        let end = at + bytes[at..].iter().take_while(|&&byte| is_word(byte) || byte == b'*').count();
        segments.push(String::from_utf8_lossy(&bytes[at..end]).into_owned());
        let next = past_blanks(bytes, end + 2);
        if !bytes[end..].starts_with(b"::") || next >= bytes.len() {
            let called = bytes[end..].starts_with(b"!") && !bytes[end..].starts_with(b"!=");
            if let Some(last) = segments.last_mut().filter(|_| called) {
                last.push('!');
            }
            found.push((begin, segments));
            return end;
        }
        match bytes[next] {
            b'{' => return group_end(bytes, next, &segments, found),
            byte if is_word(byte) || byte == b'*' => at = next,
            // A turbofish: what it holds is scanned as paths of its own.
            _ => {
                found.push((begin, segments));
                return next;
            }
        }
    }
}

fn group_end(bytes: &[u8], open: usize, prefix: &[String], found: &mut Vec<(usize, Vec<String>)>) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        at = match bytes[at] {
            b'}' => return at + 1,
            byte if is_word(byte) || byte == b'*' => path_end(bytes, at, prefix, found),
            _ => at + 1,
        };
    }
    at
}

fn block_comment_end(bytes: &[u8], begin: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = begin;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string_end(bytes: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// A quote also begins a lifetime, which has no end to find.
fn char_end(text: &str, begin: usize) -> usize {
    let rest = &text[begin + 1..];
    if rest.starts_with('\\') {
        return begin + 3 + find(&rest.as_bytes()[2.min(rest.len())..], b"'") + 1;
    }
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some(letter), Some('\'')) => begin + 1 + letter.len_utf8() + 1,
        _ => begin,
    }
}

/// An `r` also begins names and raw identifiers.
fn raw_string_end(bytes: &[u8], begin: usize) -> usize {
    let before = begin.checked_sub(1).map_or(b' ', |at| bytes[at]);
    if is_word(before) && !b"bc".contains(&before) {
        return begin;
    }
    let hashes = bytes[begin + 1..].iter().take_while(|&&byte| byte == b'#').count();
    let open = begin + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return begin;
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    (open + 1 + find(&bytes[open + 1..], &close) + close.len()).min(bytes.len())
}

/// Items end at their first semicolon outside brackets, or at the brace that closes their first.
fn item_end(bytes: &[u8], begin: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate().skip(begin) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(byte, b';' | b'}') {
            return at + 1;
        }
    }
    bytes.len()
}

fn blank(code: &mut [u8], begin: usize, end: usize) {
    let end = end.min(code.len());
    if begin < end {
        code[begin..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn past_blanks(bytes: &[u8], begin: usize) -> usize {
    begin + bytes.iter().skip(begin).take_while(|byte| byte.is_ascii_whitespace()).count()
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|some| some == wanted)
}

fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    position(bytes, wanted).unwrap_or(bytes.len())
}

/// The offsets ascend, so each newline is counted once.
fn with_lines(code: &str, found: Vec<(usize, Vec<String>)>) -> Vec<CodePath> {
    let (mut line, mut counted) = (1, 0);
    let numbered = found.into_iter().map(|(at, segments)| {
        line += code[counted..at].matches('\n').count();
        counted = at;
        CodePath { line, segments }
    });
    numbered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(code: &str) -> Vec<String> {
        paths(code).into_iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn comments_and_literals_are_blank_and_nothing_else_is() {
        let cases = [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"a "// \" b" c"#, "a           c"),
            ("a r#\"b \" c\"# d", "a            d"),
            ("br\"\\\" a", "b     a"),
            ("r#type 'a: 'static", "r#type 'a: 'static"),
            (r"a '\'' b '\u{1F6F0}' c", "a      b             c"),
            ("a '\"' b 'ä' c", "a     b      c"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_comments(text), expected, "{text}");
        }
    }

    #[test]
    fn test_items_are_blank() {
        let code = "use a;\n#[cfg(test)]\nmod tests { fn f() { b() } }\n#[cfg(test)]\nuse c::{d};\nuse e;";
        assert_eq!(named(&without_tests(code)), ["use", "a", "use", "e"]);
    }

    #[test]
    fn groups_are_taken_apart_and_new_names_belong_to_them() {
        let code = "use std::{fs, io::{self, Write as _}};\nlet x = crate::a::<b::C>::d();\nprint!() != x";
        let expected = [
            "use",
            "std::fs",
            "std::io::self",
            "std::io::Write",
            "std::io::as",
            "std::io::_",
            "let",
            "x",
            "crate::a",
            "b::C",
            "d",
        ];
        let found = named(code);
        assert_eq!(found[..expected.len()], expected);
        assert_eq!(found[expected.len()..], ["print!", "x"]);
        assert_eq!(paths("a::{\n  b,\n  c::d,\n}").iter().map(|path| path.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn mentions_are_whole_segments() {
        let path = &paths("std::fs::read_to_string")[0];
        assert!(path.mentions("std::fs") && path.mentions("fs"));
        assert!(!path.mentions("std::f") && !path.mentions("fs::std"));
    }
}
