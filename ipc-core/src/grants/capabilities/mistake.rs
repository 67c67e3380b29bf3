//! What is wrong with a file of capabilities.

use std::fmt;

/// Why a file of capabilities is not taken: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilitiesError {
    mistakes: Vec<CapabilityMistake>,
}

/// One thing that is wrong with a file of capabilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityMistake {
    line: Option<usize>,
    path: String,
    said: String,
}

impl CapabilitiesError {
    pub(super) fn new(mistakes: Vec<CapabilityMistake>) -> Self {
        Self { mistakes }
    }

    /// What is wrong, in the order of the file.
    pub fn mistakes(&self) -> &[CapabilityMistake] {
        &self.mistakes
    }
}

impl CapabilityMistake {
    pub(super) fn new(line: Option<usize>, path: &str, said: impl fmt::Display) -> Self {
        Self { line, path: path.to_owned(), said: said.to_string() }
    }

    /// The line of the mistake, from 1, where the format's parser tells it: always in TOML, in JSON where it is no JSON.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// Where in the file it is: `capabilities.main.allow[0]`; empty for the file itself.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for CapabilityMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.said)
    }
}

impl fmt::Display for CapabilitiesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the capabilities cannot be used")?;
        for mistake in &self.mistakes {
            write!(f, "\n  {mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CapabilitiesError {}
