use super::{Text, Token};

/// Up to here, comparing every pair is faster than sorting.
const PAIRWISE_MAX: usize = 12;

/// Finds members that stand twice in an object, at every depth. Feed it every token.
///
/// Cost: quadratic for small objects, n log n for others: no input makes it slower. Memory: one entry per open member.
#[derive(Debug, Default)]
pub struct Keys<'a> {
    /// Names of all open objects, outermost first.
    names: Vec<Text<'a>>,
    /// Where each open object's (or array's) names begin.
    starts: Vec<usize>,
}

impl<'a> Keys<'a> {
    /// Takes note of a token; at an object's end returns a name that stood in it twice.
    #[inline]
    pub fn follow(&mut self, token: &Token<'a>) -> Option<Text<'a>> {
        match token {
            Token::Key(name) => self.names.push(*name),
            Token::ObjectStart | Token::ArrayStart => self.starts.push(self.names.len()),
            Token::ObjectEnd | Token::ArrayEnd => {
                let start = self.starts.pop().unwrap_or_default();
                let twice = self.names.get_mut(start..).and_then(twice);
                self.names.truncate(start);
                return twice;
            }
            _ => {}
        }
        None
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.names.clear();
        self.starts.clear();
    }
}

fn twice<'a>(names: &mut [Text<'a>]) -> Option<Text<'a>> {
    if names.len() < 2 {
        return None;
    }
    if names.len() <= PAIRWISE_MAX {
        let mut rest = &names[..];
        while let Some((first, others)) = rest.split_first() {
            if others.iter().any(|other| first.same(other)) {
                return Some(*first);
            }
            rest = others;
        }
        return None;
    }
    if names.iter().any(Text::is_escaped) {
        // escapes are resolved once, not at every comparison
        let mut decoded: Vec<_> = names.iter().map(|name| (name.decode(), *name)).collect();
        decoded.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        return decoded.windows(2).find_map(|pair| match pair {
            [a, b] if a.0 == b.0 => Some(a.1),
            _ => None,
        });
    }
    names.sort_unstable_by(|a, b| a.raw().cmp(b.raw()));
    names.windows(2).find_map(|pair| match pair {
        [a, b] if a.raw() == b.raw() => Some(*a),
        _ => None,
    })
}
