//! The words of a line of the command language.

/// One word of a line: `KEY` or `KEY=VALUE`, either of them possibly quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    pub key: Part,
    pub value: Option<Part>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    quoted: bool,
}

impl Part {
    /// The bytes that are meant: `hex:0a0b` stands for two.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        let Some(digits) = self.text.strip_prefix("hex:").filter(|_| !self.quoted) else {
            return Ok(self.text.clone().into_bytes());
        };
        let pairs = digits.as_bytes().chunks(2).map(|pair| {
            let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
            u8::try_from(digit(0)? * 16 + digit(1)?).ok()
        });
        let bytes: Option<Vec<u8>> = pairs.collect();
        bytes.ok_or_else(|| format!("\"{}\" is not hex: with pairs of digits", self.text))
    }
}

impl Word {
    /// As a word without `=`.
    pub fn plain(&self) -> Result<&str, String> {
        match &self.value {
            None => Ok(&self.key.text),
            Some(value) => Err(format!(
                "\"{}={}\" is not expected to have a =",
                self.key.text, value.text
            )),
        }
    }
}

/// Splits a line at blanks.
pub fn split(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if quote.is_none() && letter.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        let current = word.get_or_insert_default();
        if (letter, quote) == ('=', None) && current.value.is_none() {
            current.value = Some(Part::default());
            continue;
        }
        let part = current.value.as_mut().unwrap_or(&mut current.key);
        match (letter, quote) {
            (_, Some(open)) if letter == open => quote = None,
            ('\\', Some(_)) => match letters.next() {
                Some('n') => part.text.push('\n'),
                Some(escaped) => part.text.push(escaped),
                None => break,
            },
            ('"' | '\'', None) => {
                quote = Some(letter);
                part.quoted = true;
            }
            _ => part.text.push(letter),
        }
    }
    if let Some(open) = quote {
        return Err(format!("the quotation mark {open} is not closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<(String, Option<String>)> {
        let words = split(line).expect(line).into_iter();
        words
            .map(|word| (word.key.text, word.value.map(|value| value.text)))
            .collect()
    }

    #[test]
    fn words_are_split_at_blanks_and_the_first_equals_sign() {
        let word = |key: &str, value: Option<&str>| (key.to_owned(), value.map(str::to_owned));
        assert_eq!(
            words(r#"1 create /1234/0 0="a = \"b\"" 1=7=8 'x=y'"#),
            [
                word("1", None),
                word("create", None),
                word("/1234/0", None),
                word("0", Some("a = \"b\"")),
                word("1", Some("7=8")),
                word("x=y", None),
            ]
        );
    }

    #[test]
    fn an_open_quotation_mark_is_an_error() {
        assert!(split("1 write /3/0/1 \"abc").is_err());
    }

    #[test]
    fn hex_stands_for_bytes_unless_quoted() {
        let bytes = |line: &str| split(line).expect(line).remove(0).key.bytes();
        assert_eq!(bytes("hex:0aFF"), Ok(vec![10, 255]));
        assert_eq!(bytes("'hex:0a'"), Ok(b"hex:0a".to_vec()));
        assert!(bytes("hex:0").is_err());
        assert!(bytes("hex:0g").is_err());
    }
}
